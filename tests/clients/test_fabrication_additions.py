"""What the contract adds to the replaced system (contract 10)."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import AuditEntry
from parts.models import FabricationPart, Machine
from tests.clients.fabrication import Shop, body_of
from tests.factories.accounts import UserFactory
from tests.factories.fabrication import MachineFactory

pytestmark = pytest.mark.django_db


def in_production(shop: Shop, **body: Any) -> str:
    path = str(shop.made(**{"type": "cnc", **body})["id"])
    shop.post(f"{path}/approve")
    return path


def test_a_part_that_was_changed_meanwhile_is_not_overwritten(shop: Shop) -> None:
    part = shop.made()
    path = str(part["id"])
    shop.put(path, {"name": "First"})

    late = shop.put(path, {"name": "Second"}, **{"If-Match": '"1"'})
    seen = shop.get(path)
    right = shop.put(path, {"name": "Third"}, **{"If-Match": seen["ETag"]})

    assert (late.status_code, late.json()) == (412, {"error": "Part was changed", "version": 2})
    assert (right.status_code, right.json()["version"]) == (200, 3)


def test_a_claim_may_ask_for_a_free_part(shop: Shop) -> None:
    path = in_production(shop, type="hand")
    shop.post(f"{path}/assign", {"assigned": "Ben", "ifUnassigned": True})

    late = shop.post(f"{path}/assign", {"assigned": "Ann", "ifUnassigned": True})
    last = shop.post(f"{path}/assign", {"assigned": "Ann"})

    assert (late.status_code, late.json()) == (
        409,
        {"error": "Part is already claimed", "assigned": "Ben"},
    )
    assert last.json()["assigned"] == "Ann"


def test_pieces_are_counted_until_the_part_is_complete(shop: Shop) -> None:
    path = in_production(shop, amount=4)

    half = shop.post(f"{path}/progress", {"good": 2}).json()
    without = shop.post(f"{path}/progress", {"scrap": 1})
    scrap = shop.post(f"{path}/progress", {"scrap": 1, "reason": "Broken tool"}).json()
    beyond = shop.post(f"{path}/progress", {"good": 3})
    done = shop.post(f"{path}/progress", {"good": 2}).json()
    after = shop.post(f"{path}/progress", {"good": 1})

    assert (half["good"], half["category"]) == (2, "cnc")
    assert without.json()["error"] == "reason is required for scrap"
    assert (scrap["scrap"], scrap["rework"]) == (1, 1)
    assert beyond.status_code == 400
    assert (done["good"], done["category"], done["status"]) == (4, "completed", "Completed")
    assert (after.status_code, after.json()["details"]) == (409, "Part is completed")


def test_another_file_makes_the_next_revision_and_goes_back_to_review(shop: Shop) -> None:
    path = in_production(shop, type="hand")
    first = shop.upload(int(path), "a.pdf", b"%PDF-1.4 one")
    shop.post(f"{path}/assign", {"assigned": "Ann"})
    shop.upload(int(path), "a.pdf", b"%PDF-1.4 one")
    same = shop.get(path).json()
    shop.upload(int(path), "b.pdf", b"%PDF-1.4 two")
    other = shop.get(path).json()
    revisions = shop.get(f"{path}/revisions").json()
    old = shop.get(f"{path}/revisions/A/download")

    assert first.status_code == 201
    assert (same["revision"], same["status"]) == ("A", "In Progress")
    assert (other["revision"], other["category"], other["status"]) == ("B", "review", "Pending")
    assert other["assigned"] is None
    assert [row["revision"] for row in revisions["revisions"]] == ["B", "A"]
    assert body_of(old) == b"%PDF-1.4 one"
    assert shop.get(f"{path}/revisions/Z/download").status_code == 404
    events = shop.get(f"{path}/history", limit=2).json()
    assert events["events"][0]["action"] == "revision"
    assert events["events"][0]["payload"]["was_assigned"] == "Ann"
    assert (len(events["events"]), events["total"]) == (2, 6)


def test_queues_hold_their_order_without_gaps(shop: Shop) -> None:
    mill = shop.post("machines", {"name": "Mill", "type": "cnc"}).json()
    ids = [int(in_production(shop)) for _ in range(3)]
    for pk in ids:
        shop.put(str(pk), {"machineId": mill["id"]})
    path = f"machines/{mill['id']}/queue"

    turned = shop.post(path, {"ids": ids[::-1]}).json()
    short = shop.post(path, {"ids": ids[:2]})
    shop.post(f"{ids[1]}/complete")
    left = shop.get(path).json()["parts"]

    assert [part["queuePosition"] for part in turned["parts"]] == [1, 2, 3]
    assert (short.status_code, short.json()) == (
        409,
        {"error": "The queue was changed", "ids": ids[::-1]},
    )
    assert [(part["id"], part["queuePosition"]) for part in left] == [(ids[2], 1), (ids[0], 2)]
    shop.put(str(ids[0]), {"status": "In Progress"})
    second = shop.put(str(ids[2]), {"status": "In Progress"})
    assert second.status_code == 409
    Machine.objects.update(is_active=False)
    assert shop.put(in_production(shop), {"machineId": mill["id"]}).status_code == 409
    draft = shop.made()
    assert shop.put(str(draft["id"]), {"machineId": MachineFactory().pk}).status_code == 409


def test_late_parts_are_found_and_queues_follow_urgency(shop: Shop) -> None:
    yesterday = (timezone.now() - timedelta(days=1)).date().isoformat()
    plain = shop.made()
    late = shop.made(dueDate=yesterday)
    urgent = shop.made(priority=1)

    assert late["overdue"] is True
    assert [part["id"] for part in shop.get("", overdue="true").json()["parts"]] == [late["id"]]
    queue = [part["id"] for part in shop.get("", sort_by="queue").json()["parts"]]
    assert queue == [urgent["id"], late["id"], plain["id"]]
    assert shop.post("", {"priority": 9}).json()["field"] == "priority"
    assert shop.post("", {"dueDate": "soon"}).json()["field"] == "due_date"


def test_many_parts_are_changed_all_or_none(shop: Shop) -> None:
    ids = [shop.made(type="cnc")["id"] for _ in range(3)]
    shop.post(f"{ids[2]}/complete")

    refused = shop.post("bulk", {"ids": ids, "action": "approve"})
    some = shop.post("bulk", {"ids": ids, "action": "approve", "atomic": False})
    bodies = (
        {"ids": ids},
        {"ids": "x", "action": "delete"},
        {"ids": [1] * 201, "action": "delete"},
    )
    odd = [shop.post("bulk", body) for body in bodies]

    assert refused.status_code == 409
    assert [row["ok"] for row in refused.json()["results"]] == [True, True, False]
    assert [row["ok"] for row in some.json()["results"]] == [True, True, False]
    assert {answer.status_code for answer in odd} == {400}
    assert shop.post("bulk", {"ids": ids, "action": "delete"}).status_code == 200
    assert FabricationPart.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [({"name": ["x"], "type": "cnc"}, "name"), ({"name": "Mill", "type": 5}, "type"),
     ({"name": "Mill", "type": "cnc", "active": "no"}, "active"),
     ({"name": " ", "type": "cnc"}, "name")],
)  # fmt: skip
def test_a_machine_is_what_it_should_be(shop: Shop, body: dict[str, Any], field: str) -> None:
    answer = shop.post("machines", body)

    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert Machine.objects.count() == 0


def test_a_refused_bulk_call_changes_nothing(shop: Shop) -> None:
    ids = [shop.made()["id"], 10**6]

    shop.post("bulk", {"ids": ids, "action": "delete"})

    assert FabricationPart.objects.count() == 1


def test_the_list_is_exported_without_formulas(shop: Shop) -> None:
    shop.made(name="=1+1", subsystem="arm")
    shop.made(name="other")

    csv = body_of(shop.get("export", search="arm")).decode().splitlines()
    xlsx = body_of(shop.get("export", format="xlsx"))

    assert len(csv) == 2
    assert ",'=1+1," in csv[1]
    assert xlsx.startswith(b"PK")
    assert shop.get("export", format="doc").status_code == 400


def test_a_traveller_shows_the_part_and_its_revision(shop: Shop, settings: Any) -> None:
    settings.FABRICATION_PUBLIC_URL = "https://shop.example"
    path = in_production(shop, name="Gear <b>", notes="Deburr", material="Steel")
    shop.sample(int(path), "l-bracket.stp")

    answer = shop.get(f"{path}/traveller.pdf")
    sheet = shop.get("travellers.pdf", ids=f"{path},{path}")
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()

    assert answer["Content-Type"] == "application/pdf"
    assert "Gear <b>" in text
    assert "revision A" in text
    assert "Deburr" in text
    assert len(PdfReader(io.BytesIO(sheet.content)).pages) == 2
    assert shop.get("travellers.pdf", ids="x").status_code == 400
    assert shop.get("travellers.pdf", ids="999999").status_code == 404


def test_the_code_on_paper_leads_to_the_part_after_signing_in(shop: Shop) -> None:
    part = shop.made()

    stranger = Client().get(f"/p/{part['uuid']}?r=A")
    person = Client()
    person.force_login(UserFactory(roles=["viewer"]))
    led = person.get(f"/p/{part['uuid']}?r=A")

    assert stranger.status_code == 302
    assert "/admin/login/" in stranger["Location"]
    assert led["Location"].endswith(f"/{part['id']}/change/?r=A")


def test_a_new_revision_is_announced_to_whom_it_concerns(shop: Shop) -> None:
    """The entry waits for notifications, which deliver it."""
    designer = Shop(key=None)
    designer.client.force_login(UserFactory(username="dora", roles=["fab_submitter"]))
    path = str(designer.made(type="hand")["id"])
    shop.upload(int(path), "a.pdf", b"%PDF-1.4 one")
    shop.post(f"{path}/approve")
    shop.post(f"{path}/assign", {"assigned": "Ann"})

    shop.upload(int(path), "a.pdf", b"%PDF-1.4 one")
    same = announced()
    shop.upload(int(path), "a.pdf", b"%PDF-1.4 two")
    shop.post(f"{path}/approve")
    designer.upload(int(path), "a.pdf", b"%PDF-1.4 three")

    assert same == []
    assert announced() == [{"revision": "B", "to": ["Ann", "dora"]}]


def announced() -> list[Any]:
    rows = AuditEntry.objects.filter(verb="fabrication.revision_announced").order_by("pk")
    return list(rows.values_list("after", flat=True))


@pytest.mark.parametrize("tag", ["abc", '"abc"', '"-1"', '"1", "2"', f'"{10**30}"'])
def test_a_tag_that_is_no_version_does_not_fit(shop: Shop, tag: str) -> None:
    path = str(shop.made()["id"])

    answer = shop.put(path, {"name": "x"}, **{"If-Match": tag})

    assert (answer.status_code, answer.json()) == (412, {"error": "Part was changed", "version": 1})


def test_a_machine_that_does_not_exist_is_a_wrong_field(shop: Shop) -> None:
    answer = shop.put(in_production(shop), {"machineId": 10**6})

    assert (answer.status_code, answer.json()["field"]) == (400, "machine_id")

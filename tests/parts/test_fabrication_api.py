"""Parts to make for scripts, and two people at one part."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from parts.errors.fabrication import AlreadyClaimed
from parts.models import FabricationPart, Machine, PartEvent
from parts.services import fabrication_flow as flow
from parts.services import fabrication_parts as parts
from parts.services import fabrication_queues as queues
from tests.clients.fabrication import KEY, SAMPLES, Shop
from tests.factories.accounts import UserFactory
from tests.factories.fabrication import FabricationPartFactory, MachineFactory

PARTS = "/api/fabrication/parts"


@pytest.fixture
def shop(api: Any) -> Any:
    return api("fab_admin")


def made(shop: Any, **body: Any) -> dict[str, Any]:
    answer = shop.post(PARTS, {"name": "Plate", "type": "cnc", **body})
    assert answer.status_code == 201, answer.content
    return answer.json()["data"]


@pytest.mark.django_db
def test_a_part_goes_from_review_to_completed(shop: Any) -> None:
    part = made(shop, amount=4, due_date="2030-01-31", misc_info={"bin": "A"})
    path = f"{PARTS}/{part['id']}"

    approved = shop.post(f"{path}/approve", {"reviewer": "Rae"}).json()["data"]
    claimed = shop.post(f"{path}/claim").json()["data"]
    half = shop.post(f"{path}/progress", {"good": 2}).json()["data"]
    scrap = shop.post(f"{path}/progress", {"scrap": 1, "reason": "Tool"}).json()["data"]
    done = shop.post(f"{path}/complete", {"misc_info": {"storage": "B"}}).json()["data"]
    back = shop.post(f"{path}/revert").json()["data"]

    assert (approved["category"], approved["misc_info"]["reviewer"]) == ("cnc", "Rae")
    assert claimed["assigned"] == shop.user.username
    assert (half["good"], scrap["scrap"], done["status"]) == (2, 1, "Completed")
    assert back["status"] == "In Progress"
    history = shop.get(f"{path}/history", {"limit": 2}).json()
    assert [event["action"] for event in history["data"]] == ["reverted", "completed"]
    assert history["meta"]["total"] == 7


@pytest.mark.django_db
def test_refusals_carry_codes(shop: Any, api: Any) -> None:
    part = made(shop)
    path = f"{PARTS}/{part['id']}"
    shop.post(f"{path}/claim", {"assigned": "Ben"})

    def code(answer: Any) -> tuple[int, str]:
        return answer.status_code, answer.json()["error"]["code"]

    taken = shop.post(f"{path}/claim", {"assigned": "Ann"})
    assert taken.json()["error"]["details"] == {"assigned": "Ben"}
    assert code(taken) == (409, "PART_ALREADY_CLAIMED")
    assert code(shop.post(f"{path}/revert")) == (400, "PART_NOT_COMPLETED")
    assert code(shop.patch(path, {"amount": 0})) == (400, "VALIDATION_ERROR")
    assert code(shop.patch(path, {})) == (400, "NO_DATA")
    assert code(shop.patch(path, {"category": "hand"})) == (409, "TRANSITION_NOT_ALLOWED")
    stale = shop.patch(path, {"name": "x"}, headers={"If-Match": '"1"'})
    assert code(stale) == (412, "PART_CHANGED")
    assert code(shop.get(f"{PARTS}/999")) == (404, "PART_NOT_FOUND")
    assert code(shop.get(f"{path}/download")) == (404, "FILE_NOT_FOUND")
    assert code(api("fab_reader").post(f"{path}/claim")) == (403, "FORBIDDEN")
    assert code(api.anonymous.get(PARTS)) == (401, "UNAUTHORIZED")
    last = shop.post(f"{path}/claim", {"assigned": "Ann", "if_unassigned": False})
    assert last.json()["data"]["assigned"] == "Ann"


@pytest.mark.django_db
def test_lists_are_filtered_found_sorted_and_exported(shop: Any) -> None:
    FabricationPartFactory(name="Gear", category="cnc", assigned="Ann")
    FabricationPartFactory(name="=Rail", category="hand")

    def names(**query: Any) -> list[str]:
        return [row["name"] for row in shop.get(PARTS, query).json()["data"]]

    assert names(category="cnc") == ["Gear"]
    assert names(search="RAI") == ["=Rail"]
    assert names(ordering="name") == ["=Rail", "Gear"]
    assert names(assigned="ann", fields="name") == ["Gear"]
    csv = b"".join(shop.get(PARTS, {"format": "csv"}).streaming_content).decode()
    assert "'=Rail" in csv


@pytest.mark.django_db
def test_a_step_file_is_uploaded_measured_and_drawn(shop: Any, api: Any) -> None:
    path = f"{PARTS}/{made(shop)['id']}"
    content = (SAMPLES / "inch-block.step").read_bytes()

    sent = shop.post(
        f"{path}/upload", {"file": SimpleUploadedFile("b.step", content)}, format="multipart"
    )
    model = shop.get(path).json()["data"]["model"]
    picture = shop.get(f"{path}/picture")

    assert sent.status_code == 201
    assert (model["state"], model["triangles"]) == ("done", 12)
    assert model["bounds"][3] == pytest.approx(12.7, rel=0.005)
    assert b"".join(picture.streaming_content).startswith(b"\x89PNG")
    assert shop.get(f"{path}/model").status_code == 200
    assert shop.get(f"{path}/traveller.pdf").content.startswith(b"%PDF")
    assert api("fab_reviewer").post(f"{path}/convert").status_code == 403
    assert shop.post(f"{path}/convert").json()["data"]["state"] == "done"


@pytest.mark.django_db
def test_machines_have_queues(shop: Any) -> None:
    mill = shop.post("/api/fabrication/machines", {"name": "Mill", "type": "cnc"}).json()["data"]
    rows = [FabricationPartFactory(category="cnc") for _ in range(2)]
    for row in rows:
        shop.patch(f"{PARTS}/{row.pk}", {"machine_id": mill["id"]})
    path = f"/api/fabrication/machines/{mill['id']}"
    ids = [row.pk for row in rows]

    turned = shop.post(f"{path}/queue", {"ids": ids[::-1]})
    stale = shop.post(f"{path}/queue", {"ids": [*ids, 10**6]})

    assert [row["id"] for row in turned.json()["data"]] == ids[::-1]
    assert stale.json()["error"]["code"] == "QUEUE_CHANGED"
    assert (
        shop.post("/api/fabrication/machines", {"name": "Mill", "type": "cnc"}).status_code == 400
    )
    assert shop.patch(path, {"is_active": False}).json()["data"]["is_active"] is False
    assert shop.delete(path).status_code == 204
    assert FabricationPart.objects.filter(queue_position__isnull=False).count() == 0


@pytest.mark.django_db
def test_figures_and_bulk(shop: Any) -> None:
    ids = [made(shop)["id"] for _ in range(2)]

    bulk = shop.post(f"{PARTS}/bulk", {"ids": ids, "action": "approve"}).json()["data"]
    figures = shop.get("/api/fabrication/statistics").json()["data"]
    capacity = shop.get("/api/fabrication/capacity").json()["data"]

    assert [row["ok"] for row in bulk["results"]] == [True, True]
    assert (figures["by_category"]["cnc"], figures["yield"]) == (2, None)
    assert capacity["by_type"] == [{"name": "cnc", "parts": 2, "amount": 2, "oldest_days": 0}]
    assert shop.get("/api/fabrication/leaderboard").json()["data"] == []


def together(count: int, work: Any) -> list[Any]:
    """Do `work(number)` in threads at the same moment; return what each gave or raised."""
    gate, ended = threading.Barrier(count), []

    def run(number: int) -> None:
        try:
            gate.wait()
            ended.append(work(number))
        except Exception as err:  # noqa: BLE001  looked at below
            ended.append(err)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


@pytest.mark.django_db(transaction=True)
def test_two_people_claim_one_part_and_one_holds_it(rounds: int) -> None:
    """Seen failing with the lock taken out of `changing`: both then hold the part."""
    people = [UserFactory(roles=["fab_worker"]) for _ in range(2)]
    for _ in range(rounds):
        part = FabricationPartFactory(type="hand", category="hand", status="Reviewed")

        def claim(number: int, pk: int = part.pk) -> Any:
            return flow.assign(
                actor=people[number], part_id=pk, name=f"P{number}", if_unassigned=True
            )

        ended = together(2, claim)

        refused = [end for end in ended if isinstance(end, AlreadyClaimed)]
        won = [end for end in ended if isinstance(end, FabricationPart)]
        assert (len(won), len(refused)) == (1, 1), ended
        holder = FabricationPart.objects.get(pk=part.pk).assigned
        assert won[0].assigned == holder
        assert refused[0].details == {"assigned": holder}
        assert PartEvent.objects.filter(part=part, action="assigned").count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_comes_second_in_the_admin_or_by_script_is_told_who_was_first() -> None:
    people = [UserFactory(roles=["super_admin"], username=name) for name in ("ann", "ben")]
    part = FabricationPartFactory(type="hand", category="hand", status="Reviewed")

    def claim(number: int) -> Any:
        client = Client()
        client.force_login(people[number // 2])
        name = f"P{number}"
        if number % 2:
            body = json.dumps({"assigned": name, "ifUnassigned": True})
            path = f"{PARTS}/{part.pk}/claim"
            return name, client.post(path, body, content_type="application/json")
        form = {"ids": part.pk, "confirm": "1", "assigned": name}
        return name, client.post("/admin/parts/fabricationpart/verbs/claim/", form)

    ended = together(4, claim)

    holder = FabricationPart.objects.get(pk=part.pk).assigned
    for name, answer in ended:
        text = answer.content.decode()
        if name == holder:
            assert answer.status_code in {200, 302}, text
        elif answer.headers["Content-Type"] == "application/json":
            assert answer.json()["error"]["details"] == {"assigned": holder}
        else:
            assert f"{part} is already claimed by {holder}." in text
    assert PartEvent.objects.filter(part=part, action="assigned").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_front_ends_claim_goes_to_who_comes_last(settings: Any) -> None:
    settings.FABRICATION_API_KEY = KEY
    part = FabricationPartFactory(type="hand", category="hand", status="Reviewed")

    ended = together(4, lambda number: Shop().post(f"{part.pk}/assign", {"assigned": f"P{number}"}))

    assert [answer.status_code for answer in ended] == [200] * 4
    last = max(ended, key=lambda answer: answer.json()["version"]).json()
    part.refresh_from_db()
    assert part.assigned == last["assigned"]
    assert len(part.misc_info["handWorkers"]) == 4


@pytest.mark.django_db(transaction=True)
def test_parts_that_come_to_a_machine_at_once_have_places_of_their_own() -> None:
    machine = MachineFactory()
    rows = [FabricationPartFactory(category="cnc") for _ in range(6)]

    ended = together(
        6,
        lambda number: parts.update_part(
            actor=None, part_id=rows[number].pk, body={"machineId": machine.pk}
        ),
    )

    assert all(isinstance(end, FabricationPart) for end in ended), ended
    places = [part.queue_position for part in queues.queue_of(Machine.objects.get())]
    assert places == [1, 2, 3, 4, 5, 6]

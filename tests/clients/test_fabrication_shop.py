"""Figures, keys, the base path, drawings, wipe and the additions (contract 3, 4.7, 4.8, 10)."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from parts.models import FabricationPart, Machine, PartEvent
from parts.services import fabrication_backup
from tests.clients.fabrication import KEY, Shop, body_of
from tests.factories.accounts import UserFactory
from tests.factories.fabrication import FabricationPartFactory, MachineFactory
from tests.parts.web import running_site

pytestmark = pytest.mark.django_db


def in_production(shop: Shop, **body: Any) -> str:
    path = str(shop.made(**{"type": "cnc", **body})["id"])
    shop.post(f"{path}/approve")
    return path


def test_parts_are_counted_as_recorded(shop: Shop) -> None:
    FabricationPartFactory(category="hand", status="In Progress", assigned="Ann")
    FabricationPartFactory(category="hand", assigned="")
    FabricationPartFactory(category="misc", status="Approved")
    FabricationPartFactory(category="completed", status="Completed", assigned="Ben")

    assert shop.get("stats").json() == {
        "by_category": {"review": 0, "cnc": 0, "hand": 2, "misc": 1, "completed": 1},
        "by_status": {"pending": 1, "in_progress": 1, "completed": 1},
        "assignment": {"assigned": 2, "unassigned": 2},
        "total": 4,
    }


def test_the_leaderboard_scores_as_recorded(shop: Shop) -> None:
    def log(*names: str) -> list[dict[str, str]]:
        return [{"name": name, "timestamp": "2026-11-20T10:00:00+00:00"} for name in names]

    made = {"category": "completed", "status": "Completed"}
    FabricationPartFactory(**made, assigned="Ann")
    FabricationPartFactory(
        **made, assigned="Ben", misc_info={"handWorkers": [*log("Ann", "Ann", "Ben", "Hal"), 5]}
    )
    FabricationPartFactory(
        **made,
        assigned="Cy",
        misc_info={"completedIncorrectly": True, "hand_workers": log("Ben")},
    )
    FabricationPartFactory(assigned="Nobody yet")

    assert shop.get("leaderboard").json() == {
        "leaderboard": [
            {"name": "Ann", "score": 2.0},
            {"name": "Ben", "score": 1.5},
            {"name": "Hal", "score": 0.5},
            {"name": "Cy", "score": -1.0},
        ]
    }


def test_times_are_weighed_by_amount_as_worked_out(shop: Shop) -> None:
    claimed = datetime(2026, 11, 1, tzinfo=UTC)
    for hours, amount in ((0.5, 3), (1, 2), (24, 5)):
        FabricationPartFactory(
            category="completed",
            status="Completed",
            amount=amount,
            assigned="Ann",
            claimed_date=claimed,
            misc_info={"completed_at": (claimed + timedelta(hours=hours)).isoformat()},
        )

    found = shop.get("stats/detailed").json()

    assert found["average_completion_time"] == pytest.approx(12.35)
    assert list(found["completion_time_distribution"].items()) == [
        ("< 1 hour", 3), ("1-4 hours", 2), ("4-8 hours", 0), ("8-24 hours", 0), ("> 24 hours", 5),
    ]  # fmt: skip
    assert found["top_contributors"] == [{"name": "Ann", "count": 10}]
    assert (found["total_parts"], found["completed_parts"], found["in_progress_parts"]) == (
        10,
        10,
        0,
    )
    assert found["by_type"] == {"cnc": 10, "hand": 0, "misc": 0}


def test_an_empty_shop_has_empty_figures(shop: Shop) -> None:
    found = shop.get("stats/detailed").json()

    assert found["average_completion_time"] is None
    assert set(found["completion_time_distribution"].values()) == {0}
    assert found["top_contributors"] == []
    assert shop.get("leaderboard").json() == {"leaderboard": []}


def test_the_key_is_looked_for_in_three_places(shop: Shop) -> None:
    client, path = Client(), "/api/parts/auth/check"
    missing, wrong = client.get(path), client.get(path, headers={"X-API-Key": "no"})
    asked = client.get(path, {"api_key": KEY})
    mixed = client.get(path, {"api_key": KEY}, headers={"X-API-Key": "no"})
    body = json.dumps({"api_key": KEY, "name": "x"})
    posted = client.post("/api/parts/", body, content_type="application/json")
    number = client.post("/api/parts/", '{"api_key": 5}', content_type="application/json")
    formed = client.post("/api/parts/", {"api_key": KEY})

    assert (missing.status_code, missing.json()) == (
        401,
        {
            "error": "API key required",
            "details": "Provide X-API-Key header, api_key query parameter, or api_key in request "
            "body",
        },
    )
    assert (wrong.status_code, wrong.json()) == (
        401,
        {"error": "Invalid API key", "details": "The provided API key is not valid"},
    )
    assert asked.json()["status"] == "authenticated"
    assert asked.json()["message"] == "API key is valid"
    assert asked["Cache-Control"] == "no-cache, no-store, must-revalidate"
    assert (asked["Pragma"], asked["Expires"]) == ("no-cache", "0")
    assert (mixed.status_code, posted.status_code) == (401, 201)
    assert number.json()["error"] == "Invalid API key"
    assert formed.json()["error"] == "API key required"


def test_strangers_learn_nothing_of_parts_and_methods(shop: Shop) -> None:
    stranger = Shop(key=None)

    for path in ("99", "nothing", "1/approve"):
        for method in ("GET", "PATCH", "POST"):
            assert stranger.send(method, path, {}).status_code == 401


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("fab_reader", set()),
        ("fab_submitter", {"create"}),
        ("fab_worker", {"assign", "complete"}),
        ("fab_reviewer", {"create", "assign", "complete", "approve", "revert", "edit"}),
        ("fab_admin", {"create", "assign", "complete", "approve", "revert", "edit", "delete"}),
    ],
)
def test_scopes_decide_what_a_caller_may(shop: Shop, role: str, allowed: set[str]) -> None:
    scopes = {"create": "submit", "assign": "work", "complete": "work", "delete": "admin"}
    person = Shop(key=None)
    person.client.force_login(UserFactory(roles=[role]))
    path = str(shop.made(type="hand")["id"])
    calls = {
        "create": lambda: person.post("", {"name": "x"}),
        "edit": lambda: person.put(path, {"name": "y"}),
        "approve": lambda: person.post(f"{path}/approve"),
        "assign": lambda: person.post(f"{path}/assign", {"assigned": "Ann"}),
        "complete": lambda: person.post(f"{path}/complete"),
        "revert": lambda: person.post(f"{path}/revert"),
        "delete": lambda: person.send("DELETE", path),
    }
    refused = {}
    for verb, call in calls.items():
        answer = call()
        if answer.status_code == 403:
            refused[verb] = answer.json()

    assert set(calls) - set(refused) == allowed
    assert refused == {
        verb: {"error": "Forbidden", "details": f"fab:{scopes.get(verb, 'review')} required"}
        for verb in set(calls) - allowed
    }
    assert person.get().status_code == 200


def test_a_submitter_edits_own_drafts_alone(shop: Shop) -> None:
    person = Shop(key=None)
    person.client.force_login(UserFactory(roles=["fab_submitter"]))
    own = person.made()
    other = shop.made()

    assert person.put(str(own["id"]), {"name": "Better"}).status_code == 200
    assert person.put(str(own["id"]), {"category": "completed"}).status_code == 403
    assert person.put(str(other["id"]), {"name": "Worse"}).status_code == 403
    shop.post(f"{own['id']}/approve")
    assert person.put(str(own["id"]), {"name": "Later"}).status_code == 403


def test_bodies_beyond_a_mebibyte_are_refused(shop: Shop) -> None:
    answer = shop.post("", {"notes": "x" * 1024 * 1024})

    assert answer.status_code == 413
    assert "error" in answer.json()


def test_a_failure_says_what_failed_and_nothing_else(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = shop.made()

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(FabricationPart, "write_search_text", broken)
    answers = {
        "create part": shop.post("", {"name": "x"}),
        "update part": shop.put(str(part["id"]), {"name": "y"}),
        "approve part": shop.post(f"{part['id']}/approve"),
        "complete part": shop.post(f"{part['id']}/complete"),
    }

    for verb, answer in answers.items():
        assert (answer.status_code, answer.json()) == (500, {"error": f"Failed to {verb}"})
    assert shop.get(str(part["id"])).json() == part


def test_everything_is_wiped_after_a_backup(shop: Shop, settings: Any, tmp_path: Path) -> None:
    settings.PATCHBAY_VAR = tmp_path
    part = shop.made()
    shop.upload(part["id"], "x.pdf", b"%PDF-1.4 x")

    wrong = [shop.post("wipe", body) for body in ({}, {"password": "no"}, {"password": 5})]
    right = shop.post("wipe", {"password": KEY})
    later = shop.made()
    backup = next((tmp_path / "backups").glob("fabrication.*.bak"))

    assert [(answer.status_code, answer.json()) for answer in wrong] == [
        (403, {"error": "Incorrect password"})
    ] * 3
    assert right.json() == {"message": "All parts and files wiped successfully", "count": 1}
    assert later["id"] > part["id"]
    assert PartEvent.objects.filter(action="wiped").count() == 1
    with zipfile.ZipFile(backup) as archive:
        assert any(name.startswith("blobs/") for name in archive.namelist())


def test_nothing_is_wiped_without_a_backup_or_the_scope(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = shop.made()
    person = Shop(key=None)
    person.client.force_login(UserFactory(roles=["fab_reviewer"]))

    refused = person.post("wipe", {"password": KEY})

    def no_room(*args: Any) -> Path:
        raise OSError

    monkeypatch.setattr(fabrication_backup, "folder", no_room)
    failed = shop.post("wipe", {"password": KEY})

    assert (refused.status_code, refused.json()) == (403, {"error": "Forbidden"})
    assert (failed.status_code, failed.json()) == (500, {"error": "Failed to wipe parts"})
    assert shop.get(str(part["id"])).status_code == 200


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
    odd = [shop.post("bulk", body) for body in ({"ids": ids}, {"ids": "x", "action": "delete"},
                                                {"ids": [1] * 201, "action": "delete"})]  # fmt: skip

    assert refused.status_code == 409
    assert [row["ok"] for row in refused.json()["results"]] == [True, True, False]
    assert [row["ok"] for row in some.json()["results"]] == [True, True, False]
    assert {answer.status_code for answer in odd} == {400}
    assert shop.post("bulk", {"ids": ids, "action": "delete"}).status_code == 200
    assert FabricationPart.objects.count() == 0


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


@pytest.fixture
def dist(settings: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Shop</title>")
    (folder / "assets" / "app-1a2b.js").write_text("run()")
    (folder / "assets" / "app-1a2b.js.br").write_bytes(b"brotli")
    (folder / "stats.html").write_text("sizes")
    (folder / "app.webmanifest").write_text("{}")
    (tmp_path / "secret.txt").write_text("secret")
    settings.FABRICATION_FRONTEND_DIR = str(folder)
    settings.FABRICATION_BASE_PATH = "/fab"
    return folder


def test_the_front_end_is_served_below_its_base_path(shop: Shop, dist: Path) -> None:
    client = Client()
    script = client.get("/fab/assets/app-1a2b.js")
    packed = client.get("/fab/assets/app-1a2b.js", headers={"Accept-Encoding": "gzip, br"})

    for path in ("/fab", "/fab/", "/fab/review", "/fab/some/where"):
        page = client.get(path)
        assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert page["Cache-Control"] == "no-cache"
        assert b"Shop" in body_of(page)
    assert script["Content-Type"] == "text/javascript"
    assert script["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (packed["Content-Encoding"], body_of(packed)) == ("br", b"brotli")
    same = client.get("/fab/assets/app-1a2b.js", headers={"If-None-Match": script["ETag"]})
    assert same.status_code == 304
    assert "frame-src 'self' blob:" in client.get("/fab/")["Content-Security-Policy"]
    assert client.get("/fab/app.webmanifest")["Content-Type"] == "application/manifest+json"


def test_what_the_front_end_does_not_have_is_not_there(shop: Shop, dist: Path) -> None:
    client = Client()

    for path in ("/fab/assets", "/fab/assets/gone.js", "/fab/stats.html", "/fab/api/nothing",
                 "/fab/api", "/fab/%2e%2e/secret.txt", "/fab/..%2fsecret.txt",
                 "/fab/assets/../../secret.txt"):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert b"secret" not in body_of(answer)
    assert client.get("/fab/api/nothing").json() == {"error": "Not found"}
    assert client.get("/fabulous").status_code == 404
    assert client.get("/fab/health").json() == {"status": "healthy"}


def test_the_surface_answers_below_the_base_path_and_above(shop: Shop, dist: Path) -> None:
    below = shop.client.get("/fab/api/parts/", headers=shop.headers)
    made = shop.client.post(
        "/fab/api/parts/", '{"name": "x"}', content_type="application/json", headers=shop.headers
    )

    assert (below.status_code, made.status_code) == (200, 201)
    assert shop.get().json()["total"] == 1


def test_a_drawing_is_fetched_kept_and_fetched_again(shop: Shop, settings: Any) -> None:
    with running_site() as site:
        settings.ONSHAPE_BASE_URL = site.url
        settings.OUTBOUND_ALLOW = [site.host]
        link = "https://cad.example/documents/D1/w/W2/e/E3"
        part = shop.made(type="hand", onshapeUrl=link, file="gear.step")
        path = f"{part['id']}/drawing"
        ask = "/api/v6/drawings/d/D1/w/W2/e/E3/translations"
        job = {"href": f"{site.url}/job", "requestState": "ACTIVE"}
        no_keys = shop.get(path)
        settings.ONSHAPE_ACCESS_KEY, settings.ONSHAPE_SECRET_KEY = "access", "secret"
        site.page(ask, json.dumps(job).encode(), "application/json")
        done = {"requestState": "DONE", "resultExternalDataIds": ["X9"], "href": f"{site.url}/job"}
        site.page("/job", json.dumps(done).encode(), "application/json")
        site.page("/api/externaldata/X9", b"%PDF-1.7 drawing", "application/pdf")

        first = shop.get(path)
        asked = len(site.asked)
        again = shop.get(path)
        site.page("/api/externaldata/X9", b"%PDF-1.7 newer", "application/pdf")
        fresh = shop.get(path, refresh="true")

        assert (no_keys.status_code, no_keys.json()["error"]) == (503, "Failed to retrieve drawing")
        assert body_of(first) == b"%PDF-1.7 drawing"
        assert (
            first["Content-Disposition"] == f'attachment; filename="{part["partId"]}_drawing.pdf"'
        )
        assert body_of(again) == b"%PDF-1.7 drawing"
        assert (asked, site.asked[0][0]) == (3, "POST")
        assert json.loads(site.asked[0][2])["formatName"] == "PDF"
        assert body_of(fresh) == b"%PDF-1.7 newer"
        assert shop.get(str(part["id"])).json()["file"] == "gear.step"


def test_credentials_go_to_onshape_alone(shop: Shop, settings: Any) -> None:
    with running_site() as site, running_site() as other:
        settings.ONSHAPE_BASE_URL = site.url
        settings.OUTBOUND_ALLOW = [site.host, other.host]
        settings.ONSHAPE_ACCESS_KEY, settings.ONSHAPE_SECRET_KEY = "access", "secret"
        link = "https://cad.example/documents/D1/w/W2/e/E3"
        part = shop.made(type="hand", onshapeUrl=link)
        ask = "/api/v6/drawings/d/D1/w/W2/e/E3/translations"
        job = {"href": f"{other.url}/job", "requestState": "ACTIVE"}
        site.page(ask, json.dumps(job).encode(), "application/json")

        answer = shop.get(f"{part['id']}/drawing")

        assert (answer.status_code, answer.json()) == (
            502,
            {
                "error": "Failed to retrieve drawing",
                "details": "Onshape's answer leads to another host",
            },
        )
        assert other.asked == []


def test_drawings_that_cannot_be_had(shop: Shop) -> None:
    def says(query: dict[str, str], **body: Any) -> tuple[int, str]:
        part = shop.made(**body)
        if body.get("file") == "a.step":
            shop.sample(part["id"], "inch-block.step", "a.step")
        answer = shop.get(f"{part['id']}/drawing", **query)
        return answer.status_code, answer.json()["error"]

    hand = {"type": "hand"}
    assert says({}, type="cnc") == (
        400,
        "Drawing downloads are only available for hand fab parts",
    )
    assert says({}, **hand) == (404, "No drawing available for this part")
    assert says({}, **hand, file="a.step") == (404, "No drawing available for this part")
    assert says({"refresh": "true"}, **hand, onshapeUrl="#") == (
        400,
        "No Onshape URL to refresh from",
    )
    assert says({}, **hand, file="gone.pdf") == (404, "Drawing file not found")
    assert says({}, **hand, onshapeUrl="https://cad.example/x")[0] == 400

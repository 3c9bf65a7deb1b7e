"""Lists, parts and their workflow, answer by answer (contract 3.1, 3.2, 4.1, 4.2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from parts.models import FabricationPart, PartEvent
from tests.clients.fabrication import Shop

pytestmark = pytest.mark.django_db

CONTRACT_KEYS = {
    *("id", "uuid", "partId", "type", "name", "material", "materialThickness", "subsystem"),
    *("assigned", "status", "miscInfo", "notes", "file", "onshapeUrl", "claimedDate", "createdAt"),
    *("updatedAt", "category", "amount"),
}


def test_a_new_part_has_the_contracts_keys_and_defaults(shop: Shop) -> None:
    part = shop.made(type="CNC", material=5, onshapeUrl="")

    assert set(part) >= CONTRACT_KEYS
    assert part["partId"] == part["uuid"][:8]
    assert {key: part[key] for key in ("type", "material", "status", "category", "amount")} == {
        "type": "cnc",
        "material": "5",
        "status": "Pending",
        "category": "review",
        "amount": 1,
    }
    assert datetime.fromisoformat(part["createdAt"]).utcoffset() is not None
    assert part["claimedDate"] is None


@pytest.mark.parametrize(
    ("body", "details", "field"),
    [
        ({"amount": 0}, "Amount must be greater than 0", "amount"),
        ({"amount": "abc"}, "Amount must be a number", "amount"),
        ({"amount": "2.5"}, "Amount must be a number", "amount"),
        ({"amount": [1]}, "Amount must be a number", "amount"),
        ({"amount": 2.9}, "Amount must be a number", "amount"),
        ({"amount": True}, "Amount must be a number", "amount"),
        ({"amount": 1000001}, "Amount must be at most 1000000", "amount"),
        ({"miscInfo": [1]}, "misc_info must be an object", "misc_info"),
        ({"miscInfo": {"a": [[1]]}}, "misc_info list items must be string, number, or object",
         "misc_info"),
        ({"miscInfo": {"a": {"b": {}}}}, "misc_info object values must be string or number",
         "misc_info"),
        ({"miscInfo": {"a": "x" * 70000}}, "misc_info is too large", "misc_info"),
        ({"type": "laser"}, "type must be 'cnc', 'hand' or 'misc'", "type"),
        ({"category": "bogus"},
         "category must be one of: review, cnc, hand, misc, completed", "category"),
        ({"status": "Done"},
         "status must be one of: Pending, Reviewed, Approved, In Progress, Already Started, "
         "Completed, Cancelled", "status"),
        ({"name": "x" * 201}, "name exceeds maximum length of 200 characters", "name"),
        ({"name": ["x"]}, "name must be a string", "name"),
        ({"notes": "x" * 20001}, "notes exceeds maximum length of 20000 characters", "notes"),
        ({"onshapeUrl": "javascript:alert(1)"}, "onshape_url must be a valid URL", "onshape_url"),
        ({"onshapeUrl": "https://"}, "onshape_url must be a valid URL", "onshape_url"),
        ({"claimedDate": "yesterday"}, "claimed_date must be an ISO 8601 date", "claimed_date"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_refused_in_both_shapes(
    shop: Shop, body: dict[str, Any], details: str, field: str
) -> None:
    created = shop.post("", {"name": "x", **body})
    part = shop.made()
    changed = shop.put(str(part["id"]), body)

    assert (created.status_code, created.json()) == (
        400,
        {"error": "Validation Error", "details": details, "field": field},
    )
    assert (changed.status_code, changed.json()) == (
        400,
        {"error": details, "details": details, "field": field},
    )
    assert FabricationPart.objects.get().version == 1


@pytest.mark.parametrize(
    ("body", "error"),
    [("{}", "No data provided"), ('{"api_key": "shop-key-for-tests"}', "No data provided"),
     ("[1]", "No data provided"), ('"x"', "No data provided"), ("{", "Invalid JSON")],
)  # fmt: skip
def test_a_body_without_data_is_refused(shop: Shop, body: str, error: str) -> None:
    part = shop.made()

    answers = [shop.post("", body), shop.put(str(part["id"]), body)]

    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (400, {"error": error})
    ] * 2
    assert FabricationPart.objects.count() == 1


def test_required_fields_follow_the_setting(shop: Shop, settings: Any) -> None:
    settings.FABRICATION_REQUIRED_FIELDS = ("material", "subsystem")

    without = shop.post("", {"name": "x", "subsystem": "arm"})
    half = shop.post("", {"material": "Al", "subsystem": " "})
    part = shop.made(material="Al", subsystem="arm")
    blank = shop.put(str(part["id"]), {"subsystem": ""})

    assert without.json() == {
        "error": "Validation Error",
        "details": "Material is required",
        "field": "material",
    }
    assert half.json()["details"] == "Subsystem is required"
    assert blank.json()["error"] == "Subsystem is required"


def test_an_edit_changes_what_it_names_and_nothing_else(shop: Shop) -> None:
    part = shop.made(type="hand", status="Pending")
    path = str(part["id"])

    changed = shop.put(path, {"partId": " P-9 ", "status": "", "category": None, "amount": "5"})
    refused = shop.put(path, {"partId": " "})

    assert changed.json() == part | {
        "partId": "P-9",
        "amount": 5,
        "updatedAt": changed.json()["updatedAt"],
        "version": 2,
    }
    assert refused.json()["error"] == "Part ID is required"


def test_the_camel_case_spelling_wins(shop: Shop) -> None:
    part = shop.made(materialThickness="3 mm", material_thickness="4 mm")

    assert part["materialThickness"] == "3 mm"


def test_a_cad_link_cannot_break_out_of_markup(shop: Shop) -> None:
    part = shop.made(onshapeUrl="https://cad.example/a b'\"<x>`\\")

    assert part["onshapeUrl"] == "https://cad.example/a%20b%27%22%3Cx%3E%60%5C"
    assert shop.made(onshapeUrl="#")["onshapeUrl"] == "#"


def test_free_data_is_cleaned_as_recorded(shop: Shop) -> None:
    sent = {
        "a": 1, "b": None, "c": "x", "d": [1, None, "q", {"k": 1, "n": None}],
        "e": {"x": 1, "y": None}, "f": True, "h": "",
    }  # fmt: skip

    part = shop.made(miscInfo=sent)

    assert part["miscInfo"] == {
        "a": 1, "c": "x", "d": [1, "q", {"k": 1}], "e": {"x": 1}, "f": True, "h": "",
    }  # fmt: skip
    assert shop.made(miscInfo={"b": None})["miscInfo"] is None


def test_what_the_server_owns_survives_a_replacement(shop: Shop) -> None:
    part = shop.made(type="hand", assigned="Ann")
    path = str(part["id"])
    done = shop.post(f"{path}/complete", {"miscInfo": {"storage": "Shelf 9"}}).json()["miscInfo"]

    cleared = shop.put(path, {"miscInfo": {"views": {"deep": {"er": {}}}, "handWorkers": []}})
    marked = shop.put(path, {"miscInfo": {**done, "completedIncorrectly": True}})

    assert cleared.json()["miscInfo"] == {
        "handWorkers": done["handWorkers"],
        "completed_at": done["completed_at"],
    }
    assert marked.json()["miscInfo"] == {**done, "completedIncorrectly": True}


def test_the_older_spelling_of_the_log_survives_a_replacement(shop: Shop) -> None:
    log = [{"name": "Ann", "timestamp": "2026-01-01T00:00:00+00:00"}]
    path = str(shop.made(type="cnc", miscInfo={"hand_workers": log})["id"])

    kept = shop.put(path, {"miscInfo": {"storage": "A"}}).json()["miscInfo"]
    back = shop.put(path, {"miscInfo": {"hand_workers": log * 2}}).json()["miscInfo"]

    assert kept == {"storage": "A", "handWorkers": log}
    assert back == {"hand_workers": log * 2}


def test_the_recorded_chain_of_a_hand_part(shop: Shop) -> None:
    path = str(shop.made(type="hand", subsystem="s")["id"])

    def seen(verb: str, body: Any = None) -> tuple[Any, ...]:
        part = shop.post(f"{path}/{verb}", body).json()
        return part["status"], part["category"], part["assigned"], bool(part["claimedDate"])

    assert seen("approve", {"miscInfo": {"reviewer": "Rae"}}) == ("Reviewed", "hand", None, False)
    assert seen("assign", {"assigned": "Ann"}) == ("In Progress", "hand", "Ann", True)
    assert seen("unclaim", {}) == ("Already Started", "hand", None, False)
    assert seen("unclaim") == ("Already Started", "hand", None, False)
    assert seen("assign", {"assigned": "Ben"}) == ("In Progress", "hand", "Ben", True)
    assert seen("complete", "{broken") == ("Completed", "completed", "Ben", True)
    first = shop.get(path).json()["miscInfo"]["completed_at"]
    assert seen("complete", {"miscInfo": {"storage": "A"}}) == (
        "Completed",
        "completed",
        "Ben",
        True,
    )
    assert shop.get(path).json()["miscInfo"]["completed_at"] == first
    assert seen("revert", {}) == ("In Progress", "hand", "Ben", True)
    again = shop.post(f"{path}/revert")
    assert (again.status_code, again.json()) == (400, {"error": "Part is not completed"})
    info = shop.get(path).json()["miscInfo"]
    assert "completed_at" not in info
    assert info["reviewer"] == "Rae"
    assert [entry["name"] for entry in info["handWorkers"]] == ["Ann", "Ben"]
    actions = PartEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == [
        "created", "approved", "assigned", "unclaimed", "unclaimed", "assigned", "completed",
        "completed", "reverted",
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "stage"), [("cnc", "cnc"), ("misc", "misc"), (None, "hand")])
def test_approval_sends_a_part_to_the_stage_of_its_type(
    shop: Shop, kind: str | None, stage: str
) -> None:
    path = str(shop.made(type=kind)["id"])

    body = {"reviewer": "Rae", "miscInfo": {"reviewer": "Zed"}}
    approved = shop.post(f"{path}/approve", body).json()
    twice = shop.post(f"{path}/approve", {"miscInfo": {"place": 1}}).json()

    assert (approved["category"], approved["status"]) == (stage, "Reviewed")
    assert twice["miscInfo"] == {"reviewer": "Rae", "place": 1}


def test_moves_that_the_life_of_a_part_does_not_allow(shop: Shop) -> None:
    path = str(shop.made(type="cnc")["id"])
    shop.post(f"{path}/approve")
    shop.put(path, {"status": "In Progress"})
    in_production = shop.post(f"{path}/approve")
    shop.post(f"{path}/complete", {})
    answers = {
        "assign": shop.post(f"{path}/assign", {"assigned": "Ann"}),
        "unclaim": shop.post(f"{path}/unclaim", {}),
    }
    moved = shop.put(path, {"category": "hand"})

    assert (in_production.status_code, in_production.json()) == (
        409,
        {"error": "Cannot approve part", "details": "Part is already in production"},
    )
    for verb, answer in answers.items():
        assert (answer.status_code, answer.json()) == (
            409,
            {"error": f"Cannot {verb} part", "details": "Part is completed"},
        )
    assert (moved.status_code, moved.json()) == (
        409,
        {"error": "Cannot move part", "details": "Cannot transition from completed to hand"},
    )
    assert shop.get(path).json()["status"] == "Completed"


def test_a_new_type_carries_a_part_in_production_along(shop: Shop) -> None:
    path = str(shop.made(type="cnc")["id"])
    shop.post(f"{path}/approve")

    assert shop.put(path, {"type": "hand"}).json()["category"] == "hand"
    assert shop.put(path, {"category": "review"}).json()["category"] == "review"
    assert shop.put(path, {"type": "misc"}).json()["category"] == "review"


@pytest.mark.parametrize(
    "body", [None, {}, {"assigned": None}, {"assigned": " "}, {"assigned": 5}, "{"]
)
def test_a_claim_names_somebody(shop: Shop, body: Any) -> None:
    path = str(shop.made()["id"])

    answer = shop.post(f"{path}/assign", body)

    assert (answer.status_code, answer.json()) == (400, {"error": "Assigned user required"})


def test_bad_free_data_changes_nothing(shop: Shop) -> None:
    path = str(shop.made()["id"])

    for verb in ("approve", "complete"):
        answer = shop.post(f"{path}/{verb}", {"miscInfo": []})
        assert (answer.status_code, answer.json()) == (
            400,
            {"error": "misc_info must be an object", "field": "misc_info"},
        )
    assert shop.get(path).json()["version"] == 1


def test_a_missing_part_is_said_on_every_route(shop: Shop) -> None:
    gets = ("", "/download", "/file", "/model", "/drawing", "/views", "/views/0", "/history",
            "/revisions", "/traveller.pdf")  # fmt: skip
    posts = ("/approve", "/assign", "/unclaim", "/complete", "/revert", "/upload", "/views")
    answers = [shop.get(f"99{path}") for path in gets]
    answers += [shop.post(f"99{path}", {}) for path in posts]
    answers += [shop.put("99", {"name": "x"}), shop.send("DELETE", "99"), shop.get("9" * 30)]

    assert {(answer.status_code, answer.json()["error"]) for answer in answers} == {
        (404, "Part not found")
    }


def test_odd_paths_and_methods(shop: Shop) -> None:
    part = shop.made()

    for path in ("abc", "12abc", "-1", "nothing/here"):
        for method in ("GET", "POST", "PUT", "DELETE"):
            answer = shop.send(method, path, {})
            assert (answer.status_code, answer.json()) == (404, {"error": "Not found"}), path
    wrong = shop.send("PATCH", str(part["id"]), {})
    assert (wrong.status_code, wrong.json()) == (405, {"error": "Method not allowed"})
    assert "PUT" in wrong["Allow"]


def test_a_part_is_deleted_and_its_number_is_not_used_again(shop: Shop) -> None:
    part = shop.made()

    gone = shop.send("DELETE", str(part["id"]))
    later = shop.made()

    assert gone.json() == {"message": "Part deleted successfully"}
    assert later["id"] > part["id"]
    assert PartEvent.objects.filter(action="deleted", part_number=part["id"]).count() == 1


@pytest.fixture
def five(shop: Shop) -> list[int]:
    names = ("Alpha 50%", "beta", "Gamma", None, "delta_1")
    return [shop.made(name=name)["id"] for name in names]


def listed(shop: Shop, five: list[int], **query: Any) -> list[int]:
    return [five.index(part["id"]) + 1 for part in shop.get("", **query).json()["parts"]]


def test_lists_are_sorted_and_cut_as_the_contract_works_out(shop: Shop, five: list[int]) -> None:
    by_id = {"sort_by": "id", "sort_order": "asc"}
    page = shop.get("", **by_id, limit=2, offset=2).json()

    assert [five.index(part["id"]) + 1 for part in page["parts"]] == [3, 4]
    assert (page["total"], page["limit"], page["offset"]) == (5, 2, 2)
    assert listed(shop, five, **by_id, offset=2) == [1, 2, 3, 4, 5]
    odd = shop.get("", limit="abc", offset="abc").json()
    assert (len(odd["parts"]), odd["limit"], odd["offset"]) == (5, None, 0)
    far = shop.get("", limit=2, offset=99).json()
    assert (far["parts"], far["total"]) == ([], 5)
    assert len(shop.get("", limit=0).json()["parts"]) == 5
    assert len(shop.get("", limit=10**12).json()["parts"]) == 5


def test_texts_sort_without_regard_to_case_and_nulls_are_least(shop: Shop, five: list[int]) -> None:
    assert listed(shop, five, sort_by="name", sort_order="asc") == [4, 1, 2, 5, 3]
    assert listed(shop, five, sort_by="name", sort_order="DESC") == [3, 5, 2, 1, 4]
    assert listed(shop, five, sort_by="query") == [5, 4, 3, 2, 1]
    assert listed(shop, five, sort_by="partId", limit=5) != []


def test_search_is_literal_and_knows_no_case(shop: Shop, five: list[int]) -> None:
    zoe = shop.made(name="x", assigned="Zoë")
    own = shop.made(name="y")
    shop.put(str(own["id"]), {"partId": "P-900"})

    assert listed(shop, five, search="_") == [5]
    assert listed(shop, five, search="%") == [1]
    assert listed(shop, five, search="\\") == []
    assert listed(shop, five, search=" ALPHA ") == [1]
    assert [part["id"] for part in shop.get("", search="ZOË").json()["parts"]] == [zoe["id"]]
    assert [part["id"] for part in shop.get("", search="900").json()["parts"]] == [own["id"]]
    found = shop.get("", search=zoe["partId"][:4]).json()["parts"]
    assert zoe["id"] in [part["id"] for part in found]
    shop.put(str(zoe["id"]), {"partId": zoe["partId"], "notes": "sent back as it was"})
    inside = shop.get("", search=zoe["partId"][1:6]).json()["parts"]
    assert zoe["id"] not in [part["id"] for part in inside]


def test_a_stage_has_its_own_list(shop: Shop) -> None:
    hand = shop.made(type="hand")
    shop.post(f"{hand['id']}/approve")
    shop.made()

    forced = shop.get("categories/hand", category="review").json()

    assert [part["id"] for part in forced["parts"]] == [hand["id"]]
    assert shop.get("", category="nothing").json()["total"] == 0
    assert shop.get("categories/nothing").json()["parts"] == []
    assert shop.get("", category="").json()["total"] == 2

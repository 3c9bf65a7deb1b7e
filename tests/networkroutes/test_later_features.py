"""Later features of the original on the client surface: accounts in bulk, change log, locations."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from networkroutes.models import Location, NetworkRoute
from tests.factories.networkroutes import CarrierFactory, LocationFactory, NetworkRouteFactory
from tests.networkroutes.test_bulk import send

pytestmark = pytest.mark.django_db
HEADER = "username,password,email,full_name,user_role\n"
GOOD = "jo,Correct-horse-9,jo@example.net,Jo Planner,read_only\n"


def test_accounts_go_in_with_their_role_and_a_password_that_works(api: Any) -> None:
    answer = send(api("administrator"), "users", HEADER + GOOD)

    assert answer.status_code == 200, answer.content
    made = User.objects.get(username="jo")
    assert (made.email, made.display_name) == ("jo@example.net", "Jo Planner")
    assert made.check_password("Correct-horse-9")
    assert [row.role.name for row in made.role_assignments.all()] == ["read_only"]


def test_every_wrong_account_is_named_and_none_is_made(api: Any) -> None:
    before = User.objects.count()
    rows = (
        "kim,short,kim@example.net,Kim,read_only\n"
        "lee,Correct-horse-9,nowhere,Lee,read_only\n"
        "max,Correct-horse-9,max@example.net,Max,nobody\n"
    )

    client = api("administrator")
    answer = send(client, "users", HEADER + GOOD + rows)

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        "Row 3: password must have at least 8 characters",
        "Row 4: email must be an e-mail address",
        "Row 5: role nobody does not exist",
    ]
    assert User.objects.count() == before + 1  # the administrator who asked


def test_nobody_gives_a_role_that_holds_more_than_their_own(api: Any) -> None:
    answer = send(api("administrator"), "users", HEADER + GOOD.replace("read_only", "super_admin"))

    assert answer.status_code == 400
    assert answer.json()["error"] == "Bulk upload failed"
    assert answer.json()["message"] == "Transaction rolled back. No data was imported."
    assert not User.objects.filter(username="jo").exists()


def test_the_open_mode_neither_makes_nor_shows_accounts(settings: Any, api: Any) -> None:
    settings.NETWORKROUTES_OPEN_ACCESS = "full"

    answer = send(api.anonymous, "users", HEADER + GOOD)
    shown = api.anonymous.get("/bulk-upload/database/users")

    assert (answer.status_code, shown.status_code) == (401, 401)
    assert not User.objects.filter(username="jo").exists()


def test_an_export_of_accounts_holds_no_password(api: Any) -> None:
    client = api("administrator")

    response = client.get("/bulk-upload/database/users")
    lines = b"".join(response.streaming_content).decode().splitlines()

    assert lines[0] == HEADER.strip()
    assert [line.split(",")[1] for line in lines[1:]] == [""] * (len(lines) - 1)


def test_the_change_log_tells_who_changed_what_newest_first(api: Any) -> None:
    client = api("administrator")
    client.post("/network_routes", {"circuit_id": "AAABBB000001", "mtu": 1500}, format="json")
    client.put("/network_routes/AAABBB000001", {"mtu": 9000}, format="json")
    client.post(
        "/locations", {"location_code": "LON9", "city": "London", "country": "UK"}, format="json"
    )

    rows = client.get("/change-logs").json()
    mine = client.get("/change-logs?table_name=network_routes&limit=1").json()

    assert [(row["table_name"], row["action"]) for row in rows[:3]] == [
        ("location_reference", "CREATE"),
        ("network_routes", "UPDATE"),
        ("network_routes", "CREATE"),
    ]
    assert len(mine) == 1
    assert mine[0]["record_id"] == "AAABBB000001"
    assert "mtu: 1500 → 9000" in mine[0]["changes_summary"]
    assert mine[0]["user_name"] == client.user.username


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("Firefox/128 (Linux)", "Firefox/128 (Linux)"),
        ("", None),
        ("a\x00" + "b" * 500, "a" + "b" * 399),
    ],
)
def test_the_change_log_tells_the_client_software(api: Any, sent: str, told: str | None) -> None:
    client, body = api("administrator"), {"circuit_id": "AAABBB000001"}

    client.post("/network_routes", body, format="json", HTTP_USER_AGENT=sent)

    (row,) = client.get("/change-logs").json()
    assert (row["action"], row["user_agent"]) == ("CREATE", told)


@pytest.mark.parametrize(("role", "status"), [("provisioner", 200), ("read_only", 403)])
def test_the_change_log_is_for_those_who_may_read_it(api: Any, role: str, status: int) -> None:
    assert api(role).get("/change-logs").status_code == status


def test_later_fields_of_a_location_are_kept_where_a_put_leaves_them_out(api: Any) -> None:
    client = api("administrator")
    body = {"location_code": "LON9", "city": "London", "country": "UK"}
    later = {"region": "emea", "provider": "Docks", "access_info": "Gate 2", "more_info": "Cage 7"}

    made = client.post("/locations", {**body, **later}, format="json").json()
    client.put(f"/locations/{made['id']}", {**body, "city": "Londres"}, format="json")

    shown = next(row for row in client.get("/locations").json() if row["id"] == made["id"])
    assert (shown["city"], shown["region"], shown["provider"]) == ("Londres", "EMEA", "Docks")
    assert (shown["access_info"], shown["more_info"]) == ("Gate 2", "Cage 7")
    assert shown["min_price_under_100mb"] == 0


def test_an_unknown_region_is_refused_and_nothing_is_written(api: Any) -> None:
    body = {"location_code": "LON9", "city": "London", "country": "UK", "region": "Mars"}

    answer = api("administrator").post("/locations", body, format="json")

    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "region must be one of AMERs, EMEA, APAC"},
    )
    assert not Location.objects.filter(location_code="LON9").exists()


def test_a_carrier_outside_the_directory_is_refused_where_the_setting_asks(
    api: Any, settings: Any
) -> None:
    settings.NETWORKROUTES_REQUIRE_KNOWN_CARRIER = True
    CarrierFactory(carrier_name="Aurora Fibre", region="EMEA")
    CarrierFactory(carrier_name="Gone", region="EMEA", status="inactive")
    LocationFactory()
    client = api("administrator")

    def post(number: int, carrier: str) -> Any:
        body = {"circuit_id": f"AAABBB00000{number}", "underlying_carrier": carrier}
        return client.post("/network_routes", body, format="json")

    assert post(1, "aurora fibre").status_code == 201
    assert post(2, "").status_code == 201
    for number, name in ((3, "Gone"), (4, "Nobody")):
        assert post(number, name).json() == {
            "error": "Invalid underlying carrier. Please select a valid carrier from the database."
        }
    assert NetworkRoute.objects.count() == 2


def test_a_bulk_upload_asks_for_known_carriers_too(api: Any, settings: Any) -> None:
    settings.NETWORKROUTES_REQUIRE_KNOWN_CARRIER = True
    CarrierFactory(carrier_name="Aurora Fibre", region="EMEA")
    kept = NetworkRouteFactory(circuit_id="AAABBB000003", underlying_carrier="Nobody")
    text = (
        "circuit_id,location_a,location_b,underlying_carrier\n"
        "AAABBB000001,A,B,AURORA  fibre\nAAABBB000002,A,B,Gone\nAAABBB000003,Z,B,Nobody\n"
    )

    refused = send(api("administrator"), "network_routes", text, upsert="1")
    taken = send(
        api("administrator"), "network_routes", text.replace("Gone", "Aurora Fibre"), upsert="1"
    )

    assert refused.json()["errors"] == [
        "Row 3: Invalid underlying carrier. Please select a valid carrier from the database."
    ]
    assert (taken.json()["rows_imported"], taken.json()["rows_updated"]) == (3, 1)
    kept.refresh_from_db()
    assert (kept.location_a, kept.underlying_carrier) == ("Z", "Nobody")

"""MIB profiles as data: made, read from texts, tried on a device."""

from __future__ import annotations

import time

import pytest
from django.db import connection
from django.utils import timezone

from devices.executors.snmp_codec import VarBind, parse_oid
from devices.models import (
    EnumMapping,
    MibProfile,
    OidGroup,
    OidMapping,
    PollConfig,
    PollData,
    PollType,
)
from devices.parsers.mib_text import module_name, parse_mib
from devices.services import mib_seeds, poll_rows, polling

pytestmark = pytest.mark.django_db
TEXT = """
ACME-LAMP-MIB DEFINITIONS ::= BEGIN
-- lamps of ACME -- and their "state"
acmeLamps MODULE-IDENTITY
    LAST-UPDATED "202601010000Z" ORGANIZATION "ACME" CONTACT-INFO "x" DESCRIPTION "Lamps"
    ::= { acme 5 }
acme OBJECT IDENTIFIER ::= { enterprises 99999 }
lampCount OBJECT-TYPE
    SYNTAX Integer32 (0..64)
    MAX-ACCESS read-only
    STATUS current
    DESCRIPTION "How many ::= { lamps }"
    ::= { acmeLamps 1 }
lampTable OBJECT-TYPE
    SYNTAX SEQUENCE OF LampEntry
    MAX-ACCESS not-accessible STATUS current DESCRIPTION "All"
    ::= { acmeLamps 2 }
lampEntry OBJECT-TYPE
    SYNTAX LampEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION "One"
    INDEX { lampIndex }
    ::= { lampTable 1 }
lampState OBJECT-TYPE
    SYNTAX INTEGER { off(1), on(2), broken(-1) }
    MAX-ACCESS read-only STATUS current DESCRIPTION "State"
    ::= { lampEntry 2 }
lampHours OBJECT-TYPE
    SYNTAX Counter64 MAX-ACCESS read-only STATUS current DESCRIPTION "Hours"
    ::= { lampEntry 3 }
lost OBJECT IDENTIFIER ::= { elsewhere 3 }
END
"""


def test_a_text_is_read_whatever_its_order_and_comments():
    found = {item.name: item for item in parse_mib(TEXT)}

    assert found["lampState"].oid == "1.3.6.1.4.1.99999.5.2.1.2"
    assert found["lampState"].enums == {1: "off", 2: "on", -1: "broken"}
    assert found["lampCount"].description == "How many ::= { lamps }"
    assert found["lampTable"].is_table
    assert found["lost"].oid is None
    assert parse_mib("") == parse_mib("no MIB { at all") == []


@pytest.mark.parametrize(
    "text",
    [
        "a OBJECT-TYPE " * 40_000,
        "a OBJECT-TYPE INDEX {" * 30_000 + "::= {x}",
        "a" * 200_000,
        "a DEFINITIONS" + " " * 200_000,
        "a OBJECT-TYPE SYNTAX {(" + "a" * 200_000 + "::= { x 1 }",
    ],
)
def test_a_hostile_text_is_read_in_the_time_of_its_length(text):
    began = time.perf_counter()

    assert len(parse_mib(text)) <= 1
    assert module_name(text) == ""

    assert time.perf_counter() - began < 2


@pytest.mark.parametrize("root", ["/api/mib", "/monitoring/v1/mib"])
def test_every_resource_is_made_changed_and_removed(api, root):
    admin = api("admin")

    def post(path, body):
        answer = admin.post(f"{root}/{path}", body, format="json")
        assert answer.status_code == 201, answer.content
        return answer.json()["data"]

    profile = post("profiles", {"name": "acme", "vendor": "ACME", "enterprise_oid": ".1.3.6"})
    group = post("groups", {"profile_id": profile["id"], "name": "lamps", "is_table": True})
    mapping = post(f"groups/{group['id']}/mappings", {"name": "state", "oid": "1.3.6.1.4.1.9"})
    post("enums", {"mapping_id": mapping["id"], "int_value": 1, "string_value": "on"})
    kind = post(
        "poll-types", {"name": "lamps", "profile_id": profile["id"], "group_ids": [group["id"]]}
    )

    tree = admin.get(f"{root}/profiles/{profile['id']}").json()["data"]
    assert tree["groups"][0]["mappings"][0]["enums"] == {"1": "on"}
    assert kind["group_ids"] == [group["id"]]
    changed = admin.put(f"{root}/groups/{group['id']}", {"name": "bulbs"}, format="json").json()
    assert (changed["data"]["name"], changed["data"]["is_table"]) == ("bulbs", True)
    empty = admin.put(f"{root}/groups/{group['id']}", {}, format="json").json()["error"]
    assert empty["message"] == "No fields to update"
    assert admin.delete(f"{root}/profiles/{profile['id']}").status_code == 200
    assert admin.get(f"{root}/mappings/{mapping['id']}").status_code == 404
    assert not PollType.objects.filter(name="lamps").exists()


def test_refusals_name_the_field_and_write_nothing(api):
    admin = api("admin")
    before = MibProfile.objects.count()

    def refused(path, body):
        answer = admin.post(f"/api/mib/{path}", body, format="json")
        error = answer.json()["error"]
        return answer.status_code, error["code"], error["message"]

    assert refused("profiles", {"name": "x"}) == (400, "VALIDATION_ERROR", "'vendor' is required")
    assert refused("profiles", {"name": "ciena_saos6", "vendor": "C"})[:2] == (409, "DUPLICATE")
    assert refused("groups", {"profile_id": 10**9, "name": "x"})[0] == 400
    group = OidGroup.objects.first().pk
    bad = refused("mappings", {"group_id": group, "name": "x", "oid": "sysName"})
    assert bad == (400, "VALIDATION_ERROR", "oid must be a numeric OID such as 1.3.6.1.2.1")
    assert api("viewer").post("/api/mib/profiles", {}, format="json").status_code == 403
    assert MibProfile.objects.count() == before


def test_a_text_is_taken_in_once(api):
    admin = api("admin")
    parsed = admin.post("/api/mib/parse-mib", {"content": TEXT}, format="json").json()["data"]
    assert (parsed["mib_name"], parsed["unresolved"]) == ("ACME-LAMP-MIB", ["lost"])

    first = admin.post(
        "/api/mib/import-mib", {"content": TEXT, "vendor": "ACME"}, format="json"
    ).json()["data"]
    again = admin.post(
        "/api/mib/import-mib", {"content": TEXT, "profile_id": first["profile_id"]}, format="json"
    ).json()["data"]

    assert (first["groups"], first["mappings"], first["enums"]) == (2, 3, 3)
    assert (again["groups"], again["mappings"], again["enums"]) == (0, 0, 0)
    hours = OidMapping.objects.get(name="lampHours")
    assert (hours.data_type, hours.group.name) == ("counter64", "lampTable")
    assert EnumMapping.objects.filter(mapping__name="lampState").count() == 3
    none = admin.post("/api/mib/parse-mib", {"content": "hello"}, format="json")
    assert none.status_code == 400


def test_an_oid_and_a_group_are_tried_on_a_device(api, simulated):
    operator, way = api("admin"), {"host": "127.0.10.1", "port": simulated.snmp_port}
    way["community"] = "public"
    group = OidGroup.objects.get(name="xcvr")

    system = operator.post(
        "/api/mib/test-poll", {**way, "oid": "1.3.6.1.2.1.1"}, format="json"
    ).json()["data"]
    table = operator.post(
        "/api/mib/test-poll", {**way, "group_id": group.pk}, format="json"
    ).json()["data"]
    walked = operator.post(
        "/monitoring/v1/mib/discover-oids", {**way, "base_oid": "1.3.6.1.2.1.1"}, format="json"
    ).json()["data"]

    names = {row["oid"]: row["mapping"] for row in system["results"]}
    assert names["1.3.6.1.2.1.1.5.0"] == "name"
    assert {"rx_power_dbm", "vendor"} <= {row["mapping"] for row in table["results"]}
    assert (walked["base_oid"], walked["count"]) == ("1.3.6.1.2.1.1", 6)
    none = operator.post("/api/mib/test-poll", {**way}, format="json").json()["error"]
    assert none["message"] == "oid is required"


def test_a_poll_type_gets_its_groups_in_the_admin(admin_page):
    page = "/admin/devices/polltype/"
    saos, other = MibProfile.objects.get(name="ciena_saos6"), MibProfile.objects.create(name="x")
    raps, ports = (OidGroup.objects.get(profile=saos, name=name) for name in ("raps", "port_stats"))
    strange = OidGroup.objects.create(profile=other, name="strange")
    sent = {"name": "rings", "profile": saos.pk, "target_table": "polling_data", "enabled": "on"}

    admin_page.post(f"{page}add/", {**sent, "asks": [raps.pk, ports.pk]})
    made = PollType.objects.get(name="rings")
    own = f"{page}{made.pk}/change/"
    first = set(made.groups.values_list("pk", flat=True))
    shown = admin_page.get(own).content.decode()
    refused = admin_page.post(own, {**sent, "asks": [raps.pk, strange.pk]}).content.decode()
    moved = admin_page.post(own, {**sent, "profile": other.pk, "asks": [raps.pk, ports.pk]})
    kept = set(made.groups.values_list("pk", flat=True))
    admin_page.post(own, {**sent, "asks": [raps.pk]})

    assert first == kept == {raps.pk, ports.pk}
    assert shown.count("checked") >= 2
    assert "belongs to another profile" in refused
    assert "belong to another profile" in moved.content.decode()
    assert list(made.groups.all()) == [raps]


def test_a_poll_deleted_while_it_runs_keeps_what_devices_said(monkeypatch):
    mib_seeds.seed_profiles()
    config = PollConfig.objects.create(name="p", poll_type="ciena_system", target_type="all")
    said = poll_rows.Answer("10.0.0.1", [VarBind(parse_oid("1.3.6.1.2.1.1.5.0"), "Integer", 7)])

    def deleting(*_, **__):
        PollConfig.objects.filter(pk=config.pk).delete()
        return [polling.Asked("10.0.0.1", "", "", "", {})]

    async def answers(*_):
        return [said]

    monkeypatch.setattr(polling, "targets_of", deleting)
    monkeypatch.setattr(polling, "_ask_all", answers)

    run = polling.poll(config.pk, timezone.now())

    run.refresh_from_db()
    assert (run.status, run.config_id, run.records_collected) == ("success", None, 1)
    row = PollData.objects.get()
    assert (row.config_id, row.execution_id, row.data["name"]) == (None, run.pk, 7)
    connection.check_constraints()

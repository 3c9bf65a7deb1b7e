"""The platform's own endpoints: health, machine, settings."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_strangers_see_the_state_and_people_the_details(api: Any) -> None:
    stranger = api.anonymous.get("/system/v1/health").json()
    person = api("viewer").get("/system/v1/health").json()

    assert set(stranger) == {"status", "timestamp", "checks"}
    assert all(set(check) == {"status"} for check in stranger["checks"].values())
    checks = person["checks"]
    assert set(checks) == {"database", "memory", "disk", "cpu", "services"}
    assert checks["database"]["response_time_ms"] > 0
    assert set(checks["services"]["services"]) == {"backend", "database", "poller", "scheduler"}
    assert {"usage_percent", "available_gb", "total_gb"} <= set(checks["memory"])


def test_settings_are_typed_and_changed_one_by_one(api: Any) -> None:
    boss = api("admin")

    shown = boss.get("/system/v1/settings").json()["logging"]["retention_days"]
    body = {"category": "logging", "key": "retention_days", "value": 7}
    changed = boss.put("/system/v1/settings", body)
    wrong = boss.put("/system/v1/settings", {**body, "value": "7"})
    unknown = boss.put("/system/v1/settings", {**body, "key": "colour"})
    refused = api("viewer").put("/system/v1/settings", body)

    assert (shown["value"], shown["type"]) == (30, "integer")
    assert changed.status_code == 200
    assert boss.get("/api/logging/settings").json()["data"]["retention_days"] == 7
    assert [r.status_code for r in (wrong, unknown, refused)] == [400, 404, 403]
    assert unknown.json()["error"]["code"] == "SETTING_NOT_FOUND"
    assert AuditEntry.objects.get(verb="setting.changed").after == {"retention_days": 7}


def test_the_database_is_named_without_its_password(api: Any) -> None:
    first = api("admin").get("/api/settings/database").json()["data"]
    second = api("admin").get("/system/v1/settings/database").json()
    tried = api("admin").post("/api/settings/database/test").json()["data"]

    assert set(first) == {"db_host", "db_port", "db_name", "db_username", "db_ssl_mode"}
    assert set(second) == {"host", "port", "database", "connected"}
    assert (second["connected"], tried["connected"]) == (True, True)


@pytest.mark.parametrize("prefix", ["", "/system/v1"])
def test_programs_of_the_list_are_looked_for(api: Any, prefix: str) -> None:
    found = api("viewer").get(f"{prefix}/check-tool", {"tool": "python3"}).json()
    other = api("viewer").get(f"{prefix}/check-tool", {"tool": "rm"})
    stranger = api.anonymous.get(f"{prefix}/check-tool", {"tool": "python3"})

    assert (found["tool"], found["available"]) == ("python3", True)
    assert (other.status_code, stranger.status_code) == (400, 401)
    assert api("viewer").get(f"{prefix}/check-database").json()["connected"] is True


@pytest.mark.parametrize(
    ("kind", "cleared"),
    [("all", ["api", "database", "sessions"]), ("sessions", ["sessions"]), ("nothing", None)],
)
def test_caches_are_emptied(api: Any, kind: str, cleared: list[str] | None) -> None:
    answer = api("admin").delete(f"/system/v1/cache?cache_type={kind}")

    assert answer.status_code == (200 if cleared else 400)
    assert answer.json().get("cleared_caches") == cleared


def test_info_is_for_signed_in_people(api: Any) -> None:
    assert api.anonymous.get("/system/v1/info").status_code == 401
    assert {"hostname", "process", "uptime_seconds"} <= set(
        api("viewer").get("/system/v1/info").json()
    )
    assert api.anonymous.get("/api/info").json()["data"]["version"] == "2.0.0"

"""SNMP that breaks off, never ends or cannot be meant: said in words, never a wrong state."""

import time

import pytest

from devices.executors import snmp_accounts, snmp_engine
from devices.executors.base import safe_execute
from devices.executors.snmp import SnmpExecutor
from devices.simulator.snmp_agent import encode_response, read_request
from tests.devices.test_snmp_engine import agent

COLUMN_8 = (1, 3, 6, 1, 4, 1, 6141, 2, 60, 2, 1, 1, 1, 1, 8)


def endless(data, count):
    """Answer each question with one row that follows, a little later."""
    time.sleep(0.02)
    asked = read_request(data)
    return [encode_response(asked, [((*asked.oids[0][:11], count), "Integer", 1)])]


@pytest.mark.parametrize("version", ["1", "2c"])
def test_a_walk_without_end_is_stopped_by_time_and_keeps_its_rows(monkeypatch, version):
    monkeypatch.setattr(snmp_engine, "MAX_WALK_S", 0.5)
    with agent(endless) as (port, _):
        config = {"port": port, "timeout": 1, "retries": 0, "version": version, "walk": True}

        outcome = SnmpExecutor().execute("127.0.0.1", "1.3.6.1.2.1.2.2.1.2", config)

    assert (outcome.success, outcome.error) == (False, "The walk was stopped after 0.5 s")
    assert 2 <= len(outcome.extra["results"]) < 40


def large(data, count):
    """Answer each question with a row of many octets that follows."""
    asked = read_request(data)
    return [encode_response(asked, [((*asked.oids[0][:11], count), "OctetString", "x" * 1000)])]


def test_a_walk_of_large_rows_is_stopped_by_its_bytes(monkeypatch):
    monkeypatch.setattr(snmp_engine, "MAX_WALK_BYTES", 1024**2)
    with agent(large) as (port, _):
        config = {"port": port, "timeout": 1, "retries": 0, "walk": True}
        asked = ("127.0.0.1", "1.3.6.1.2.1.2.2.1.2")

        whole = SnmpExecutor().execute(*asked, {**config, "max_output_bytes": 2 * 1024**2})
        cut = SnmpExecutor().execute(*asked, {**config, "max_output_bytes": 100_000})

    assert (whole.success, whole.error) == (False, "The walk was stopped after 1 MiB")
    assert len(whole.extra["results"]) == 1033  # of 1,016 bytes each
    assert (cut.error, cut.error_code) == ("The output was cut after 100000 bytes", "output_limit")
    assert 90 < len(cut.extra["results"]) < 100
    assert len(cut.output) <= 100_000


@pytest.mark.parametrize("version", ["1", "2c"])
@pytest.mark.parametrize("told", [(), ((1, 3, 9, 9), (1, 3, 6, 1, 2, 1, 1, 5, 0)), ((1, 3, 9, 9),)])
def test_an_answer_with_other_objects_than_were_asked_for_is_no_success(version, told):
    def other(data, count):
        return [encode_response(read_request(data), [(oid, "Integer", 666) for oid in told])]

    with agent(other) as (port, _):
        config = {"port": port, "timeout": 1, "retries": 0, "version": version}
        found = SnmpExecutor().execute("127.0.0.1", "sysName.0", config)

    assert (found.success, found.output, found.error_code) == (False, "", "protocol")
    assert found.error == "The agent answered with other objects than it was asked for"
    assert found.extra["results"] == []


@pytest.mark.django_db
def test_ports_of_which_a_column_broke_off_are_an_error(api):
    def losing_column_8(data, count):
        asked = read_request(data)
        oid = asked.oids[0]
        if oid[: len(COLUMN_8)] == COLUMN_8:
            return []
        return [encode_response(asked, [((*oid, 1), "Integer", 1)] if len(oid) < 17 else [])]

    with agent(losing_column_8) as (port, _):
        answer = api("operator").get(f"/api/snmp/ports/127.0.0.1?community=x&port={port}")

    assert answer.status_code == 502
    assert answer.json()["error"]["code"] == "SNMP_ERROR"


@pytest.mark.django_db
def test_version_3_without_an_account_and_unknown_versions_are_refused(api):
    operator = api("operator")

    for query, field in (("version=3", "security_name"), ("version=9", "version")):
        for root in ("system", "ports"):
            answer = operator.get(f"/api/snmp/{root}/127.0.0.1?{query}")
            assert answer.status_code == 400
            assert answer.json()["error"]["details"]["field"] == field
    body = {"host": "127.0.0.1", "version": "3"}
    assert operator.post("/api/snmp/test", body, format="json").status_code == 400


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"security_name": ""}, "security_name is required for version 3"),
        (
            {"auth_protocol": "FOO"},
            "auth_protocol must be one of MD5, SHA, SHA224, SHA256, SHA384, SHA512",
        ),
        (
            {"priv_protocol": "3DES"},
            "priv_protocol must be one of DES, AES, AES192, AES256, AES192B, AES256B",
        ),
        ({"auth_password": "x"}, "auth_password must have 8 characters or more"),
        ({"priv_password": "1234567"}, "priv_password must have 8 characters or more"),
        ({"auth_password": ""}, "auth_password is required with priv_password"),
        ({"security_name": "é" * 17}, "security_name must have 32 bytes or less"),
    ],
)
def test_an_account_that_cannot_be_meant_is_named(wrong, said):
    account = {"security_name": "op", "auth_protocol": "sha-256", "priv_protocol": "AES128"}
    account |= {"auth_password": "auth-pass-1", "priv_password": "priv-pass-1", "version": "3"}
    assert SnmpExecutor().check(account) == ""

    assert SnmpExecutor().check({**account, **wrong}) == said
    assert snmp_accounts.protocol("SHA1") == "SHA"


def test_objects_are_set_over_ipv6_too():
    def taking(data, count):
        asked = read_request(data)
        return [encode_response(asked, [(asked.oids[0], "Integer", 7)])]

    with agent(taking, "::1") as (port, heard):
        config = {"port": port, "timeout": 1, "retries": 0, "version": "2c"}
        wanted = {"set": {"type": "Integer", "value": 7}}
        found = SnmpExecutor().execute("::1", "1.3.6.1.2.1.2.2.1.7.1", {**config, **wanted})

    assert (found.success, found.output, len(heard)) == (True, "7", 1)


@pytest.mark.parametrize("more", [{"version": "3"}, {"set": {"type": "Integer", "value": 1}}])
def test_a_name_that_nobody_knows_cannot_be_resolved(more):
    config = {"version": "2c", "security_name": "op", "timeout": 1, "retries": 0, **more}

    found = SnmpExecutor().execute("no-such-host.invalid", "sysName.0", config)

    assert (found.error, found.error_code) == ("Cannot resolve no-such-host.invalid", "unreachable")


@pytest.mark.parametrize("command", ["", "  "])
def test_a_command_without_an_object_says_what_would_be_one(command):
    outcome = safe_execute(SnmpExecutor(), "127.0.0.1", command, {})

    assert outcome.error.startswith("command must be an OID such as 1.3.6.1.2.1.1.5.0")

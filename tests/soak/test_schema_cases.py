"""Requests made up from the schema, right ones and wrong ones: no operation answers with a 500."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from rest_framework.test import APIClient
from schemathesis import Case
from schemathesis.core import NOT_SET
from schemathesis.generation import GenerationMode

from devices.services import live_snmp
from tests.conftest import Api

EXAMPLES = 15
UPSTREAM = {502, 503, 504}  # somebody else did not answer
FORM = "multipart/form-data"


@pytest.mark.soak
@pytest.mark.django_db
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_no_made_up_request_is_an_error_page(
    mode: GenerationMode, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_snmp, "TIMEOUT_S", 0.02)
    client = api("super_admin")
    client.raise_request_exception = False
    broken: dict[str, str] = {}

    def answers(case: Case) -> None:
        answer = send(client, case)
        if answer.status_code >= 500 and answer.status_code not in UPSTREAM:
            sent = f"{case.method} {case.formatted_path} {case.query} {case.body}"
            broken[case.operation.label] = f"{sent[:400]} -> {answer.content[:200]!r}"

    described = SchemaGenerator().get_schema(request=None, public=True)
    for result in schemathesis.openapi.from_dict(described).get_all_operations():
        made_up = given(case=result.ok().as_strategy(generation_mode=mode))(answers)
        try:
            settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )(made_up)()
        except Unsatisfiable:  # nothing about this operation can be wrong
            assert mode is GenerationMode.NEGATIVE

    assert broken == {}


def send(client: APIClient, case: Case) -> Any:
    """What the site answers to a made-up request."""
    path = case.formatted_path
    query = {name: value for name, value in (case.query or {}).items() if value is not None}
    method = case.method
    if case.body is NOT_SET:
        return client.generic(method, path, query_params=query)
    if isinstance(case.body, bytes):
        return client.generic(method, path, case.body, case.media_type, query_params=query)
    call = getattr(client, method.lower())
    flat = isinstance(case.body, dict) and not any(
        isinstance(value, (dict, list, type(None))) for value in case.body.values()
    )
    form = "multipart" if case.media_type == FORM and flat else "json"
    return call(path, case.body, format=form, query_params=query)

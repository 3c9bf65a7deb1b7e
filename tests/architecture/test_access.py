"""Every address answers each kind of caller as `docs/access-table.csv` says.

`pytest tests/architecture/test_access.py --write-access` writes the table anew, for a review.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.services import api_keys
from tests.architecture import access_table
from tests.factories.accounts import UserFactory


def callers() -> dict[str, Any]:
    """One account per kind of caller; the key belongs to an administrator and has one scope."""
    owner = UserFactory(roles=["admin"])
    _, secret = api_keys.create_api_key(
        actor=None, user=owner, name="sweep", scopes=[access_table.SCOPE]
    )
    found = api_keys.user_of_key(secret, address=None)
    assert found is not None
    people = {role: UserFactory(roles=[role]) for role in ("viewer", "operator", "admin")}
    return {**people, "anonymous": AnonymousUser(), "key": found[0]}


@pytest.mark.once
@pytest.mark.django_db
def test_every_address_answers_each_caller_as_the_reviewed_table_says(
    pytestconfig: pytest.Config,
) -> None:
    rows = access_table.table(callers())
    if pytestconfig.getoption("--write-access"):
        access_table.FILE.write_text(access_table.as_text(rows))

    reviewed = {row[0]: row for row in access_table.read()}

    found = {row[0]: row for row in rows}
    assert found.keys() - reviewed.keys() == set(), "new addresses: write the table and review it"
    assert reviewed.keys() - found.keys() == set(), "addresses that are gone: write the table"
    assert {text: row for text, row in found.items() if row != reviewed[text]} == {}


def test_no_address_of_the_reviewed_table_breaks() -> None:
    assert [row for row in access_table.read() if any("error" in cell for cell in row[1:])] == []

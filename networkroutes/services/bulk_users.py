"""Accounts as a table of the bulk upload (contract 12.9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from secrets import token_urlsafe
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Min, QuerySet

from accounts.models import Role, User
from accounts.services import users
from inventory_site.core.search import in_any_case, in_one_case
from networkroutes.importers import cells
from networkroutes.services.bulk_modules import Column, Key, Module

SHORTEST_PASSWORD = 8
SAMPLE_PASSWORD = f"Aa1-{token_urlsafe(12)}"  # known to who fetched the template


def make_user(actor: Any, values: Mapping[str, Any], role_id: int | None) -> User:
    """Make one account; the actor gives no role that holds more than their own."""
    return users.create_user(
        actor=actor,
        username=values["username"],
        password=values["password"],
        email=values["email"],
        display_name=values["full_name"],
        roles=list(Role.objects.filter(pk__in=[role_id])),
    )


def _password(cell: str) -> str:
    if len(cell) < SHORTEST_PASSWORD:
        raise ValueError(f"must have at least {SHORTEST_PASSWORD} characters")
    try:
        validate_password(cell)
    except ValidationError as err:
        raise ValueError(f"is refused: {err.messages[0]}") from err
    return cell


def _known(keys: Iterable[Key]) -> Mapping[Key, int]:
    found = in_any_case(User.objects.all(), "username", (key[0] for key in keys))
    return {(in_one_case(name),): pk for name, pk in found.values_list("username", "pk")}


def _roles(keys: Iterable[Key]) -> Mapping[Key, int]:
    rows = Role.objects.filter(group__name__in={key[0] for key in keys})
    return {(name,): pk for name, pk in rows.values_list("group__name", "pk")}


def _shown() -> QuerySet[Any]:
    return User.objects.annotate(first_role=Min("role_assignments__role__group__name"))


USERS = Module(
    "users",
    User,
    (
        Column("username", cells.text(150), "username", "jo.planner", True),
        Column("password", _password, None, SAMPLE_PASSWORD, True),
        Column("email", cells.email, "email", "jo.planner@example.net", True),
        Column("full_name", cells.text(200), "display_name", "Jo Planner", True),
        Column("user_role", cells.text(150), None, "provisioner", True, "first_role"),
    ),
    ("username",),
    _known,
    parent=_roles,
    parent_key=("user_role",),
    parent_word="role",
    make=make_user,
    rows=_shown,
)

"""Every page of the admin opens, whatever it shows, and asks the database a fixed number of times.

Driven by the admin's own registry, so a new page is covered on the day it is registered. The same
tests run once more with Django's stock admin (see `test_stock_theme.py`).
"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.architecture.house import factories

PAGES = sorted(admin.site._registry.items(), key=lambda item: item[0]._meta.label)
FEW, MANY = 3, 20


def page_id(value: Any) -> str | None:
    return value._meta.label if isinstance(value, type) and issubclass(value, Model) else None


def address(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def make_rows(model: type[Model], count: int) -> list[Model]:
    if model not in factories():
        pytest.fail(f"{model._meta.label} is in the admin, but has no factory in tests/factories")
    return [factories()[model]() for _ in range(count)]


@pytest.mark.django_db
def test_the_overview_opens(admin_page: Client) -> None:
    assert admin_page.get("/admin/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "page"), PAGES, ids=page_id)
def test_a_list_opens_empty_and_full(
    model: type[Model], page: ModelAdmin[Any], admin_page: Client
) -> None:
    empty = admin_page.get(address(model, "changelist"))
    make_rows(model, FEW)
    full = admin_page.get(address(model, "changelist"))

    assert [empty.status_code, full.status_code] == [200, 200]


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize(("model", "page"), PAGES, ids=page_id)
def test_a_list_asks_the_database_as_often_for_many_rows_as_for_few(
    model: type[Model], page: ModelAdmin[Any], admin_page: Client
) -> None:
    make_rows(model, FEW)
    admin_page.get(address(model, "changelist"))  # what is read once per process
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert admin_page.get(address(model, "changelist")).status_code == 200
    make_rows(model, MANY)

    with CaptureQueriesContext(connection) as many:
        assert admin_page.get(address(model, "changelist")).status_code == 200

    assert len(many) == len(few), "\n".join(query["sql"][:300] for query in many)


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "page"), PAGES, ids=page_id)
def test_a_search_in_a_list_opens(
    model: type[Model], page: ModelAdmin[Any], admin_page: Client
) -> None:
    make_rows(model, 1)

    answer = admin_page.get(address(model, "changelist"), {"q": "%_'\"\\<b>"})

    assert answer.status_code == 200


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize(("model", "page"), PAGES, ids=page_id)
def test_the_add_page_opens_or_is_refused(
    model: type[Model], page: ModelAdmin[Any], admin_page: Client, rf: Any
) -> None:
    request = rf.get("/")
    request.user = admin_page.user
    expected = 200 if page.has_add_permission(request) else 403

    assert admin_page.get(address(model, "add")).status_code == expected


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "page"), PAGES, ids=page_id)
def test_the_page_of_a_row_and_its_history_open(
    model: type[Model], page: ModelAdmin[Any], admin_page: Client
) -> None:
    [row] = make_rows(model, 1)

    opened = admin_page.get(address(model, "change", row.pk))
    history = admin_page.get(address(model, "history", row.pk), follow=True)

    assert [opened.status_code, history.status_code] == [200, 200]


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize(("model", "page"), PAGES, ids=page_id)
def test_a_form_sent_empty_is_never_an_error_page(
    model: type[Model], page: ModelAdmin[Any], admin_page: Client
) -> None:
    [row] = make_rows(model, 1)
    count = model._base_manager.count()

    statuses = {
        admin_page.post(address(model, "add"), {}).status_code,
        admin_page.post(address(model, "change", row.pk), {}).status_code,
    }

    assert statuses <= {200, 302, 403}
    assert model._base_manager.count() in {count, count + 1}


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize(("model", "page"), PAGES, ids=page_id)
def test_a_list_is_closed_to_a_person_without_permission(
    model: type[Model], page: ModelAdmin[Any], client: Client
) -> None:
    from tests.factories.accounts import RoleAssignmentFactory

    client.force_login(RoleAssignmentFactory().user)

    assert client.get(address(model, "changelist")).status_code == 403

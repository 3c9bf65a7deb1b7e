"""Lists: chips that live in the address, chosen columns, exports of what is shown."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pytest
from django.test import Client

from inventory_site.core.admin import paging
from inventory_site.core.choices import QueueName, TaskStatus
from inventory_site.core.models import QueuedTask
from tests.factories.accounts import AuditEntryFactory, UserFactory
from tests.factories.core import QueuedTaskFactory

LIST = "/admin/core/queuedtask/"
AUDIT = "/admin/accounts/auditentry/"
COLUMNS = "/admin/columns/"

pytestmark = pytest.mark.django_db


def exported(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_filters_combine_and_each_chip_clears_only_itself(admin_page: Client) -> None:
    QueuedTaskFactory(status=TaskStatus.FAILED, queue=QueueName.FILES)
    QueuedTaskFactory(status=TaskStatus.FAILED, queue=QueueName.DEFAULT)

    answer = admin_page.get(f"{LIST}?status__exact=failed&queue__exact=files")
    chips = {chip.title: chip for chip in answer.context["chips"]}

    assert len(answer.context["rows"]) == 1
    assert (chips["status"].chosen, chips["queue"].chosen) == ("Failed", "Files")
    assert chips["status"].clear_url == "?queue__exact=files"


def test_a_broken_filter_is_a_way_back_and_not_an_error(admin_page: Client) -> None:
    assert admin_page.get(f"{LIST}?status__exact__x=1").status_code == 302


def test_an_empty_list_says_so_and_a_narrowed_one_offers_to_clear(admin_page: Client) -> None:
    empty = admin_page.get(LIST).content.decode()
    QueuedTaskFactory()
    narrowed = admin_page.get(LIST, {"q": "nothing like it"}).content.decode()

    assert "No background work yet." in empty
    assert "Nothing matches these filters." in narrowed


def test_csv_holds_the_rows_and_columns_that_are_shown(admin_page: Client) -> None:
    QueuedTaskFactory(task="tests.one", status=TaskStatus.FAILED, error="Broken\nline two")
    QueuedTaskFactory(task="tests.two", status=TaskStatus.DONE)

    answer = admin_page.get(f"{LIST}?status__exact=failed&export=csv")
    header, *rows = exported(answer)

    assert answer.headers["Content-Disposition"] == 'attachment; filename="queued-tasks.csv"'
    assert header[:3] == ["Work", "State", "Queue"]
    assert [row[:3] for row in rows] == [["tests.one", "failed", "default"]]


def test_an_export_never_holds_a_formula(admin_page: Client) -> None:
    AuditEntryFactory(object_label="=HYPERLINK(1)")

    rows = exported(admin_page.get(f"{AUDIT}?export=csv"))

    assert any("'=HYPERLINK(1)" in row for row in rows)
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_xlsx_opens_with_the_same_rows(admin_page: Client) -> None:
    QueuedTaskFactory(task="tests.one")

    answer = admin_page.get(f"{LIST}?export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active

    assert [cell.value for cell in sheet[1]][:2] == ["Work", "State"]
    assert sheet.cell(2, 1).value == "tests.one"


def test_xlsx_over_its_limit_is_refused_in_words(admin_page: Client, settings: Any) -> None:
    settings.EXPORT_MAX_ROWS_XLSX = 1
    QueuedTaskFactory.create_batch(2)

    page = admin_page.get(f"{LIST}?export=xlsx", follow=True).content.decode()

    assert "More than 1 rows; export CSV instead." in page


def test_chosen_columns_are_kept_for_the_person_and_go_into_the_export(admin_page: Client) -> None:
    QueuedTaskFactory(task="tests.one")
    choice = {"list": "core.queuedtask", "columns": ["queue", "nonsense"], "next": LIST}

    back = admin_page.post(COLUMNS, choice)
    header, *_ = exported(admin_page.get(f"{LIST}?export=csv"))
    admin_page.user.refresh_from_db()

    assert back.headers["Location"] == LIST
    assert header == ["Work", "Queue"]
    assert admin_page.user.preferences == {"columns": {"core.queuedtask": ["queue"]}}


def test_the_default_columns_come_back(admin_page: Client) -> None:
    admin_page.post(COLUMNS, {"list": "core.queuedtask", "columns": ["queue"]})
    admin_page.post(COLUMNS, {"list": "core.queuedtask", "columns": ["queue"], "default": "1"})

    columns = admin_page.get(LIST).context["columns"]

    hidden = [item.name for item in columns if not item.is_shown]
    assert hidden == ["tries"]


@pytest.mark.parametrize("label", ["", "nope", "core.nothing", "core.idempotencykey"])
def test_columns_of_a_list_that_does_not_exist_are_not_found(
    admin_page: Client, label: str
) -> None:
    assert admin_page.post(COLUMNS, {"list": label}).status_code == 404


def test_preferences_that_somebody_broke_do_not_break_the_list(admin_page: Client) -> None:
    for broken in ([], {"columns": "x"}, {"columns": {"core.queuedtask": "x"}}):
        admin_page.user.preferences = broken
        admin_page.user.save()

        assert admin_page.get(LIST).status_code == 200


def test_the_count_stops_at_the_limit(admin_page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "COUNT_LIMIT", 2)
    QueuedTaskFactory.create_batch(3)

    assert admin_page.get(LIST).context["result_total"] == "2+"


def test_sorting_by_a_column_turns_around(admin_page: Client) -> None:
    QueuedTaskFactory(task="tests.a")
    QueuedTaskFactory(task="tests.b")
    columns = {item.name: item for item in admin_page.get(LIST).context["columns"]}

    first = admin_page.get(LIST + columns["name"].sort_url).context
    turned = {item.name: item for item in first["columns"]}["name"]
    second = admin_page.get(LIST + turned.sort_url).context

    assert [row.name for row in first["rows"]] == [str(row) for row in by_task("task")]
    assert [row.name for row in second["rows"]] == [str(row) for row in by_task("-task")]
    assert turned.sorted == "asc"


def by_task(order: str) -> list[QueuedTask]:
    return list(QueuedTask.objects.order_by(order))


def test_a_person_who_may_not_look_gets_no_export(client: Client) -> None:
    client.force_login(UserFactory(roles=["viewer"]))

    assert client.get(f"{LIST}?export=csv").status_code == 403

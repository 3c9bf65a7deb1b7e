"""Verbs: a button, an action, a dialog; refused rows keep their sentence."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Role, Session
from accounts.services.roles import permission_rows
from inventory_site.core.choices import TaskStatus
from inventory_site.core.models import QueuedTask
from tests.factories.accounts import RoleAssignmentFactory, SessionFactory, UserFactory
from tests.factories.core import QueuedTaskFactory

LIST = "/admin/core/queuedtask/"
AGAIN = f"{LIST}verbs/again/"
CANCEL = f"{LIST}verbs/cancel/"
DIALOG = {"headers": {"X-Patchbay-Dialog": "1"}}

pytestmark = pytest.mark.django_db


def rows(status: str, count: int = 1) -> list[QueuedTask]:
    return [QueuedTaskFactory(task=f"tests.row_{n}", status=status) for n in range(count)]


def test_a_verb_stands_on_the_object_and_on_the_list_by_the_same_word(admin_page: Client) -> None:
    [row] = rows(TaskStatus.FAILED)

    page = admin_page.get(f"{LIST}{row.pk}/change/").content.decode()
    listed = admin_page.get(LIST).content.decode()

    assert f'href="{AGAIN}?ids={row.pk}" data-dialog' in page
    assert 'name="action" value="again" data-dialog' in listed


def test_a_verb_of_an_open_tab_comes_back_to_it(admin_page: Client) -> None:
    [row] = rows(TaskStatus.FAILED)
    tab = f"{LIST}{row.pk}/change/?tab=history"

    page = admin_page.get(tab).content.decode()
    link = f"{AGAIN}?ids={row.pk}&next={quote(tab, safe='')}"
    done = admin_page.post(AGAIN, {"ids": row.pk, "confirm": "1", "next": tab}, **DIALOG)

    assert f'href="{escape(link)}" data-dialog' in page
    assert done.json() == {"location": tab}


def test_a_verb_that_does_not_fit_the_object_has_no_button_there(admin_page: Client) -> None:
    [row] = rows(TaskStatus.DONE)

    assert AGAIN not in admin_page.get(f"{LIST}{row.pk}/change/").content.decode()


def test_the_dialog_names_the_first_ten_targets_and_counts_the_rest(admin_page: Client) -> None:
    failed = rows(TaskStatus.FAILED, 13)

    answer = admin_page.post(
        LIST, {"action": "again", "_selected_action": [row.pk for row in failed]}
    )
    page = answer.content.decode()

    assert "Run again: 13 queued tasks" in page
    assert page.count("<li>tests.row_") == 10
    assert "and 3 more" in page
    assert "A worker takes it up as soon as one is free." in page
    assert QueuedTask.objects.filter(status=TaskStatus.FAILED).count() == 13


def test_all_rows_of_the_filter_can_be_chosen_at_once(admin_page: Client) -> None:
    rows(TaskStatus.DONE, 2)
    failed = rows(TaskStatus.FAILED, 3)

    answer = admin_page.post(
        f"{LIST}?status__exact=failed",
        {"action": "again", "_selected_action": [failed[0].pk], "select_across": "1"},
    )

    assert [row.pk for row in answer.context["objects"]] == sorted(row.pk for row in failed)


def test_asking_changes_nothing_and_confirming_does_it_once(
    admin_page: Client, settings: Any
) -> None:
    settings.PATCHBAY_TASKS = "queue"
    [row] = rows(TaskStatus.READY)

    admin_page.get(CANCEL, {"ids": row.pk})
    admin_page.post(CANCEL, {"ids": row.pk})
    row.refresh_from_db()
    before = row.status
    answer = admin_page.post(CANCEL, {"ids": row.pk, "confirm": "1"}, follow=True)
    row.refresh_from_db()

    assert (before, row.status) == (TaskStatus.READY, TaskStatus.CANCELLED)
    assert answer.redirect_chain == [(f"{LIST}{row.pk}/change/", 302)]
    assert f"{row} is cancelled." in answer.content.decode()
    assert AuditEntry.objects.filter(verb="queuedtask.cancelled").count() == 1


def test_the_toast_offers_undo_where_the_verb_can_be_taken_back(admin_page: Client) -> None:
    [row] = rows(TaskStatus.READY)

    page = admin_page.post(CANCEL, {"ids": row.pk, "confirm": "1"}, follow=True).content.decode()

    assert f'href="{AGAIN}?ids={row.pk}" data-undo' in page


def test_refused_rows_keep_their_sentence_beside_those_that_were_done(admin_page: Client) -> None:
    [ready], [done] = rows(TaskStatus.READY), rows(TaskStatus.DONE)

    answer = admin_page.post(CANCEL, {"ids": [ready.pk, done.pk], "confirm": "1"})
    page = answer.content.decode()

    assert "Cancel: 1 cancelled, 1 refused" in page
    assert "Refused: Only work that still waits is cancelled." in page
    assert [row.is_done for row in answer.context["answer"].rows] == [True, False]


def test_one_refused_object_keeps_the_dialog_open_with_the_sentence(admin_page: Client) -> None:
    [row] = rows(TaskStatus.DONE)

    answer = admin_page.post(CANCEL, {"ids": row.pk, "confirm": "1"})

    assert answer.status_code == 200
    assert "Only work that still waits is cancelled." in answer.content.decode()
    assert not AuditEntry.objects.exists()


def test_with_scripts_the_dialog_is_a_fragment_and_its_end_an_address(admin_page: Client) -> None:
    [row] = rows(TaskStatus.READY)

    asked = admin_page.get(CANCEL, {"ids": row.pk}, **DIALOG)
    done = admin_page.post(CANCEL, {"ids": row.pk, "confirm": "1", "next": LIST}, **DIALOG)

    assert asked.content.decode().lstrip().startswith("<form")
    assert done.json() == {"location": LIST}


def test_a_way_back_to_another_host_is_not_taken(admin_page: Client) -> None:
    [row] = rows(TaskStatus.READY)
    fields = {"ids": row.pk, "confirm": "1", "next": "https://evil.example/"}

    answer = admin_page.post(CANCEL, fields)

    assert answer.headers["Location"] == f"{LIST}{row.pk}/change/"


@pytest.mark.parametrize("ids", ["", "999999", "x' or 1=1", "1.5"])
def test_targets_that_are_not_there_are_never_an_error_page(admin_page: Client, ids: str) -> None:
    assert admin_page.get(CANCEL, {"ids": ids}).status_code in {302, 404}
    assert admin_page.post(CANCEL, {"ids": ids, "confirm": "1"}).status_code in {302, 404}


def test_an_unknown_verb_is_not_found(admin_page: Client) -> None:
    assert admin_page.get(f"{LIST}verbs/explode/").status_code == 404


def test_without_the_permission_there_is_no_button_and_no_dialog(client: Client) -> None:
    person = RoleAssignmentFactory().user
    role = Role.objects.get(assignments__user=person)
    role.group.permissions.set(permission_rows(frozenset({"core.view_queuedtask"})))
    client.force_login(person)
    [row] = rows(TaskStatus.READY)

    page = client.get(f"{LIST}{row.pk}/change/").content.decode()
    answer = client.post(CANCEL, {"ids": row.pk, "confirm": "1"})
    row.refresh_from_db()

    assert CANCEL not in page
    assert answer.status_code == 403
    assert row.status == TaskStatus.READY


def test_there_is_no_bulk_delete_and_no_delete_anywhere(admin_page: Client) -> None:
    [row] = rows(TaskStatus.DONE)

    listed = admin_page.get(LIST).content.decode()
    answer = admin_page.post(f"{LIST}{row.pk}/delete/", {"post": "yes"})

    assert "delete_selected" not in listed
    assert answer.status_code == 403
    assert QueuedTask.objects.filter(pk=row.pk).exists()


def test_history_leads_to_the_audit_entries_of_the_object(admin_page: Client) -> None:
    user = UserFactory()

    answer = admin_page.get(reverse("admin:accounts_user_history", args=[user.pk]))

    wanted = f"?object_type=accounts.user&object_id={user.pk}"
    assert answer.headers["Location"] == reverse("admin:accounts_auditentry_changelist") + wanted


def test_djangos_own_admin_log_stays_empty(admin_page: Client) -> None:
    session = SessionFactory()

    admin_page.post("/admin/accounts/session/verbs/revoke/", {"ids": session.pk, "confirm": "1"})

    assert Session.objects.get(pk=session.pk).revoked_reason == "admin"
    assert not LogEntry.objects.exists()

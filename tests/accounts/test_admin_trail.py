"""Verify on the audit page, and roles that stay."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Role
from accounts.services import audit, seals
from tests.factories.accounts import RoleFactory, UserFactory

pytestmark = pytest.mark.django_db
TRAIL, VERIFY = "/admin/accounts/auditentry/", "/admin/audit/verify/"


def text_of(client: Client) -> str:
    return " ".join(client.get(TRAIL).content.decode().split())


def test_verify_says_on_the_page_that_the_trail_is_intact(admin_page: Any, commits: Any) -> None:
    audit.record(None, "thing.happened")
    seals.seal_new()
    before = text_of(admin_page)

    with commits():
        answer = admin_page.post(VERIFY, follow=True)

    assert ("Sealed to" in before, "not checked yet." in before) == (True, True)
    assert answer.status_code == 200
    assert "<b>intact</b>; checked " in text_of(admin_page)
    entry = AuditEntry.objects.get(verb="audit.checked")
    assert (entry.outcome, entry.after) == ("success", {"seals": 1, "entries": 1, "broken": None})
    assert AuditEntry.objects.get(verb="audit.check_asked").actor == admin_page.user


def test_verify_names_the_first_broken_entry(admin_page: Any, commits: Any) -> None:
    audit.record(None, "thing.happened")
    seals.seal_new()
    number = AuditEntry.objects.get(verb="thing.happened").pk
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_auditentry SET verb = 'thing.else' WHERE id = %s", [number])

    with commits():
        admin_page.post(VERIFY)

    said = f"Entry {number} (seal 1) was changed."
    assert f"<b>broken: {said}</b>" in text_of(admin_page)
    assert AuditEntry.objects.get(verb="audit.checked").outcome == "failure"


def test_the_chain_is_for_who_may_read_all_of_the_trail(client: Client) -> None:
    client.force_login(UserFactory(roles=["viewer"]))

    assert (client.get(VERIFY).status_code, client.post(VERIFY).status_code) == (405, 403)
    assert VERIFY not in text_of(client)
    assert not AuditEntry.objects.filter(verb__startswith="audit.check").exists()


def test_delete_stands_on_roles_of_people_only(admin_page: Any) -> None:
    delete = reverse("admin:accounts_role_verb", args=["delete"])
    seeded, made = Role.objects.get(group__name="viewer"), RoleFactory()

    def page(role: Role) -> str:
        return admin_page.get(f"/admin/accounts/role/{role.pk}/change/").content.decode()

    assert (delete in page(seeded), delete in page(made)) == (False, True)
    assert admin_page.get(f"/admin/accounts/role/{seeded.pk}/delete/").status_code == 403
    sent = admin_page.post(f"{delete}?pk={seeded.pk}", {"pk": seeded.pk, "typed": "Viewer"})
    assert sent.status_code in (200, 302, 400, 403)
    assert Role.objects.filter(pk=seeded.pk).exists()

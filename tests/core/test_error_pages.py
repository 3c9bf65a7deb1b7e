"""Pages of errors: drawn as the rest, without words of the inside."""

from __future__ import annotations

from unittest import mock

import pytest
from django.test import Client, RequestFactory

from inventory_site import error_pages

pytestmark = pytest.mark.django_db


def test_a_missing_page_says_so_in_our_frame(admin_page: Client):
    answer = admin_page.get("/admin/devices/nothing-like-this/")

    assert answer.status_code == 404
    assert "<h1>Not found</h1>" in answer.content.decode()
    assert 'href="/admin/"' in answer.content.decode()


def test_a_form_without_its_token_says_what_to_do():
    answer = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"})

    assert answer.status_code == 403
    assert "<h1>The form has expired</h1>" in answer.content.decode()


@pytest.mark.parametrize(
    ("view", "status", "heading"),
    [
        (error_pages.bad_request, 400, "Not understood"),
        (error_pages.permission_denied, 403, "Not yours to open"),
    ],
)
def test_refusals_say_nothing_of_the_inside(view, status, heading):
    answer = view(RequestFactory().get("/admin/"), Exception("secret inside"))

    assert answer.status_code == status
    assert f"<h1>{heading}</h1>" in answer.content.decode()
    assert "secret inside" not in answer.content.decode()


def test_a_bug_is_told_with_the_id_that_the_log_knows_it_by(admin_page: Client):
    admin_page.raise_request_exception = False

    with mock.patch("inventory_site.core.admin.palette._pages", side_effect=RuntimeError("in")):
        answer = admin_page.get("/admin/palette/", headers={"X-Request-ID": "seen-7"})

    assert (answer.status_code, answer.headers["X-Request-ID"]) == (500, "seen-7")
    assert '<code class="pb-gateid">seen-7</code>' in answer.content.decode()


def test_a_bug_needs_no_context_to_be_told():
    answer = error_pages.server_error(RequestFactory().get("/admin/"))

    assert answer.status_code == 500
    assert "<h1>Something broke here</h1>" in answer.content.decode()
    assert "when it happened." in answer.content.decode()

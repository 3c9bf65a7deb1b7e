"""A built front end on our own origin, with the CSRF pair that its HTTP library knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.factories.accounts import UserFactory

PAGE = (
    '<!doctype html><div id="root"></div><script>window.a=1</script>'
    '<script src="/static/js/main.1.js"></script>'
)
BROWSER = {"HTTP_ACCEPT": "text/html,application/xhtml+xml"}


@pytest.fixture
def served(settings: Any, tmp_path: Path) -> Client:
    """A client of a site that serves a built application."""
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "static" / "js" / "main.1.js").write_text("console.log(1)")
    settings.NETWORKROUTES_FRONTEND_DIR = str(tmp_path)
    settings.WHITENOISE_ROOT = str(tmp_path)
    return Client(enforce_csrf_checks=True)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/design-tool", "/circuits/LONSNG420017"])
def test_page_addresses_answer_the_start_page_and_the_token(served: Client, path: str) -> None:
    answer = served.get(path, **BROWSER)

    assert (answer.status_code, answer.content.decode()) == (200, PAGE)
    assert "XSRF-TOKEN" in answer.cookies
    assert "'sha256-" in answer["Content-Security-Policy"].partition("script-src")[2]


@pytest.mark.django_db
def test_files_of_the_application_are_answered_as_they_are(served: Client) -> None:
    answer = served.get("/static/js/main.1.js")

    assert b"".join(answer.streaming_content) == b"console.log(1)"
    assert answer["Content-Type"].startswith("text/javascript")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/nothing", "application/json"),
        ("/logo.png", "text/html"),
        ("/network_routes/x/y/z", "text/html"),
        ("/api/nothing", "text/html"),
    ],
)
def test_calls_missing_files_and_our_own_paths_stay_404(
    served: Client, path: str, accept: str
) -> None:
    answer = served.get(path, HTTP_ACCEPT=accept)

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("application/json")


@pytest.mark.django_db
def test_the_session_cookie_writes_with_the_token_and_not_without(served: Client) -> None:
    served.force_login(UserFactory(roles=["administrator"]))
    token = served.get("/", **BROWSER).cookies["XSRF-TOKEN"].value
    body = {"circuit_id": "LONPAR000001"}

    without = served.post("/network_routes", body, content_type="application/json")
    with_it = served.post(
        "/network_routes", body, content_type="application/json", HTTP_X_XSRF_TOKEN=token
    )

    assert (without.status_code, with_it.status_code) == (403, 201)


@pytest.mark.django_db
def test_without_a_front_end_the_root_shows_links(client: Client) -> None:
    answer = client.get("/")

    assert answer.status_code == 200
    assert b"/admin/" in answer.content

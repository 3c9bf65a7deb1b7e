"""Every environment variable is declared, documented, and read with its kind checked."""

from __future__ import annotations

import io

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from inventory_site.core.management.commands import settings_page
from inventory_site.settings import env
from tests.architecture.house import ROOT

PROMISED = (
    *("DATABASE_URL", "PATCHBAY_VAR", "MEDIA_ROOT", "S3_ENDPOINT_URL", "S3_ACCESS_KEY_ID"),
    *("S3_SECRET_ACCESS_KEY", "S3_FORCE_PATH_STYLE", "S3_BUCKET_DOCS", "S3_BUCKET_IMAGES"),
    *("CELERY_BROKER_URL", "CELERY_RESULT_BACKEND", "PATCHBAY_TASKS", "SECRET_KEY", "VAULT_KEYS"),
    *("ALLOWED_HOSTS", "CORS_ALLOWED_ORIGINS", "NETWORKROUTES_OPEN_ACCESS", "THROTTLE_SCALE"),
    *("NETWORKROUTES_MAX_FILE_BYTES", "NETWORKROUTES_FRONTEND_DIR", "EMAIL_URL", "OUTBOUND_ALLOW"),
)


def test_the_page_agrees_with_the_declarations() -> None:
    assert (ROOT / settings_page.PAGE).read_text() == settings_page.render()


@pytest.mark.parametrize("name", PROMISED)
def test_a_promised_variable_is_documented(name: str) -> None:
    assert f"| `{name}` |" in settings_page.render()


def test_every_declared_variable_is_on_the_page_with_its_meaning() -> None:
    page, known = settings_page.render(), settings_page.read_definitions()

    missing = [name for name in known if f"| `{name}` |" not in page]
    unexplained = [name for name, found in known.items() if len(found.meaning) < 10]

    assert [missing, unexplained] == [[], []]


def test_the_page_names_no_folder_of_this_machine() -> None:
    assert str(ROOT) not in settings_page.render()


def test_a_stale_page_is_refused(settings, tmp_path) -> None:
    settings.BASE_DIR = tmp_path
    call_command("settings_page", "--write")
    page = tmp_path / "docs" / "settings.md"
    page.write_text(page.read_text() + "| `INVENTED` |\n")

    with pytest.raises(CommandError, match="is stale"):
        call_command("settings_page", "--check")


def test_the_page_is_printed_when_nothing_else_is_asked() -> None:
    out = io.StringIO()

    call_command("settings_page", stdout=out)

    assert out.getvalue() == settings_page.render()


@pytest.mark.parametrize(
    ("read", "raw", "complaint"),
    [
        (lambda: env.integer("TEST_VALUE", 1), "many", "TEST_VALUE must be a whole number"),
        (lambda: env.flag("TEST_VALUE", False), "perhaps", "neither on nor off"),
        (lambda: env.choice("TEST_VALUE", "a", ("a", "b")), "c", "none of a, b"),
        (lambda: env.vault_keys("TEST_VALUE"), "one:c2hvcnQ=", "32 bytes in base64"),
    ],
)
def test_a_value_that_cannot_be_read_names_its_variable(read, raw, complaint, monkeypatch) -> None:
    monkeypatch.setenv("TEST_VALUE", raw)
    monkeypatch.setattr(env, "DEFINITIONS", {})

    with pytest.raises(ImproperlyConfigured, match=complaint):
        read()

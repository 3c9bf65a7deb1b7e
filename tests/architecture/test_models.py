"""Every model is documented, has a page in the admin, and a factory."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db.models import Model

from tests.architecture.house import factories, our_models

WITHOUT_ADMIN = {
    "core.IdempotencyKey": "a technical row of the API kit; it lives a day and nobody acts on it",
    "accounts.RoleAssignment": "edited on the person's page",
}


def label(model: type[Model]) -> str:
    return model._meta.label


@pytest.mark.parametrize("model", our_models(), ids=label)
def test_a_model_says_what_it_is(model: type[Model]) -> None:
    text = model.__doc__ or ""

    assert not text.startswith(f"{model.__name__}("), "Django wrote this docstring, not we"
    assert len(text.split()) >= 5


@pytest.mark.parametrize("model", our_models(), ids=label)
def test_a_model_has_a_page_in_the_admin_or_a_reason_not_to(model: type[Model]) -> None:
    assert admin.site.is_registered(model) or model._meta.label in WITHOUT_ADMIN


@pytest.mark.django_db
@pytest.mark.parametrize("model", our_models(), ids=label)
def test_a_model_has_a_factory_that_makes_valid_rows(model: type[Model]) -> None:
    make = factories()[model]

    first, second = make(), make()

    assert first.pk != second.pk
    assert list(model._base_manager.filter(pk__in=[first.pk, second.pk]).order_by("pk")) == [
        first,
        second,
    ]


def test_no_exemption_is_stale() -> None:
    without = {model._meta.label for model in our_models() if not admin.site.is_registered(model)}

    assert set(WITHOUT_ADMIN) - without == set()

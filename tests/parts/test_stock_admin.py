"""The stock's pages: every one opens, verbs act through services, refusals stay on the page."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from parts.demo.stock import load
from parts.models import AiRun, Box, Kit, PickList, Seller, ShoppingList, StockMovement, StockPart
from parts.services import reorg, search
from tests.factories.parts import make_part

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(db: None) -> None:
    load()


def test_every_page_of_the_stock_opens(admin_page: Any, demo: None) -> None:
    plan = reorg.request_plan(actor=None, params={})
    reorg.work_out(str(plan.pk))
    models = (
        "stockpart parttype seller stockmovement box kit picklist shoppinglist reorgplan".split()
    )
    for model in models:
        assert admin_page.get(reverse(f"admin:parts_{model}_changelist")).status_code == 200
    rows = [Box, Kit, PickList, ShoppingList, StockPart]
    for row in [*(kind.objects.first() for kind in rows), plan]:
        page = reverse(f"admin:parts_{row._meta.model_name}_change", args=[row.pk])
        assert admin_page.get(page).status_code == 200
    part = StockPart.objects.get(id4="RELA")
    page = reverse("admin:parts_stockpart_change", args=[part.pk])
    for tab in ("where", "documents", "history", "kits", "buy", "details"):
        assert admin_page.get(page, {"tab": tab}).status_code == 200
    assert b"st-lit" in admin_page.get(page, {"tab": "where"}).content
    kit = reverse("admin:parts_kit_change", args=[Kit.objects.get().pk])
    assert "Missing" in admin_page.get(kit).content.decode()


def test_the_list_shows_the_best_finds_first_unless_a_column_is_chosen(
    admin_page: Any, demo: None
) -> None:
    made = make_part("ZZZZ", description="Socket for a relay")
    for add in (made.pk, StockPart.objects.get(id4="RELB").pk):
        search.refresh([add])
    page = reverse("admin:parts_stockpart_changelist")

    def shown(**query: Any) -> list[str]:
        answer = admin_page.get(page, {"q": "relay", **query})
        return [part.id4 for part in answer.context["cl"].result_list]

    assert shown() == ["RELA", "RELB", "ZZZZ"]
    assert shown(o="-1") == ["ZZZZ", "RELB", "RELA"]
    assert len(shown(q="re\0lay")) == StockPart.objects.count()


def test_a_proposal_is_shown_in_words_and_a_failure_with_its_reason(
    admin_page: Any, demo: None
) -> None:
    part = StockPart.objects.get(id4="RELA")
    proposal = {"type_id": part.type_id, "tags": ["one", "two"], "pin_count": 5}
    made = AiRun.objects.create(kind="cleanup", part=part, proposal=proposal, status="completed")
    failed = AiRun.objects.create(kind="tags", status="failed", error="The service is down.")

    pages = [
        admin_page.get(reverse("admin:parts_airun_change", args=[run.pk])).content.decode()
        for run in (made, failed)
    ]

    for words in ("Relay", "one, two", "Pin count", f", run {made.pk}"):
        assert words in pages[0]
    assert "The service is down." in pages[1]


def test_the_list_is_searched_as_the_api_does(admin_page: Any, demo: None) -> None:
    shown = admin_page.get(reverse("admin:parts_stockpart_changelist"), {"q": "relay 5v"})

    assert "RELA" in shown.content.decode()
    assert "RKTN" not in shown.content.decode()


def test_a_part_is_added_and_a_refused_use_keeps_its_sentence(admin_page: Any, demo: None) -> None:
    made = admin_page.post(
        reverse("admin:parts_stockpart_add"),
        {"description": "New thing", "tag_words": "a, b", "seller_name": "Partshop"},
    )
    assert made.status_code == 302, made.content
    part = StockPart.objects.get(description="New thing")
    assert part.tags == ["a", "b"]
    before = StockMovement.objects.count()
    from parts.admin.stock_verbs import USE

    with pytest.raises(Exception, match="Not enough parts available at 3-3"):
        request = type("R", (), {"user": admin_page.user})()
        rela = StockPart.objects.get(id4="RELA")
        USE.run(request, [rela], {"place": (3, 3), "quantity": 500})
    assert StockMovement.objects.count() == before


def test_without_a_free_place_the_field_says_what_to_do(admin_page: Any) -> None:
    refused = admin_page.post(
        reverse("admin:parts_stockpart_add"), {"description": "New thing", "first_quantity": "5"}
    )

    assert refused.status_code == 200
    assert refused.context["adminform"].form.errors == {
        "first_place": ["No place is free. Add a box first."]
    }
    assert not StockPart.objects.exists()


def test_a_seller_has_an_address_of_the_web(admin_page: Any) -> None:
    refused = admin_page.post(
        reverse("admin:parts_seller_add"), {"name": "Shop", "website": "javascript:a"}
    )

    assert refused.context["adminform"].form.errors == {
        "website": ["An address that begins with http:// or https://."]
    }
    assert not Seller.objects.exists()

"""Where a part is bought: naming its seller, putting it on a shopping list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest

from inventory_site.core.admin import Answer, Verb
from parts import policy
from parts.admin.stock_forms import quantity_field
from parts.admin.stock_words import page_of
from parts.models import StockPart
from parts.services import parts, shopping
from parts.services.addresses import REFUSAL, may_be_linked


class SellerForm(forms.Form):
    """Who sells a part, and where."""

    seller = forms.CharField(
        label="Seller", max_length=255, help_text="A new name makes a new seller."
    )
    link = forms.CharField(label="Address", required=False, max_length=500)

    def clean_link(self) -> str:
        """Only addresses of the web, as everywhere."""
        link: str = self.cleaned_data["link"]
        if not may_be_linked(link):
            raise forms.ValidationError(REFUSAL)
        return link


class WantForm(forms.Form):
    """How many to buy."""

    quantity = quantity_field()
    notes = forms.CharField(label="Notes", required=False, max_length=2000)


def _seller_now(request: HttpRequest, objects: list[Any]) -> dict[str, Any]:
    link = objects[0].seller_links.select_related("seller").filter(is_primary=True).first()
    return {"seller": link.seller.name, "link": link.link} if link else {}


def _set_seller(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    part, link = objects[0], data["link"]
    before = _seller_now(request, objects)
    is_other = data["seller"].lower() != before.get("seller", data["seller"]).lower()
    values, text = {"seller": data["seller"]}, f"{part.id4} is bought at {data['seller']}."
    if is_other and link == before["link"]:  # what stood in the form is of the seller before
        text += f" The address that stood there is that of {before['seller']}." if link else ""
    else:
        values["seller_link"] = link
    parts.update_part(actor=request.user, id4=part.id4, values=values)
    return Answer(text, url=f"{page_of(part)}?tab=buy", goes=True)


def _missing(request: HttpRequest, objects: list[Any]) -> dict[str, Any]:
    """Begin with what the part is short of its minimum."""
    part = objects[0]
    return {"quantity": max((part.min_qty or 0) - part.total_quantity, 1)}


def _want(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    """Put a line on the newest list that is not ready yet, at the part's own seller."""
    part = objects[0]
    link = part.seller_links.filter(is_primary=True).first()
    item = shopping.add_item(
        actor=request.user,
        list_id=None,
        values={
            "maybe_part_id4": part.id4,
            "desired_qty": data["quantity"],
            "seller_id": link.seller_id if link else None,
            "notes": data["notes"] or None,
        },
    )
    return Answer(f"{data['quantity']} of {part.id4} are on {item.list}.", url=page_of(item.list))


def _is_live(part: StockPart) -> bool:
    return part.archived_at is None


SELLER = Verb(
    slug="set-seller",
    label="Set seller",
    permission=policy.CHANGE_STOCK,
    run=_set_seller,
    form=SellerForm,
    initial=_seller_now,
    follows="It becomes the first place to buy the part; others stay.",
    on_list=False,
)
WANT = Verb(
    slug="want",
    label="Put on a shopping list",
    permission=policy.CHANGE_STOCK,
    run=_want,
    form=WantForm,
    initial=_missing,
    on_list=False,
    fits=_is_live,
)

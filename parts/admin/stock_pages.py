"""What every page of the stock has: the field for a scan, an id, a place or words; its looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse

from inventory_site.core.admin import Answer, ReadOnlyAdmin, ServiceAdmin, Verb, icon
from parts import policy
from parts.admin.stock_forms import LabelForm


class StockLooks:
    """Templates and styles of the stock's pages; mixed into their admins."""

    change_form_template = "parts/admin/object.html"
    change_list_template = "parts/admin/list.html"

    class Media:
        css = {"all": ["parts/stock.css"]}


class StockAdmin(StockLooks, ServiceAdmin):
    """A page of the stock that people edit."""


class StockReadOnlyAdmin(StockLooks, ReadOnlyAdmin):
    """A page of the stock that people read and act on."""


def stock_page(
    admin: Any, request: HttpRequest, template: str, title: str, **context: Any
) -> TemplateResponse:
    """Draw a page of the stock that is no list and no object."""
    shared = admin.admin_site.each_context(request)
    return TemplateResponse(
        request, template, {**shared, "opts": admin.opts, "title": title, **context}
    )


def verb_address(model: str, slug: str, pk: Any, **initial: Any) -> str:
    """Return the address of a verb's dialog with some of its fields filled in."""
    from urllib.parse import urlencode

    query = urlencode([("ids", pk), *initial.items()])
    return f"{reverse(f'admin:parts_{model}_verb', args=[slug])}?{query}"


def labels_verb(parameter: str, key: str) -> Verb:
    """Return the verb that prints labels; `key` is the field that names an object on paper."""

    def run(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
        names = ",".join(str(getattr(row, key)) for row in objects)
        address = (
            f"/api/stock/labels?{parameter}={names}&size={data['size']}"
            f"&code={data['code']}&copies={data['copies']}"
        )
        count = len(objects) * data["copies"]
        return Answer(f"{count} labels are ready.", url=address, link="Open the sheet")

    return Verb(
        slug="labels",
        label="Labels",
        permission=policy.VIEW_STOCK,
        run=run,
        form=LabelForm,
        icon="printer",
    )


def from_address(request: HttpRequest, names: Sequence[str]) -> dict[str, str]:
    """Return what the address fills into a dialog, for links from drawings and scans."""
    return {name: request.GET[name] for name in names if request.GET.get(name)}


def scan_icon() -> Any:
    """Draw the sign of the scan field."""
    return icon("scan")

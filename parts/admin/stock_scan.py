"""The field on top of every page of the stock: a scan, an id, a place, a booking or words."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from inventory_site.core.admin import toast
from parts.admin.stock_pages import stock_page, verb_address
from parts.admin.stock_words import page_of
from parts.choices.stock import ItemStatus
from parts.models import Box, ShoppingItem, StockPart
from parts.selectors.stock_search import find_parts
from parts.services import scan_codes, scan_commands

LONGEST = 200
VERBS = {
    scan_commands.ADD: "add-stock",
    scan_commands.USE: "use-stock",
    scan_commands.MOVE: "move-stock",
}


def scan(admin: Any, request: HttpRequest) -> HttpResponseBase:
    """Do the obvious thing with what was scanned or typed."""
    text = request.GET.get("code", "")[:2000]
    if not text.strip():
        return redirect(_list())
    command = scan_commands.read_command(text)
    if command is not None:
        return _command(request, command)
    code = scan_codes.read_code(text)
    if isinstance(code, scan_codes.Bag):
        return _bag(admin, request, code)
    found = _known(code)
    return redirect(found) if found else _words(request, text.strip()[:LONGEST])


def _command(request: HttpRequest, command: scan_commands.Command) -> HttpResponseBase:
    part = StockPart.objects.filter(id4=command.id4).first()
    if part is None:
        return _words(request, command.id4)
    said = {
        name: value
        for name, value in (
            ("quantity", command.quantity),
            ("place", command.place),
            ("source", command.source),
        )
        if value
    }
    return redirect(verb_address("stockpart", VERBS[command.verb], part.pk, **said))


def _known(code: scan_codes.Code | None) -> str:
    """Return the page of what a code names; blank when it does not exist."""
    if isinstance(code, scan_codes.Part):
        part = StockPart.objects.filter(id4=code.id4).first()
        return page_of(part) if part else ""
    if isinstance(code, (scan_codes.Box, scan_codes.Place)):
        box = Box.objects.filter(box_no=code.box_no).first()
        if box is None:
            return ""
        lit = f"?lit={code.loc_no}" if isinstance(code, scan_codes.Place) else ""
        return page_of(box) + lit
    return ""


def _words(request: HttpRequest, text: str) -> HttpResponseBase:
    """Open the one part that matches, or the list of all that do."""
    finds = find_parts(text).finds
    if len(finds) == 1:
        return redirect(reverse("admin:parts_stockpart_change", args=[finds[0].row.part_pk]))
    if not finds:
        toast(request, f"Nothing is called {text[:80]}.", level=messages.WARNING)
    return redirect(f"{_list()}?{urlencode({'q': text})}")


def _bag(admin: Any, request: HttpRequest, bag: scan_codes.Bag) -> HttpResponseBase:
    """Show what a supplier's bag says, and what may be done with it."""
    code = bag.manufacturer_code or ""
    parts = StockPart.objects.live().filter(manufacturer_code__iexact=code) if code else []
    items = _open_items(code) if code else []
    quantity = {"quantity": bag.qty} if bag.qty else {}
    return stock_page(
        admin,
        request,
        "parts/admin/bag.html",
        f"Bag of {code or bag.supplier_code or 'parts'}",
        bag=bag,
        parts=[
            (part, page_of(part), verb_address("stockpart", "add-stock", part.pk, **quantity))
            for part in parts
        ],
        items=[
            (item, verb_address("shoppingitem", "receive", item.pk, **quantity)) for item in items
        ],
        add_url=f"{reverse('admin:parts_stockpart_add')}?{urlencode({'manufacturer_code': code})}",
    )


def _open_items(code: str) -> Any:
    rows = ShoppingItem.objects.filter(status=ItemStatus.ORDERED).select_related("list")
    of_code = rows.filter(manufacturer_code__iexact=code)
    return (of_code | rows.filter(maybe_part__manufacturer_code__iexact=code)).order_by("pk")[:20]


def _list() -> str:
    return reverse("admin:parts_stockpart_changelist")

"""Rows for the sweep of addresses: what is asked about exists, so that "no such row" hides nothing.

Pages of the admin are asked about a row of their model, and each of its verbs about that row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Model

from inventory_site.core.admin.dialogs import TARGETS
from tests.architecture.house import factories

OBJECT, VERB = "<path:object_id>", "verbs/<slug:slug>/"
ADMIN = re.compile(r"/admin/(\w+)/(\w+)/")
KEYS: dict[str, tuple[str, str]] = {
    "/api/parts/<int:part_id>": ("parts.FabricationPart", "pk"),
    "/api/fabrication/parts/<str:pk>": ("parts.FabricationPart", "pk"),
    "/api/fabrication/machines/<str:pk>": ("parts.Machine", "pk"),
    "/api/stock/parts/<str:id4>": ("parts.StockPart", "id4"),
    "/api/stock/projects/<str:pk>": ("parts.Kit", "pk"),
    "/api/stock/shopping-lists/<str:pk>": ("parts.ShoppingList", "pk"),
    "/api/stock/shopping-items/<str:pk>": ("parts.ShoppingItem", "pk"),
    "/api/stock/pick-lists/<str:pk>": ("parts.PickList", "pk"),
    "/api/stock/stocktakes/<str:pk>": ("parts.Stocktake", "pk"),
    "/api/stock/sellers/<str:pk>": ("parts.Seller", "pk"),
    "/api/stock/types/<str:pk>": ("parts.PartType", "pk"),
    "/api/stock/boxes/<str:box_no>": ("parts.Box", "box_no"),
    "/network_routes/<str:circuit_id>": ("networkroutes.NetworkRoute", "circuit_id"),
    "/api/routes/<str:pk>": ("networkroutes.NetworkRoute", "circuit_id"),
    "/api/locations/<int:pk>": ("networkroutes.Location", "pk"),
    "/locations/<str:location_id>": ("networkroutes.Location", "pk"),
    "/carrier_directory/<str:carrier_id>": ("networkroutes.Carrier", "pk"),
    "/dark_fiber_details/<str:key>": ("networkroutes.DarkFibreChannel", "pk"),
    "/exchange_rates/<str:rate_id>": ("networkroutes.ExchangeRate", "pk"),
    "/network_design/saved_searches/<str:search_id>": ("networkroutes.SavedSearch", "pk"),
    "/api/auth/users/<str:user_id>": ("accounts.User", "pk"),
    "/identity/v1/users/<str:user_id>": ("accounts.User", "pk"),
    "/api/auth/roles/<str:role_id>": ("accounts.Role", "pk"),
    "/identity/v1/roles/<str:role_id>": ("accounts.Role", "pk"),
    "/api/credentials/<int:pk>": ("devices.Credential", "pk"),
    "/credentials/v1/credentials/<int:pk>": ("devices.Credential", "pk"),
    "/credentials/v1/<int:pk>": ("devices.Credential", "pk"),
    "/api/credentials/groups/<int:pk>": ("devices.CredentialGroup", "pk"),
    "/api/devices/<str:key>": ("devices.Device", "pk"),
    "/inventory/v1/devices/<str:key>": ("devices.Device", "pk"),
    "/api/inventory/devices/<lab_number:pk>": ("devices.Device", "pk"),
    "/lab/api/inventory/devices/<lab_number:pk>": ("devices.Device", "pk"),
    "/api/scans/<int:pk>": ("devices.Scan", "pk"),
    "/api/executors/runs/<int:pk>": ("devices.ExecutorRun", "pk"),
    "/api/groups/<int:pk>": ("devices.DeviceGroup", "pk"),
    "/api/device_groups/<int:pk>": ("devices.DeviceGroup", "pk"),
    "/api/polling/configs/<int:pk>": ("devices.PollConfig", "pk"),
}


class Rows:
    """Makes one row per model, when it is first asked for."""

    def __init__(self) -> None:
        self._made: dict[str, Model | None] = {}
        self._factories = {model._meta.label: factory for model, factory in factories().items()}
        self._pages = {
            (model._meta.app_label, model._meta.model_name): page
            for model, page in admin.site._registry.items()
        }

    def path_of(self, text: str) -> str:
        """Put keys of rows in place of parameters, as far as there are rows."""
        for start, (label, name) in KEYS.items():
            if text == start or text.startswith(f"{start}/"):
                return text.replace(start[start.index("<") :], self._key(label, name), 1)
        page = self._page(text)
        if page is None:
            return text
        key = self._key(page.model._meta.label, "pk")
        path = text.replace(OBJECT, key)
        return f"{path}?{TARGETS}={key}" if "/verbs/" in text else path

    def spelt_out(self, text: str) -> Iterator[str]:
        """Give the address, or one address per verb of the page."""
        page = self._page(text)
        if not text.endswith(VERB) or page is None:
            yield text
            return
        for verb in page.all_verbs():
            yield text.replace("<slug:slug>", verb.slug)

    def _page(self, text: str) -> Any:
        found = ADMIN.match(text)
        return self._pages.get((found[1], found[2])) if found else None

    def _key(self, label: str, name: str) -> str:
        if label not in self._made:
            factory = self._factories.get(label)
            self._made[label] = factory() if factory else None
        row = self._made[label]
        return str(getattr(row, name)) if row is not None else "99999999"

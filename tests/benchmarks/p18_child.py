"""One admin in a process of its own: each line read names a way, the answer is its seconds.

`ours` is the list of circuits as the site shows it; `stock` is Django's own admin over the same
rows, with the same columns as plain fields and the same number of filters. The theme is a setting,
so each of them runs under its own `ADMIN_THEME`.
"""

from __future__ import annotations

import sys
import time

import django

COLUMNS = (
    "circuit_id",
    "location_a",
    "underlying_carrier",
    "cable_system",
    "bandwidth",
    "expected_latency_ms",
    "is_special",
    "mtu",
)
FILTERS = ("repository_type", "is_special")
PER_PAGE = 100


def serve() -> None:
    """Answer until the input ends."""
    django.setup()
    from django.contrib import admin
    from django.test import Client
    from django.urls import clear_url_caches, path

    from accounts.models import User
    from inventory_site import urls
    from networkroutes.models import NetworkRoute

    site = admin.AdminSite(name="plain")
    options = {"list_display": COLUMNS, "list_filter": FILTERS, "list_per_page": PER_PAGE}
    site.register(NetworkRoute, type("Plain", (admin.ModelAdmin,), options))
    admin.site.get_model_admin(NetworkRoute).list_per_page = PER_PAGE
    urls.urlpatterns.insert(0, path("admin/plain/", site.urls))
    clear_url_caches()
    client = Client()
    client.force_login(User.objects.get(username="admin"))
    lists = {
        "ours": "/admin/networkroutes/networkroute/",
        "stock": "/admin/plain/networkroutes/networkroute/",
    }
    for line in sys.stdin:
        began = time.perf_counter()
        answer = client.get(lists[line.strip()])
        spent = time.perf_counter() - began
        rows = answer.content.count(b"<tr") - 1
        sys.stdout.write(f"{answer.status_code} {rows} {spent:.6f}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()

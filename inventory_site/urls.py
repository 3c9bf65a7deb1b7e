"""The URL map of the house; the order is part of the contract (ARCHITECTURE, Surfaces and URLs)."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

handler400 = "inventory_site.error_pages.bad_request"
handler403 = "inventory_site.error_pages.permission_denied"
handler404 = "inventory_site.error_pages.not_found"
handler500 = "inventory_site.error_pages.server_error"

urlpatterns = [
    path("admin", RedirectView.as_view(url="/admin/", query_string=True)),
    path("admin/", admin.site.urls),
]

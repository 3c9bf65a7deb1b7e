"""Addresses of the frame, below /admin/ and before the admin site's own."""

from django.urls import path

from inventory_site.core.admin.palette import palette
from inventory_site.core.admin.preferences import choose_columns

urlpatterns = [
    path("palette/", palette, name="admin-palette"),
    path("columns/", choose_columns, name="admin-columns"),
]

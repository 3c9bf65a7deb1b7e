"""What the register's own pages share: who may open them, and their frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

View = Callable[..., HttpResponseBase]


def page(permission: str, view: View) -> View:
    """Return the view behind the admin's sign-in and a permission of this app."""

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(f"networkroutes.{permission}"):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    wrapped: View = admin.site.admin_view(guarded)
    return wrapped


def framed(request: HttpRequest, title: str, **shown: Any) -> dict[str, Any]:
    """Return the context of a page within the admin's frame."""
    return {**admin.site.each_context(request), "title": title, **shown}

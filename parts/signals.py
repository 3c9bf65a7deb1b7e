"""Reactions to other people's signals."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def keep_parts_before_migration(sender: Any, *, plan: Any, apps: Any, **kwargs: Any) -> None:
    """Back up the parts to make before any migration runs; no backup, no migration."""
    from parts.services import fabrication_backup

    if plan:
        fabrication_backup.back_up_before_migration(apps)


def workshop_origin_may_call(sender: Any, request: HttpRequest, **kwargs: Any) -> bool:
    """Let pages of `FABRICATION_CORS_ORIGINS` call the fabrication surface, without cookies."""
    is_ours = request.path_info.startswith("/api/parts")
    return is_ours and request.headers.get("Origin", "") in settings.FABRICATION_CORS_ORIGINS

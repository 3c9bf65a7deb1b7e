"""Views of client surfaces: bare JSON whatever `Accept` says, never the envelope."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from inventory_site.core.api.renderers import dumps


class PlainRenderer(BaseRenderer):
    """Bare JSON, never the envelope."""

    media_type = "application/json"
    format = "json"
    charset: str | None = None

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        """Return the body; no data is no body."""
        return b"" if data is None else dumps(data)


class PlainView(APIView):
    """Base of a surface that keeps its own shapes; its views say who may call them."""

    permission_classes = (AllowAny,)
    throttle_classes = ()
    renderer_classes: tuple[type[BaseRenderer], ...] = (PlainRenderer,)
    in_schema = False
    envelope = False

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Answer JSON whatever `Accept` says, as the originals did."""
        renderer = self.renderer_classes[0]
        return renderer(), renderer.media_type

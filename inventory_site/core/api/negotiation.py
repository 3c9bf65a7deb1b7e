"""Which format an answer has."""

from __future__ import annotations

from collections.abc import Sequence

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class FormatFirst(DefaultContentNegotiation):
    """`?format=` wins over `Accept`: who names a format means it, whatever the client always sends.

    A format that the answer cannot have is 404, as before.
    """

    def select_renderer(
        self,
        request: Request,
        renderers: Sequence[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """Return the renderer and its media type."""
        name = format_suffix or request.query_params.get(self.settings.URL_FORMAT_OVERRIDE)
        if not name:
            found: tuple[BaseRenderer, str] = super().select_renderer(request, renderers)
            return found
        renderer: BaseRenderer = self.filter_renderers(renderers, name)[0]
        return renderer, renderer.media_type

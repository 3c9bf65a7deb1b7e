"""The address of the schema."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request


class SchemaView(SpectacularAPIView):
    """OpenAPI 3 of the native paths: the same for everybody, so each process builds a form once."""

    bodies: ClassVar[dict[str, bytes]] = {}

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer the schema as YAML or JSON."""
        renderer: Any = request.accepted_renderer
        body = self.bodies.get(renderer.media_type)
        if body is None:
            schema = super().get(request, *args, **kwargs).data
            body = bytes(renderer.render(schema, renderer_context=self.get_renderer_context()))
            self.bodies[renderer.media_type] = body
        return HttpResponse(body, content_type=f"{renderer.media_type}; charset=utf-8")

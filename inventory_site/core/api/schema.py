"""OpenAPI with the envelope in it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["success", "error"],
    "properties": {
        "success": {"type": "boolean", "enum": [False]},
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "example": "VALIDATION_ERROR"},
                "message": {"type": "string"},
                "details": {"type": "object", "additionalProperties": True},
            },
        },
    },
}
ERRORS = {
    "400": "The input is not valid; every bad field is named.",
    "401": "Nobody is signed in.",
    "403": "The permission is missing; `details.required` names it.",
    "404": "No such thing.",
    "409": "The state of the thing does not allow it.",
}
META_SCHEMA = {
    "type": "object",
    "properties": {
        "count": {"type": "integer"},
        "total": {"type": "integer"},
        "limit": {"type": "integer", "nullable": True},
        "offset": {"type": "integer"},
        "next": {"type": "string", "nullable": True},
    },
}


def native_paths_only(endpoints: list[Any]) -> list[Any]:
    """Leave the unchanged client surfaces out: their contracts describe them."""
    return [entry for entry in endpoints if _is_described(entry[3])]


def _is_described(view: Any) -> bool:
    """Whether the view, or this one path of it (`as_view(in_schema=False)`), is described."""
    return bool(view.initkwargs.get("in_schema", getattr(view.cls, "in_schema", True)))


class EnvelopeSchema(AutoSchema):
    """Wraps every successful answer, and names the error answers."""

    def get_operation_id(self) -> str:
        """Tell a collection's GET from an item's, also where views are plain."""
        found: str = super().get_operation_id()
        if found.endswith("_retrieve") and not self.path.endswith("}"):
            return f"{found.removesuffix('retrieve')}read"
        return found

    def get_tags(self) -> list[str]:
        """Group by resource: `/api/routes/{id}/kmz` stands under `routes`."""
        words = [word for word in self.path.split("/") if word and not word.startswith("{")]
        return [words[1] if words[0] == "api" and len(words) > 1 else words[0]]

    def get_override_parameters(self) -> list[OpenApiParameter]:
        """Name the parameters that every list takes."""
        if not self._is_list_view():
            return []
        return [OpenApiParameter("fields", str, description="Comma list of fields to answer.")]

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        if not getattr(self.view, "envelope", True):
            return bodies
        for status, body in bodies.items():
            for kind, content in body.get("content", {}).items():
                if kind == "application/json" and str(status).startswith("2"):
                    content["schema"] = self._wrapped(content.get("schema", {}))
        anonymous = not getattr(self.view, "permissions", None)
        for status, text in ERRORS.items():
            if anonymous and status == "403":
                continue
            bodies.setdefault(
                status,
                {
                    "description": text,
                    "content": {"application/json": {"schema": ERROR_SCHEMA}},
                },
            )
        return bodies

    def _wrapped(self, schema: dict[str, Any]) -> dict[str, Any]:
        properties: dict[str, Any] = {
            "success": {"type": "boolean", "enum": [True]},
            "data": schema,
            "message": {"type": "string"},
        }
        if self._is_list_view():
            properties["meta"] = META_SCHEMA
        return {"type": "object", "required": ["success"], "properties": properties}

    def map_renderers(self, attribute: str) -> list[str]:
        """Describe JSON only; exports and the browsable page are formats of the same answer."""
        return ["application/json"]

"""Lists, parts and their workflow (contract 3.1, 3.2)."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from parts.api.clients.fabrication import errors, wire
from parts.api.clients.fabrication.base import FabricationView, answer, sent, version_of
from parts.selectors import fabrication_lists as lists
from parts.services import fabrication_flow as flow
from parts.services import fabrication_parts as parts


class PartListView(FabricationView):
    """`/api/parts/`."""

    failures = {"GET": "Failed to retrieve parts", "POST": "Failed to create part"}
    shapes = {"POST": errors.CREATE}

    def get(self, request: Request) -> Response:
        """List parts, filtered, sorted and cut as asked."""
        return listed(request)

    def post(self, request: Request) -> Response:
        """Submit a part."""
        return answer(parts.create_part(actor=request.user, body=sent(request)), 201)


class CategoryView(FabricationView):
    """`/api/parts/categories/{category}`."""

    failures = {"GET": "Failed to retrieve parts"}

    def get(self, request: Request, category: str) -> Response:
        """List the parts of one stage; an unknown one has none."""
        return listed(request, category)


class PartView(FabricationView):
    """`/api/parts/{id}`."""

    failures = {
        "GET": "Failed to retrieve part",
        "PUT": "Failed to update part",
        "DELETE": "Failed to delete part",
    }

    def get(self, request: Request, part_id: int) -> Response:
        """Return a part."""
        return answer(lists.part_of(part_id))

    def put(self, request: Request, part_id: int) -> Response:
        """Change the fields that are sent."""
        lists.part_of(part_id)
        body = sent(request)
        version = version_of(request)
        return answer(
            parts.update_part(
                actor=request.user, part_id=part_id, body=body, expected_version=version
            )
        )

    def delete(self, request: Request, part_id: int) -> Response:
        """Delete a part."""
        parts.delete_part(actor=request.user, part_id=part_id, expected_version=version_of(request))
        return Response({"message": "Part deleted successfully"})


class _ActionView(FabricationView):
    """A verb of the workflow."""

    def context_of(self, request: Request, part_id: int) -> dict[str, Any]:
        """Say who does it to what; a missing part is said before anything about the body."""
        lists.part_of(part_id)
        return {
            "actor": request.user,
            "part_id": part_id,
            "expected_version": version_of(request),
        }


class ApproveView(_ActionView):
    """`/api/parts/{id}/approve`."""

    failures = {"POST": "Failed to approve part"}

    def post(self, request: Request, part_id: int) -> Response:
        """Release to production."""
        body = sent(request, leniently=True)
        context = self.context_of(request, part_id)
        return answer(flow.approve(**context, reviewer=body.get("reviewer"), info=info_of(body)))


class AssignView(_ActionView):
    """`/api/parts/{id}/assign`."""

    failures = {"POST": "Failed to assign part"}

    def post(self, request: Request, part_id: int) -> Response:
        """Claim for somebody."""
        body = sent(request, leniently=True)
        return answer(
            flow.assign(
                **self.context_of(request, part_id),
                name=body.get("assigned"),
                if_unassigned=body.get("ifUnassigned") is True,
            )
        )


class UnclaimView(_ActionView):
    """`/api/parts/{id}/unclaim`."""

    failures = {"POST": "Failed to unclaim part"}

    def post(self, request: Request, part_id: int) -> Response:
        """Put back."""
        return answer(flow.unclaim(**self.context_of(request, part_id)))


class CompleteView(_ActionView):
    """`/api/parts/{id}/complete`."""

    failures = {"POST": "Failed to complete part"}

    def post(self, request: Request, part_id: int) -> Response:
        """Mark as made."""
        body = sent(request, leniently=True)
        return answer(flow.complete(**self.context_of(request, part_id), info=info_of(body)))


class RevertView(_ActionView):
    """`/api/parts/{id}/revert`."""

    failures = {"POST": "Failed to revert part"}

    def post(self, request: Request, part_id: int) -> Response:
        """Take back what was completed by mistake."""
        return answer(flow.revert(**self.context_of(request, part_id)))


class ProgressView(_ActionView):
    """`/api/parts/{id}/progress`."""

    failures = {"POST": "Failed to report progress"}

    def post(self, request: Request, part_id: int) -> Response:
        """Note good pieces and scrap."""
        body = sent(request)
        return answer(
            flow.report_progress(
                **self.context_of(request, part_id),
                good=body.get("good", 0),
                scrap=body.get("scrap", 0),
                reason=body.get("reason", ""),
            )
        )


class UnknownView(FabricationView):
    """Whatever is no path of the surface."""

    needs = None

    def get(self, request: Request, rest: str = "") -> Response:
        """Say so, to every method, once the key is known."""
        raise NotFound

    post = put = patch = delete = head = get


def listed(request: Request, category: str | None = None) -> Response:
    """Answer the list object."""
    asked = lists.asked_for(request.query_params, category)
    rows = lists.found(asked)
    total = rows.count()
    return Response(
        {
            "parts": [wire.part_json(part) for part in lists.page_of(rows, asked)],
            "total": total,
            "limit": asked.limit,
            "offset": asked.offset,
        }
    )


def info_of(body: dict[str, Any]) -> Any:
    """Return the free data of a body in either spelling."""
    return body["miscInfo"] if "miscInfo" in body else body.get("misc_info")

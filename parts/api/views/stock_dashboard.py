"""Figures and alerts (contract 4.11, 12.8)."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from parts.api.stock_base import StockView, flagged, listed_whole, says
from parts.api.wire.shopping import full_list
from parts.selectors import stock_dashboard as reads
from parts.services import low_stock


def lenient(request: Request, name: str, default: int) -> int:
    """Read a number of the dashboard, which never refuses one."""
    try:
        return int(request.query_params.get(name, default))
    except ValueError:
        return default


class DashboardView(StockView):
    """Figures of the stock."""

    @says()
    def stats(self, request: Request) -> Response:
        """Return the totals."""
        return Response(reads.stats())

    @says()
    def recent_activity(self, request: Request) -> Response:
        """List the newest changes of stock; `limit` 1 to 100."""
        return Response(reads.recent_activity(min(max(lenient(request, "limit", 20), 1), 100)))

    @says()
    def storage_summary(self, request: Request) -> Response:
        """List how full the boxes are."""
        return Response(reads.storage_summary())

    @says()
    def low_stock(self, request: Request) -> Response:
        """List parts with little stock; `include_zero` adds those with none."""
        threshold = lenient(request, "threshold", reads.LOW_STOCK)
        if threshold < 0:
            threshold = reads.LOW_STOCK
        include_zero = bool(flagged(request, "include_zero"))
        return Response(reads.low_stock(min(threshold, 1000), include_zero=include_zero))

    @says()
    def category_distribution(self, request: Request) -> Response:
        """List how many parts each type has."""
        return Response(reads.category_distribution())

    @says()
    def without_documents(self, request: Request) -> Response:
        """Count the parts without documents."""
        return Response(reads.without_documents())

    @says()
    def category_spread(self, request: Request) -> Response:
        """List over how many boxes each type is spread."""
        return Response(reads.category_spread())


class AlertView(StockView):
    """Parts under their own minimum."""

    @says()
    def low_stock(self, request: Request) -> Response:
        """List them with what is short."""
        return listed_whole(request, reads.below_minimum())

    @says()
    def to_shopping_list(self, request: Request) -> Response:
        """Put what is short on a concept list."""
        body = request.data if isinstance(request.data, dict) else {}
        push = low_stock.push_short(
            actor=request.user, list_id=low_stock.list_id_of(body.get("shopping_list_id"))
        )
        made = full_list(push.shopping_list.pk) if push.shopping_list else None
        return Response(
            {
                "noop": push.shopping_list is None,
                "shopping_list": made,
                "items_modified": push.items_modified,
                "total_needed_quantity": push.total_needed_quantity,
            },
            status=200,
        )

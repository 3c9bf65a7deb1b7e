"""Filters of the native lists of parts to make."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet

from inventory_site.core.api.filters import BooleanFilter, FilterSet
from parts.models import FabricationPart, Machine
from parts.selectors.fabrication_lists import overdue_when, today


class FabricationPartFilterSet(FilterSet):
    """Filters of parts to make."""

    subsystem = django_filters.CharFilter(lookup_expr="iexact")
    material = django_filters.CharFilter(lookup_expr="iexact")
    assigned = django_filters.CharFilter(lookup_expr="iexact")
    is_overdue = BooleanFilter(method="filter_overdue", label="Late and not completed")
    due_before = django_filters.DateFilter("due_date", lookup_expr="lte")
    updated_after = django_filters.IsoDateTimeFilter("updated_at", lookup_expr="gte")

    class Meta:
        model = FabricationPart
        fields = ("category", "status", "type", "machine", "priority", "revision")

    def filter_overdue(
        self, rows: QuerySet[FabricationPart], name: str, value: bool
    ) -> QuerySet[Any]:
        """Parts that are late, or that are not."""
        late = overdue_when(today())
        return rows.filter(late) if value else rows.exclude(late)


class MachineFilterSet(FilterSet):
    """Filters of machines."""

    class Meta:
        model = Machine
        fields = ("type", "is_active")

"""Filters of the native lists around the design tool, carriers and latency."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from inventory_site.core.api.filters import BooleanFilter, StrictFilterSet
from networkroutes.models import (
    Carrier,
    CarrierContact,
    DesignLog,
    InventoryRecord,
    LatencySample,
    Outage,
    PromoRule,
    RepositoryField,
    SavedSearch,
)


class SavedSearchFilterSet(StrictFilterSet):
    """Filters of saved searches."""

    class Meta:
        model = SavedSearch
        fields = ("owner", "source_location", "destination_location")


class DesignLogFilterSet(StrictFilterSet):
    """Filters of the design log; archived rows are hidden unless asked for."""

    logged_after = django_filters.IsoDateTimeFilter("logged_at", lookup_expr="gte")
    logged_before = django_filters.IsoDateTimeFilter("logged_at", lookup_expr="lte")
    archived = BooleanFilter(method="filter_archived", label="Archived too")

    class Meta:
        model = DesignLog
        fields = ("action_type", "user_name")

    def filter_archived(
        self, rows: QuerySet[DesignLog], name: str, value: bool
    ) -> QuerySet[DesignLog]:
        """All rows, or only those that nobody archived."""
        return rows if value else rows.filter(archived_at__isnull=True)

    def filter_queryset(self, queryset: QuerySet[DesignLog]) -> QuerySet[DesignLog]:
        """Hide archived rows unless `archived` is true."""
        found: QuerySet[DesignLog] = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("archived") else found.shown()  # type: ignore[attr-defined]  # of our queryset


class CarrierFilterSet(StrictFilterSet):
    """Filters of the carrier directory."""

    carrier_name = django_filters.CharFilter(lookup_expr="iexact")

    class Meta:
        model = Carrier
        fields = ("status", "region")


class CarrierContactFilterSet(StrictFilterSet):
    """Filters of contacts."""

    is_overdue = BooleanFilter(method="filter_overdue", label="Waits for a year")

    class Meta:
        model = CarrierContact
        fields = ("carrier", "contact_type", "contact_level")

    def filter_overdue(
        self, rows: QuerySet[CarrierContact], name: str, value: bool
    ) -> QuerySet[CarrierContact]:
        """Contacts to confirm, or the others."""
        overdue = CarrierContact.objects.overdue().values("pk")
        return rows.filter(pk__in=overdue) if value else rows.exclude(pk__in=overdue)


class PromoRuleFilterSet(StrictFilterSet):
    """Filters of promotions."""

    class Meta:
        model = PromoRule
        fields = ("is_active",)


class OutageFilterSet(StrictFilterSet):
    """Filters of outages."""

    circuit_id = django_filters.CharFilter("route__circuit_id")
    is_open = BooleanFilter("ended_at", lookup_expr="isnull", label="Lasts still")
    started_after = django_filters.IsoDateTimeFilter("started_at", lookup_expr="gte")
    started_before = django_filters.IsoDateTimeFilter("started_at", lookup_expr="lte")

    class Meta:
        model = Outage
        fields = ("route", "source")


class LatencySampleFilterSet(StrictFilterSet):
    """Filters of samples."""

    circuit_id = django_filters.CharFilter("route__circuit_id")
    sampled_after = django_filters.IsoDateTimeFilter("sampled_at", lookup_expr="gte")
    sampled_before = django_filters.IsoDateTimeFilter("sampled_at", lookup_expr="lte")

    class Meta:
        model = LatencySample
        fields = ("route", "source")


class RepositoryFieldFilterSet(StrictFilterSet):
    """Filters of typed fields."""

    class Meta:
        model = RepositoryField
        fields = ("repository_type", "kind", "is_required")


class InventoryRecordFilterSet(StrictFilterSet):
    """Filters of records; `name` is exact."""

    class Meta:
        model = InventoryRecord
        fields = ("repository_type", "name")

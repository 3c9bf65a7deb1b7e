"""Filters of the native lists of identity."""

from __future__ import annotations

import django_filters

from accounts.models import AuditEntry
from inventory_site.core.api.filters import FilterSet


class AuditEntryFilterSet(FilterSet):
    """Who, what, object, time and outcome of an audit entry."""

    actor = django_filters.CharFilter("actor_name", lookup_expr="iexact")
    verb = django_filters.CharFilter(lookup_expr="istartswith")
    since = django_filters.IsoDateTimeFilter("at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter("at", lookup_expr="lt")

    class Meta:
        model = AuditEntry
        fields = ("actor_id", "object_type", "object_id", "outcome", "channel", "request_id")

"""The audit trail as people read it: sentences, chips, before and after side by side."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.admin.words import (
    CHANNELS,
    field_words,
    outcome_badge,
    told,
    value_words,
    verb_words,
)
from accounts.models import AuditEntry, User
from accounts.selectors.audit import WHOLE, chain, visible_to
from accounts.services import audit
from inventory_site.core.admin import EMPTY, ReadOnlyAdmin, Tab, column, identifier, register, when
from inventory_site.core.whole import whole_number

SPANS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
CHOICES = 200
Entries = QuerySet[AuditEntry]


class ActorFilter(admin.SimpleListFilter):
    """Who did it; entries of the system and of open mode have no account."""

    title = "person"
    parameter_name = "actor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        people = User.objects.order_by("username")[:CHOICES]
        return [("none", "system or anonymous"), *((str(row.pk), row.username) for row in people)]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry]
    ) -> QuerySet[AuditEntry]:
        value = self.value()
        if value == "none":
            return queryset.filter(actor__isnull=True)
        number = whole_number(value)
        return queryset if number is None else queryset.filter(actor_id=number)


class _DistinctFilter(admin.SimpleListFilter):
    field = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        values = AuditEntry.objects.order_by(self.field).values_list(self.field, flat=True)
        return [(value, self.word(value)) for value in values.distinct()[:CHOICES] if value]

    def word(self, value: str) -> str:
        return value

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry]
    ) -> QuerySet[AuditEntry]:
        return queryset.filter(**{self.field: self.value()}) if self.value() else queryset


class VerbFilter(_DistinctFilter):
    """What was done."""

    title, parameter_name, field = "verb", "verb", "verb"

    def word(self, value: str) -> str:
        return verb_words(value)


class ObjectFilter(_DistinctFilter):
    """To what kind of thing; `object_id` in the address narrows it to one."""

    title, parameter_name, field = "object", "object_type", "object_type"

    def word(self, value: str) -> str:
        try:
            return str(apps.get_model(value)._meta.verbose_name)
        except (LookupError, ValueError):  # of a version that had it
            return value.partition(".")[2] or value


class OneObjectFilter(admin.SimpleListFilter):
    """The history of one object; set by the History button."""

    title, parameter_name = "one object", "object_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(self.value(), f"number {self.value()}")] if self.value() else []

    def has_output(self) -> bool:
        return bool(self.value())

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry]
    ) -> QuerySet[AuditEntry]:
        return queryset.filter(object_id=self.value()) if self.value() else queryset


class TimeFilter(admin.SimpleListFilter):
    """How long ago at most."""

    title, parameter_name = "time", "since"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("hour", "last hour"), ("today", "today"), ("day", "24 hours"), ("week", "7 days")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry]
    ) -> QuerySet[AuditEntry]:
        if self.value() == "today":
            midnight = datetime.combine(timezone.localdate(), time.min)
            return queryset.filter(at__gte=timezone.make_aware(midnight))
        span = SPANS.get(self.value() or "")
        return queryset.filter(at__gte=timezone.now() - span) if span else queryset


def differences(entry: AuditEntry) -> list[tuple[str, Any, Any, bool]]:
    """Return (field, before, after, whether they differ) in words, in order of the names."""
    before, after = entry.before or {}, entry.after or {}
    return [
        (
            field_words(entry.object_type, name),
            value_words(before.get(name)),
            value_words(after.get(name)),
            before.get(name) != after.get(name),
        )
        for name in sorted({*before, *after})
    ]


def _changes(request: HttpRequest, entry: AuditEntry) -> dict[str, Any]:
    return {
        "rows": differences(entry),
        "has_before": entry.before is not None,
        "has_after": entry.after is not None,
    }


@register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Entries that nobody changes."""

    list_title = "Audit"
    change_list_template = "accounts/admin/audit_list.html"
    list_display = ["what", "moment", "result", "from_address", "channel", "request_id"]
    list_hidden = ["channel", "request_id"]
    list_filter = [
        ActorFilter,
        VerbFilter,
        ObjectFilter,
        OneObjectFilter,
        "outcome",
        "channel",
        TimeFilter,
    ]
    search_fields = ["actor_name", "object_label", "verb", "=request_id"]
    phone_columns = ["moment", "result"]
    export_fields = list(audit.EXPORTED)
    summary = ["who", "through", "thing", "exact", "from_address", "request_id", "client_software"]
    details_title = ""
    fields = ["verb"]
    tabs = [Tab("changes", "Before and after", "accounts/admin/audit_changes.html", _changes)]
    empty_text = "Nothing has happened yet."

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Say beside the list how the chain of seals stands, to who may see seals."""
        state = chain() if request.user.has_perm(WHOLE) else None
        return super().changelist_view(request, {**(extra_context or {}), "chain": state})

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        """Leave what the person may read."""
        return visible_to(request.user, super().get_queryset(request))

    def object_title(self, obj: AuditEntry) -> str:
        return sentence_text(obj)

    @column("Who", order="actor_name", export="actor_name")
    def who(self, obj: AuditEntry) -> str:
        return obj.actor_name

    def state(self, obj: AuditEntry) -> SafeString:
        return outcome_badge(obj)

    @column("What happened", order="verb", export="verb")
    def what(self, obj: AuditEntry) -> str:
        return sentence_text(obj)

    @column("When", order="at", export="at")
    def moment(self, obj: AuditEntry) -> SafeString:
        return when(obj.at)

    @column("When", export="at")
    def exact(self, obj: AuditEntry) -> SafeString:
        return when(obj.at)

    @column("Outcome", order="outcome", export="outcome")
    def result(self, obj: AuditEntry) -> SafeString:
        return outcome_badge(obj)

    @column("From", order="address", export="address")
    def from_address(self, obj: AuditEntry) -> str:
        return obj.address or EMPTY

    @column("Client software", export="user_agent")
    def client_software(self, obj: AuditEntry) -> str:
        return obj.user_agent or EMPTY

    @column("Through")
    def through(self, obj: AuditEntry) -> str:
        return CHANNELS.get(obj.channel, obj.channel) or "the system itself"

    @column("Object")
    def thing(self, obj: AuditEntry) -> SafeString:
        return identifier(obj.object_label)


def sentence_text(entry: AuditEntry) -> str:
    """Say the entry as plain text, for the link of its row."""
    parts = (
        entry.actor_name,
        *told(entry),
        CHANNELS.get(entry.channel, entry.channel),
    )
    return " ".join(part for part in parts if part)

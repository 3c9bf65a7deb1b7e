"""Margin rules by version, promotions; capabilities and bulk uploads to read."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from inventory_site.core.admin import (
    Answer,
    ServiceAdmin,
    ShortTable,
    Tab,
    Verb,
    badge,
    column,
    number,
    register,
    when,
)
from networkroutes.admin.design import ReadOnlyPage
from networkroutes.admin.filters import Chip
from networkroutes.admin.import_words import table_words
from networkroutes.admin.pricing_forms import (
    PricingForm,
    PromoForm,
    field_of,
    sections_of,
    words_of,
)
from networkroutes.admin.widgets import plain_decimal
from networkroutes.admin.words import page_of
from networkroutes.design.margins import DEFAULTS, TERMS
from networkroutes.models import BulkUpload, LocationCapabilities, PricingConfig, PromoRule
from networkroutes.models.capabilities import CAPABILITIES
from networkroutes.selectors.pricing import current_version, values_of
from networkroutes.services import bulk, pricing_rules

OUTCOMES = {"done": "ok", "dry_run": "idle", "refused": "bad", "failed": "bad"}


def _changes(request: HttpRequest, version: PricingConfig) -> dict[str, Any]:
    """Return every value of a version, beside those of the version before."""
    before = PricingConfig.objects.filter(pk__lt=version.pk).order_by("-pk").first()
    old, new = values_of(before), values_of(version)
    rows = [
        (
            capfirst(words_of(key)),
            number(plain_decimal(new[key])),
            number(plain_decimal(old[key])),
            badge("Changed", "warn") if old[key] != new[key] else "",
        )
        for key in new
    ]
    header = ("Rule", "This version", "The one before", "Difference")
    return {"tables": [ShortTable("Values", header, rows)]}


def _restore(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    made = pricing_rules.restore_config(actor=request.user, version_id=objects[0].pk)
    return Answer(f"{made} is in force; it holds what {objects[0]} held.", page_of(made))


def _is_old(version: PricingConfig) -> bool:
    newest = current_version()
    return newest is not None and newest.pk != version.pk


RESTORE = Verb(
    slug="restore",
    label="Put in force again",
    permission="networkroutes.add_pricingconfig",
    run=_restore,
    follows="Its values become a new version; prices use them from then on.",
    fits=_is_old,
    icon="rotate-ccw",
    on_list=False,
)


def _end(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    pricing_rules.end_promo(actor=request.user, rule_id=objects[0].pk)
    return Answer(f"{objects[0]} is ended.")


END = Verb(
    slug="end",
    label="End",
    permission="networkroutes.delete_promorule",
    run=_end,
    follows="Prices leave it out from now on; the row stays for old quotes.",
    danger=True,
    fits=lambda rule: rule.is_active,
    icon="ban",
    on_list=False,
)


@register(PricingConfig)
class PricingConfigAdmin(ServiceAdmin):
    """Versions of the margin rules; the newest is in force and none is ever changed."""

    form = PricingForm
    noun = "version"
    list_title = "Pricing rules"
    list_display = ["named", "standing", "made", "created_by", "note"]
    list_select_related = ["created_by"]
    ordering = ["-pk"]
    phone_columns = ["standing", "made"]
    summary = ["standing", "made", "created_by", "note"]
    verbs = [RESTORE]
    details_title = ""
    tabs = [Tab("values", "Values", context=_changes)]
    empty_text = "The built-in margins are in force. Add version shows them to be changed."
    fieldsets = [
        (None, {"fields": ["note"]}),
        *(
            (
                f"{term} months",
                {"fields": [field_of(key) for key in DEFAULTS if f".{term}." in key]},
            )
            for term in TERMS
        ),
        (
            "Twin and promotions",
            {"fields": [field_of(key) for key in DEFAULTS if key.count(".") == 1]},
        ),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The tab says it all once the version is there."""
        return super().get_fieldsets(request, obj) if obj is None else []

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> PricingConfig:
        """Put a new version in force."""
        return pricing_rules.set_config(
            actor=request.user, sections=sections_of(data), note=data.get("note", "")
        )

    @column("Version", order="pk")
    def named(self, obj: PricingConfig) -> str:
        return str(obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Know the newest version on every row."""
        newest = PricingConfig.objects.order_by("-pk").values("pk")[:1]
        return super().get_queryset(request).annotate(newest_pk=Subquery(newest))  # type: ignore[no-any-return]  # of ModelAdmin

    @column("State")
    def standing(self, obj: PricingConfig) -> SafeString:
        is_newest = getattr(obj, "newest_pk", None) == obj.pk
        return badge("In force", "ok") if is_newest else badge("Replaced", "idle")

    @column("Made", order="created_at")
    def made(self, obj: PricingConfig) -> SafeString:
        return when(obj.created_at)


@register(PromoRule)
class PromoRuleAdmin(ServiceAdmin):
    """Promotional prices between locations."""

    form = PromoForm
    noun = "promotion"
    list_title = "Promotions"
    list_display = ["rule_name", "state", "between", "price_1000_to_2999mb", "price_3000mb_plus"]
    list_filter = ["is_active"]
    search_fields = ["rule_name"]
    ordering = ["-is_active", "rule_name", "pk"]
    phone_columns = ["state", "between"]
    summary = ["state", "between", "changed"]
    verbs = [END]
    fieldsets = [
        (None, {"fields": ["rule_name", "source_locations", "destination_locations"]}),
        ("Prices per month, USD", {"fields": list(pricing_rules.PROMO_PRICES)}),
    ]
    empty_text = "No promotions yet."

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> PromoRule:
        """Add a promotion."""
        return pricing_rules.create_promo(actor=request.user, values=data)

    def service_update(
        self,
        request: HttpRequest,
        obj: PromoRule,
        changes: dict[str, Any],
        expected_version: int | None,
    ) -> PromoRule:
        """Change a promotion."""
        return pricing_rules.update_promo(
            actor=request.user,
            rule_id=obj.pk,
            values=changes,
            expected_version=expected_version,
        )

    @column("State", order="is_active")
    def state(self, obj: PromoRule) -> SafeString:
        return badge("Active", "ok") if obj.is_active else badge("Ended", "idle")

    @column("Between")
    def between(self, obj: PromoRule) -> str:
        return f"{', '.join(obj.source_locations)} and {', '.join(obj.destination_locations)}"

    @column("Changed", order="updated_at")
    def changed(self, obj: PromoRule) -> SafeString:
        return when(obj.updated_at)


@register(LocationCapabilities)
class LocationCapabilitiesAdmin(ReadOnlyPage):
    """What locations can do."""

    list_display = ["location", "able"]
    list_select_related = ["location"]
    search_fields = ["location__location_code"]
    ordering = ["location"]
    summary = ["location", "able"]
    empty_text = "No location has capabilities. Each location's page sets them."
    filled_by = (
        "Locations",
        "admin:networkroutes_location_changelist",
        "networkroutes.change_location",
    )

    @column("Can")
    def able(self, obj: LocationCapabilities) -> str:
        fields = [obj._meta.get_field(name) for name in CAPABILITIES if getattr(obj, name)]
        held = [str(field.verbose_name).replace("cnx", "CNX") for field in fields]
        return ", ".join(held) or "nothing"


def _refusals(request: HttpRequest, upload: BulkUpload) -> dict[str, Any]:
    """Return the first sentences of what could not go in."""
    rows = [(sentence,) for sentence in upload.errors]
    return {"tables": [ShortTable("Refused", ("Why",), rows, empty="Every line could go in.")]}


class TableChip(Chip):
    """The table that an upload filled."""

    title, parameter_name = "table", "module"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(slug, table_words(slug)) for slug in bulk.MODULES]

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        return rows.filter(module=value)


@register(BulkUpload)
class BulkUploadAdmin(ReadOnlyPage):
    """What was uploaded in bulk, newest first."""

    list_display = ["filename", "table", "state", "follow", "total_rows", "invalid_rows", "at"]
    list_filter = [TableChip, "outcome"]
    search_fields = ["filename", "user_name"]
    ordering = ["-uploaded_at", "-pk"]
    summary = [
        "filename",
        "table",
        "state",
        "follow",
        "total_rows",
        "invalid_rows",
        "user_name",
        "at",
    ]
    tabs = [Tab("refused", "Refused", context=_refusals)]
    empty_text = "Nothing was uploaded."
    filled_by = ("Import", "networkroutes-import", "networkroutes.add_bulkupload")

    @column("Table", order="module")
    def table(self, obj: BulkUpload) -> str:
        return table_words(obj.module)

    @column("Outcome", order="outcome")
    def state(self, obj: BulkUpload) -> SafeString:
        return badge(obj.get_outcome_display(), OUTCOMES.get(obj.outcome, "wait"))

    @column("Import")
    def follow(self, obj: BulkUpload) -> SafeString | str:
        """Lead to the page of what a worker does, and of a preview that may be applied."""
        if not (obj.is_open or obj.file_key):
            return ""
        url = reverse("networkroutes-import-job", args=[obj.pk])
        return format_html('<a href="{}">{}</a>', url, "Progress" if obj.is_open else "Open")

    @column("Uploaded", order="uploaded_at")
    def at(self, obj: BulkUpload) -> SafeString:
        return when(obj.uploaded_at)

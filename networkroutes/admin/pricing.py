"""Margin rules by version, promotions, capabilities, bulk uploads; read only."""

from __future__ import annotations

from django.utils.safestring import SafeString

from inventory_site.core.admin import badge, column, register, when
from networkroutes.admin.design import ReadOnlyPage
from networkroutes.models import BulkUpload, LocationCapabilities, PricingConfig, PromoRule
from networkroutes.models.capabilities import CAPABILITIES


@register(PricingConfig)
class PricingConfigAdmin(ReadOnlyPage):
    """Versions of the margin rules; the newest is in force."""

    list_display = ["__str__", "made", "created_by", "note"]
    list_select_related = ["created_by"]
    ordering = ["-pk"]
    summary = ["made", "created_by", "note"]
    empty_text = "The defaults are in force."

    @column("Made", order="created_at")
    def made(self, obj: PricingConfig) -> SafeString:
        return when(obj.created_at)


@register(PromoRule)
class PromoRuleAdmin(ReadOnlyPage):
    """Promotional prices between locations."""

    list_display = ["rule_name", "state", "price_1000_to_2999mb", "price_3000mb_plus", "changed"]
    list_filter = ["is_active"]
    search_fields = ["rule_name"]
    ordering = ["-is_active", "rule_name", "pk"]
    summary = ["rule_name", "state", "source_locations", "destination_locations", "changed"]
    empty_text = "No promotions."

    @column("State", order="is_active")
    def state(self, obj: PromoRule) -> SafeString:
        return badge("Active", "ok") if obj.is_active else badge("Ended", "idle")

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
    empty_text = "No location has capabilities."

    @column("Can")
    def able(self, obj: LocationCapabilities) -> str:
        held = [name.replace("_", " ") for name in CAPABILITIES if getattr(obj, name)]
        return ", ".join(held) or "nothing"


@register(BulkUpload)
class BulkUploadAdmin(ReadOnlyPage):
    """What was uploaded in bulk, newest first."""

    list_display = ["filename", "module", "state", "total_rows", "invalid_rows", "at"]
    list_filter = ["module", "outcome"]
    search_fields = ["filename", "user_name"]
    ordering = ["-uploaded_at", "-pk"]
    summary = ["filename", "module", "state", "total_rows", "invalid_rows", "user_name", "at"]
    empty_text = "Nothing was uploaded."

    @column("Outcome", order="outcome")
    def state(self, obj: BulkUpload) -> SafeString:
        kinds = {"done": "ok", "dry_run": "idle", "refused": "bad"}
        return badge(obj.get_outcome_display(), kinds.get(obj.outcome, "idle"))

    @column("Uploaded", order="uploaded_at")
    def at(self, obj: BulkUpload) -> SafeString:
        return when(obj.uploaded_at)

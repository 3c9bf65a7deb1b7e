"""What the design tool remembers and what imports brought; read only."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory_site.core.admin import (
    ReadOnlyAdmin,
    Tab,
    badge,
    column,
    number,
    register,
    when,
)
from networkroutes.admin.filters import ClearedChip
from networkroutes.admin.words import mbps_words, plain
from networkroutes.choices import DesignAction
from networkroutes.design.capacity import requested_mbps
from networkroutes.design.legs import as_number
from networkroutes.models import DesignLog, LegacyRecord, SavedSearch


def _documents(*names: str) -> Any:
    def context(request: HttpRequest, obj: Any) -> dict[str, Any]:
        labels = [str(obj._meta.get_field(name).verbose_name) for name in names]
        values = [getattr(obj, name) for name in names]
        return {
            "documents": [
                (label, json.dumps(value, indent=2, ensure_ascii=False))
                for label, value in zip(labels, values, strict=True)
                if value is not None
            ]
        }

    return context


class ReadOnlyPage(ReadOnlyAdmin):
    """A page that only shows."""

    details_title = ""

    class Media:
        css = {"all": ["networkroutes/routes.css"]}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The summary and the tabs say it all."""
        return []


@register(DesignLog)
class DesignLogAdmin(ReadOnlyPage):
    """Searches, prices and maps that people asked the design tool for."""

    list_title = "Design log"
    list_display = ["what", "asked", "moment", "who", "took", "address"]
    list_filter = ["action_type", ClearedChip]
    search_fields = ["action_type", "user_name"]
    ordering = ["-logged_at", "-pk"]
    phone_columns = ["asked", "moment", "who"]
    summary = ["what", "asked", "moment", "who", "took", "address", "map_file"]
    fields = ["action_type"]
    tabs = [
        Tab(
            "content",
            "Content",
            "networkroutes/admin/documents_tab.html",
            _documents("parameters", "results", "pricing_data"),
        )
    ]
    empty_text = "Nobody has used the design tool yet."
    filled_by = ("Design tool", "networkroutes-design", "networkroutes.view_designlog")

    @column("What", order="action_type", export="action_type")
    def what(self, obj: DesignLog) -> SafeString | str:
        word = dict(DesignAction.choices).get(obj.action_type, obj.action_type)
        if obj.archived_at is None:
            return word
        return format_html("{} {}", word, badge("Cleared", "idle"))

    @column("Between")
    def asked(self, obj: DesignLog) -> str:
        """Both ends, where the row has them; imported rows may hold anything."""
        sent = obj.parameters if isinstance(obj.parameters, dict) else {}
        ends = [str(sent[name]) for name in ("source", "destination") if sent.get(name)]
        return plain(" to ".join(ends))

    @column("Map")
    def map_file(self, obj: DesignLog) -> str:
        return plain(obj.kmz_files)

    @column("When", order="logged_at", export="logged_at")
    def moment(self, obj: DesignLog) -> SafeString:
        return when(obj.logged_at)

    @column("Who", order="user_name")
    def who(self, obj: DesignLog) -> str:
        return plain(obj.user_name)

    @column("Took, ms", numeric=True, order="execution_time_ms", export="execution_time_ms")
    def took(self, obj: DesignLog) -> SafeString:
        return number(obj.execution_time_ms)

    @column("From", order="ip_address")
    def address(self, obj: DesignLog) -> str:
        return plain(obj.ip_address)


@register(SavedSearch)
class SavedSearchAdmin(ReadOnlyPage):
    """Searches that people kept."""

    list_display = ["title", "way", "bandwidth", "limit", "made"]
    search_fields = ["search_name", "source_location", "destination_location"]
    ordering = ["-created_at", "-pk"]
    phone_columns = ["way", "made"]
    summary = ["way", "bandwidth", "limit", "ull", "protected", "output_currency", "term", "made"]
    fields = ["search_name"]
    tabs = [
        Tab(
            "content",
            "Content",
            "networkroutes/admin/documents_tab.html",
            _documents("search_name", "carrier_avoidance", "search_results"),
        )
    ]
    empty_text = "Nobody has kept a search yet."
    filled_by = ("Design tool", "networkroutes-design", "networkroutes.add_savedsearch")

    @column("Search", order="search_name")
    def title(self, obj: SavedSearch) -> str:
        return str(obj)

    @column("From, to")
    def way(self, obj: SavedSearch) -> SafeString:
        return format_html("{}, {}", plain(obj.source_location), plain(obj.destination_location))

    @column("Bandwidth", numeric=True, order="bandwidth_required")
    def bandwidth(self, obj: SavedSearch) -> str:
        if obj.bandwidth_required is None:
            return plain(None)
        return mbps_words(requested_mbps(obj.bandwidth_required, obj.bandwidth_unit))

    @column("Latency up to, ms", numeric=True, order="max_latency_ms")
    def limit(self, obj: SavedSearch) -> SafeString:
        limit = obj.max_latency_ms
        return number(None if limit is None else as_number(limit))

    @column("With ULL")
    def ull(self, obj: SavedSearch) -> bool | None:
        return obj.include_ull

    @column("Protected")
    def protected(self, obj: SavedSearch) -> bool | None:
        return obj.protection_required

    @column("Term, months")
    def term(self, obj: SavedSearch) -> SafeString:
        return number(obj.contract_term_months)

    @column("Made", order="created_at", export="created_at")
    def made(self, obj: SavedSearch) -> SafeString:
        return when(obj.created_at)


@register(LegacyRecord)
class LegacyRecordAdmin(ReadOnlyPage):
    """Which row of a replaced database became which row here."""

    list_display = ["table", "legacy_id", "object_id"]
    list_filter = ["table"]
    search_fields = ["=legacy_id"]
    ordering = ["pk"]
    phone_columns = ["legacy_id", "object_id"]
    summary = ["table", "legacy_id", "object_id"]
    fields = ["table"]
    empty_text = "Nothing was imported."

"""The system log: what the site did by itself."""

from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.choices import LogLevel
from accounts.models import LogEntry
from inventory_site.core.admin import ReadOnlyAdmin, badge, column, register, when

LEVELS = {
    LogLevel.DEBUG: "idle",
    LogLevel.INFO: "wait",
    LogLevel.WARNING: "warn",
    LogLevel.ERROR: "bad",
    LogLevel.CRITICAL: "bad",
}


@register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """Lines that nobody edits."""

    list_title = "System log"
    list_display = ["message", "severity", "source", "category", "moment", "request_id"]
    list_hidden = ["request_id"]
    list_filter = ["level", "source", "category"]
    search_fields = ["message", "request_id"]
    phone_columns = ["severity", "moment"]
    summary = ["severity", "source", "category", "moment", "request_id", "details"]
    details_title = ""
    fields = ["message"]
    empty_text = "Nothing has been logged."

    def state(self, obj: LogEntry) -> SafeString:
        return self.severity(obj)

    @column("Level", order="level", export="level")
    def severity(self, obj: LogEntry) -> SafeString:
        return badge(obj.get_level_display(), LEVELS.get(obj.level, "idle"))

    @column("When", order="at", export="at")
    def moment(self, obj: LogEntry) -> SafeString:
        return when(obj.at)

    def get_fieldsets(self, request: HttpRequest, obj: LogEntry | None = None) -> list[object]:
        """The summary says it all."""
        return [] if obj is None else [(None, {"fields": ["message"]})]

"""Settings that administrators change while the site runs; shown until services own each of
them.
"""

from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.models import Setting
from inventory_site.core.admin import EMPTY, ReadOnlyAdmin, column, register, when


@register(Setting)
class SettingAdmin(ReadOnlyAdmin):
    """One value under a dotted key."""

    list_display = ["key", "value", "changed", "changed_by"]
    list_select_related = ["updated_by"]
    search_fields = ["key"]
    phone_columns = ["value"]
    summary = ["value", "changed", "changed_by"]
    details_title = ""
    fields = ["key"]
    empty_text = "Nothing is set here; everything has its default."

    @column("Changed", order="updated_at", export="updated_at")
    def changed(self, obj: Setting) -> SafeString:
        return when(obj.updated_at)

    @column("By", export="updated_by__username")
    def changed_by(self, obj: Setting) -> str:
        return obj.updated_by.shown_name if obj.updated_by else EMPTY

    def get_fieldsets(self, request: HttpRequest, obj: Setting | None = None) -> list[object]:
        """The summary says it all."""
        return []

"""The chain of seals over the audit trail."""

from __future__ import annotations

from django.utils.safestring import SafeString

from accounts.models import AuditSeal
from inventory_site.core.admin import ReadOnlyAdmin, badge, column, identifier, register, when


@register(AuditSeal)
class AuditSealAdmin(ReadOnlyAdmin):
    """One seal per batch of entries; each holds the hash of the one before."""

    list_title = "Audit seals"
    list_display = ["name", "standing", "count", "entries", "moment", "short"]
    phone_columns = ["standing", "moment"]
    search_fields = ["=number", "digest"]
    summary = ["name", "count", "entries", "moment", "youngest", "full", "before"]
    details_title = ""
    fields = ["number"]
    empty_text = "Nothing is sealed yet; the task that seals runs every five minutes."

    def state(self, obj: AuditSeal) -> SafeString:
        return self.standing(obj)

    @column("Seal", order="number", export="number")
    def name(self, obj: AuditSeal) -> str:
        return str(obj.number)

    @column("State")
    def standing(self, obj: AuditSeal) -> SafeString:
        return badge("Archived", "idle") if obj.emptied_at else badge("Sealed", "ok")

    @column("Entries", order="first_id", export="first_id")
    def entries(self, obj: AuditSeal) -> str:
        return f"{obj.first_id} to {obj.last_id}"

    @column("Sealed", order="sealed_at", export="sealed_at")
    def moment(self, obj: AuditSeal) -> SafeString:
        return when(obj.sealed_at)

    @column("Youngest entry", export="last_at")
    def youngest(self, obj: AuditSeal) -> SafeString:
        return when(obj.last_at)

    @column("Hash", export="digest")
    def short(self, obj: AuditSeal) -> SafeString:
        return identifier(obj.digest[:12])

    @column("Hash", export="digest")
    def full(self, obj: AuditSeal) -> SafeString:
        return identifier(obj.digest)

    @column("Hash before", export="previous")
    def before(self, obj: AuditSeal) -> SafeString:
        return identifier(obj.previous or "none")

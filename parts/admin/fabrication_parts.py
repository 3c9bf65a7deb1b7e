"""Parts to make."""

from __future__ import annotations

from django.utils.safestring import SafeString

from inventory_site.core.admin import ReadOnlyAdmin, badge, column, number, register, when
from parts.models import FabricationPart, Machine

STATES = {
    "Pending": "wait",
    "Reviewed": "ok",
    "Approved": "ok",
    "In Progress": "taken",
    "Already Started": "warn",
    "Completed": "ok",
    "Cancelled": "idle",
}


@register(FabricationPart)
class FabricationPartAdmin(ReadOnlyAdmin):
    """The workshop's parts."""

    noun = "part to make"
    list_title = "Workshop"
    list_display = ["__str__", "state", "category", "pieces", "assigned", "due", "changed"]
    list_filter = ["category", "status", "type"]
    search_fields = ["search_text"]
    ordering = ["-created_at", "-pk"]

    @column("State", order="status", export="status")
    def state(self, part: FabricationPart) -> SafeString:
        return badge(part.get_status_display(), STATES[part.status])

    @column("Amount", numeric=True, order="amount", export="amount")
    def pieces(self, part: FabricationPart) -> SafeString:
        return number(part.amount)

    @column("Due", order="due_date", export="due_date")
    def due(self, part: FabricationPart) -> SafeString:
        return when(part.due_date, acts=not part.is_completed)

    @column("Changed", order="updated_at", export="updated_at")
    def changed(self, part: FabricationPart) -> SafeString:
        return when(part.updated_at)


@register(Machine)
class MachineAdmin(ReadOnlyAdmin):
    """Machines of the workshop."""

    noun = "machine"
    list_title = "Machines"
    list_display = ["name", "type", "is_active"]
    search_fields = ["name"]
    ordering = ["name", "pk"]

"""People of the lab, and whom it invited."""

from __future__ import annotations

from django.utils.safestring import SafeString

from accounts.models import LabInvitation, LabProfile
from inventory_site.core.admin import EMPTY, ReadOnlyAdmin, badge, column, register, when


@register(LabProfile)
class LabProfileAdmin(ReadOnlyAdmin):
    """A person's place in the lab; roles are given on the person's own page."""

    list_title = "Lab people"
    list_display = ["person", "standing", "discord", "since"]
    list_filter = ["status"]
    list_select_related = ["user"]
    search_fields = ["user__username", "discord_id"]
    phone_columns = ["standing"]
    summary = ["person", "standing", "discord", "suspended_role", "since"]
    details_title = ""
    fields = ["user"]
    empty_text = "Nobody of the lab has a profile yet."

    def state(self, obj: LabProfile) -> SafeString:
        return self.standing(obj)

    @column("Person", order="user__username", export="user__username")
    def person(self, obj: LabProfile) -> str:
        return obj.user.shown_name

    @column("State", order="status", export="status")
    def standing(self, obj: LabProfile) -> SafeString:
        return badge(obj.get_status_display(), "ok" if obj.status == "active" else "idle")

    @column("Discord", order="discord_id", export="discord_id")
    def discord(self, obj: LabProfile) -> str:
        return obj.discord_id or EMPTY

    @column("Since", order="created_at", export="created_at")
    def since(self, obj: LabProfile) -> SafeString:
        return when(obj.created_at)


@register(LabInvitation)
class LabInvitationAdmin(ReadOnlyAdmin):
    """Letters that make an account with a role."""

    list_title = "Lab invitations"
    list_display = ["email", "standing", "role", "inviter", "ends"]
    list_filter = ["role"]
    list_select_related = ["invited_by", "accepted_by"]
    search_fields = ["email", "handle"]
    phone_columns = ["standing", "role"]
    summary = ["email", "handle", "role", "inviter", "created", "ends", "taken"]
    details_title = ""
    fields = ["email"]
    empty_text = "Nobody was invited yet."

    def state(self, obj: LabInvitation) -> SafeString:
        return self.standing(obj)

    @column("State")
    def standing(self, obj: LabInvitation) -> SafeString:
        if obj.accepted_at is not None:
            return badge("Accepted", "ok")
        return badge("Pending", "wait") if obj.is_open else badge("Expired", "idle")

    @column("Invited by", order="invited_by__username", export="invited_by__username")
    def inviter(self, obj: LabInvitation) -> str:
        return obj.invited_by.shown_name if obj.invited_by else EMPTY

    @column("Sent", order="created_at", export="created_at")
    def created(self, obj: LabInvitation) -> SafeString:
        return when(obj.created_at)

    @column("Ends", order="expires_at", export="expires_at")
    def ends(self, obj: LabInvitation) -> SafeString:
        return when(obj.expires_at, acts=obj.is_open)

    @column("Accepted", order="accepted_at", export="accepted_at")
    def taken(self, obj: LabInvitation) -> SafeString:
        return when(obj.accepted_at)

"""Sessions: who is signed in, from where, and ending that."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.admin.words import agent_words, session_badge
from accounts.models import Session
from accounts.services import audit, sessions
from inventory_site.core.admin import EMPTY, ReadOnlyAdmin, Verb, column, each, register, when


class OpenFilter(admin.SimpleListFilter):
    """Open sessions, or those that ended."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("ended", "Ended")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        usable = Session.objects.usable()
        if self.value() == "open":
            return queryset.filter(pk__in=usable.values("pk"))
        if self.value() == "ended":
            return queryset.exclude(pk__in=usable.values("pk"))
        return queryset


def _revoke(request: HttpRequest, session: Session, data: dict[str, Any]) -> str:
    ended = sessions.revoke(session, reason="admin")
    if not ended:
        return "It had ended already."
    audit.record(request.user, "session.revoked", session.user, after={"session": session.pk})
    return f"{session.user or 'The visitor'} is signed out there."


@register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Sign-ins of people; a visitor's short memory is left out."""

    list_display = ["person", "state", "device", "address", "last_activity", "opened", "ends"]
    list_hidden = ["ends"]
    list_filter = [OpenFilter, ("user", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__display_name", "ip_address", "user_agent"]
    phone_columns = ["state", "device", "last_activity"]
    row_verb = "revoke"
    summary = [
        "person",
        "device",
        "address",
        "last_activity",
        "opened",
        "ends",
        "revoked_reason",
    ]
    fields = ["user_agent"]
    empty_text = "Nobody is signed in."
    verbs = [
        Verb(
            slug="revoke",
            label="Sign out",
            permission="accounts.change_session",
            run=each(_revoke, "signed out"),
            follows="The browser or script has to sign in again.",
            danger=True,
            icon="log-out",
            fits=lambda session: session.revoked_at is None and session.expires_at > timezone.now(),
        )
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        return super().get_queryset(request).filter(user__isnull=False).select_related("user")

    def object_title(self, obj: Session) -> str:
        return f"{obj.user}, {agent_words(obj.user_agent)}, {obj.ip_address or 'no address'}"

    def state(self, obj: Session) -> SafeString:
        return session_badge(obj)

    state.short_description = "State"  # type: ignore[attr-defined]  # Django's way

    @column("Person", order="user__username", export="user__username")
    def person(self, obj: Session) -> str:
        return obj.user.shown_name if obj.user else EMPTY

    @column("Device", export="user_agent")
    def device(self, obj: Session) -> str:
        return agent_words(obj.user_agent)

    @column("Address", order="ip_address", export="ip_address")
    def address(self, obj: Session) -> str:
        return obj.ip_address or EMPTY

    @column("Last use", order="last_activity_at", export="last_activity_at")
    def last_activity(self, obj: Session) -> SafeString:
        return when(obj.last_activity_at)

    @column("Opened", order="created_at", export="created_at")
    def opened(self, obj: Session) -> SafeString:
        return when(obj.created_at)

    @column("Ends", order="expires_at", export="expires_at")
    def ends(self, obj: Session) -> SafeString:
        return when(obj.expires_at)

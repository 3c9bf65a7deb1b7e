"""Sessions: one table for cookies and bearer tokens."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from inventory_site.core.prepared import Later, Prepared


def token_hash(token: str) -> str:
    """SHA-256 hex of a token; the only form in which a token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


class SessionQuerySet(models.QuerySet["Session"]):
    """Questions about sessions."""

    def usable(self, moment: datetime | Later | None = None) -> SessionQuerySet:
        """Neither revoked nor past their end, now or at that moment."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=moment or timezone.now())

    def opening(self, moment: datetime | Later | None = None) -> SessionQuerySet:
        """Usable, and through the second step where the account asks for one."""
        proved = Q(user__isnull=True) | Q(user__two_factor_enabled=False)
        return self.usable(moment).filter(proved | Q(two_factor_verified=True))


class Session(models.Model):
    """A sign-in on one device, or a visitor's short memory (no user).

    `data` is Django's signed session dictionary. Tokens stand here only as SHA-256.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    refresh_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    refresh_expires_at = models.DateTimeField(null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="sessions",
    )
    data = models.TextField(blank=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    last_activity_at = models.DateTimeField(default=timezone.now)
    two_factor_verified = models.BooleanField(default=False)
    two_factor_verified_at = models.DateTimeField(null=True, blank=True)
    is_limited = models.BooleanField(
        default=False, help_text="The password has expired: it may be changed, nothing else."
    )
    is_enterprise = models.BooleanField(default=False)
    enterprise_username = models.CharField(max_length=255, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=32, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-last_activity_at", "pk"]

    def __str__(self) -> str:
        return f"session {self.pk}"


_OPENED_BY = Prepared(
    lambda: (
        Session.objects.opening(Later(1, models.DateTimeField()))
        .filter(token_hash=Later(0, models.CharField()))
        .order_by()
    )
)


def opened_by(token: str) -> Session | None:
    """Return the session that a token opens now; asked at every call of a browser."""
    return _OPENED_BY.first(token_hash(token), timezone.now())

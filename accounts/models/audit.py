"""The audit trail."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.choices import AuditOutcome


class AppendOnly(Exception):
    """Somebody tried to change or delete what may only be added to."""


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Reads only; `services.audit` adds, the retention job removes."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnly("audit entries are never changed")

    def delete(self) -> NoReturn:
        raise AppendOnly("audit entries are removed by the retention job only")

    def about(self, object_type: str, object_id: object) -> AuditEntryQuerySet:
        """The history of one object."""
        return self.filter(object_type=object_type, object_id=str(object_id))


class AuditEntry(models.Model):
    """One sentence of what happened: who did what to which object, through what, with what outcome.

    `verb` is namespaced (`channel.reserved`); `before` and `after` hold only what changed, secrets
    masked; `user_agent` is what the caller's program calls itself, null for none and in entries
    from before it was kept. `object_type` is a model label (`networkroutes.networkroute`); the
    entry outlives the object.
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
    )
    actor_name = models.CharField(max_length=200)
    channel = models.CharField(max_length=16)
    verb = models.CharField(max_length=64, db_index=True)
    object_type = models.CharField(max_length=100, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    object_label = models.CharField(max_length=255, blank=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField("client software", max_length=400, null=True, blank=True)  # noqa: DJ001  null so that no table is written anew
    outcome = models.CharField(max_length=16, choices=AuditOutcome, default=AuditOutcome.SUCCESS)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(
                fields=["object_type", "object_id", "-at"], name="accounts_auditentry_object"
            ),
            models.Index(fields=["actor", "-at"], name="accounts_auditentry_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.verb} {self.object_label}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the entry; a second save is refused."""
        if self.pk is not None:
            raise AppendOnly("audit entries are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("audit entries are removed by the retention job only")

"""What the lab knows of a person beyond the account, and whom it invited."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.choices import LabRole, LabStatus
from inventory_site.core.models.base import TimeStamped


class LabProfile(TimeStamped):
    """A person's place in the lab.

    The role itself is an assignment of a lab role; a disabled person holds none, and
    `suspended_role` is the one that comes back. `approval_limits` is JSON of the front end.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lab_profile"
    )
    discord_id = models.CharField(max_length=20, unique=True, null=True, blank=True)
    status = models.CharField(max_length=16, choices=LabStatus, default=LabStatus.ACTIVE)
    suspended_role = models.CharField(max_length=16, choices=LabRole, blank=True)
    approval_limits = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["user"]
        permissions = [
            ("lab_read_bookings", "Lab: see bookings"),
            ("lab_write_bookings", "Lab: decide on bookings"),
            ("lab_export_bookings", "Lab: export bookings"),
            ("lab_read_devices", "Lab: see devices"),
            ("lab_write_devices", "Lab: change devices"),
            ("lab_read_users", "Lab: see people"),
            ("lab_write_users", "Lab: invite people and give roles"),
            ("lab_read_logs", "Lab: read the log"),
            ("lab_export_logs", "Lab: export the log"),
            ("lab_write_topologies", "Lab: decide on topologies"),
            ("lab_write_settings", "Lab: change settings"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in the lab"


class LabInvitation(models.Model):
    """A letter that makes its reader an account with a role, once and before it ends.

    Only SHA-256 of the token is stored.
    """

    email = models.EmailField(max_length=200)
    handle = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=16, choices=LabRole)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at", "pk"]

    def __str__(self) -> str:
        return f"invitation of {self.email}"

    @property
    def is_open(self) -> bool:
        """Whether it can still be accepted."""
        return self.accepted_at is None and self.expires_at > timezone.now()

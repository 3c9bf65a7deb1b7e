"""People whom a directory knows, and the roles they hold here."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models.roles import Role


class EnterpriseUserRole(models.Model):
    """A name in a directory holds a role; without such a row the directory's word opens nothing.

    Names compare case-insensitively.
    """

    username = models.CharField(max_length=255)
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="enterprise_members")
    display_name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(max_length=255, blank=True)
    config_id = models.BigIntegerField(null=True, blank=True)
    assigned_at = models.DateTimeField(default=timezone.now, editable=False)
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )

    class Meta:
        ordering = ["username", "role"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("username"),
                "role",
                name="accounts_enterpriseuserrole_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.username} is {self.role}"

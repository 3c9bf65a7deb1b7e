"""Roles, and who holds them."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.choices import RoleType
from inventory_site.core.models.base import TimeStamped
from inventory_site.core.prepared import Later, Prepared

JOB_VERBS = ("view", "create", "edit", "delete", "run", "cancel")
REPORT_VERBS = ("view", "create", "export")
MATRIX_VERBS = ("view", "create", "edit", "delete")


class Role(TimeStamped):
    """A Django group with a profile; the group holds the permissions.

    `seeded_names` are the permission names that seeding granted once, so that a name taken away by
    a person stays away.
    """

    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="role")
    display_name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    role_type = models.CharField(max_length=16, choices=RoleType, default=RoleType.CUSTOM)
    priority = models.IntegerField(default=50)
    is_default = models.BooleanField(default=False)
    is_client_only = models.BooleanField(
        default=False, help_text="Holders use a front end only and may not open the admin."
    )
    seeded_names = models.JSONField(default=list, blank=True, editable=False)

    class Meta:
        ordering = ["-priority", "pk"]
        permissions = [
            ("manage_backup", "Can manage backups"),
            *((f"jobs_{verb}", f"Can {verb} jobs") for verb in JOB_VERBS),
            ("jobs_manage_schedule", "Can manage schedules of jobs"),
            ("jobs_manage_template", "Can manage templates of jobs"),
            *((f"reports_{verb}", f"Can {verb} reports") for verb in REPORT_VERBS),
            *((f"cnx_colocation_{verb}", f"Can {verb} colocations") for verb in MATRIX_VERBS),
            *((f"exchange_data_{verb}", f"Can {verb} exchange data") for verb in MATRIX_VERBS),
            *((f"user_management_{verb}", f"Can {verb} network people") for verb in MATRIX_VERBS),
            ("change_logs_view", "Can view the change log"),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def name(self) -> str:
        """The group's name, by which contracts call the role."""
        return self.group.name


def valid_q(moment: datetime | Later, of: str = "") -> Q:
    """Say that an assignment gives something at that moment; `of` leads to it, with its `__`."""
    begun = Q(**{f"{of}valid_from__isnull": True}) | Q(**{f"{of}valid_from__lte": moment})
    return begun & (Q(**{f"{of}valid_until__isnull": True}) | Q(**{f"{of}valid_until__gt": moment}))


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    """Questions about who holds what."""

    def valid_at(self, moment: datetime | Later) -> RoleAssignmentQuerySet:
        """Those that give something at that moment."""
        return self.filter(valid_q(moment))

    def unended_at(self, moment: datetime) -> RoleAssignmentQuerySet:
        """Those that give something at that moment or later."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=moment))


class RoleAssignment(models.Model):
    """One person holds one role, perhaps only until a date."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="role_assignments"
    )
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="assignments")
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    assigned_at = models.DateTimeField(default=timezone.now, editable=False)
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["user", "role"]
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="accounts_roleassignment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} is {self.role}"


HELD_BY: Prepared[tuple[str, bool]] = Prepared(
    lambda: (
        RoleAssignment.objects.valid_at(Later(1, models.DateTimeField()))
        .filter(user=Later(0, models.BigAutoField()))
        .values_list("role__group__name", "role__is_client_only")
    )
)

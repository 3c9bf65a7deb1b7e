"""People and service accounts."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from accounts.choices import AuthMethod, TwoFactorMethod, UserStatus
from accounts.hashers import must_renew, stored_form
from accounts.models.roles import HELD_BY, Role, RoleAssignment
from inventory_site.core.models.base import TimeStamped
from inventory_site.core.zones import known_zones

SUPER_ADMIN = "super_admin"
MODULES = (
    "network_routes",
    "locations",
    "carriers",
    "cnx_colocation",
    "network_design",
    "exchange_rates",
    "exchange_data",
    "change_logs",
    "user_management",
)


class UserManager(BaseUserManager["User"]):
    """Makes accounts; names compare case-insensitively."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__iexact=username)

    def create_user(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> User:
        """Make an account without roles; a blank password cannot sign in."""
        user = self.model(
            username=username, email=self.normalize_email(email).lower() or None, **fields
        )
        user.set_password(password)
        user.save(using=self._db)
        return user

    @transaction.atomic
    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> User:
        """Make an account that holds the role super_admin."""
        user = self.create_user(username, email, password, **fields)
        role = Role.objects.get(group__name=SUPER_ADMIN)
        RoleAssignment.objects.create(user=user, role=role)
        return user


class User(AbstractBaseUser, TimeStamped):
    """One person or service, known to every part of the house by this row.

    Permissions come from role assignments only (`accounts.backends`); `is_superuser` and `is_staff`
    are derived from them. An API key narrows its owner for one call through `narrowed_to`.
    """

    username = models.CharField(max_length=100, unique=True)
    email = models.EmailField(max_length=255, unique=True, null=True, blank=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    display_name = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=16, choices=UserStatus, default=UserStatus.ACTIVE)
    timezone = models.CharField(max_length=64, default="UTC")
    preferences = models.JSONField(default=dict, blank=True)
    module_visibility = models.JSONField(default=dict, blank=True, editable=False)
    avatar_url = models.URLField(max_length=500, blank=True)
    email_verified = models.BooleanField(default=False, editable=False)
    auth_method = models.CharField(
        max_length=16, choices=AuthMethod, default=AuthMethod.LOCAL, editable=False
    )
    external_auth_id = models.CharField(max_length=255, blank=True, editable=False)
    external_auth_provider = models.CharField(max_length=64, blank=True, editable=False)
    password_changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    must_change_password = models.BooleanField(default=False)
    password_never_expires = models.BooleanField(default=False)
    failed_login_attempts = models.PositiveIntegerField(default=0, editable=False)
    last_failed_login_at = models.DateTimeField(null=True, blank=True, editable=False)
    locked_until = models.DateTimeField(null=True, blank=True, editable=False)
    two_factor_enabled = models.BooleanField(default=False, editable=False)
    two_factor_method = models.CharField(
        max_length=8, choices=TwoFactorMethod, blank=True, editable=False
    )
    totp_secret_encrypted = models.TextField(blank=True, editable=False)
    totp_backup_codes_encrypted = models.TextField(blank=True, editable=False)
    totp_last_step = models.BigIntegerField(null=True, blank=True, editable=False)
    last_login_ip = models.GenericIPAddressField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("username"), name="accounts_user_username_any_case"
            ),
        ]

    narrowed_to: frozenset[str] | None = None

    def __str__(self) -> str:
        return self.shown_name

    def clean(self) -> None:
        """Refuse texts that no database keeps, blank names, and time zones that do not exist."""
        super().clean()
        self.username = self.username.strip()
        wrong = {} if self.username else {"username": "username is required"}
        for field in self._meta.fields:
            value = getattr(self, field.attname)
            if isinstance(value, str) and "\x00" in value:
                wrong[field.name] = f"{field.name} is not valid."
        if "\\u0000" in json.dumps(self.preferences):
            wrong["preferences"] = "preferences are not valid."
        if self.timezone not in known_zones():
            wrong["timezone"] = "There is no such time zone."
        if wrong:
            raise ValidationError(wrong)

    def set_password(self, raw_password: str | None) -> None:
        """Hash a password and note when; None makes one that never matches."""
        super().set_password(raw_password)
        self.password_changed_at = timezone.now() if raw_password is not None else None

    def check_password(self, raw_password: str | None) -> bool:
        """Whether it is the password; a hash of an old kind is made anew when it matches."""
        self.password = stored_form(self.password)
        if raw_password is None or not check_password(raw_password, self.password):
            return False
        if must_renew(self.password):
            self.password = make_password(raw_password)
            type(self).objects.filter(pk=self.pk).update(password=self.password)
        return True

    @property
    def visible_modules(self) -> dict[str, bool]:
        """Which modules of the network inventory the menu shows; it grants nothing."""
        return {name: self.module_visibility.get(name, True) for name in MODULES}

    @property
    def is_locked(self) -> bool:
        """Whether too many bad sign-ins keep the account out for now."""
        return self.locked_until is not None and self.locked_until > timezone.now()

    @property
    def shown_name(self) -> str:
        """Display name, else first and last name, else user name."""
        full = f"{self.first_name} {self.last_name}".strip()
        return self.display_name or full or self.username

    def get_full_name(self) -> str:
        """Return the name to greet with; the admin asks for it."""
        return self.shown_name

    def get_short_name(self) -> str:
        """Return the shortest fitting name; the admin asks for it."""
        return self.first_name or self.username

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # a word in the row, not a column
        return self.status == UserStatus.ACTIVE

    @cached_property
    def held_roles(self) -> dict[str, bool]:
        """Names of the roles held now, each with whether it is a pure client role; read once."""
        return dict(HELD_BY.all(self.pk, timezone.now()))

    @property
    def is_superuser(self) -> bool:
        """Whether every permission is held; a narrowed key never has that."""
        return self.narrowed_to is None and SUPER_ADMIN in self.held_roles

    @property
    def is_staff(self) -> bool:
        """Whether the admin may be opened: any role but a pure client one."""
        return not all(self.held_roles.values())

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Whether this Django permission (`app.codename`) is held now."""
        if not self.is_active:
            return False
        if self.narrowed_to is not None and perm not in self.narrowed_to:
            return False
        if self.is_superuser:  # spares reading a thousand names
            return True
        return any(backend.has_perm(self, perm, obj) for backend in get_backends())

    def has_perms(self, perm_list: list[str], obj: models.Model | None = None) -> bool:
        """Whether all of them are held."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether any permission of an app is held; the admin's index asks."""
        if not self.is_active:
            return False
        backends: list[Any] = get_backends()
        return any(backend.has_module_perms(self, app_label) for backend in backends)

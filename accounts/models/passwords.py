"""What a password has to be, and what it may not be again."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

FALLBACK_LENGTH = 8
SPECIAL_CHARS = "!@#$%^&*()_+-=[]{}|;:,.<>?"
LONGEST = 1024


def _count(default: int, *, least: int = 0, most: int = 100) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(
        default=default, validators=[MinValueValidator(least), MaxValueValidator(most)]
    )


class PasswordPolicy(models.Model):
    """Rules about passwords, their age, and how many bad sign-ins lock; the first row counts."""

    min_length = _count(12, least=1, most=128)
    max_length = _count(128, least=8, most=LONGEST)
    require_uppercase = models.BooleanField(default=True)
    require_lowercase = models.BooleanField(default=True)
    require_numbers = models.BooleanField(default=True)
    require_special_chars = models.BooleanField(default=True)
    min_uppercase = _count(1)
    min_lowercase = _count(1)
    min_numbers = _count(1)
    min_special = _count(1)
    special_chars_allowed = models.CharField(max_length=128, default=SPECIAL_CHARS)
    password_expires = models.BooleanField(default=True)
    expiration_days = _count(90, least=1, most=3650)
    expiration_warning_days = _count(14, most=365)
    password_history_count = _count(12)
    min_password_age_hours = _count(24, most=8760)
    max_failed_attempts = _count(5, least=1, most=1000)
    lockout_duration_minutes = _count(30, least=1, most=525_600)
    reset_failed_count_minutes = _count(30, least=1, most=525_600)
    prevent_username_in_password = models.BooleanField(default=True)
    prevent_email_in_password = models.BooleanField(default=True)
    prevent_common_passwords = models.BooleanField(default=True)
    require_password_change_on_first_login = models.BooleanField(default=False)
    allow_password_reset = models.BooleanField(default=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "password policy"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(max_length__gte=models.F("min_length")),
                name="accounts_passwordpolicy_max_not_below_min",
            ),
        ]

    def __str__(self) -> str:
        return "Password policy"


class PasswordHistory(models.Model):
    """The hash of a password that an account had before; never shown, only compared with."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="password_history"
    )
    password_hash = models.CharField(max_length=128)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "password history"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "password_hash"], name="accounts_passwordhistory_once"
            ),
        ]

    def __str__(self) -> str:
        return f"earlier password of {self.user}"

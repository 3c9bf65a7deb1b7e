"""The second step of a sign-in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.choices import CodeType


class SignInChallenge(models.Model):
    """Proof that the password was right, good for one second step within five minutes.

    Only SHA-256 of the challenge is stored. It ends by use, by too many bad codes, or by time.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_in_challenges"
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    bad_codes = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "sign-in challenge"
        ordering = ["-created_at", "pk"]

    def __str__(self) -> str:
        return f"second step of {self.user}"


class TwoFactorCode(models.Model):
    """A six-digit code sent by e-mail: one live code per account and purpose, stored as a hash."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="two_factor_codes"
    )
    code_type = models.CharField(max_length=16, choices=CodeType, default=CodeType.LOGIN)
    code_hash = models.CharField(max_length=64)
    sent_to = models.EmailField(max_length=255)
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=3)

    class Meta:
        verbose_name = "two-factor code"
        ordering = ["-sent_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "code_type"], name="accounts_twofactorcode_one_live"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_type_display()} code for {self.user}"

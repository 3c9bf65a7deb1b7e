"""Security keys of people."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class SecurityKey(models.Model):
    """A WebAuthn credential that may take the place of a code in the second step.

    `credential` is the attested credential data (number of the key and its public key); the private
    half never leaves the device. `uses` is the device's own counter: it only grows.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="security_keys"
    )
    name = models.CharField(max_length=100)
    credential_hash = models.CharField(max_length=64, unique=True, editable=False)
    credential = models.BinaryField(editable=False)
    uses = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["user", "created_at", "pk"]

    def __str__(self) -> str:
        return self.name

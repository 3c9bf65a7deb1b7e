"""Exchange rates."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from inventory_site.core.models.base import Versioned

BASE_CURRENCY = "USD"


class ExchangeRate(Versioned):
    """Units of a currency per 1 USD (ISO 4217 code); to be renewed by `next_update_due`."""

    currency_code = models.CharField(
        "currency",
        max_length=3,
        unique=True,
        validators=[RegexValidator(r"\A[A-Z]{3}\Z", "Three capital letters.")],
    )
    exchange_rate = models.DecimalField("rate per USD", max_digits=20, decimal_places=8)
    last_updated = models.DateTimeField(default=timezone.now)
    next_update_due = models.DateTimeField(null=True, blank=True, db_index=True)
    status = models.CharField(max_length=64, default="Active")
    updated_by = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001  null and blank differ on the wire
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["currency_code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(exchange_rate__gt=0), name="networkroutes_exchangerate_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.currency_code

"""The rows that every register begins with (contract 3.2 and 3.8)."""

from __future__ import annotations

from decimal import Decimal

from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils import timezone

from networkroutes.models import ExchangeRate, RepositoryType
from networkroutes.services.rates import VALID_FOR

DEFAULT_TYPE = 1
RATES = {"USD": "1", "AUD": "1.35", "CAD": "1.25", "JPY": "110", "EUR": "0.85", "GBP": "0.75"}


@transaction.atomic
def seed_register() -> bool:
    """Make repository type 1 and the six rates where they are missing; return whether any was
    made."""
    made = False
    if not RepositoryType.objects.filter(pk=DEFAULT_TYPE).exists():
        RepositoryType.objects.create(
            pk=DEFAULT_TYPE,
            name="Network Routes",
            description="Network Routes Repository",
        )
        _advance_sequence()
        made = True
    if not ExchangeRate.objects.exists():
        now = timezone.now()
        ExchangeRate.objects.bulk_create(
            ExchangeRate(
                currency_code=code,
                exchange_rate=Decimal(rate),
                last_updated=now,
                next_update_due=now + VALID_FOR,
                updated_by="System",
                created_at=now,
            )
            for code, rate in RATES.items()
        )
        made = True
    return made


def _advance_sequence() -> None:
    """Tell PostgreSQL that key 1 is taken."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [RepositoryType]):
            cursor.execute(statement)

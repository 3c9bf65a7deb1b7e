"""Names that may be used once: between two that come together the database decides."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import IntegrityError, transaction

from inventory_site.core.errors import DomainError


@contextlib.contextmanager
def used_once(refusal: DomainError) -> Iterator[None]:
    """Write a row in a savepoint; raises `refusal` when somebody else was quicker."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as err:
        raise refusal from err

"""What is too old goes: light levels, traffic, reachability, runs."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from devices.models import OpticalSample


def remove_optical(days: int) -> int:
    """Remove light levels older than the days; return how many."""
    old = OpticalSample.objects.filter(recorded_at__lt=timezone.now() - timedelta(days=days))
    return int(old._raw_delete(old.db))

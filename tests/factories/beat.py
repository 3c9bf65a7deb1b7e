"""Factories of django-celery-beat's schedules, which people edit in our admin."""

from __future__ import annotations

from datetime import timedelta

import factory
from django.utils import timezone
from django_celery_beat import models

from tests.factories.base import ValidatedFactory


class IntervalScheduleFactory(ValidatedFactory[models.IntervalSchedule]):
    """Every so many seconds, each row another number."""

    class Meta:
        model = models.IntervalSchedule

    every = factory.Sequence(lambda number: 1000 + number)
    period = models.IntervalSchedule.SECONDS


class CrontabScheduleFactory(ValidatedFactory[models.CrontabSchedule]):
    """Once a day, in UTC."""

    class Meta:
        model = models.CrontabSchedule

    minute = factory.Sequence(lambda number: str(number % 60))
    hour = factory.Sequence(lambda number: str(number // 60 % 24))


class ClockedScheduleFactory(ValidatedFactory[models.ClockedSchedule]):
    """Once, at a moment to come."""

    class Meta:
        model = models.ClockedSchedule

    clocked_time = factory.Sequence(lambda number: timezone.now() + timedelta(days=1 + number))


class SolarScheduleFactory(ValidatedFactory[models.SolarSchedule]):
    """At sunset, each row somewhere else."""

    class Meta:
        model = models.SolarSchedule

    event = "sunset"
    latitude = factory.Sequence(lambda number: number % 60)
    longitude = factory.Sequence(lambda number: number // 60 % 180)


class PeriodicTaskFactory(ValidatedFactory[models.PeriodicTask]):
    """Work at an interval."""

    class Meta:
        model = models.PeriodicTask

    name = factory.Sequence(lambda number: f"tests: work {number}")
    task = "tests.work"
    interval = factory.SubFactory(IntervalScheduleFactory)

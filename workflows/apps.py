"""Graphs, runs, schedules, alerts, notifications."""

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """Graphs, runs, schedules, alerts, notifications."""

    name = "workflows"
    verbose_name = "Automation"

"""Circuits, dark fibre, wavelengths, design and pricing."""

from django.apps import AppConfig


class NetworkRoutesConfig(AppConfig):
    """Circuits, dark fibre, wavelengths, design and pricing."""

    name = "networkroutes"
    verbose_name = "Routes"

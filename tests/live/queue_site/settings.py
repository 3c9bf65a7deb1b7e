"""Development settings with this app besides."""

from inventory_site.settings.dev import *  # noqa: F403  settings are one namespace
from inventory_site.settings.dev import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.live.queue_site"]

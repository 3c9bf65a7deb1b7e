"""The settings of the tests, and the opponents that are Django apps."""

from inventory_site.settings.test import *  # noqa: F403  settings are one namespace
from inventory_site.settings.test import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "auditlog"]

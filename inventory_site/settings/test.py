"""Tests: development settings, fast hashing, work done inline."""

import os

os.environ.setdefault("THROTTLE_SCALE", "1000")

from inventory_site.settings.dev import *  # noqa: F403  settings are one namespace

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
]
PATCHBAY_TASKS = "inline"

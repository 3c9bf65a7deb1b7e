"""Tests: development settings, fast hashing, work done inline, state in a folder of its own."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("THROTTLE_SCALE", "1000")

OWNER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
if os.environ.get("PATCHBAY_TEST_OWNER") != OWNER:  # each test process, but not what it starts
    os.environ["PATCHBAY_TEST_OWNER"] = OWNER
    os.environ["PATCHBAY_VAR"] = tempfile.mkdtemp(prefix="patchbay-test-")
    atexit.register(shutil.rmtree, os.environ["PATCHBAY_VAR"], ignore_errors=True)

from inventory_site.settings.dev import *  # noqa: E402, F403  settings are one namespace

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "accounts.hashers.ReplacedBCryptHasher",
]
PATCHBAY_TASKS = "inline"
USAGE_FLUSH_SECONDS = 0
WHITENOISE_AUTOREFRESH = True  # each test client would list all static files again, for 25 ms

"""Settings of the site that P19 measures: the real one, with four views of its own."""

from inventory_site.settings.dev import *  # noqa: F403  settings are one namespace

ROOT_URLCONF = "tests.benchmarks.p19_urls"
ALLOWED_HOSTS = ["127.0.0.1"]

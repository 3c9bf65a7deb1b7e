"""Development and demo: works with nothing set."""

import hashlib

from inventory_site.settings.base import *  # noqa: F403  settings are one namespace
from inventory_site.settings.base import (
    ALLOWED_HOSTS,
    CORS_ALLOWED_ORIGINS,
    METRICS_ALLOWED,
    SECRET_KEY,
    VAULT_KEYS,
)

DEVELOPMENT_SECRET = "development only: production refuses this key"  # noqa: S105  not a secret

SECRET_KEY = SECRET_KEY or DEVELOPMENT_SECRET
VAULT_KEYS = VAULT_KEYS or {"dev": hashlib.sha256(DEVELOPMENT_SECRET.encode()).digest()}
ALLOWED_HOSTS = ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]", "testserver"]
CORS_ALLOWED_ORIGINS = CORS_ALLOWED_ORIGINS or ["http://localhost:3000"]
METRICS_ALLOWED = METRICS_ALLOWED or ["127.0.0.0/8", "::1/128"]

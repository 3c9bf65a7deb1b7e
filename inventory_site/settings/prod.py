"""Production: refuses to start half configured (see `inventory_site/core/checks.py`)."""

from inventory_site.settings import env
from inventory_site.settings.base import *  # noqa: F403  settings are one namespace

SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", False, "Redirect http to https.")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
COOKIES_SECURE = env.flag("COOKIES_SECURE", True, "Send cookies over https only.")
SESSION_COOKIE_SECURE = COOKIES_SECURE
CSRF_COOKIE_SECURE = COOKIES_SECURE
SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", 0, "Seconds of HSTS; 0 sends none.")

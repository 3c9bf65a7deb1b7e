"""Production: refuses to start half configured."""

from django.core.exceptions import ImproperlyConfigured

from inventory_site.settings import env
from inventory_site.settings.base import *  # noqa: F403  settings are one namespace
from inventory_site.settings.base import ALLOWED_HOSTS, DEBUG, EMAIL_URL, SECRET_KEY, VAULT_KEYS
from inventory_site.settings.logs import logging_config

if problems := [
    sentence
    for wrong, sentence in (
        (DEBUG, "DEBUG is on"),
        (len(SECRET_KEY) < 32, "SECRET_KEY is missing or shorter than 32 characters"),
        (not VAULT_KEYS, "VAULT_KEYS is not set (id:base64 of 32 random bytes)"),
        (not ALLOWED_HOSTS, "ALLOWED_HOSTS is empty"),
    )
    if wrong
]:
    raise ImproperlyConfigured(f"Production refuses to start: {'; '.join(problems)}.")

SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", False, "Redirect http to https.")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
COOKIES_SECURE = env.flag("COOKIES_SECURE", True, "Send cookies over https only.")
SESSION_COOKIE_SECURE = COOKIES_SECURE
CSRF_COOKIE_SECURE = COOKIES_SECURE
SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", 0, "Seconds of HSTS; 0 sends none.")

if not EMAIL_URL:  # mail holds codes and links, which no log may
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

LOG_JSON = env.flag("LOG_JSON", True, "Write log lines as JSON; production turns it on.")
LOGGING = logging_config(as_json=LOG_JSON)

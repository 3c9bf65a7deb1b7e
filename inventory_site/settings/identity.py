"""Who someone is: users, sessions, cookies, cross-site rules."""

from inventory_site.settings import env

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.AssignmentBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "accounts.hashers.ReplacedBCryptHasher",
]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "accounts.validators.PolicyValidator"}]
PASSWORD_RESET_TIMEOUT = 3600

SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_NAME = "session_id"
SESSION_COOKIE_AGE = 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_REFRESH_AGE = 7 * 24 * 3600

CSRF_COOKIE_NAME = "XSRF-TOKEN"
CSRF_HEADER_NAME = "HTTP_X_XSRF_TOKEN"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "inventory_site.error_pages.csrf_failure"
CSRF_TRUSTED_ORIGINS = env.items(
    "CSRF_TRUSTED_ORIGINS", (), "Origins, with scheme, whose pages may post with a session cookie."
)

CORS_ALLOWED_ORIGINS = env.items(
    "CORS_ALLOWED_ORIGINS", (), "Origins of front ends on other hosts, with scheme and port."
)
CORS_ALLOW_CREDENTIALS = True
CORS_EXPOSE_HEADERS = ["X-Request-ID", "Content-Disposition"]
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "x-api-key",
    "x-request-id",
    "x-xsrf-token",
]

AUDIT_RETENTION_DAYS = env.integer(
    "AUDIT_RETENTION_DAYS", 730, "Days that audit entries are kept; whole sealed batches leave."
)

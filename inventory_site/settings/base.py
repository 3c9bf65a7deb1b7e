"""Settings that every way of running shares."""

from pathlib import Path

from inventory_site.settings import env

BASE_DIR = Path(__file__).resolve().parents[2]
PATCHBAY_VAR: Path = env.folder(
    "PATCHBAY_VAR", BASE_DIR / "var", "Folder of all state that is not in a database.", "var/"
)
PATCHBAY_VAR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = env.text("SECRET_KEY", "", "Signs cookies and links. Needed in production.")
VAULT_KEYS = env.vault_keys(
    "VAULT_KEYS", "Keys of the encrypted fields; the first one encrypts. Needed in production."
)
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", (), "Host names the site answers to.")
DEBUG = False

ADMIN_THEME = env.choice(
    "ADMIN_THEME", "unfold", ("unfold", "stock"), "Look of the admin: Unfold or Django's own."
)
THEME_APPS = ["unfold", "unfold.contrib.filters"] if ADMIN_THEME == "unfold" else []

INSTALLED_APPS = [
    *THEME_APPS,
    "inventory_site.core",
    "accounts",
    "networkroutes",
    "parts",
    "devices",
    "workflows",
    "inventory_site.core.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "csp",
    "django_celery_beat",
]

MIDDLEWARE = [
    "inventory_site.core.middleware.context.RequestContextMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "inventory_site.core.middleware.paths.PathMiddleware",
    "parts.api.clients.fabrication.front_end.FabricationFrontEndMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "inventory_site.core.files.limits.BodyLimitMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.UsageMiddleware",
    "accounts.middleware.SessionActivityMiddleware",
    "accounts.api.clients.lab.cookie.LabCookieMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "inventory_site.urls"
WSGI_APPLICATION = "inventory_site.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "inventory_site.core.admin.context.frame",
            ],
        },
    },
]

DATABASE_URL = env.text(
    "DATABASE_URL",
    f"sqlite:///{PATCHBAY_VAR / 'patchbay.sqlite3'}",
    "Database: `postgres://user:password@host:port/name`, or `sqlite:///path` (the default, "
    "a file under `PATCHBAY_VAR`).",
)
DATABASES = {"default": env.database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = PATCHBAY_VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

LOGIN_URL = "/admin/login/"
LOGIN_REDIRECT_URL = "/admin/"

EMAIL_URL = env.text(
    "EMAIL_URL",
    "",
    "SMTP server and sender, `smtp://user:password@host:port?tls=1&from=address`; blank "
    "prints mail to the log, and sends none in production.",
)
globals().update(env.email(EMAIL_URL))

from inventory_site.settings.api import *  # noqa: E402, F403  settings are one namespace in several files
from inventory_site.settings.apps import *  # noqa: E402, F403
from inventory_site.settings.fabrication import *  # noqa: E402, F403
from inventory_site.settings.files import *  # noqa: E402, F403
from inventory_site.settings.identity import *  # noqa: E402, F403
from inventory_site.settings.logs import *  # noqa: E402, F403
from inventory_site.settings.queue import *  # noqa: E402, F403
from inventory_site.settings.stock import *  # noqa: E402, F403
from inventory_site.settings.theme import *  # noqa: E402, F403

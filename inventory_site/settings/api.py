"""REST framework, schema, limits."""

from inventory_site.settings import env

THROTTLE_SCALE = env.decimal(
    "THROTTLE_SCALE", 1, "Multiplies every throttle; trials and tests raise it."
)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.BearerAuthentication",
        "accounts.api.authentication.ApiKeyAuthentication",
        "accounts.api.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": [
        "inventory_site.core.api.renderers.EnvelopeRenderer",
        "inventory_site.core.api.renderers.BrowsableRenderer",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "inventory_site.core.api.negotiation.FormatFirst",
    "DEFAULT_PARSER_CLASSES": [
        "inventory_site.core.api.parsers.StrictJSONParser",
        "inventory_site.core.api.parsers.MultiPartParser",
    ],
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "inventory_site.core.api.filters.SearchFilter",
        "inventory_site.core.api.filters.OrderingFilter",
    ],
    "DEFAULT_PAGINATION_CLASS": "inventory_site.core.api.pagination.LimitOffset",
    "DEFAULT_SCHEMA_CLASS": "inventory_site.core.api.schema.EnvelopeSchema",
    "DEFAULT_THROTTLE_CLASSES": ["inventory_site.core.api.throttles.AnonymousThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "anonymous": "120/min",
        "sign_in": "10/min",
        "account": "20/min",
        "expensive": "30/min",
        "signed_in": None,
    },
    "EXCEPTION_HANDLER": "inventory_site.core.api.errors.exception_handler",
    "URL_FORMAT_OVERRIDE": "format",
    "SEARCH_PARAM": "search",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "NUM_PROXIES": env.integer(
        "NUM_PROXIES",
        0,
        "How many reverse proxies stand before the site and append X-Forwarded-For.",
    ),
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Patchbay",
    "DESCRIPTION": (
        "Operations inventory of a network operator and its lab. Every answer of the native paths "
        "stands in one envelope; see the API guide for errors, lists and authentication."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"docExpansion": "none", "deepLinking": True, "filter": True},
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "MachineTypeEnum": "parts.choices.fabrication.MachineKind",
        "MadeByEnum": "parts.choices.fabrication.PartKind",
        "UserStatusEnum": "accounts.choices.UserStatus",
    },
    "PREPROCESSING_HOOKS": ["inventory_site.core.api.schema.native_paths_only"],
}

DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000  # 5,000 chosen rows, and what the form itself has
DATA_UPLOAD_MAX_NUMBER_FILES = 100
WEBAUTHN_RP_ID = env.text(
    "WEBAUTHN_RP_ID",
    "",
    "Domain that security keys are bound to; blank is the host of the address in the browser.",
)
USAGE_FLUSH_SECONDS = env.integer(
    "USAGE_FLUSH_SECONDS",
    10,
    "How often a process writes its counts of calls to the table; 0 writes only when asked.",
)
EXPORT_MAX_ROWS_XLSX = env.integer("EXPORT_MAX_ROWS_XLSX", 200_000, "Most rows of an XLSX export.")
METRICS_ALLOWED = env.items(
    "METRICS_ALLOWED",
    (),
    "Networks that may read /metrics, e.g. `10.0.0.0/8`; blank is nobody, and in development this "
    "machine.",
)

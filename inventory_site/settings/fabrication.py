"""Parts to be made: files, conversion, drawings, the front end."""

import json

from django.core.exceptions import ImproperlyConfigured

from inventory_site.settings import env


def _base_path(raw: str) -> str:
    """Return the path with one slash before and none behind; blank for the top."""
    path = "/".join(segment for segment in raw.strip().split("/") if segment)
    return f"/{path}" if path else ""


def _names(raw: str) -> tuple[str, ...]:
    """Read a JSON list or a comma list."""
    found = json.loads(raw) if raw.startswith("[") else raw.split(",")
    return tuple(str(name).strip() for name in found if str(name).strip())


FABRICATION_API_KEY = env.text(
    "FABRICATION_API_KEY", "", "Shared key with all rights on parts to make; blank switches it off."
)
FABRICATION_BASE_PATH = _base_path(
    env.text(
        "FABRICATION_BASE_PATH", "", "Path the fabrication front end lives under, e.g. `/fab`."
    )
)
FABRICATION_FRONTEND_DIR = env.text(
    "FABRICATION_FRONTEND_DIR", "", "Folder of the built fabrication front end; needs a base path."
)
FABRICATION_CORS_ORIGINS = _names(
    env.text(
        "FABRICATION_CORS_ORIGINS",
        "http://localhost:5000",
        "Origins of fabrication front ends on other hosts, as a JSON list or by comma.",
    )
)
FABRICATION_REQUIRED_FIELDS = _names(
    env.text(
        "FABRICATION_REQUIRED_FIELDS",
        "",
        "Fields that a new part must have, as a JSON list or by comma, e.g. `material,subsystem`.",
    )
)
FABRICATION_MAX_FILE_BYTES = env.integer(
    "FABRICATION_MAX_FILE_BYTES", 50 * 1024 * 1024, "Largest file of a part to make, in bytes."
)
FABRICATION_ALLOWED_EXTENSIONS = env.items(
    "FABRICATION_ALLOWED_EXTENSIONS",
    ("step", "stp", "pdf"),
    "Endings of files that parts to make may have.",
)
FABRICATION_PUBLIC_URL = env.text(
    "FABRICATION_PUBLIC_URL",
    "",
    "Address of this site in QR codes, e.g. `https://shop.example`; blank takes that of the call.",
)
FABRICATION_TIME_ZONE = env.text(
    "FABRICATION_TIME_ZONE", "UTC", "Zone in which a part becomes overdue at midnight."
)
FABRICATION_TRAVELLER_PAGE = env.choice(
    "FABRICATION_TRAVELLER_PAGE", "A6", ("A6", "A4"), "Paper of the traveller."
)
FABRICATION_COMPLETE_AT_AMOUNT = env.flag(
    "FABRICATION_COMPLETE_AT_AMOUNT", True, "A part is complete once all its pieces are good."
)
FABRICATION_ONE_PER_MACHINE = env.flag(
    "FABRICATION_ONE_PER_MACHINE", True, "A machine has at most one part in progress."
)
FABRICATION_CONVERSIONS_AT_ONCE = env.integer(
    "FABRICATION_CONVERSIONS_AT_ONCE", 1, "STEP files that one machine converts at the same time."
)
FABRICATION_WAIT_S = env.decimal(
    "FABRICATION_WAIT_S", 20, "Seconds that a call waits for a conversion before it says pending."
)
FABRICATION_BACKUP_DAYS = env.integer(
    "FABRICATION_BACKUP_DAYS", 10, "Days that backups of the fabrication data are kept."
)
ONSHAPE_BASE_URL = env.text(
    "ONSHAPE_BASE_URL", "https://cad.onshape.com", "Address of Onshape's interface."
)
ONSHAPE_ACCESS_KEY = env.text("ONSHAPE_ACCESS_KEY", "", "Access key of Onshape; blank is off.")
ONSHAPE_SECRET_KEY = env.text("ONSHAPE_SECRET_KEY", "", "Secret key of Onshape.")

if FABRICATION_FRONTEND_DIR and not FABRICATION_BASE_PATH:
    raise ImproperlyConfigured("FABRICATION_FRONTEND_DIR needs FABRICATION_BASE_PATH, e.g. /fab")

"""Switches of the five apps."""

from inventory_site.settings import env

NETWORKROUTES_OPEN_ACCESS = env.choice(
    "NETWORKROUTES_OPEN_ACCESS",
    "off",
    ("off", "read", "full"),
    "What the network-inventory client surface allows without signing in; `full` deletes too.",
)
NETWORKROUTES_MAX_FILE_BYTES = env.integer(
    "NETWORKROUTES_MAX_FILE_BYTES", 16 * 1024 * 1024, "Largest KMZ or test-result file, in bytes."
)
NETWORKROUTES_DENIED_SUFFIXES = env.items(
    "NETWORKROUTES_DENIED_SUFFIXES",
    (".html", ".htm", ".svg", ".js", ".exe", ".bat", ".cmd", ".sh", ".php"),
    "File name endings that are refused as test results.",
)
NETWORKROUTES_GENERATED_KMZ_DAYS = env.integer(
    "NETWORKROUTES_GENERATED_KMZ_DAYS", 90, "Days a generated `network_path_*` file is kept."
)
NETWORKROUTES_PROBE_SECONDS = env.integer(
    "NETWORKROUTES_PROBE_SECONDS",
    60,
    "Seconds between two measurements of a circuit; to shorten it, change the periodic task too.",
)
NETWORKROUTES_SNMP_COMMUNITY = env.text(
    "NETWORKROUTES_SNMP_COMMUNITY", "public", "Community of SNMP probes of circuits (v2c)."
)
NETWORKROUTES_LATENCY_STALE_SECONDS = env.integer(
    "NETWORKROUTES_LATENCY_STALE_SECONDS",
    900,
    "Age in seconds from which a live latency is called stale.",
)
NETWORKROUTES_LATENCY_DAYS = env.integer(
    "NETWORKROUTES_LATENCY_DAYS", 90, "Days that latency samples and ended outages are kept."
)
NETWORKROUTES_BULK_MAX_BYTES = env.integer(
    "NETWORKROUTES_BULK_MAX_BYTES", 64 * 1024 * 1024, "Largest CSV of a bulk upload, in bytes."
)
NETWORKROUTES_REQUIRE_KNOWN_CARRIER = env.flag(
    "NETWORKROUTES_REQUIRE_KNOWN_CARRIER",
    False,
    "Whether a circuit's carrier must be an active one of the directory, when that is not empty.",
)
NETWORKROUTES_FRONTEND_DIR = env.text(
    "NETWORKROUTES_FRONTEND_DIR", "", "Built network-inventory front end to serve at `/`."
)
WHITENOISE_ROOT = NETWORKROUTES_FRONTEND_DIR or None  # the front end's own files
LAB_TIME_ZONE = env.text(
    "LAB_TIME_ZONE", "Europe/Dublin", "Zone of the lab's wall clock; its front ends speak in it."
)
LAB_ADMIN_SECRET = env.text(
    "LAB_ADMIN_SECRET", "", "Secret of the lab's `/admin/register`; blank switches it off."
)
LAB_FRONTEND_URL = env.text(
    "LAB_FRONTEND_URL", "", "Page of the lab's front end that invitations by mail point to."
)
LAB_INVENTORY_OPEN_WRITE = env.flag(
    "LAB_INVENTORY_OPEN_WRITE", False, "Every signed-in person may change the lab's register."
)
DEVICES_MAX_ATTACHMENT_BYTES = env.integer(
    "DEVICES_MAX_ATTACHMENT_BYTES", 25 * 1024 * 1024, "Largest attachment of a device, in bytes."
)
DEVICES_FAN_OUT = env.integer(
    "DEVICES_FAN_OUT",
    50,
    "Targets that one run talks to at the same time; silent ones give their place to the next.",
)
DEVICES_SSH_HOST_KEYS = env.choice(
    "DEVICES_SSH_HOST_KEYS",
    "accept-new",
    ("strict", "accept-new", "off"),
    "SSH servers we have not met: refused, remembered, or never checked.",
)
DEVICES_MAX_OUTPUT_BYTES = env.integer(
    "DEVICES_MAX_OUTPUT_BYTES", 1024 * 1024, "Most output kept of one command on one device."
)
CREDENTIAL_MASTER_KEY = env.text(
    "CREDENTIAL_MASTER_KEY", "", "The replaced vault's key, for import only."
)
NETBOX_URL = env.text("NETBOX_URL", "", "First value of the NetBox integration's address.")
NETBOX_TOKEN = env.text("NETBOX_TOKEN", "", "First value of the NetBox integration's token.")

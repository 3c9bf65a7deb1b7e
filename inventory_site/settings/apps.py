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
NETWORKROUTES_FRONTEND_DIR = env.text(
    "NETWORKROUTES_FRONTEND_DIR", "", "Built network-inventory front end to serve at `/`."
)
FABRICATION_BASE_PATH = env.text(
    "FABRICATION_BASE_PATH", "", "Path the fabrication front end lives under, e.g. `/fab`."
)

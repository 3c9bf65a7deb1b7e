"""Stored files: on disk, or in S3 when an endpoint or a key is set."""

import mimetypes

from inventory_site.settings import env

S3_ENDPOINT_URL = env.text("S3_ENDPOINT_URL", "", "Address of the S3 server.")
S3_ACCESS_KEY_ID = env.text("S3_ACCESS_KEY_ID", "", "Key id for S3.")
S3_SECRET_ACCESS_KEY = env.text("S3_SECRET_ACCESS_KEY", "", "Secret key for S3.")
S3_FORCE_PATH_STYLE = env.flag(
    "S3_FORCE_PATH_STYLE", True, "Bucket in the path instead of the host name, as Ceph RGW wants it."
)
S3_REGION = env.text("S3_REGION", "us-east-1", "Region named in S3 signatures.")
S3_BUCKET_DOCS = env.text("S3_BUCKET_DOCS", "inventory-docs", "Bucket of documents.")
S3_BUCKET_IMAGES = env.text("S3_BUCKET_IMAGES", "inventory-images", "Bucket of images.")

STREAMS_PER_PROCESS = env.integer(
    "STREAMS_PER_PROCESS", 32, "Downloads that one web process serves at once; beyond it 503."
)
X_ACCEL_PREFIX = env.text(
    "X_ACCEL_PREFIX",
    "",
    "Internal location of nginx for stored files, e.g. `/_files/`; blank streams them from Python.",
)
ORPHAN_AGE_HOURS = env.integer(
    "ORPHAN_AGE_HOURS", 24, "Age in hours from which a stored file without a row is swept."
)
OUTBOUND_ALLOW = env.items(
    "OUTBOUND_ALLOW",
    (),
    "Networks, addresses, host names and `host:port` that may be called although they are private.",
)

for suffix, kind in {
    ".kmz": "application/vnd.google-earth.kmz",
    ".kml": "application/vnd.google-earth.kml+xml",
    ".step": "model/step",
    ".stp": "model/step",
    ".glb": "model/gltf-binary",
}.items():
    mimetypes.add_type(kind, suffix)

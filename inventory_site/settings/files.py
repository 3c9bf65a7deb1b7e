"""Stored files: on disk, or in S3 when an endpoint or a key is set."""

import mimetypes
from typing import Any

from inventory_site.settings import env
from inventory_site.settings.base import PATCHBAY_VAR

MIB = 1024 * 1024

MEDIA_ROOT = env.folder(
    "MEDIA_ROOT",
    PATCHBAY_VAR / "media",
    "Folder of stored files, when they are kept on disk.",
    "`media/` under `PATCHBAY_VAR`",
)
S3_ENDPOINT_URL = env.text(
    "S3_ENDPOINT_URL",
    "",
    "Address of the S3 server. Files go to S3 when this or the key id is set.",
)
S3_ACCESS_KEY_ID = env.text("S3_ACCESS_KEY_ID", "", "Key id for S3.")
S3_SECRET_ACCESS_KEY = env.text("S3_SECRET_ACCESS_KEY", "", "Secret key for S3.")
S3_FORCE_PATH_STYLE = env.flag(
    "S3_FORCE_PATH_STYLE",
    True,
    "Bucket in the path instead of the host name, as Ceph RGW wants it.",
)
S3_REGION = env.text("S3_REGION", "us-east-1", "Region named in S3 signatures.")
S3_BUCKET_DOCS = env.text("S3_BUCKET_DOCS", "inventory-docs", "Bucket of documents.")
S3_BUCKET_IMAGES = env.text("S3_BUCKET_IMAGES", "inventory-images", "Bucket of images.")


def _blob_storage(folder: str, bucket: str) -> dict[str, Any]:
    """One alias of `STORAGES`: the bucket when S3 is set up, else the folder."""
    if S3_ENDPOINT_URL or S3_ACCESS_KEY_ID:
        return {
            "BACKEND": "inventory_site.core.files.buckets.BucketStorage",
            "OPTIONS": {
                "bucket_name": bucket,
                "endpoint_url": S3_ENDPOINT_URL or None,
                "access_key": S3_ACCESS_KEY_ID or None,
                "secret_key": S3_SECRET_ACCESS_KEY or None,
                "region_name": S3_REGION,
                "addressing_style": "path" if S3_FORCE_PATH_STYLE else "auto",
            },
        }
    return {
        "BACKEND": "inventory_site.core.files.storages.DiskStorage",
        "OPTIONS": {"folder": folder},
    }


STORAGES = {
    "default": _blob_storage("docs", S3_BUCKET_DOCS),
    "docs": _blob_storage("docs", S3_BUCKET_DOCS),
    "images": _blob_storage("images", S3_BUCKET_IMAGES),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

FILE_UPLOAD_TEMP_DIR = PATCHBAY_VAR / "tmp"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
FILE_UPLOAD_PERMISSIONS = 0o644
UPLOAD_MAX_REQUEST_BYTES = env.integer(
    "UPLOAD_MAX_REQUEST_BYTES",
    512 * MIB,
    "Largest body of one upload request, in bytes; beyond it 413. Each kind of file has its own "
    "limit too.",
)
DATA_UPLOAD_MAX_MEMORY_SIZE = env.integer(
    "REQUEST_MAX_BODY_BYTES",
    10 * MIB,
    "Largest body of a request that is not a file upload, in bytes; beyond it 413.",
)

STREAMS_PER_PROCESS = env.integer(
    "STREAMS_PER_PROCESS",
    32,
    "Downloads that one web process serves at once; beyond it 503. A slow reader holds one thread "
    "of the application server, so give each process this many threads and four more for short "
    "requests.",
)
X_ACCEL_PREFIX = env.text(
    "X_ACCEL_PREFIX",
    "",
    "Internal location of nginx for stored files on disk, e.g. `/_files/`, an alias of "
    "`MEDIA_ROOT`; blank streams them from Python.",
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

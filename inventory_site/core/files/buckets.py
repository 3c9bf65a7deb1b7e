"""Files in an S3 bucket; one client per process, made on first use.

A write is one upload (in parts when it is large), which S3 shows only when it is complete.
"""

import contextlib
import io
import threading
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from inventory_site.core.errors import BusyError
from inventory_site.core.files.storages import CHUNK_BYTES, BlobStat, is_key

PART_BYTES = 5 * 1024 * 1024
PARTS_IN_MEMORY = 2
MISSING = {"404", "NoSuchKey", "NoSuchBucket", "NotFound", "NoSuchUpload"}
CONFIG = Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"max_attempts": 3, "mode": "standard"},
    signature_version="s3v4",
    # Ceph RGW and others know nothing of the newer default check sums.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


class BucketStorage(S3Storage):
    """Files in one bucket, which is made on the first write when it is absent."""

    def __init__(self, **options: Any) -> None:
        config = CONFIG.merge(
            Config(s3={"addressing_style": options.get("addressing_style", "path")})
        )
        super().__init__(client_config=config, **options)
        self._lock = threading.Lock()
        self._client: Any = None
        self._bucket_is_there = False

    @property
    def client(self) -> Any:
        """The process's client; clients are safe to share between threads."""
        with self._lock:
            if self._client is None:
                self._client = self._create_session().client(
                    "s3",
                    endpoint_url=self.endpoint_url,
                    region_name=self.region_name,
                    config=self.client_config,
                )
            return self._client

    def ensure_bucket(self) -> None:
        """Make the bucket if it is absent; asks the server once per process."""
        if self._bucket_is_there:
            return
        with answering():
            if _or_none(self.client.head_bucket, Bucket=self.bucket_name) is None:
                with contextlib.suppress(self.client.exceptions.BucketAlreadyOwnedByYou):
                    self.client.create_bucket(Bucket=self.bucket_name)
        self._bucket_is_there = True

    def publish(self, key: str, chunks: Iterable[bytes]) -> None:
        """Upload, holding a few parts of 5 MiB in memory; an error in `chunks` leaves nothing."""
        self.ensure_bucket()
        config = TransferConfig(
            multipart_threshold=PART_BYTES,
            multipart_chunksize=PART_BYTES,
            max_concurrency=PARTS_IN_MEMORY,
        )
        config.max_in_memory_upload_chunks = PARTS_IN_MEMORY
        with answering():
            self.client.upload_fileobj(
                ChunkReader(chunks), Bucket=self.bucket_name, Key=key, Config=config
            )

    def stat(self, key: str) -> BlobStat | None:
        """Size and time of an object."""
        if not is_key(key):
            return None
        with answering():
            found = _or_none(self.client.head_object, Bucket=self.bucket_name, Key=key)
        return BlobStat(found["ContentLength"], found["LastModified"]) if found else None

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Ask for the bytes at once, then yield them."""
        if length == 0:
            return iter(())
        wanted: dict[str, str] = {}
        if start or length is not None:
            last = "" if length is None else start + length - 1
            wanted = {"Range": f"bytes={start}-{last}"}
        with answering():
            try:
                found = _or_none(self.client.get_object, Bucket=self.bucket_name, Key=key, **wanted)
            except ClientError as err:
                if _code(err) != "InvalidRange":
                    raise
                return iter(())
        if found is None:
            raise FileNotFoundError(key)
        return _chunks_of(found["Body"])

    def remove(self, key: str) -> bool:
        """Delete an object."""
        if self.stat(key) is None:
            return False
        with answering():
            self.client.delete_object(Bucket=self.bucket_name, Key=key)
        return True

    def walk(self, prefix: str) -> Iterator[tuple[str, BlobStat]]:
        """Yield the objects, a page of 1,000 at a time."""
        for page in self._pages("list_objects_v2", Prefix=prefix):
            for found in page.get("Contents", []):
                yield found["Key"], BlobStat(found["Size"], found["LastModified"])

    def withdraw(self, key: str, older_than: datetime) -> bool:
        """Delete an object whose time, asked for again just before, is still old."""
        found = self.stat(key)
        return found is not None and found.modified < older_than and self.remove(key)

    def leftovers(self, older_than: datetime) -> Iterator[str]:
        """Uploads in parts that were begun before and never completed, as `key?upload`."""
        for page in self._pages("list_multipart_uploads"):
            for upload in page.get("Uploads", []):
                if upload["Initiated"] < older_than:
                    yield f"{upload['Key']}?{upload['UploadId']}"

    def discard(self, leftover: str) -> None:
        """Give up an upload, which frees its parts."""
        key, _, upload_id = leftover.partition("?")
        with answering():
            _or_none(
                self.client.abort_multipart_upload,
                Bucket=self.bucket_name,
                Key=key,
                UploadId=upload_id,
            )

    def _pages(self, verb: str, **wanted: str) -> Iterator[dict[str, Any]]:
        with answering():
            try:
                yield from self.client.get_paginator(verb).paginate(
                    Bucket=self.bucket_name, **wanted
                )
            except ClientError as err:
                if _code(err) not in MISSING:
                    raise


class ChunkReader(io.RawIOBase):
    """A file object over an iterable of bytes, for a client that wants to `read`."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return exactly `size` bytes, fewer only at the end; held once in memory, not twice."""
        part = io.BytesIO()
        chunk = self._rest
        while True:
            room = len(chunk) if size < 0 else size - part.tell()
            part.write(chunk[:room])
            self._rest = chunk[room:]
            if self._rest or part.tell() == size:
                break
            following = next(self._chunks, None)
            if following is None:
                break
            chunk = following
        return part.getvalue()


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """Turn a store that is down or refuses us into `BusyError`; its own words go to the log."""
    try:
        yield
    except (BotoCoreError, ClientError) as err:
        raise BusyError("The file store does not answer; try again in a moment.") from err


def _code(err: ClientError) -> str:
    return str(err.response.get("Error", {}).get("Code", ""))


def _or_none(call: Any, **wanted: Any) -> Any:
    try:
        return call(**wanted)
    except ClientError as err:
        if _code(err) in MISSING:
            return None
        raise


def _chunks_of(body: Any) -> Iterator[bytes]:
    with contextlib.closing(body), answering():
        yield from body.iter_chunks(CHUNK_BYTES)

"""An S3 server over HTTP, in a process of its own (moto)."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.peers.process import (
    LOOPBACK,
    Process,
    free_port,
    is_listening,
    running,
    scratch_folder,
)

KEY_ID = "patchbay"
SECRET = "patchbay-secret"


@dataclass(frozen=True, slots=True)
class S3:
    """Where the server answers, and what to set so that the site uses it."""

    url: str
    process: Process
    buckets: tuple[str, ...] = ("inventory-docs", "inventory-images")

    @property
    def env(self) -> dict[str, str]:
        """Environment of a site that keeps its files here."""
        return {
            "S3_ENDPOINT_URL": self.url,
            "S3_ACCESS_KEY_ID": KEY_ID,
            "S3_SECRET_ACCESS_KEY": SECRET,
            "S3_FORCE_PATH_STYLE": "on",
        }

    def client(self) -> Any:
        """A boto3 client of this server."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=SECRET,
            config=Config(s3={"addressing_style": "path"}),
        )

    def keys(self, bucket: str) -> list[str]:
        """Keys of a bucket, in order."""
        found = self.client().list_objects_v2(Bucket=bucket).get("Contents", [])
        return sorted(one["Key"] for one in found)

    def empty(self) -> None:
        """Remove whatever other tests have left."""
        client = self.client()
        for bucket in self.buckets:
            for key in self.keys(bucket):
                client.delete_object(Bucket=bucket, Key=key)

    def create_buckets(self) -> None:
        """Make the buckets that the site expects."""
        for bucket in self.buckets:
            self.client().create_bucket(Bucket=bucket)


@contextlib.contextmanager
def running_s3() -> Iterator[S3]:
    """Run an S3 server with the site's buckets, empty."""
    port = free_port()
    with scratch_folder("s3") as folder:
        command = [sys.executable, "-m", "moto.server", "-H", LOOPBACK, "-p", str(port)]
        process = Process(command, folder / "log", cwd=folder)
        with running(process, lambda: is_listening(port)):
            server = S3(f"http://{LOOPBACK}:{port}", process)
            server.create_buckets()
            yield server

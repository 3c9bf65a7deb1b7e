"""Make the buckets of the site in its S3 storage where they are missing; compose.yaml starts it."""

import os
import sys
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

NAMES = (("S3_BUCKET_DOCS", "inventory-docs"), ("S3_BUCKET_IMAGES", "inventory-images"))
THERE = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}


def client() -> Any:
    """An S3 client from the variables that the site itself reads."""
    return boto3.client(
        "s3",
        endpoint_url=os.environ["S3_ENDPOINT_URL"],
        region_name=os.environ.get("S3_REGION", "us-east-1"),
        aws_access_key_id=os.environ["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=os.environ["S3_SECRET_ACCESS_KEY"],
        config=Config(s3={"addressing_style": "path"}),
    )


def main() -> int:
    """Make what is missing; any other refusal of the storage is an error."""
    storage = client()
    for variable, default in NAMES:
        try:
            storage.create_bucket(Bucket=os.environ.get(variable, default))
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] not in THERE:
                raise
    return 0


if __name__ == "__main__":
    sys.exit(main())

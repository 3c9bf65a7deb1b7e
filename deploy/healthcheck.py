"""Ask the web process of this container whether it is well; the exit code is the answer.

The site answers only to its own names, so the question carries one of `ALLOWED_HOSTS`, and says
that it came over https so that it is not redirected.
"""

import os
import sys
import urllib.request

ADDRESS = "http://127.0.0.1:8000/health"
TIMEOUT_S = 4


def host() -> str:
    """The first host name that the site answers to."""
    first = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    return first if first and first != "*" else "localhost"


def main() -> int:
    """Return 0 when `/health` answers 200 in time."""
    headers = {"Host": host(), "X-Forwarded-Proto": "https"}
    request = urllib.request.Request(ADDRESS, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310  our own
            return 0 if answer.status == 200 else 1
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main())

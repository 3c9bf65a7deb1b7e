"""nginx before the site: the configuration that we ship, a page, a file that leaves by it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path

import pytest

from tests.architecture.house import ROOT
from tests.peers.nginx import check_config
from tests.peers.process import LOOPBACK, free_port, wait_for
from tests.peers.site import ADMIN, PASSWORD

SHIPPED = (ROOT / "deploy" / "nginx.conf").read_text()
PREFIX = "/_files/"


def placed(port: int, upstream: str, media: Path) -> str:
    """The shipped configuration with the places of this test."""
    config = SHIPPED.replace("server web:8000;", f"server {upstream};")
    config = config.replace("listen 80;", f"listen {LOOPBACK}:{port};")
    config = config.replace("/var/log/nginx/access.log", str(media.parent / "access.log"))
    return config.replace("alias /var/lib/patchbay/media/;", f"alias {media}/;")


def fetch(url: str, headers: dict[str, str] | None = None) -> tuple[int, Message, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {})) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers, refusal.read()


def sign_in(url: str) -> str:
    """Return the bearer token of the super administrator."""
    body = json.dumps({"username": ADMIN, "password": PASSWORD}).encode()
    request = urllib.request.Request(
        f"{url}/api/auth/login", data=body, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["data"]["session_token"]


@pytest.fixture
def behind_nginx(site_home, serve, nginx, tmp_path):
    """The base address of nginx before a site that has one route file on disk, and the site."""
    media = tmp_path / "media"
    home = site_home({"X_ACCEL_PREFIX": PREFIX, "MEDIA_ROOT": str(media), "NUM_PROXIES": "1"})
    site = serve(home)
    port = free_port()
    server = nginx(placed(port, site.url.removeprefix("http://"), media), port)
    return server.url, home


def test_the_shipped_configuration_is_understood(tmp_path) -> None:
    done = check_config(tmp_path, placed(free_port(), f"{LOOPBACK}:{free_port()}", tmp_path))

    assert done.returncode == 0, done.stderr


def test_a_page_comes_through_and_stored_files_are_not_served_to_strangers(behind_nginx) -> None:
    url, home = behind_nginx
    media = Path(home.env["MEDIA_ROOT"])
    media.mkdir(exist_ok=True)
    (media / "secret.txt").write_text("not for everybody")

    status, _, body = fetch(f"{url}/health")
    direct, _, refused = fetch(f"{url}{PREFIX}secret.txt")

    assert (status, json.loads(body)["status"]) == (200, "ok")
    assert direct == 404
    assert b"not for everybody" not in refused


def test_a_stored_file_leaves_through_nginx_with_our_headers_and_in_ranges(
    site_home, serve, nginx, tmp_path
) -> None:
    media = tmp_path / "media"
    home = site_home({"MEDIA_ROOT": str(media), "X_ACCEL_PREFIX": PREFIX})
    home.manage("load_demo", "networkroutes")
    port = free_port()
    site = serve(home)
    server = nginx(placed(port, site.url.removeprefix("http://"), media), port)
    person = {"Authorization": f"Bearer {sign_in(server.url)}"}
    listed = fetch(f"{server.url}/api/test-results-files", person)[2]
    path = f"/api/test-results-files/{json.loads(listed)['data'][0]['id']}/content"

    _, direct, empty = fetch(f"{site.url}{path}", person)
    stranger = fetch(f"{server.url}{path}")[0]
    status, headers, body = fetch(f"{server.url}{path}", person)
    part_status, part_headers, part = fetch(f"{server.url}{path}", {**person, "Range": "bytes=2-5"})
    cross = fetch(f"{server.url}{path}", {**person, "Origin": "http://localhost:3000"})[1]

    assert (direct["X-Accel-Redirect"] is not None, empty) == (True, b"")
    assert stranger == 401
    assert (status, len(body) > 10, headers["X-Accel-Redirect"]) == (200, True, None)
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Request-ID"]
    assert (part_status, part) == (206, body[2:6])
    assert part_headers["Content-Range"] == f"bytes 2-5/{len(body)}"
    assert cross["Access-Control-Allow-Origin"] == "http://localhost:3000"


def test_no_key_of_an_address_stands_in_the_log(behind_nginx, tmp_path) -> None:
    url, _ = behind_nginx

    fetch(f"{url}/health?api_key=k-1", {"Referer": f"{url}/?api_key=k-1", "User-Agent": "ours"})

    log = tmp_path / "access.log"  # nginx writes its line after the answer
    wait_for(lambda: log.exists() and log.read_text().endswith("\n"))
    lines = log.read_text()
    assert '"GET /health" 200' in lines
    assert "k-1" not in lines

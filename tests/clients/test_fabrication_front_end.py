"""The base path and what is served below it (contract 3.9, 3.10)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.clients.fabrication import Shop, body_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def dist(settings: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Shop</title>")
    (folder / "assets" / "app-1a2b.js").write_text("run()")
    (folder / "assets" / "app-1a2b.js.br").write_bytes(b"brotli")
    for name in ("stats.html", "stats.html.br"):
        (folder / name).write_text("secret sizes")
    (folder / "app.webmanifest").write_text("{}")
    (tmp_path / "secret.txt").write_text("secret")
    settings.FABRICATION_FRONTEND_DIR = str(folder)
    settings.FABRICATION_BASE_PATH = "/fab"
    return folder


def test_the_front_end_is_served_below_its_base_path(shop: Shop, dist: Path) -> None:
    client = Client()
    script = client.get("/fab/assets/app-1a2b.js")
    packed = client.get("/fab/assets/app-1a2b.js", headers={"Accept-Encoding": "gzip, br"})

    for path in ("/fab", "/fab/", "/fab/review", "/fab/some/where"):
        page = client.get(path)
        assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert page["Cache-Control"] == "no-cache"
        assert b"Shop" in body_of(page)
    assert script["Content-Type"] == "text/javascript"
    assert script["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (packed["Content-Encoding"], body_of(packed)) == ("br", b"brotli")
    same = client.get("/fab/assets/app-1a2b.js", headers={"If-None-Match": script["ETag"]})
    assert same.status_code == 304
    assert "frame-src 'self' blob:" in client.get("/fab/")["Content-Security-Policy"]
    assert client.get("/fab/app.webmanifest")["Content-Type"] == "application/manifest+json"


def test_what_the_front_end_does_not_have_is_not_there(shop: Shop, dist: Path) -> None:
    client = Client()

    for path in ("/fab/assets", "/fab/assets/gone.js", "/fab/stats.html", "/fab/stats.html.br",
                 "/fab/api/nothing",
                 "/fab/api", "/fab/%2e%2e/secret.txt", "/fab/..%2fsecret.txt",
                 "/fab/assets/../../secret.txt"):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert b"secret" not in body_of(answer)
    assert client.get("/fab/api/nothing").json() == {"error": "Not found"}
    assert client.get("/fabulous").status_code == 404
    assert client.post("/fab/health").status_code == client.post("/fab/").status_code == 405
    assert client.get(f"/fab/{'a' * 300}").status_code == 200
    assert client.get("/fab/p/machines").status_code == 200
    assert client.get("/fab/health").json() == {"status": "healthy"}


def test_the_surface_answers_below_the_base_path_and_above(shop: Shop, dist: Path) -> None:
    below = shop.client.get("/fab/api/parts/", headers=shop.headers)
    made = shop.client.post(
        "/fab/api/parts/", '{"name": "x"}', content_type="application/json", headers=shop.headers
    )

    assert (below.status_code, made.status_code) == (200, 201)
    assert shop.get().json()["total"] == 1


def test_known_origins_may_call_without_cookies(shop: Shop) -> None:
    asked = {
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "x-api-key, content-type",
    }
    known = {"Origin": "http://localhost:5000", **asked}

    preflight = shop.client.options("/api/parts/", headers=known)
    answer = shop.client.get("/api/parts/", headers={**known, **shop.headers})
    stranger = shop.client.get(
        "/api/parts/", headers={"Origin": "http://evil.example", **shop.headers}
    )

    assert preflight["Access-Control-Allow-Origin"] == "http://localhost:5000"
    assert "x-api-key" in preflight["Access-Control-Allow-Headers"]
    assert answer["Access-Control-Allow-Origin"] == "http://localhost:5000"
    assert "Access-Control-Allow-Credentials" not in answer
    assert "Access-Control-Allow-Origin" not in stranger

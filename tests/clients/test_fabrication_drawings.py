"""Drawings from Onshape, spoken to over the wire (contract 4.8)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.clients.fabrication import Shop, body_of
from tests.parts.web import running_site

pytestmark = pytest.mark.django_db


def test_a_drawing_is_fetched_kept_and_fetched_again(shop: Shop, settings: Any) -> None:
    with running_site() as site:
        settings.ONSHAPE_BASE_URL = site.url
        settings.OUTBOUND_ALLOW = [site.host]
        link = "https://cad.example/documents/D1/w/W2/e/E3"
        part = shop.made(type="hand", onshapeUrl=link, file="gear.step")
        path = f"{part['id']}/drawing"
        ask = "/api/v6/drawings/d/D1/w/W2/e/E3/translations"
        job = {"href": f"{site.url}/job", "requestState": "ACTIVE"}
        no_keys = shop.get(path)
        settings.ONSHAPE_ACCESS_KEY, settings.ONSHAPE_SECRET_KEY = "access", "secret"
        site.page(ask, json.dumps(job).encode(), "application/json")
        done = {"requestState": "DONE", "resultExternalDataIds": ["X9"], "href": f"{site.url}/job"}
        site.page("/job", json.dumps(done).encode(), "application/json")
        site.page("/api/externaldata/X9", b"%PDF-1.7 drawing", "application/pdf")

        first = shop.get(path)
        asked = len(site.asked)
        again = shop.get(path)
        site.page("/api/externaldata/X9", b"%PDF-1.7 newer", "application/pdf")
        fresh = shop.get(path, refresh="true")

        assert (no_keys.status_code, no_keys.json()["error"]) == (503, "Failed to retrieve drawing")
        assert body_of(first) == b"%PDF-1.7 drawing"
        assert (
            first["Content-Disposition"] == f'attachment; filename="{part["partId"]}_drawing.pdf"'
        )
        assert body_of(again) == b"%PDF-1.7 drawing"
        assert (asked, site.asked[0][0]) == (3, "POST")
        assert json.loads(site.asked[0][2])["formatName"] == "PDF"
        assert body_of(fresh) == b"%PDF-1.7 newer"
        assert shop.get(str(part["id"])).json()["file"] == "gear.step"


def test_credentials_go_to_onshape_alone(shop: Shop, settings: Any) -> None:
    with running_site() as site, running_site() as other:
        settings.ONSHAPE_BASE_URL = site.url
        settings.OUTBOUND_ALLOW = [site.host, other.host]
        settings.ONSHAPE_ACCESS_KEY, settings.ONSHAPE_SECRET_KEY = "access", "secret"
        link = "https://cad.example/documents/D1/w/W2/e/E3"
        part = shop.made(type="hand", onshapeUrl=link)
        ask = "/api/v6/drawings/d/D1/w/W2/e/E3/translations"
        job = {"href": f"{other.url}/job", "requestState": "ACTIVE"}
        site.page(ask, json.dumps(job).encode(), "application/json")

        answer = shop.get(f"{part['id']}/drawing")

        assert (answer.status_code, answer.json()) == (
            502,
            {
                "error": "Failed to retrieve drawing",
                "details": "Onshape's answer leads to another host",
            },
        )
        assert other.asked == []


def test_drawings_that_cannot_be_had(shop: Shop) -> None:
    def says(query: dict[str, str], **body: Any) -> tuple[int, str]:
        part = shop.made(**body)
        if body.get("file") == "a.step":
            shop.sample(part["id"], "inch-block.step", "a.step")
        answer = shop.get(f"{part['id']}/drawing", **query)
        return answer.status_code, answer.json()["error"]

    hand = {"type": "hand"}
    assert says({}, type="cnc") == (
        400,
        "Drawing downloads are only available for hand fab parts",
    )
    assert says({}, **hand) == (404, "No drawing available for this part")
    assert says({}, **hand, file="a.step") == (404, "No drawing available for this part")
    assert says({"refresh": "true"}, **hand, onshapeUrl="#") == (
        400,
        "No Onshape URL to refresh from",
    )
    assert says({}, **hand, file="gone.pdf") == (404, "Drawing file not found")
    assert says({}, **hand, onshapeUrl="https://cad.example/x")[0] == 400

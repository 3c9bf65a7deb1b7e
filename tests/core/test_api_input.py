"""What callers send to the API: whole bodies, strict JSON, names as sent, strict filters."""

from __future__ import annotations

import http.client
import io
import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import RequestFactory
from rest_framework.exceptions import ParseError
from rest_framework.test import APIClient, APIRequestFactory

from inventory_site.core.api.filters import StrictBooleanField
from inventory_site.core.api.pagination import write_cursor
from inventory_site.core.api.parsers import MultiPartParser, loads_json
from inventory_site.core.api.renderers import dumps
from inventory_site.core.files.limits import BodyLimitMiddleware
from inventory_site.core.middleware.bodies import TAKEN_UNREAD, Counted, WholeBody
from networkroutes.models import NetworkRoute
from tests.factories.networkroutes import LocationFactory, NetworkRouteFactory
from tests.peers.site import Home, Site

LIMIT = 100


def nested(levels: int) -> bytes:
    """Lists in lists."""
    return b"[" * levels + b"]" * levels


def call(body: bytes, **environ: Any) -> tuple[str, dict[str, Any], bytes]:
    """Send a POST through the wrapper: status, what Django would be given, the answer."""
    seen: dict[str, Any] = {}
    statuses: list[str] = []

    def inner(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = WSGIRequest(environ)
        seen.update(length=environ.get("CONTENT_LENGTH"), kind=environ.get("CONTENT_TYPE"))
        seen.update(body=request.read(), spool=environ["wsgi.input"])
        start_response("200 OK", [])
        return [b"done"]

    given = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/network_routes",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": "application/json",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        **environ,
    }
    answer = WholeBody(inner)(given, lambda status, headers: statuses.append(status))
    text = b"".join(answer)
    getattr(answer, "close", lambda: None)()
    return statuses[0], seen, text


def test_a_chunked_body_is_read_whole_and_its_copy_closed():
    status, seen, text = call(b'{"mtu": 9000}', HTTP_TRANSFER_ENCODING="Chunked")

    assert (status, text) == ("200 OK", b"done")
    assert (seen["body"], seen["length"]) == (b'{"mtu": 9000}', "13")
    assert seen["spool"].closed


def test_a_chunked_body_is_read_no_further_than_its_limit(settings: Any):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = LIMIT
    source = io.BytesIO(b"x" * 1000)

    _, seen, _ = call(b"", HTTP_TRANSFER_ENCODING="chunked", **{"wsgi.input": source})

    assert seen["length"] == str(LIMIT + 1)
    assert source.tell() == LIMIT + 1


def test_a_chunked_body_that_never_ends_must_announce_its_length():
    answer = call(b"{}", HTTP_TRANSFER_ENCODING="chunked", **{"wsgi.input_terminated": False})

    assert answer[:2] == ("411 Length Required", {})
    assert json.loads(answer[2]) == {"error": "The request must announce its Content-Length."}


@pytest.mark.parametrize(
    ("sent", "announced", "taken"),
    [(9000, 9000, 9000), (9000, 100, 100), (TAKEN_UNREAD + 1, TAKEN_UNREAD + 1, 0)],
)
def test_a_body_that_nobody_wants_is_taken_to_its_announced_end(
    sent: int, announced: int, taken: int
):
    source = io.BytesIO(b"x" * sent)

    def refusing(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        return [b"no"]

    given = {"CONTENT_LENGTH": str(announced), "wsgi.input": source}

    assert WholeBody(refusing)(given, lambda *_: None) == [b"no"]
    assert source.tell() == taken


def test_lines_and_the_rest_of_an_announced_body_end_where_it_ends():
    body = Counted(io.BytesIO(b"one\ntwo\nthree"), 9)

    assert (body.readline(), body.readline(2), body.read(), body.read(5)) == (
        b"one\n",
        b"tw",
        b"o\nt",
        b"",
    )
    assert body.left == 0


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("Application/JSON", "application/json"),
        ("Multipart/Form-Data; boundary=AbC", "multipart/form-data; boundary=AbC"),
        ("", ""),
    ],
)
def test_media_types_mean_the_same_in_any_case(sent: str, read: str):
    assert call(b"{}", CONTENT_TYPE=sent, CONTENT_LENGTH="2")[1]["kind"] == read


def test_a_served_site_reads_chunks_and_refuses_too_many(
    site_home: Callable[..., Home], serve: Callable[..., Site]
):
    site = serve(site_home({"REQUEST_MAX_BODY_BYTES": "1000"}))
    credentials = json.dumps({"username": "admin", "password": "a-long-test-password"}).encode()

    def post(body: bytes) -> int:
        connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=20)
        headers = {"Content-Type": "Application/JSON"}
        connection.request(
            "POST", "/api/auth/login", iter([body[:9], body[9:]]), headers, encode_chunked=True
        )
        return connection.getresponse().status

    assert post(credentials) == 200
    assert post(b'{"a": "' + b"x" * 2000 + b'"}') == 413


def test_json_a_hundred_levels_deep_is_read_and_deeper_is_refused():
    assert dumps(loads_json(nested(100))) == nested(100)
    assert loads_json(b"[" + b",".join([b"{}"] * 500) + b"]") == [{}] * 500
    with pytest.raises(ParseError, match="more than 100 levels deep"):
        loads_json(nested(101))


def test_a_byte_order_mark_is_skipped():
    assert loads_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}
    assert loads_json(b"\xef\xbb\xbf ") == {}


def test_stored_rows_of_any_depth_can_be_written():
    row = {"when": None, "deep": json.loads(nested(400)), "text": "é"}

    assert dumps(row) == b'{"when":null,"deep":' + nested(400) + ',"text":"é"}'.encode()


def test_whole_numbers_of_any_size_can_be_written():
    row = {"sum": Decimal("2e19"), "count": 2**70, "part": Decimal("0.5")}

    assert dumps(row) == f'{{"sum":{2 * 10**19},"count":{2**70},"part":0.5}}'.encode()


FORM = "multipart/form-data; boundary=B"


def form_with(name: str) -> bytes:
    return (
        f'--B\r\nContent-Disposition: form-data; name="f"; filename="{name}"\r\n'
        "Content-Type: text/plain\r\n\r\nx\r\n--B--\r\n"
    ).encode()


def test_a_file_keeps_the_name_it_was_sent_with():
    def name_of(sent: str) -> str:
        body = form_with(sent)
        request = APIRequestFactory().generic("POST", "/", body, content_type=FORM)
        found = MultiPartParser().parse(io.BytesIO(body), FORM, {"request": request})
        return str(found.files["f"].name)

    def name_read_first_by_the_token_check(sent: str) -> str:
        body = form_with(sent)
        request = RequestFactory().generic("POST", "/", body, content_type=FORM)
        seen: list[str] = []

        def view(request: HttpRequest) -> HttpResponse:
            request.POST.get("csrfmiddlewaretoken")
            seen.append(str(request.FILES["f"].name))
            return HttpResponse()

        BodyLimitMiddleware(view)(request)
        return seen[0]

    assert name_read_first_by_the_token_check("a&amp;b.txt") == "a&amp;b.txt"
    assert name_of("a&amp;b &lt;1&gt;.txt") == "a&amp;b &lt;1&gt;.txt"
    assert name_of("../up/one\x07.txt") == "one.txt"


@pytest.mark.django_db
@pytest.mark.parametrize("body", [[], [{"mtu": 1}], "text", 7, None])
def test_a_body_that_is_no_object_is_refused(api: Any, body: Any):
    route = NetworkRouteFactory(mtu=1500)

    answer = api("admin").generic(
        "PATCH", f"/api/routes/{route.pk}", json.dumps(body), content_type="application/json"
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")
    assert NetworkRoute.objects.get().mtu == 1500


@pytest.mark.django_db
def test_a_method_that_is_not_there_is_405_and_options_lists_the_others(api: Any):
    client = api("viewer")

    for path in ("/api/routes", "/api/network-design/paths"):
        wrong = client.put(path, {}, format="json")
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    told = client.options("/api/routes")
    assert (told.status_code, told.content) == (204, b"")
    assert told["Allow"] == "GET, POST, HEAD, OPTIONS"
    assert client.head("/api/routes").status_code == 200
    assert APIClient().options("/api/routes").status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["abc", "1\x00", ""])
def test_a_cursor_of_another_kind_is_refused(api: Any, key: str):
    answer = api("super_admin").get(f"/api/reservation-log?cursor={write_cursor(key)}")

    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (400, "cursor")


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["is_special=maybe", "is_out=2", "is_dark_fibre=unknown"])
def test_a_yes_or_no_filter_refuses_other_words(api: Any, query: str):
    answer = api("viewer").get(f"/api/routes?{query}")

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["field"] == query.partition("=")[0]


@pytest.mark.django_db
def test_a_yes_or_no_filter_narrows_by_its_words(api: Any):
    NetworkRouteFactory(is_special=True)
    NetworkRouteFactory.create_batch(2, is_special=False)

    def count(query: str) -> int:
        return int(api("viewer").get(f"/api/routes?{query}").json()["meta"]["total"])

    assert [count(f"is_special={word}") for word in ("True", "0", "")] == [1, 2, 3]
    assert StrictBooleanField(required=False).clean(None) is None
    with pytest.raises(ValidationError):
        StrictBooleanField().clean(QueryDict("a=x")["a"])


@pytest.mark.django_db
def test_a_null_character_in_a_key_is_not_found(api: Any):
    LocationFactory()

    assert api("viewer").get("/api/locations/1%00").status_code == 404

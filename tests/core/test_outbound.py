"""Outgoing HTTP, against real servers on loopback."""

import contextlib
import gzip
import http.server
import socket
import threading
import time
import tracemalloc

import pytest

from inventory_site.core.outbound import OutboundFailed, OutboundRefused, fetch


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as the server's `pages` say; remembers what it was asked."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.server.asked.append(
            (self.command, self.path, dict(self.headers), self.rfile.read(length))
        )
        status, headers, body = self.server.pages.get(self.path, (404, {}, b"no"))
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        if "Content-Length" not in headers and "Transfer-Encoding" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = answer

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def serving(tls=None, address="127.0.0.1"):
    server = http.server.ThreadingHTTPServer((address, 0), Handler)
    server.pages, server.asked = {}, []
    server.port = server.server_address[1]
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def web(settings):
    with serving() as server:
        settings.OUTBOUND_ALLOW = [f"127.0.0.1:{server.port}"]
        server.url = f"http://127.0.0.1:{server.port}"
        yield server


def reason_of(call):
    with pytest.raises(OutboundFailed) as caught:
        call()
    return caught.value.reason


def test_an_answer_comes_with_status_headers_body_and_address(web):
    web.pages["/a?q=x%20y"] = (418, {"X-Kind": "pot", "Content-Type": "text/plain"}, b"tea")

    answer = fetch(f"{web.url}/a?q=x%20y#part", headers={"X-Ask": "1"})

    assert (answer.status, answer.body, answer.url) == (418, b"tea", f"{web.url}/a?q=x%20y")
    assert (answer.headers["x-kind"], answer.headers["Content-Type"]) == ("pot", "text/plain")
    method, path, headers, body = web.asked[0]
    assert (method, path, body) == ("GET", "/a?q=x%20y", b"")
    assert headers == {
        "Host": f"127.0.0.1:{web.port}",
        "User-Agent": "Patchbay",
        "Accept-Encoding": "gzip",
        "Connection": "close",
        "X-Ask": "1",
    }


def test_a_body_is_sent(web):
    web.pages["/hook"] = (204, {}, b"")

    answer = fetch(
        f"{web.url}/hook", method="POST", body=b"{}", headers={"Content-Type": "application/json"}
    )

    assert (answer.status, answer.body) == (204, b"")
    assert web.asked[0][0] == "POST"
    assert web.asked[0][3] == b"{}"


def test_the_name_is_kept_although_the_call_goes_to_a_checked_address(web):
    web.pages["/"] = (200, {}, b"hi")
    asked = []

    def resolver(host, port):
        asked.append((host, port))
        return ["127.0.0.1"]

    answer = fetch(f"http://Inventory.Example.Net:{web.port}", resolver=resolver)

    assert answer.body == b"hi"
    assert asked == [("inventory.example.net", web.port)]
    assert web.asked[0][2]["Host"] == f"inventory.example.net:{web.port}"


def test_a_name_whose_answer_changes_is_asked_once_per_hop_and_checked_each_time(web):
    web.pages["/"] = (302, {"Location": "/next"}, b"")
    web.pages["/next"] = (200, {}, b"secret")
    answers = iter([["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1"]])
    asked = []

    def resolver(host, port):
        asked.append(host)
        return next(answers)

    with pytest.raises(OutboundRefused):
        fetch(f"http://rebind.example.net:{web.port}/", resolver=resolver)

    assert len(asked) == 2
    assert [path for _, path, *_ in web.asked] == ["/"]


def test_one_private_address_among_public_ones_is_refused(web):
    with pytest.raises(OutboundRefused):
        fetch("http://mixed.example.net/", resolver=lambda *_: ["93.184.216.34", "10.0.0.1"])


def test_the_second_address_is_tried_when_the_first_is_dead(web):
    web.pages["/"] = (200, {}, b"hi")

    answer = fetch(
        f"http://two.example.net:{web.port}/",
        resolver=lambda *_: ["127.0.0.9", "127.0.0.1"],
        allow=["127.0.0.9"],
    )

    assert answer.body == b"hi"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://0.0.0.0:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f.0.0.1:{port}/",
        "http://0177.0.0.1:{port}/",
        "http://127.1:{port}/",
        "http://127.0.0.1.:{port}/",
        "http://\uff11\uff12\uff17.0.0.1:{port}/",
        "http://user:secret@127.0.0.1:{port}/",
        "http://user@127.0.0.1:{port}/",
        "http://127.0.0.1\\@example.net:{port}/",
        "http://127.0.0.1:{port}/ a",
        "http://127.0.0.1:{port}/\r\nX: y",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "http:///x",
        "http://[::1/",
        "http://127.0.0.1:99999/",
        "",
    ],
)
def test_what_may_not_be_called_is_refused_and_nothing_is_sent(url, settings):
    settings.OUTBOUND_ALLOW = []
    with serving() as server:
        with pytest.raises(OutboundRefused) as caught:
            fetch(url.format(port=server.port))

        assert server.asked == []
        assert "127" not in caught.value.message


def test_redirects_are_followed_and_credentials_stay_with_their_origin(web):
    with serving(address="127.0.0.1") as other:
        web.pages["/"] = (307, {"Location": "/b"}, b"")
        web.pages["/b"] = (302, {"Location": f"http://127.0.0.1:{other.port}/c"}, b"")
        other.pages["/c"] = (200, {}, b"end")

        answer = fetch(
            f"{web.url}/",
            method="POST",
            body=b"x",
            headers={"Authorization": "Bearer s", "Content-Type": "text/plain", "X-Keep": "1"},
            allow=[f"127.0.0.1:{other.port}"],
        )

        assert (answer.body, answer.url) == (b"end", f"http://127.0.0.1:{other.port}/c")
        assert [(m, p, b) for m, p, _, b in web.asked] == [
            ("POST", "/", b"x"),
            ("POST", "/b", b"x"),
        ]
        assert web.asked[1][2]["Authorization"] == "Bearer s"
        method, _, headers, body = other.asked[0]
        assert (method, body) == ("GET", b"")
        assert "Authorization" not in headers
        assert "Content-Type" not in headers
        assert headers["X-Keep"] == "1"


@pytest.mark.parametrize(
    "place", ["http://169.254.169.254/latest", "file:///etc/passwd", "http://[", "ftp://x.net/"]
)
def test_a_redirect_to_where_nobody_may_go_is_refused(web, place):
    web.pages["/"] = (302, {"Location": place}, b"")

    with pytest.raises(OutboundRefused):
        fetch(f"{web.url}/")


def test_five_redirects_are_enough(web):
    for number in range(7):
        web.pages[f"/{number}"] = (302, {"Location": f"/{number + 1}"}, b"")
    web.pages["/7"] = (200, {}, b"end")

    assert fetch(f"{web.url}/2").body == b"end"
    assert reason_of(lambda: fetch(f"{web.url}/1")) == "redirects"


def test_a_body_over_its_limit_is_refused_before_and_while_it_is_read(web):
    web.pages["/said"] = (200, {}, b"x" * 11)
    web.pages["/unsaid"] = (
        200,
        {"Transfer-Encoding": "chunked"},
        b"b\r\n" + b"x" * 11 + b"\r\n0\r\n\r\n",
    )

    assert fetch(f"{web.url}/unsaid", max_bytes=11).body == b"x" * 11
    for path in ("/said", "/unsaid"):
        assert reason_of(lambda path=path: fetch(web.url + path, max_bytes=10)) == "too_large"


def test_a_packed_body_is_unpacked_and_a_bomb_is_not(web):
    web.pages["/fine"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"hello"))
    web.pages["/bomb"] = (
        200,
        {"Content-Encoding": "gzip"},
        gzip.compress(bytes(200 * 1024 * 1024)),
    )

    assert fetch(f"{web.url}/fine").body == b"hello"
    assert fetch(f"{web.url}/fine", method="HEAD").body == b""
    tracemalloc.start()
    assert reason_of(lambda: fetch(f"{web.url}/bomb", max_bytes=5 * 1024 * 1024)) == "too_large"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * 1024 * 1024


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Encoding": "gzip"}, b"not gzip"),
        ({"Content-Encoding": "gzip"}, gzip.compress(b"hello" * 99)[:-12]),
        ({"Content-Encoding": "br"}, b"x"),
        ({"Content-Length": "20", "Connection": "close"}, b"short"),
    ],
)
def test_a_body_that_is_broken_is_a_failure(web, headers, body):
    web.pages["/"] = (200, headers, body)

    assert reason_of(lambda: fetch(f"{web.url}/")) == "protocol"


@contextlib.contextmanager
def talking(talk):
    """A server of one connection that does what `talk` does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run():
            with contextlib.suppress(OSError), listener.accept()[0] as peer:
                talk(peer)

        threading.Thread(target=run, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


def drip(peer):
    peer.recv(1000)
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000:
        peer.sendall(bytes([byte]))
        time.sleep(0.05)


def hang(peer):
    time.sleep(5)


@pytest.mark.parametrize("talk", [drip, hang])
def test_a_slow_peer_gains_nothing_by_a_byte_at_a_time(talk):
    began = time.monotonic()
    with talking(talk) as url:
        assert reason_of(lambda: fetch(url, timeout_s=0.5, allow=["127.0.0.1"])) == "timeout"
    assert time.monotonic() - began < 4


def test_nonsense_and_silence_are_failures():
    with talking(lambda peer: peer.sendall(b"220 mail.example.net ESMTP\r\n")) as url:
        assert reason_of(lambda: fetch(url, allow=["127.0.0.1"])) == "protocol"
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    dead = f"http://127.0.0.1:{port}/"
    assert reason_of(lambda: fetch(dead, allow=["127.0.0.1"])) == "unreachable"

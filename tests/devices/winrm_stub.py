"""A small WS-Management server: shells over HTTP with Basic authentication, canned outputs."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
ENVELOPE = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:rsp="{shell}"
 xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer"><s:Header><a:Action>{action}Response
</a:Action><a:RelatesTo>{number}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"""
CREATED = """<rsp:Shell><rsp:ShellId>11111111-1111-1111-1111-111111111111</rsp:ShellId>
<rsp:ResourceUri>{shell}/cmd</rsp:ResourceUri></rsp:Shell>"""
STARTED = """<rsp:CommandResponse><rsp:CommandId>{id}</rsp:CommandId></rsp:CommandResponse>"""
RECEIVED = """<rsp:ReceiveResponse><rsp:Stream Name="stdout" CommandId="{id}">{out}</rsp:Stream>
<rsp:CommandState CommandId="{id}" State="{shell}/CommandState/Done">
<rsp:ExitCode>{code}</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>"""
COMMAND = "22222222-2222-2222-2222-222222222222"
PACKED = re.compile(r"EncodedCommand\s+([A-Za-z0-9+/=]+)")


@dataclass
class Windows:
    """The stub's place, what it was told to run, and what it answers (text, exit code)."""

    port: int = 0
    user: str = "LAB\\ops"
    password: str = "pass-1"
    answers: dict[str, tuple[str, int]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    last: tuple[str, int] = ("", 0)

    def answer(self, command: str) -> tuple[str, int]:
        """Return what a command prints: the first answer whose key it contains."""
        self.seen.append(command)
        return next((found for key, found in self.answers.items() if key in command), ("", 0))


@contextmanager
def windows() -> Iterator[Windows]:
    """Run the stub on a free port."""
    machine = Windows()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            asked = self.rfile.read(size).decode()
            plain = f"{machine.user}:{machine.password}".encode()
            if self.headers.get("Authorization") != f"Basic {base64.b64encode(plain).decode()}":
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="WSMAN"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            action = re.search(r"Action[^>]*>([^<]+)<", asked)[1]
            number = re.search(r"MessageID[^>]*>([^<]+)<", asked)[1]
            body = _body(machine, asked)
            self._send(ENVELOPE.format(shell=SHELL, action=action, number=number, body=body))

        def _send(self, text: str) -> None:
            data = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/soap+xml;charset=UTF-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    machine.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield machine
    finally:
        server.shutdown()
        server.server_close()


def _body(machine: Windows, asked: str) -> str:
    if "transfer/Create<" in asked:
        return CREATED.format(shell=SHELL)
    if "shell/Command<" in asked:
        machine.last = machine.answer(_command_of(asked))
        number = re.search(r'CommandId="([^"]+)"', asked)
        return STARTED.format(id=number[1] if number else COMMAND)
    if "shell/Receive<" in asked:
        text, code = machine.last
        out = base64.b64encode(text.encode()).decode()
        number = re.search(r'CommandId="([^"]+)"', asked)[1]
        return RECEIVED.format(shell=SHELL, id=number, out=out, code=code)
    return "<rsp:SignalResponse/>" if "Signal<" in asked else ""


def _command_of(asked: str) -> str:
    found = re.search(r"<(?:\w+:)?Command>(.*?)</(?:\w+:)?Command>", asked, re.S)
    line = found[1] if found else ""
    args = re.findall(r"<(?:\w+:)?Arguments>(.*?)</(?:\w+:)?Arguments>", asked, re.S)
    line = " ".join([line, *args]).strip()
    packed = PACKED.search(line)
    return base64.b64decode(packed[1]).decode("utf-16-le") if packed else line

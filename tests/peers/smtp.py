"""An SMTP server that keeps what it is given."""

from __future__ import annotations

import contextlib
import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage

from tests.peers.process import LOOPBACK

GREETING = "220 sink ready"
REPLIES = {"EHLO": "250 sink", "HELO": "250 sink", "RSET": "250 reset", "NOOP": "250 still here"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage


@dataclass
class SmtpSink:
    """Where the server answers; `url` is an `EMAIL_URL`, `deliveries` what arrived so far."""

    port: int
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Address for the site."""
        return f"smtp://{LOOPBACK}:{self.port}"


class _Conversation(socketserver.StreamRequestHandler):
    """The part of RFC 5321 that a mail client speaks, without extensions."""

    sink: SmtpSink
    timeout = 30

    def handle(self) -> None:
        sender, recipients = "", []
        self._say(GREETING)
        while line := self.rfile.readline(4096):
            text = line.decode("utf-8", "replace").strip()
            verb = text[:4].upper()
            if verb == "QUIT":
                self._say("221 bye")
                return
            if verb == "MAIL":
                sender, recipients = _address(text), []
                self._say("250 sender taken")
            elif verb == "RCPT":
                recipients.append(_address(text))
                self._say("250 recipient taken")
            elif verb == "DATA":
                self._say("354 go on, end with a dot")
                self._take(sender, recipients)
            else:
                self._say(REPLIES.get(verb, "502 not known here"))

    def _take(self, sender: str, recipients: list[str]) -> None:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in {b".\r\n", b".\n", b""}:
            lines.append(line.removeprefix(b".").replace(b"\r\n", b"\n"))
        message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        self.sink.deliveries.append(Delivery(sender, tuple(recipients), message))
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


def _address(command: str) -> str:
    return command.partition("<")[2].partition(">")[0]


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextlib.contextmanager
def running_smtp() -> Iterator[SmtpSink]:
    """Run the sink in threads of this process."""
    sink = SmtpSink(0)
    handler = type("Conversation", (_Conversation,), {"sink": sink})
    with _Server((LOOPBACK, 0), handler) as server:
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, name="smtp-sink", daemon=True)
        thread.start()
        try:
            yield sink
        finally:
            server.shutdown()
            thread.join(5)

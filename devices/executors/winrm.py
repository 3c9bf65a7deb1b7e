"""WinRM on pypsrp, an optional extra; without it every call says what is missing."""

from __future__ import annotations

import base64
import functools
import importlib.util
import socket
import threading
import time
from collections.abc import Mapping
from typing import Any, ClassVar
from xml.etree.ElementTree import ParseError

from devices.executors.base import MAX_OUTPUT_BYTES, Outcome, clean, hang_up, positive

PACKED = "powershell.exe -NoProfile -NonInteractive -OutputFormat Text -EncodedCommand {}"
MAX_ANSWERS_BYTES, CHUNK = 4 * MAX_OUTPUT_BYTES, 65_536
CLOSING_S = 2.0
REASONS = ("Connection refused", "No route to host", "Network is unreachable", "not known")
MAX_PACKED = 7500  # cmd.exe takes 8191 characters
MISSING = "WinRM needs the optional package pypsrp: pip install -r requirements/winrm.txt"


class HostileAnswer(Exception):
    """A device answers what we do not take."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def quoted(value: Any) -> str:
    """Return a PowerShell literal: single quotes, doubled inside, curly ones too."""
    text = str(value)
    for quote in "'\u2018\u2019\u201a\u201b":
        text = text.replace(quote, quote * 2)
    return f"'{text}'"


def account(config: Mapping[str, Any]) -> str:
    """Return the user name with its domain, unless the name brings one."""
    name, domain = str(config.get("username") or ""), str(config.get("domain") or "")
    return name if not domain or "\\" in name or "@" in name else f"{domain}\\{name}"


class WinRmExecutor:
    """CMD commands, or PowerShell with `powershell: true`."""

    slug: ClassVar[str] = "winrm"
    defaults: ClassVar[Mapping[str, Any]] = {
        "timeout": 30,
        "port": 5985,
        "transport": "ntlm",
        "server_cert_validation": "validate",
        "read_timeout_sec": 30,
        "operation_timeout_sec": 20,
        "retries": 0,
    }

    def check(self, config: Mapping[str, Any]) -> str:
        """Return what is wrong with a configuration."""
        wrong = (
            ""
            if config.get("username") and config.get("password")
            else "username and password are required"
        )
        times = ("timeout", "read_timeout_sec", "operation_timeout_sec", "first_answer_sec")
        wrong = wrong or positive(config, *times, "port")
        if not wrong and config["read_timeout_sec"] <= config["operation_timeout_sec"]:
            wrong = "read_timeout_sec must be greater than operation_timeout_sec"
        if config["transport"] not in {"ntlm", "kerberos", "basic", "credssp"}:
            wrong = wrong or "transport must be ntlm, kerberos, basic or credssp"
        return wrong

    def execute(self, target: str, command: str, config: Mapping[str, Any]) -> Outcome:
        """Run a command on one target."""
        if importlib.util.find_spec("pypsrp") is None:
            return Outcome(
                False, error=MISSING, error_code="missing_library", extra={"exit_code": -1}
            )
        return self._run(target, command, config)

    def _run(self, target: str, command: str, config: Mapping[str, Any]) -> Outcome:
        from pypsrp.client import Client
        from pypsrp.exceptions import AuthenticationError, WinRMError, WinRMTransportError

        ssl = int(config["port"]) == 5986
        plain = config["transport"] == "basic" and not ssl  # Basic brings no encryption of its own
        try:
            with Client(
                target,
                port=int(config["port"]),
                ssl=ssl,
                auth=config["transport"],
                encryption="never" if plain else "auto",
                username=account(config),
                password=config["password"],
                cert_validation=config["server_cert_validation"] != "ignore",
                connection_timeout=int(config["timeout"]),
                read_timeout=int(config["read_timeout_sec"]),
                operation_timeout=int(config["operation_timeout_sec"]),
            ) as client:
                answer_s = float(config["read_timeout_sec"])
                first_s = min(answer_s, float(config.get("first_answer_sec") or answer_s))
                _guard(client, _Bounds(float(config["timeout"]), answer_s, first_s))
                output, errors, code = _sent(client, command, bool(config.get("powershell")))
        except HostileAnswer as err:
            return _failed(f"WinRM error: {err}", err.code)
        except AuthenticationError as err:
            return _failed(f"Authentication failed: {err}", "auth_failed")
        except (WinRMError, WinRMTransportError) as err:
            return _failed(f"WinRM error: {err}", "protocol")
        except OSError as err:
            return _unreached(err, target, config)
        except (ParseError, KeyError, ValueError):  # pypsrp lets these out of a strange answer
            return _failed(f"WinRM error: {target} does not answer as WinRM does", "protocol")
        good = code == 0
        return Outcome(
            good,
            clean(output),
            clean(errors) or None,
            "" if good else "command_failed",
            extra={"exit_code": code},
        )


def encoded(script: str) -> str:
    """Return the command line that runs a script; blank when it is too long for one."""
    quiet = "$ProgressPreference = 'SilentlyContinue'; " + script
    packed = base64.b64encode(quiet.encode("utf-16-le")).decode()
    return PACKED.format(packed) if len(packed) <= MAX_PACKED else ""


def _sent(client: Any, command: str, powershell: bool) -> tuple[str, str, int]:
    """Run a command line; a long script goes over PowerShell's own protocol."""
    line = encoded(command) if powershell else command
    if line:
        output, errors, code = client.execute_cmd(line)
        return output, errors, int(code)
    output, streams, failed = client.execute_ps(command)
    return output, "\n".join(str(one) for one in streams.error), int(failed)


class _Bounds:
    """Follows no redirect; bounds the time of each answer and of all, and the size of all.

    It stands below the session, so that what a sign-in sends by itself is bounded as well. Till
    the machine has answered once, `first_s` is its time. When the time of all is over, what closes
    the shell on the device has `CLOSING_S` each.
    """

    def __init__(self, whole_s: float, answer_s: float, first_s: float) -> None:
        self._whole_s, self._answer_s, self._first_s = whole_s, answer_s, first_s
        self._ends, self._is_over = time.monotonic() + whole_s, False
        self._answer_ends = self._ends
        self._left = MAX_ANSWERS_BYTES
        self._clock: threading.Timer | None = None

    def hang_up_in_time(self, line: socket.socket) -> None:
        """End a line on which an answer comes too slowly, though each of its bytes is in time."""
        left_s = max(0.0, self._answer_ends - time.monotonic())
        self._clock = threading.Timer(left_s, hang_up, [line])
        self._clock.start()

    def send(self, send: Any, request: Any, **more: Any) -> Any:
        """Send one request and read its answer; raises `HostileAnswer`."""
        from requests.exceptions import ReadTimeout
        from urllib3.exceptions import HTTPError

        bound_s = self._bound_s()
        self._answer_ends = time.monotonic() + bound_s
        try:
            response = send(request, **{**more, "stream": True, "timeout": bound_s})
            if time.monotonic() >= self._answer_ends:
                raise self._late()  # what came of a head that was cut
            answer = self._read(response)
            self._first_s = self._answer_s
            return answer
        except (OSError, HTTPError) as err:
            is_late = isinstance(err, ReadTimeout) or time.monotonic() >= self._answer_ends
            if is_late and not self._is_over:
                raise self._late() from err
            if isinstance(err, HTTPError):
                raise HostileAnswer("protocol", "the answer breaks off") from err
            raise
        finally:
            if self._clock is not None:
                self._clock.cancel()

    def _bound_s(self) -> float:
        left_s = self._ends - time.monotonic()
        if self._is_over:
            return CLOSING_S
        if left_s <= 0:
            raise self._late()
        return min(self._first_s, left_s)

    def _late(self) -> HostileAnswer:
        self._is_over = True
        within_s = min(self._whole_s, self._first_s)
        return HostileAnswer("timeout", f"no whole answer within {within_s:g}s")

    def _read(self, response: Any) -> Any:
        body = bytearray()
        try:
            if response.is_redirect:
                raise HostileAnswer("protocol", "the device sends us to another address")
            while piece := response.raw.read1(CHUNK):
                body += piece
                self._left -= len(piece)
                if self._left < 0:
                    text = f"the answers are longer than {MAX_ANSWERS_BYTES} bytes"
                    raise HostileAnswer("output_limit", text)
                if time.monotonic() >= self._answer_ends:
                    break
            if time.monotonic() >= self._answer_ends:
                raise self._late()  # what came may end where the line was hung up
        except HostileAnswer:
            response.close()
            raise
        response._content = bytes(body)
        return response


def _guard(client: Any, bounds: _Bounds) -> None:
    """Put the bounds below the client's session."""
    session = client.wsman.transport.session = client.wsman.transport._build_session()
    for adapter in session.adapters.values():
        adapter.send = functools.partial(bounds.send, adapter.send)
        pools = adapter.poolmanager.pool_classes_by_scheme
        adapter.poolmanager.pool_classes_by_scheme = {
            scheme: functools.partial(_pool, make, bounds) for scheme, make in pools.items()
        }


def _pool(make: Any, bounds: _Bounds, *args: Any, **kwargs: Any) -> Any:
    """Make a pool whose lines are hung up when an answer is late."""
    pool = make(*args, **kwargs)
    pool.ConnectionCls = functools.partial(_line, pool.ConnectionCls, bounds)
    return pool


def _line(make: Any, bounds: _Bounds, *args: Any, **kwargs: Any) -> Any:
    line = make(*args, **kwargs)
    read_head = line.getresponse

    def in_time() -> Any:
        bounds.hang_up_in_time(line.sock)
        return read_head()

    line.getresponse = in_time
    return line


def _unreached(err: OSError, target: str, config: Mapping[str, Any]) -> Outcome:
    """Say in a line what the libraries below say in a page."""
    from requests.exceptions import SSLError, Timeout

    if isinstance(err, Timeout):
        within_s = min(config["timeout"], config.get("first_answer_sec") or config["timeout"])
        return _failed(f"Connection timed out after {within_s:g}s", "timeout")
    place = f"{target}:{config['port']}"
    if isinstance(err, SSLError):
        return _failed(f"Connection error: the certificate of {place} is not trusted", "protocol")
    reason = next((text for text in REASONS if text in str(err)), "cannot be reached")
    return _failed(f"Connection error: {place}: {reason}", "unreachable")


def _failed(text: str, code: str) -> Outcome:
    return Outcome(False, error=text, error_code=code, extra={"exit_code": -1})

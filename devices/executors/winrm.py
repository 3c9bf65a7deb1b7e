"""WinRM on pypsrp, an optional extra; without it every call says what is missing."""

from __future__ import annotations

import base64
import functools
import importlib.util
import time
from collections.abc import Mapping
from typing import Any, ClassVar

from devices.executors.base import MAX_OUTPUT_BYTES, Outcome, clean, positive

PACKED = "powershell.exe -NoProfile -NonInteractive -OutputFormat Text -EncodedCommand {}"
MAX_ANSWERS_BYTES, CHUNK = 4 * MAX_OUTPUT_BYTES, 65_536
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
        times = ("timeout", "read_timeout_sec", "operation_timeout_sec")
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
                _guard(client, int(config["read_timeout_sec"]))
                output, errors, code = _sent(client, command, bool(config.get("powershell")))
        except HostileAnswer as err:
            return _failed(f"WinRM error: {err}", err.code)
        except AuthenticationError as err:
            return _failed(f"Authentication failed: {err}", "auth_failed")
        except (WinRMError, WinRMTransportError) as err:
            return _failed(f"WinRM error: {err}", "protocol")
        except OSError as err:
            return _failed(f"Connection error: {err}", "unreachable")
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


def _guard(client: Any, answer_s: float) -> None:
    """Follow no redirect, bound the time of each answer and the size of all.

    It stands below the session, so that what a sign-in sends by itself is bounded as well.
    """
    session = client.wsman.transport.session = client.wsman.transport._build_session()
    left = [MAX_ANSWERS_BYTES]
    for adapter in session.adapters.values():
        adapter.send = functools.partial(_bounded, adapter.send, left, answer_s)


def _bounded(send: Any, left: list[int], answer_s: float, request: Any, **more: Any) -> Any:
    ends = time.monotonic() + answer_s
    response = send(request, **{**more, "stream": True})
    body = bytearray()
    try:
        if response.is_redirect:
            raise HostileAnswer("protocol", "the device sends us to another address")
        while piece := response.raw.read1(CHUNK):
            body += piece
            left[0] -= len(piece)
            if left[0] < 0:
                text = f"the answers are longer than {MAX_ANSWERS_BYTES} bytes"
                raise HostileAnswer("output_limit", text)
            if time.monotonic() > ends:
                raise HostileAnswer("timeout", f"the answer did not end within {answer_s:g}s")
    except HostileAnswer:
        response.close()
        raise
    response._content = bytes(body)
    return response


def _failed(text: str, code: str) -> Outcome:
    return Outcome(False, error=text, error_code=code, extra={"exit_code": -1})

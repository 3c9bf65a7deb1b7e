"""The SSH executor: one command, a script of commands in a shell, or a file copied over."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Any, ClassVar

import paramiko

from devices.executors.base import MAX_OUTPUT_BYTES, Outcome, clean, first_error, positive
from devices.executors.ssh_client import SshFailed, cache, login_of
from devices.executors.ssh_keys import KnownHosts

PROMPT, DIGITS = r"[>#$]\s*$", re.compile(r"\d+")
PAGER = re.compile(r"(?:--\s*[Mm]ore\s*--|<more>|Press any key to continue)[^\n]{0,40}\Z", re.I)
CHUNK, LOOK_EVERY_S = 32768, 0.05
LOOK_S, TRAILING_S = 0.002, 1.0
STRANGE_S = 2.0  # how long a line like a prompt, but no prompt seen before, has to stand
ENDED = "the device ended the session"


class SshExecutor:
    """Runs `command` on a target; `commands: [...]` runs them in one shell instead.

    Success means that the command ran; with `check_exit: true` its status must be 0 too.
    """

    slug: ClassVar[str] = "ssh"
    defaults: ClassVar[Mapping[str, Any]] = {
        "timeout": 30,
        "port": 22,
        "retries": 1,
        "look_for_keys": False,
        "allow_agent": False,
    }

    def check(self, config: Mapping[str, Any]) -> str:
        """Return what is wrong with a configuration."""
        wrong = ""
        if not config.get("username") or not (
            config.get("password") or config.get("private_key") or config.get("password") == ""
        ):
            wrong = "username and password (or private_key) are required"
        commands = config.get("commands") or []
        if not isinstance(commands, list) or not all(isinstance(one, str) for one in commands):
            wrong = wrong or "commands must be a list of texts"
        return first_error((wrong, positive(config, "timeout", "port", "max_output_bytes")))

    def execute(self, target: str, command: str, config: Mapping[str, Any]) -> Outcome:
        """Run on one target."""
        if config.get("commands"):
            found = self.execute_interactive(target, config["commands"], config)
            return _joined(found)
        if config.get("interactive"):
            return _joined(self.execute_interactive(target, command.splitlines(), config))
        login, hosts = login_of(target, config), _hosts(config)
        limit = int(config.get("max_output_bytes") or MAX_OUTPUT_BYTES)
        try:
            with cache.session(login, hosts) as channel:
                return _run(channel, command, login.timeout_s, limit, config)
        except SshFailed as err:
            return Outcome(False, error=str(err), error_code=err.code)
        except (paramiko.SSHException, EOFError) as err:
            return Outcome(False, error=f"SSH error: {str(err) or ENDED}", error_code="protocol")
        except OSError as err:
            return Outcome(False, error=f"Connection error: {err}", error_code="unreachable")

    def execute_interactive(
        self, target: str, commands: Sequence[str], config: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Run commands in a shell: `{success, outputs: [{command, output}], error, duration}`."""
        merged = {**self.defaults, **config}
        began = time.perf_counter()
        outputs: list[dict[str, str]] = []
        answer = {"success": False, "outputs": outputs, "error": None, "error_code": ""}
        login = login_of(target, merged)
        try:
            prompt = re.compile(str(merged.get("prompt_pattern") or PROMPT))
        except re.error as err:
            return {
                **answer,
                "error": f"prompt_pattern: {err}",
                "error_code": "invalid",
                "duration": 0.0,
            }
        try:
            with cache.session(login, _hosts(merged)) as channel:
                limit = int(merged.get("max_output_bytes") or MAX_OUTPUT_BYTES)
                shell = Shell(channel, prompt, login.timeout_s, limit)
                with _kept_when_cut(outputs, "", shell):
                    shell.until_prompt()
                for command in commands:
                    with _kept_when_cut(outputs, command, shell):
                        outputs.append({"command": command, "output": shell.ask(command)})
            answer["success"] = True
        except SshFailed as err:
            answer |= {"error": str(err), "error_code": err.code}
        except (paramiko.SSHException, EOFError, OSError) as err:
            answer |= {"error": f"SSH error: {str(err) or ENDED}", "error_code": "protocol"}
        answer["duration"] = time.perf_counter() - began
        return answer

    def copy(self, target: str, source: bytes, path: str, config: Mapping[str, Any]) -> Outcome:
        """Write a file on the target over SFTP."""
        merged = {**self.defaults, **config}
        login = login_of(target, merged)
        try:
            with cache.session(login, _hosts(merged)) as channel:
                channel.settimeout(login.timeout_s)
                with _accepted(channel, login.timeout_s):
                    channel.invoke_subsystem("sftp")
                with paramiko.SFTPClient(channel) as sftp, sftp.open(path, "wb") as file:
                    file.write(source)
        except SshFailed as err:
            return Outcome(False, error=str(err), error_code=err.code)
        except (paramiko.SSHException, OSError, EOFError) as err:
            return Outcome(False, error=f"SSH error: {str(err) or ENDED}", error_code="protocol")
        return Outcome(True, f"{len(source)} bytes written to {path}")


@contextlib.contextmanager
def _kept_when_cut(outputs: list[dict[str, str]], command: str, shell: Shell) -> Iterator[None]:
    """Keep what was said until the session broke, and let the error go on."""
    try:
        yield
    except BaseException:
        said = shell.said_of(command)
        if said:
            outputs.append({"command": command, "output": said})
        raise


@contextlib.contextmanager
def _accepted(channel: paramiko.Channel, timeout_s: float) -> Iterator[None]:
    """Hang up on a device that leaves a request open, which nobody else would; `SshFailed`."""
    began = time.monotonic()
    hanging_up = threading.Timer(timeout_s, channel.transport.close)
    hanging_up.daemon = True
    hanging_up.start()
    try:
        yield
    except (paramiko.SSHException, EOFError) as err:
        if time.monotonic() - began < timeout_s:
            raise
        raise SshFailed("timeout", f"Command timed out after {timeout_s:g}s") from err
    finally:
        hanging_up.cancel()


def _hosts(config: Mapping[str, Any]) -> KnownHosts:
    found = config.get("known_hosts")
    return found if isinstance(found, KnownHosts) else KnownHosts()


def _joined(answer: dict[str, Any]) -> Outcome:
    text = "\n".join(one["output"] for one in answer["outputs"])
    return Outcome(
        answer["success"],
        text,
        answer["error"],
        answer["error_code"],
        extra={"outputs": answer["outputs"]},
    )


def _run(
    channel: paramiko.Channel,
    command: str,
    timeout_s: float,
    limit: int,
    config: Mapping[str, Any],
) -> Outcome:
    deadline = time.monotonic() + timeout_s
    channel.settimeout(timeout_s)
    out, err = bytearray(), bytearray()
    try:
        with _accepted(channel, timeout_s):
            channel.exec_command(command)
    except (paramiko.SSHException, EOFError, SshFailed) as error:  # it may have said something
        while _read_waiting(channel, out, err):
            pass
        text = clean(bytes(out + err), limit)
        if isinstance(error, SshFailed):
            return Outcome(False, text, str(error), error.code)
        return Outcome(False, text, f"SSH error: {str(error) or ENDED}", "protocol")
    stop = _read_all(channel, out, err, deadline, limit)
    text, errors = clean(bytes(out), limit), clean(bytes(err), limit)
    if stop == "limit":
        return Outcome(False, text, f"The output was cut after {limit} bytes", "output_limit")
    if stop == "timeout":
        return Outcome(False, text, f"Command timed out after {timeout_s:g}s", "timeout")
    code = channel.recv_exit_status()
    if code == -1 and not channel.eof_received and not channel.transport.is_active():
        broken = "SSH error: the connection broke before the command ended"
        return Outcome(False, text, broken, "protocol")
    if config.get("check_exit") and code != 0:
        return Outcome(
            False,
            text,
            errors or f"The command ended with status {code}",
            "command_failed",
            extra={"exit_code": code},
        )
    return Outcome(True, text, errors or None, extra={"exit_code": code})


def _read_all(
    channel: paramiko.Channel, out: bytearray, err: bytearray, deadline: float, limit: int
) -> str:
    """Read both streams to their end; return `limit` or `timeout` when that comes first.

    The status may come before the last of the output (RFC 4254, 6.10 does not order them), so the
    end of the streams is waited for, though not long in silence: what the command left running may
    hold them.
    """
    ends = inf
    while True:
        is_over = channel.eof_received or channel.closed  # before the look: no more comes after it
        busy = _read_waiting(channel, out, err)
        now = time.monotonic()
        if len(out) + len(err) > limit:
            return "limit"
        if is_over and not busy:
            return "" if channel.status_event.wait(max(0.0, deadline - now)) else "timeout"
        if now > deadline:
            return "timeout"
        if busy:
            ends = inf
            continue
        if channel.status_event.wait(LOOK_S):
            ends = min(ends, now + TRAILING_S)
            if now > ends:
                return ""
            time.sleep(LOOK_S / 10)


def _read_waiting(channel: paramiko.Channel, out: bytearray, err: bytearray) -> bool:
    """Read what has come of both streams; return whether that was anything."""
    before = len(out) + len(err)
    if channel.recv_ready():
        out += channel.recv(CHUNK)
    if channel.recv_stderr_ready():
        err += channel.recv_stderr(CHUNK)
    return len(out) + len(err) > before


class Shell:
    """A shell session: sends a line, answers pagers, waits for the prompt."""

    def __init__(
        self,
        channel: paramiko.Channel,
        prompt: re.Pattern[str],
        timeout_s: float,
        limit: int = MAX_OUTPUT_BYTES,
    ) -> None:
        self._channel, self._prompt = channel, prompt
        self._timeout_s, self._limit = timeout_s, limit
        self._known: set[str] = set()  # prompts seen, digits aside: some count or tell the time
        self._text = ""  # of what is read now
        channel.settimeout(timeout_s)
        with _accepted(channel, timeout_s):
            channel.get_pty(width=511, height=1000)
            channel.invoke_shell()
        channel.settimeout(LOOK_EVERY_S)

    def ask(self, command: str) -> str:
        """Send a command; return its output without echo and prompt."""
        self._text = ""
        self._channel.sendall(f"{command}\n".encode())
        self.until_prompt()
        return self.said_of(command)

    def said_of(self, command: str) -> str:
        """Return what has come, without the command's echo and the prompt."""
        lines = self._text.split("\n")
        if lines and command.strip() and lines[0].rstrip().endswith(command.strip()):
            lines = lines[1:]
        if lines and self._prompt.search(lines[-1]):
            lines = lines[:-1]
        return "\n".join(lines).strip("\n")

    def _is_prompt(self, line: str, silent_s: float) -> bool:
        if not self._prompt.search(line):
            return False
        shape = DIGITS.sub("0", line.strip())
        is_new = bool(self._known) and shape not in self._known
        if is_new and silent_s < min(STRANGE_S, self._timeout_s / 2):
            return False
        self._known.add(shape)
        return True

    def until_prompt(self) -> None:
        """Read to the prompt; a silence longer than the timeout raises `SshFailed`.

        A piece of output may end like a prompt before a pause: only the first prompt, and those
        seen since, are taken at once.
        """
        deadline, raw = time.monotonic() + self._timeout_s, bytearray()
        heard = time.monotonic()
        while True:
            try:
                piece = self._channel.recv(CHUNK)
            except TimeoutError:
                piece = None
            if piece == b"":
                raise SshFailed("protocol", "SSH error: the device closed the session")
            if piece:
                heard = time.monotonic()
                raw += piece
                self._text = clean(bytes(raw), self._limit)
                if len(raw) > self._limit:
                    raise SshFailed("output_limit", f"The output was cut after {self._limit} bytes")
                if PAGER.search(self._text.rstrip()):
                    self._channel.sendall(b" ")
                    self._text = PAGER.sub("", self._text.rstrip())
                    raw = bytearray(self._text.encode())
                    continue
            elif self._text and self._is_prompt(
                self._text.rsplit("\n", 1)[-1], time.monotonic() - heard
            ):
                return
            if time.monotonic() > deadline:
                raise SshFailed("timeout", f"No prompt within {self._timeout_s:g}s")

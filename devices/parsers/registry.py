"""The parsers by id and alias; `ntc:<platform>:<command>` reaches ntc-templates."""

from __future__ import annotations

import importlib.util
import re
import time
from collections.abc import Mapping
from typing import Any, ClassVar, cast

from devices.parsers.base import MAX_LINES, Parsed, Parser, indented_lines_of, left_out
from devices.parsers.saos_diagnostics import XcvrDiagnosticsParser
from devices.parsers.saos_lldp import LldpNeighborsParser
from devices.parsers.saos_ports import PortShowParser, PortXcvrParser

NTC = "ntc:"
INPUT_LINE, MAX_ODD_LINES, RETRIES_S = "Input Line: ", 20, 3.0
LONGEST_LINE, MOST_BLANKS = 1000, 80
MANY_BLANKS = re.compile(rf"\s{{{MOST_BLANKS},}}")


def _bounded(line: str) -> str:
    """Cut a line, and each run of blanks, to what devices write.

    Templates take a time that grows with the square of either.
    """
    return MANY_BLANKS.sub(" " * MOST_BLANKS, line[:LONGEST_LINE]).rstrip()


class NtcParser:
    """One command of one platform of ntc-templates; its records are the data."""

    aliases: ClassVar[tuple[str, ...]] = ()
    schema: ClassVar[Mapping[str, Any]] = {"type": "array", "items": {"type": "object"}}

    def __init__(self, platform: str, command: str) -> None:
        self.platform, self.command = platform, command
        self.slug = f"{NTC}{platform}:{command}"

    def read(self, raw: str | None, context: Mapping[str, Any]) -> Parsed:
        """Return the template's records; lines that it does not know are left out and told."""
        if importlib.util.find_spec("ntc_templates") is None:
            return Parsed(unknown_lines=["The package ntc-templates is not installed"])
        import textfsm.parser
        from ntc_templates import parse

        lines = [_bounded(line) for line in indented_lines_of(raw)]
        found, ends = Parsed(), time.monotonic() + RETRIES_S
        while True:
            text = "\n".join(lines)
            try:
                rows = parse.parse_output(platform=self.platform, command=self.command, data=text)
            except parse.ParsingException:  # it has no template of that name
                return Parsed(is_unknown=True)
            except (textfsm.parser.Error, KeyError, ValueError) as err:
                said = str(err)
                line = said.partition(INPUT_LINE)[2]
                is_enough = len(found.unknown_lines) == MAX_ODD_LINES or time.monotonic() > ends
                if is_enough or line not in lines:
                    found.unknown_lines.append(said.partition("\n")[0][:500] or "?")
                    return found
                lines.remove(line)
                found.unknown_lines.append(line.strip())
            else:
                found.records = [dict(row) for row in rows]
                return found


class ParserRegistry:
    """Parsers by id; an alias leads to its parser."""

    def __init__(self) -> None:
        self._parsers: dict[str, Parser] = {}
        self._aliases: dict[str, str] = {}

    def register(self, parser: Parser) -> Parser:
        """Add a parser; a taken id is refused."""
        if parser.slug in self._parsers:
            raise ValueError(f'Parser "{parser.slug}" is already registered')
        self._parsers[parser.slug] = parser
        self._aliases.update(dict.fromkeys(parser.aliases, parser.slug))
        return parser

    def get(self, name: str) -> Parser | None:
        """Return the parser of an id or alias, or nothing."""
        if name.startswith(NTC):
            platform, _, command = name.removeprefix(NTC).partition(":")
            if not platform or not command:
                return None
            return cast(Parser, NtcParser(platform, command))
        return self._parsers.get(self._aliases.get(name, name))

    def list_parsers(self) -> list[dict[str, Any]]:
        """Return id, platform, command, schema, class and module of each parser."""
        return [
            {
                "id": parser.slug,
                "name": parser.slug,
                "aliases": list(parser.aliases),
                "platform": parser.platform,
                "command": parser.command,
                "schema": dict(parser.schema),
                "class": type(parser).__name__,
                "module": type(parser).__module__,
            }
            for parser in self._parsers.values()
        ]

    def get_schema(self, name: str) -> dict[str, Any]:
        """Return the JSON schema of a parser's records; raises `KeyError`."""
        parser = self.get(name)
        if parser is None:
            raise KeyError(f"Unknown parser: {name}")
        return dict(parser.schema)

    def parse(
        self, name: str, raw: str | None, context: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Return the records of an output; raises `KeyError` for an unknown parser."""
        parser = self.get(name)
        if parser is None:
            raise KeyError(f"Unknown parser: {name}")
        return parser.read(raw, context or {}).records

    def safe_parse(
        self, name: str, raw: Any, context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return `{success, data, count, unknown_lines}`, or what is wrong as `error`."""
        parser = self.get(name)
        if parser is None:
            return {"success": False, "data": [], "error": f"Unknown parser: {name}"}
        if not isinstance(raw, str) or not raw.strip():
            return {"success": False, "data": [], "error": "Invalid or empty output"}
        found = parser.read(raw, context or {})
        if found.is_unknown:
            return {"success": False, "data": [], "error": f"Unknown parser: {name}"}
        unread = left_out(raw)
        if unread:
            found.unknown_lines.append(f"{unread} lines after the first {MAX_LINES} were not read")
        return {
            "success": True,
            "data": found.records,
            "count": len(found.records),
            "unknown_lines": found.unknown_lines,
        }


registry = ParserRegistry()
for _kind in (PortXcvrParser, XcvrDiagnosticsParser, PortShowParser, LldpNeighborsParser):
    registry.register(_kind())

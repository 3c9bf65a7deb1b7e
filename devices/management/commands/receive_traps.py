"""Hears traps of known devices and keeps them."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections import deque
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from devices.executors.snmp_traps import Trap, listen
from devices.services import traps

PORT, WAITING, EVERY_S = 1162, 1000, 1.0


class Command(BaseCommand):
    """Runs until it is told to stop; beyond 1,000 traps a second the oldest fall away."""

    help = "Hears SNMP traps and informs with the vault's SNMP credentials, and keeps them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="Address to listen on.")
        parser.add_argument("--port", type=int, default=PORT, help="UDP port; 162 needs root.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = traps.accounts()
        for sentence in found.left_out:
            self.stdout.write(sentence)
        if not found.communities and not found.users:
            raise CommandError("The vault holds no usable credential of type snmp.")
        self.stdout.write(f"Hearing traps on UDP {options['host']}:{options['port']}.")
        self.stdout.flush()
        try:
            asyncio.run(
                self._serve(options["host"], options["port"], found.communities, found.users)
            )
        except OSError as err:
            raise CommandError(f"Cannot listen: {err}") from err

    async def _serve(self, host: str, port: int, communities: list[str], users: list[Any]) -> None:
        waiting: deque[Trap] = deque(maxlen=WAITING)
        hearing = asyncio.ensure_future(
            listen(host, port, communities=communities, users=users, heard=waiting.append)
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, hearing.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            while not hearing.done():
                await asyncio.wait([hearing], timeout=EVERY_S)
                await asyncio.to_thread(self._keep, waiting)
            hearing.result()

    def _keep(self, waiting: deque[Trap]) -> None:
        batch = [waiting.popleft() for _ in range(len(waiting))]
        if batch:
            traps.store(batch)

"""Simulated switches on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from devices.simulator import places, run
from devices.simulator.world import SCENARIO, World


class Command(BaseCommand):
    """Runs until it is told to stop."""

    help = "Starts simulated optical switches at 127.0.10.1 to .12 (SNMP on UDP, SSH on TCP)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scenario", type=Path, default=SCENARIO, help="Scenario file.")
        parser.add_argument("--snmp-port", type=int, default=places.SNMP_PORT)
        parser.add_argument("--ssh-port", type=int, default=places.SSH_PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            world = World.load(options["scenario"])
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as err:
            raise CommandError(f"Cannot read the scenario {options['scenario']}: {err}") from err
        key = run.host_key(Path(settings.PATCHBAY_VAR) / "simulator" / "host_key")
        self.stdout.write(
            f"{len(world.devices)} simulated devices, SNMP on UDP {options['snmp_port']}, "
            f"SSH on TCP {options['ssh_port']}."
        )
        self.stdout.flush()
        try:
            asyncio.run(self._serve(world, key, options))
        except (OSError, OverflowError) as err:
            raise CommandError(f"Cannot listen: {err}") from err

    async def _serve(self, world: World, key: Any, options: dict[str, Any]) -> None:
        task = asyncio.ensure_future(
            run.serve(world, key=key, snmp_port=options["snmp_port"], ssh_port=options["ssh_port"])
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

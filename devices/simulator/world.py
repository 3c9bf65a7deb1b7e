"""What the simulated devices are at a moment: names, ports, light levels, neighbours."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SCENARIO = Path(__file__).with_name("scenario.json")
TX_DBM, PORTS, DARK_DBM = 1.5, 10, -40.0
PORT_BYTES_S = 2_500_000


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The far end of a port, and the loss of the fibre between, dB."""

    address: str
    port: int
    loss_db: float


@dataclass(slots=True)
class SimulatedDevice:
    """One switch of the scenario."""

    address: str
    name: str
    model: str
    location: str
    is_down: bool = False
    neighbours: dict[int, Neighbour] = field(default_factory=dict)

    @property
    def description(self) -> str:
        """sysDescr."""
        kind = "Aggregation" if self.model.startswith("5") else "Delivery"
        return f"{self.model} Service {kind} Switch"

    @property
    def chassis_id(self) -> str:
        """The chassis address, twelve hex digits."""
        return "001A2B" + "".join(f"{int(part):02X}" for part in self.address.split(".")[1:])


class World:
    """All devices of a scenario file; levels drift with the clock."""

    def __init__(self, scenario: dict[str, Any], started: float | None = None) -> None:
        self.scenario = scenario
        self.started = time.time() if started is None else started
        self.devices = {
            row["address"]: SimulatedDevice(
                row["address"], row["name"], row["model"], row["location"], row.get("down", False)
            )
            for row in scenario["devices"]
        }
        for a, a_port, b, b_port, loss in scenario["links"]:
            self.devices[a].neighbours[a_port] = Neighbour(b, b_port, loss)
            self.devices[b].neighbours[b_port] = Neighbour(a, a_port, loss)
        self._flapping = {(one[0], one[1]) for one in scenario.get("flapping", [])}

    @classmethod
    def load(cls, path: Path = SCENARIO) -> World:
        """Read a scenario file."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def is_up(self, address: str, port: int, at: float | None = None) -> bool:
        """Whether a port carries light both ways."""
        far = self.devices[address].neighbours.get(port)
        if far is None or self.devices[far.address].is_down:
            return False
        flaps = (address, port) in self._flapping or (far.address, far.port) in self._flapping
        now = time.time() if at is None else at
        return not (flaps and int(now / self.scenario.get("flap_s", 60)) % 2)

    def tx_dbm(self, address: str, port: int, at: float | None = None) -> float:
        """What a port sends."""
        now = time.time() if at is None else at
        shift = (port * 7 % 10) / 50
        return round(TX_DBM + shift + 0.05 * math.sin(now / 613 + port), 4)

    def rx_dbm(self, address: str, port: int, at: float | None = None) -> float:
        """What a port receives; dark ports read -40."""
        if not self.is_up(address, port, at):
            return DARK_DBM
        far = self.devices[address].neighbours[port]
        now = time.time() if at is None else at
        drift = self.scenario.get("drift_db", 0.5) * math.sin(now / 1800 + port)
        return round(self.tx_dbm(far.address, far.port, at) - far.loss_db - abs(drift), 4)

    def octets(self, address: str, port: int, at: float | None = None) -> int:
        """Bytes received so far."""
        now = time.time() if at is None else at
        if port not in self.devices[address].neighbours:
            return 0
        return int((now - self.started + 3600) * PORT_BYTES_S * (1 + port / 10))

    def uptime_ticks(self, at: float | None = None) -> int:
        """sysUpTime, hundredths of a second."""
        now = time.time() if at is None else at
        return int((now - self.started + 86_400 * 12) * 100)

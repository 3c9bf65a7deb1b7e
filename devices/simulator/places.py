"""Where the simulated switches answer, and whether they do."""

from __future__ import annotations

import socket

SNMP_PORT, SSH_PORT = 1161, 1022
TARGETS = "127.0.10.1-12"
FIRST, PATIENCE_S = "127.0.10.1", 0.2


def answers() -> bool:
    """Whether the first simulated switch takes connections on this machine now."""
    try:
        socket.create_connection((FIRST, SSH_PORT), PATIENCE_S).close()
    except OSError:
        return False
    return True

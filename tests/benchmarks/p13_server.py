"""An SSH server on many loopback addresses: `python -m tests.benchmarks.p13_server N`.

Prints its port once every address listens. A command answers its own text.
"""

from __future__ import annotations

import asyncio
import sys

import asyncssh

USER, PASSWORD = "ops", "bench-pass-1"


def addresses(count: int) -> list[str]:
    """Return so many loopback addresses."""
    return [f"127.0.{40 + at // 250}.{at % 250 + 1}" for at in range(count)]


class Server(asyncssh.SSHServer):
    """Lets one account in."""

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


async def _answer(process: asyncssh.SSHServerProcess[str]) -> None:
    process.stdout.write(f"{process.command}\n")
    process.exit(0)


async def main(count: int) -> None:
    """Serve until the process is ended."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    port = 0
    for address in addresses(count):
        server = await asyncssh.create_server(
            Server, address, port, server_host_keys=[key], process_factory=_answer
        )
        port = server.get_port()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))

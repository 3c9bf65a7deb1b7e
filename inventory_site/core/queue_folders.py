"""The folders of the embedded broker. Plain Python; every change is one rename or one unlink.

queues/<queue>/<time>-<id>      waiting
held/<process>/<queue>@<name>   taken, not acknowledged
bindings/<exchange>/<digest>    which queue gets which routing key
owners/<queue>                  process that a temporary queue belongs to
drafts/                         being written
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

from inventory_site.core.processes import Process

STALE_DRAFT_S = 3600

Binding = tuple[str, str, str]  # routing key, pattern, queue


class QueueFolders:
    """One embedded broker on disk, shared by every process that knows its folder."""

    def __init__(self, root: Path) -> None:
        self.queues, self.held = root / "queues", root / "held"
        self.bindings, self.owners = root / "bindings", root / "owners"
        self.drafts = root / "drafts"
        self.make()

    def make(self) -> None:
        """Make the folders that are missing."""
        for folder in (self.queues, self.held, self.bindings, self.owners, self.drafts):
            folder.mkdir(parents=True, exist_ok=True)

    def declare(self, queue: str, *, is_temporary: bool) -> None:
        """Make a queue; a temporary one goes when the calling process has gone."""
        self.folder_of(queue).mkdir(exist_ok=True)
        if is_temporary:
            self._write(self._owner_of(queue), str(Process.here()).encode())

    def folder_of(self, queue: str) -> Path:
        """Where a queue's messages wait; the name is quoted, so it cannot lead elsewhere."""
        return self.queues / f"q{quote(queue, safe='')}"

    def put(self, queue: str, content: bytes) -> None:
        """Add a message behind all others; consumers see it whole or not at all."""
        target = self.folder_of(queue) / f"{time.time_ns():020d}-{uuid.uuid4().hex}"
        try:
            self._write(target, content)
        except FileNotFoundError:  # somebody removed the folder under a running site
            self.make()
            target.parent.mkdir(exist_ok=True)
            self._write(target, content)

    def waiting(self, queue: str) -> list[str]:
        """Names of the waiting messages, oldest first."""
        try:
            return sorted(os.listdir(self.folder_of(queue)))
        except FileNotFoundError:
            return []

    def take(self, queue: str, name: str) -> Path | None:
        """Take one message for this process; None when another was quicker."""
        folder = self.folder_of(queue)
        taken = self._mine() / f"{folder.name}@{name}"
        try:
            (folder / name).rename(taken)
        except FileNotFoundError:
            return None
        return taken

    def give_back(self, taken: Path) -> None:
        """Put a message that was taken back into its old place; it ends with a removed queue."""
        folder, _, name = taken.name.partition("@")
        try:
            taken.rename(self.queues / folder / name)
        except FileNotFoundError:
            taken.unlink(missing_ok=True)

    def purge(self, queue: str) -> int:
        """Remove what waits in a queue; return how much that was."""
        count = 0
        for name in self.waiting(queue):
            with contextlib.suppress(FileNotFoundError):
                (self.folder_of(queue) / name).unlink()
                count += 1
        return count

    def remove(self, queue: str) -> None:
        """Remove a queue with its messages and bindings."""
        for path, binding in self._bindings():
            if binding[2] == queue:
                path.unlink(missing_ok=True)
        self.purge(queue)
        with contextlib.suppress(OSError):
            self.folder_of(queue).rmdir()
        self._owner_of(queue).unlink(missing_ok=True)

    def bind(self, exchange: str, binding: Binding) -> None:
        """Let an exchange deliver to a queue; a second time changes nothing."""
        folder = self.bindings / f"x{quote(exchange, safe='')}"
        folder.mkdir(exist_ok=True)
        content = json.dumps(binding).encode()
        self._write(folder / hashlib.sha256(content).hexdigest(), content)

    def table(self, exchange: str) -> list[Binding]:
        """Return the bindings of one exchange."""
        return [binding for _, binding in self._bindings(f"x{quote(exchange, safe='')}")]

    def rescue(self) -> int:
        """Put back what processes that are gone held; return how many messages."""
        count = 0
        for folder in self.held.iterdir():
            owner = Process.parse(folder.name)
            if owner is None or not owner.is_gone():
                continue
            with contextlib.suppress(FileNotFoundError):
                for taken in folder.iterdir():
                    self.give_back(taken)
                    count += 1
            with contextlib.suppress(OSError):
                folder.rmdir()
        return count

    def tidy(self) -> None:
        """Remove drafts of killed writers and the temporary queues of processes that are gone."""
        long_ago = time.time() - STALE_DRAFT_S
        for draft in self.drafts.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if draft.stat().st_mtime < long_ago:
                    draft.unlink()
        for mark in self.owners.iterdir():
            with contextlib.suppress(FileNotFoundError):
                owner = Process.parse(mark.read_text())
                if owner is None or owner.is_gone():
                    self.remove(unquote(mark.name[1:]))

    def _owner_of(self, queue: str) -> Path:
        return self.owners / self.folder_of(queue).name

    def _mine(self) -> Path:
        folder = self.held / str(Process.here())
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _bindings(self, folder: str = "*") -> Iterator[tuple[Path, Binding]]:
        folders = self.bindings.iterdir() if folder == "*" else [self.bindings / folder]
        for exchange in folders:
            with contextlib.suppress(FileNotFoundError):
                for path in exchange.iterdir():
                    with contextlib.suppress(FileNotFoundError, ValueError):
                        key, pattern, queue = json.loads(path.read_bytes())
                        yield path, (key, pattern, queue)

    def _write(self, target: Path, content: bytes) -> None:
        draft = self.drafts / uuid.uuid4().hex
        draft.write_bytes(content)
        try:
            draft.rename(target)
        except FileNotFoundError:
            draft.unlink(missing_ok=True)
            raise

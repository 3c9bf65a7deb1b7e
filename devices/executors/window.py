"""Many targets through a sliding window: a slow one holds nobody up, answers come in batches."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

Found = TypeVar("Found")
BATCH, WITHIN_S = 50, 0.5


async def ask_all(
    targets: Sequence[str],
    ask: Callable[[str], Awaitable[Found]],
    take: Callable[[Sequence[tuple[int, Found | Exception]]], Awaitable[bool]],
    *,
    at_once: int,
) -> bool:
    """Ask every target, `at_once` at a time; return whether that came to its end.

    `take` gets (position, answer) of those that have answered, at most `BATCH` of them and soon
    after the first; while it works, the others are asked. When it returns false, what is under way
    is dropped and no more begins. What `ask` raises is the answer of its target.
    """
    waiting = iter(enumerate(targets))
    answers = asyncio.Queue[tuple[int, Found | Exception]]()

    async def work() -> None:
        for number, target in waiting:
            try:
                found: Found | Exception = await ask(target)
            except Exception as err:  # noqa: BLE001  a surprise is one target's failure
                found = err
            answers.put_nowait((number, found))

    workers = [asyncio.create_task(work()) for _ in range(min(max(1, at_once), len(targets)))]
    left = len(targets)
    try:
        while left:
            batch = await _batch(answers, left)
            left -= len(batch)
            if not await take(batch):
                return False
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return True


async def _batch(
    answers: asyncio.Queue[tuple[int, Found | Exception]], most: int
) -> list[tuple[int, Found | Exception]]:
    """Wait for an answer, and a little for those that come with it."""
    batch, ends = [await answers.get()], asyncio.get_running_loop().time() + WITHIN_S
    while len(batch) < min(most, BATCH):
        try:
            async with asyncio.timeout_at(ends):
                batch.append(await answers.get())
        except TimeoutError:
            break
    return batch

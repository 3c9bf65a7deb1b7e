"""STEP to GLB in limited child processes; nothing here knows a row (contract 5.1, 5.2)."""

from __future__ import annotations

import contextlib
import fcntl
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
from django.conf import settings

from inventory_site.core.errors import BusyError
from inventory_site.core.files import blobs
from parts.cad import glb, step
from parts.conversion.forks import Forks
from parts.conversion.runner import MIB, Limits, Outcome, run_limited
from parts.models import StoredBlob

CONVERTER = Forks("parts.conversion.children.step_model")
PAINTER = "parts.conversion.children.mesh_facts"
LIMITS = Limits(cpu_s=60, wall_s=90, memory_bytes=2048 * MIB, output_bytes=200 * MIB)
PAINTER_LIMITS = Limits(cpu_s=30, wall_s=45, memory_bytes=2048 * MIB, output_bytes=16 * MIB)
LINEAR_MM, ANGULAR_RAD, COARSE_PART = 0.1, 0.5, 500
PICTURE_PX, MOST_PICTURE_BYTES = 512, 16 * MIB
REFUSED = "GLB file was not created"
TIMED_OUT = "Conversion timed out"
CRASHED = "Conversion exceeded the memory limit or crashed"
SLOT_WAIT_S, SLOT_POLL_S = 30.0, 0.05
GLB, FACTS, PICTURE = "model.glb", "facts.json", "picture.png"


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a conversion: a file, or the sentence that people read."""

    path: Path
    error: str = ""
    is_coarse: bool = False
    size: int = 0
    triangles: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """Measures of a mesh in mm, mm² and mm³, and its picture as PNG; None where not to be had."""

    bounds: list[float] | None = None
    volume_mm3: float | None = None
    area_mm2: float | None = None
    picture: bytes | None = None


def step_to_glb(source: Path, folder: Path, say: Callable[[str], None]) -> Made:
    """Convert a file; after a time-out only, once more with a coarser mesh."""
    target = folder / GLB
    if not step.is_whole(source):
        return Made(target, REFUSED)
    say("Converting")
    outcome = _run(source, target, LINEAR_MM)
    is_coarse = False
    if _took_too_long(outcome) and (diagonal := step.diagonal_of(source)) is not None:
        say("Converting again, coarser")
        outcome = _run(source, target, max(LINEAR_MM, diagonal / COARSE_PART))
        is_coarse = True
    if not outcome.ok:
        return Made(target, _sentence(outcome))
    try:
        summary = glb.summary_of(target)
    except (glb.NotAModel, FileNotFoundError):
        return Made(target, REFUSED)
    return Made(target, "", is_coarse, summary.size, summary.triangles)


def measured(path: Path) -> Seen:
    """Measure a GLB and draw it; a mesh that is too much for that is not measured."""
    outcome = run_limited(
        PAINTER, path, PAINTER_LIMITS, arguments=[str(PICTURE_PX)], collect=[FACTS, PICTURE]
    )
    if FACTS not in outcome.files:
        return Seen()
    facts = orjson.loads(outcome.files[FACTS])
    return Seen(facts["bounds"], facts["volume"], facts["area"], outcome.files.get(PICTURE))


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="step-", dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        yield Path(folder)


def fetched(blob: StoredBlob, folder: Path) -> Path:
    """Copy stored bytes into a folder."""
    path = folder / "source.step"
    with path.open("wb") as file:
        for chunk in blobs.open_stream(blob.storage, blob.key):
            file.write(chunk)
    return path


@contextlib.contextmanager
def place_on_this_machine() -> Iterator[None]:
    """Hold one of the machine's places for conversions; `BusyError` when none becomes free."""
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(path.open("wb")) for path in _place_files()]
        until = time.monotonic() + SLOT_WAIT_S
        while not any(_is_taken(file.fileno()) for file in files):
            if time.monotonic() > until:
                raise BusyError("Another file is being converted.")
            time.sleep(SLOT_POLL_S)
        yield


def _place_files() -> list[Path]:
    folder = Path(settings.PATCHBAY_VAR) / "conversion"
    folder.mkdir(parents=True, exist_ok=True)
    return [
        folder / f"place-{number}" for number in range(settings.FABRICATION_CONVERSIONS_AT_ONCE)
    ]


def _is_taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _run(source: Path, target: Path, linear_mm: float) -> Outcome:
    return CONVERTER.run(
        source,
        LIMITS,
        arguments=[repr(linear_mm), repr(ANGULAR_RAD)],
        moved={GLB: target},
    )


def _took_too_long(outcome: Outcome) -> bool:
    return outcome.error_code == "timeout" or outcome.used_up_cpu


def _sentence(outcome: Outcome) -> str:
    if _took_too_long(outcome):
        return TIMED_OUT
    return REFUSED if outcome.error_code == "failed" else CRASHED

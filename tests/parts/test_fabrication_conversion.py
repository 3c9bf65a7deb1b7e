"""Conversions that go wrong end as a value, in bounded time, and leave this process as it was."""

from __future__ import annotations

import io
import os
import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inventory_site.core.errors import BusyError
from inventory_site.core.files import blobs
from parts.cad import glb, step
from parts.conversion.runner import MIB
from parts.errors.fabrication import ModelFailed
from parts.models import ConvertedModel, StoredBlob
from parts.services import blob_store, fabrication_models
from parts.services import fabrication_conversion as conversion
from tests.clients.fabrication import SAMPLES
from tests.factories.accounts import UserFactory

SENTENCES = {conversion.REFUSED, conversion.TIMED_OUT, conversion.CRASHED}
MUTATED = 200
QUICK = replace(conversion.LIMITS, cpu_s=4, wall_s=8)


def said(step: str) -> None:
    """Nobody listens."""


def converted(content: bytes, tmp_path: Path) -> conversion.Made:
    path = tmp_path / "x.step"
    path.write_bytes(content)
    (tmp_path / "model.glb").unlink(missing_ok=True)
    return conversion.step_to_glb(path, tmp_path, said)


def memory_mib() -> float:
    line = next(x for x in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in x)
    return int(line.split()[1]) / 1024


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Change, cut, double or drop a few bytes somewhere."""
    text = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(text))
        match chance.randrange(4):
            case 0:
                text[at] = chance.randrange(32, 127)
            case 1:
                del text[at : at + chance.randint(1, 40)]
            case 2:
                text[at:at] = text[at : at + chance.randint(1, 40)]
            case _:
                text[at : at + 6] = b"1.E300"
    return bytes(text)


def test_mutated_files_convert_or_fail_with_a_reason(
    rounds: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "LIMITS", QUICK)
    chance = random.Random(6)  # noqa: S311  data, not secrets
    good = [(SAMPLES / name).read_bytes() for name in ("inch-block.step", "stepped-shaft.step")]
    converted(good[0], tmp_path)
    pid, before = os.getpid(), memory_mib()

    ended = [
        converted(mutated(good[number % 2], chance), tmp_path)
        for number in range(min(rounds, MUTATED))
    ]

    assert {made.error for made in ended if made.error} <= SENTENCES
    assert all(made.triangles for made in ended if not made.error)
    assert any(made.error for made in ended)
    assert os.getpid() == pid
    assert memory_mib() - before < 30


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"%PDF-1.4",
        os.urandom(2000),
        b"ISO-10303-21;" + b"(" * 200_000 + b"END-ISO-10303-21;",
        (SAMPLES / "bad-truncated.step").read_bytes(),
        (SAMPLES / "bad-truncated.step").read_bytes() + b"\nENDSEC;\nEND-ISO-10303-21;\n",
    ],
    ids=["empty", "text", "pdf", "noise", "nested", "cut", "cut-and-closed"],
)
def test_bad_files_are_refused_at_once(content: bytes, tmp_path: Path) -> None:
    began = time.monotonic()

    made = converted(content, tmp_path)

    assert made.error == conversion.REFUSED
    assert time.monotonic() - began < 5


def test_a_bomb_ends_at_its_limits_and_leaves_us_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounded = replace(QUICK, memory_bytes=512 * MIB, wall_s=60)
    monkeypatch.setattr(conversion, "LIMITS", bounded)
    pid, before, began = os.getpid(), memory_mib(), time.monotonic()

    made = converted((SAMPLES / "bomb-sphere-1km.step").read_bytes(), tmp_path)

    assert made.error in {conversion.CRASHED, conversion.TIMED_OUT}
    assert time.monotonic() - began < 2 * bounded.wall_s + 10
    assert (os.getpid(), memory_mib() - before < 30) == (pid, True)


def test_only_a_time_out_is_tried_again_and_coarser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit counts CPU seconds, so that a busy machine changes nothing."""
    monkeypatch.setattr(conversion, "LIMITS", replace(QUICK, cpu_s=1, wall_s=60))
    text = (SAMPLES / "bomb-sphere-1km.step").read_text()
    steps: list[str] = []
    path = tmp_path / "x.step"
    path.write_text(text.replace("1000000.", "60000.").replace("1.E+06", "6.E+04"))

    made = conversion.step_to_glb(path, tmp_path, steps.append)

    assert steps == ["Converting", "Converting again, coarser"]
    assert (made.error, made.is_coarse) == ("", True)
    assert 0 < made.triangles < 100_000


def test_a_crash_is_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        conversion, "LIMITS", replace(QUICK, cpu_s=40, wall_s=60, memory_bytes=400 * MIB)
    )
    steps: list[str] = []

    made = conversion.step_to_glb(SAMPLES / "bomb-sphere-1km.step", tmp_path, steps.append)

    assert made.error == conversion.CRASHED
    assert steps == ["Converting"]


def test_a_result_beyond_its_limit_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "LIMITS", replace(QUICK, output_bytes=4096))

    made = conversion.step_to_glb(SAMPLES / "plate-4-holes.step", tmp_path, said)

    assert made.error in SENTENCES


def test_only_a_whole_glb_with_triangles_is_one(tmp_path: Path) -> None:
    path = tmp_path / "x.glb"
    made = converted((SAMPLES / "inch-block.step").read_bytes(), tmp_path)
    whole = made.path.read_bytes()

    for content in (b"", whole[:-1], b"x" + whole[1:], whole.replace(b'"meshes"', b'"mashes"')):
        path.write_bytes(content)
        with pytest.raises(glb.NotAModel):
            glb.summary_of(path)


def test_names_in_a_step_file_are_no_references(tmp_path: Path) -> None:
    path = tmp_path / "x.step"
    text = (SAMPLES / "inch-block.step").read_text()
    path.write_text(text.replace("PRODUCT('Open", "PRODUCT('bolt #987654 Open", 1))

    assert step.is_whole(path)
    assert step.diagonal_of(SAMPLES / "plate-4-holes.step") == pytest.approx(116.77, rel=0.01)


def kept(name: str) -> StoredBlob:
    content = (SAMPLES / name).read_bytes()
    return blob_store.keep(
        io.BytesIO(content), storage="docs", content_type="application/step", max_bytes=MIB
    )


@pytest.mark.django_db(transaction=True)
def test_the_queue_converts_once_and_remembers() -> None:
    blob = kept("inch-block.step")

    first = fabrication_models.ready_model(blob)
    again = fabrication_models.ready_model(blob)

    assert first.finished_at == again.finished_at
    assert ConvertedModel.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_model_that_was_lost_is_made_again() -> None:
    model = fabrication_models.ready_model(kept("inch-block.step"))
    blobs.remove("docs", model.key)

    again = fabrication_models.ready_model(model.blob)

    assert blobs.exists("docs", again.key)


@pytest.mark.django_db(transaction=True)
def test_a_failure_is_tried_again_by_an_administrator_alone() -> None:
    blob = kept("bad-truncated.step")
    with pytest.raises(ModelFailed):
        fabrication_models.ready_model(blob)
    row = ConvertedModel.objects.get()
    before = row.finished_at
    with pytest.raises(ModelFailed):
        fabrication_models.ready_model(blob)

    unchanged = ConvertedModel.objects.get().finished_at
    fabrication_models.retry_model(actor=UserFactory(roles=["fab_admin"]), model_id=row.pk)

    assert unchanged == before
    assert ConvertedModel.objects.get().finished_at > before


def test_a_machine_converts_as_many_files_as_it_may(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PATCHBAY_VAR = tmp_path
    monkeypatch.setattr(conversion, "SLOT_WAIT_S", 0.1)

    with conversion.place_on_this_machine(), pytest.raises(BusyError):
        with conversion.place_on_this_machine():
            raise AssertionError("two at once")
    settings.FABRICATION_CONVERSIONS_AT_ONCE = 2
    with conversion.place_on_this_machine(), conversion.place_on_this_machine():
        pass

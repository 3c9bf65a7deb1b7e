"""Which moves of a part are allowed (contract 4.2)."""

from __future__ import annotations

from parts.choices.fabrication import PRODUCTION, PartKind, PartStatus, Stage

IS_COMPLETED = "Part is completed"
IN_PRODUCTION = "Part is already in production"
KEPT_ON_UNCLAIM = frozenset({PartStatus.REVIEWED.value, PartStatus.STARTED.value})


def production_stage(kind: str | None) -> str:
    """Return the stage in which parts of a type are made; hand for those without one."""
    return kind if kind in PartKind.values and kind is not None else Stage.HAND.value


def may_approve(stage: str, status: str) -> bool:
    """Whether a part may be approved; a reviewed one in production may be again."""
    return stage == Stage.REVIEW or (stage in PRODUCTION and status == PartStatus.REVIEWED)


def may_move(kind: str | None, before: str, after: str) -> bool:
    """Whether an edit may carry a part from stage to stage."""
    if before == after:
        return True
    if before == Stage.REVIEW:
        return after in {production_stage(kind), Stage.COMPLETED}
    if before == Stage.COMPLETED:
        return after == production_stage(kind)
    return after in {Stage.COMPLETED, Stage.REVIEW}


def status_after_unclaim(stage: str, status: str) -> str:
    """Return the status of a part that was put back."""
    if status == PartStatus.IN_PROGRESS:
        return PartStatus.STARTED.value
    if stage in PRODUCTION and status in KEPT_ON_UNCLAIM:
        return status
    return PartStatus.PENDING.value


def after_revert(kind: str | None) -> tuple[str, str]:
    """Return stage and status of a part that was completed by mistake."""
    if kind == PartKind.MISC:
        return Stage.MISC.value, PartStatus.REVIEWED.value
    stage = Stage.CNC if kind == PartKind.CNC else Stage.HAND
    return stage.value, PartStatus.IN_PROGRESS.value


def next_revision(revision: str) -> str:
    """Return the letter that follows: A to Z, then AA to AZ, BA and so on."""
    number = 0
    for letter in revision:
        number = number * 26 + ord(letter) - 64
    number, letters = number + 1, ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters

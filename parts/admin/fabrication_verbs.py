"""What people do with a part: approve, claim, report, complete, put back, take back, new file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest

from inventory_site.core.admin import Answer, Verb, each
from inventory_site.core.errors import ConflictError
from parts import policy
from parts.choices.fabrication import ModelQuality, ModelState, PartStatus
from parts.errors.fabrication import AlreadyClaimed
from parts.fabrication import filenames, misc_info
from parts.models import ConvertedModel, FabricationPart, Machine
from parts.selectors import fabrication_board as board
from parts.services import fabrication_bulk as bulk
from parts.services import fabrication_files as files
from parts.services import fabrication_flow as flow
from parts.services import fabrication_models as models
from parts.services import fabrication_parts as parts

AT_ONCE = 100


class ApproveForm(forms.Form):
    """Who looked at it."""

    reviewer = forms.CharField(label="Reviewed by", max_length=100, required=False)


class ClaimForm(forms.Form):
    """For whom."""

    assigned = forms.CharField(label="For", max_length=100)


class StorageForm(forms.Form):
    """Where the part lies."""

    storage = forms.CharField(label="Put where", max_length=200, required=False)


class PiecesForm(forms.Form):
    """Pieces since the last report."""

    good = forms.IntegerField(label="Good pieces", initial=0, required=False)
    scrap = forms.IntegerField(label="Scrap", initial=0, min_value=0, required=False)
    reason = forms.CharField(label="Why scrap", max_length=500, required=False)


class FileForm(forms.Form):
    """Another file, and why."""

    file = forms.FileField(label="STEP or PDF")
    reason = forms.CharField(label="Why", max_length=500, required=False)


class MachineForm(forms.Form):
    """Whose queue."""

    machine = forms.ModelChoiceField(
        label="Machine",
        queryset=Machine.objects.filter(is_active=True),
        required=False,
        empty_label="None",
    )


def me(request: HttpRequest) -> str:
    """Return the person's name as parts show it."""
    return (request.user.get_full_name() or request.user.get_username())[:100]


def is_being_made(part: FabricationPart) -> bool:
    """Whether somebody has it, or the front end started it for nobody by name."""
    return part.in_production and (bool(part.assigned) or part.status == PartStatus.IN_PROGRESS)


def _model_to_repeat(part: FabricationPart) -> ConvertedModel | None:
    """Return what became of a part's file where another try may give more."""
    model = board.models_of([part]).get(part.pk)
    if model is None or model.state == ModelState.FAILED or model.quality == ModelQuality.COARSE:
        return model
    return None


def _convert(request: HttpRequest, part: FabricationPart, data: dict[str, Any]) -> str:
    model = _model_to_repeat(part)
    if model is not None:
        models.retry_model(actor=request.user, model_id=model.pk)
    return f"{part} is converted again."


def _info(storage: str) -> dict[str, str] | None:
    return {"storage": storage} if storage else None


def _approve(request: HttpRequest, part: FabricationPart, data: dict[str, Any]) -> str:
    flow.approve(actor=request.user, part_id=part.pk, reviewer=data.get("reviewer"))
    return f"{part} is released."


def _claim(request: HttpRequest, part: FabricationPart, data: dict[str, Any]) -> str:
    name = data["assigned"]
    try:
        flow.assign(actor=request.user, part_id=part.pk, name=name, if_unassigned=True)
    except AlreadyClaimed as refusal:
        holder = refusal.details["assigned"]
        raise ConflictError(f"{part} is already claimed by {holder}.") from refusal
    return f"{part} is claimed for {name}."


def _complete(request: HttpRequest, part: FabricationPart, data: dict[str, Any]) -> str:
    flow.complete(actor=request.user, part_id=part.pk, info=_info(data.get("storage", "")))
    return f"{part} is done."


def _unclaim(request: HttpRequest, part: FabricationPart, data: dict[str, Any]) -> str:
    flow.unclaim(actor=request.user, part_id=part.pk)
    return f"{part} is free again."


def _revert(request: HttpRequest, part: FabricationPart, data: dict[str, Any]) -> str:
    flow.revert(actor=request.user, part_id=part.pk)
    return f"{part} is back in production."


def _pieces(request: HttpRequest, part: FabricationPart, data: dict[str, Any]) -> str:
    row = flow.report_progress(
        actor=request.user,
        part_id=part.pk,
        good=data.get("good") or 0,
        scrap=data.get("scrap") or 0,
        reason=data.get("reason", ""),
    )
    return f"{part}: {row.good} of {row.amount} good, {row.scrap} scrap."


def _machine(request: HttpRequest, part: FabricationPart, data: dict[str, Any]) -> str:
    machine = data.get("machine")
    body = {"machine_id": machine.pk if machine else None}
    parts.update_part(actor=request.user, part_id=part.pk, body=body)
    return f"{part} waits at {machine}." if machine else f"{part} waits at no machine."


def _file(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    keep_file(request, objects[0], data["file"], data.get("reason", ""))
    return Answer(f"{objects[0]} has a new file.")


def keep_file(request: HttpRequest, part: FabricationPart, sent: Any, reason: str = "") -> None:
    """Keep an uploaded file of a part and ask for its model."""
    upload = files.Upload(sent.name, sent.size, sent.file)
    row = files.upload_file(actor=request.user, part_id=part.pk, upload=upload, reason=reason)
    if filenames.is_step(row.stored_name):
        models.request_model(row.blob)


def _incorrect(request: HttpRequest, part: FabricationPart, data: dict[str, Any]) -> str:
    info = dict(part.misc_info or {})
    was = misc_info.is_incorrect(info)
    info.pop(misc_info.INCORRECT, None)
    if not was:
        info[misc_info.INCORRECT] = True
    parts.update_part(actor=request.user, part_id=part.pk, body={"misc_info": info})
    return f"{part} counts as made {'rightly' if was else 'wrongly'}."


def _print(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    ids = ",".join(str(part.pk) for part in objects[: bulk.MOST_AT_ONCE])
    address = f"/api/fabrication/parts/travellers.pdf?ids={ids}"
    return Answer(f"{len(objects)} travellers are ready.", url=address, link="Open the PDF")


VERBS = [
    Verb(
        slug="approve",
        label="Approve",
        permission=policy.REVIEW_FABRICATION,
        run=each(_approve, "approved"),
        form=ApproveForm,
        initial=lambda request, objects: {"reviewer": me(request)},
        fits=lambda part: not part.in_production and not part.is_completed,
        icon="check",
    ),
    Verb(
        slug="claim",
        label="Claim",
        permission=policy.WORK_FABRICATION,
        run=each(_claim, "claimed"),
        form=ClaimForm,
        initial=lambda request, objects: {"assigned": me(request)},
        fits=lambda part: part.in_production and not part.assigned,
        icon="user",
    ),
    Verb(
        slug="complete",
        label="Done",
        permission=policy.WORK_FABRICATION,
        run=each(_complete, "completed"),
        form=StorageForm,
        fits=is_being_made,
        icon="check",
    ),
    Verb(
        slug="pieces",
        label="Report pieces",
        permission=policy.WORK_FABRICATION,
        run=each(_pieces, "reported"),
        form=PiecesForm,
        fits=lambda part: part.in_production,
        on_list=False,
    ),
    Verb(
        slug="unclaim",
        label="Put back",
        permission=policy.WORK_FABRICATION,
        run=each(_unclaim, "put back"),
        fits=lambda part: bool(part.assigned) and not part.is_completed,
    ),
    Verb(
        slug="machine",
        label="Set machine",
        permission=policy.WORK_FABRICATION,
        run=each(_machine, "queued"),
        form=MachineForm,
        fits=lambda part: part.in_production,
    ),
    Verb(
        slug="revert",
        label="Take back",
        permission=policy.REVIEW_FABRICATION,
        run=each(_revert, "taken back"),
        fits=lambda part: part.is_completed,
    ),
    Verb(
        slug="incorrect",
        label="Made wrongly, or not",
        permission=policy.REVIEW_FABRICATION,
        run=each(_incorrect, "marked"),
        fits=lambda part: part.is_completed,
        on_list=False,
    ),
    Verb(
        slug="file",
        label="New file",
        permission=policy.SUBMIT_FABRICATION,
        run=_file,
        form=FileForm,
        follows="Other bytes on an approved part make the next revision and a new review.",
        on_list=False,
    ),
    Verb(
        slug="convert",
        label="Convert again",
        permission=policy.ADMIN_FABRICATION,
        run=each(_convert, "converted"),
        fits=lambda part: _model_to_repeat(part) is not None,
        on_list=False,
    ),
    Verb(
        slug="traveller",
        label="Traveller",
        permission=policy.VIEW_FABRICATION,
        run=_print,
        icon="printer",
    ),
]

"""Models of STEP files: asked for, converted once per content, waited for (contract 5.2)."""

from __future__ import annotations

import contextlib
import threading
import time

from django.conf import settings
from django.db import connection
from django.utils import timezone

from inventory_site.core.errors import NotFound
from inventory_site.core.files import blobs
from inventory_site.core.locks import guarded, lock
from inventory_site.core.tasks import enqueue
from parts import policy
from parts.choices.fabrication import ModelQuality, ModelState
from parts.errors.fabrication import ModelFailed, ModelPending
from parts.models import ConvertedModel, StoredBlob
from parts.services import blob_store
from parts.services import fabrication_conversion as conversion

TASK = "parts.convert_model"
OPEN = (ModelState.PENDING, ModelState.RUNNING)
POLL_S = 0.05

_one_waits = threading.BoundedSemaphore(1)


def ready_model(blob: StoredBlob) -> ConvertedModel:
    """Return the finished model of some content, asking for it and waiting when needed.

    Raises `ModelFailed` at once for content that failed before, `ModelPending` when it takes longer
    than `FABRICATION_WAIT_S` or when another call of this process waits already.
    """
    model = known_model(blob)
    if model is not None and model.state == ModelState.DONE and not _is_there(model):
        _start_over(model)
        model = known_model(blob)
    if model is None or model.state in OPEN:
        model = wait_for_model(blob)
    if model.state == ModelState.FAILED:
        raise ModelFailed(model.error)
    if model.state != ModelState.DONE:
        raise ModelPending
    return model


def wait_for_model(blob: StoredBlob) -> ConvertedModel:
    """Ask for a model and give it time; the one call per process that may wait does."""
    if not _one_waits.acquire(blocking=False):
        return request_model(blob, may_work=False)
    try:
        model = request_model(blob)
        until = time.monotonic() + settings.FABRICATION_WAIT_S
        while model.state in OPEN and time.monotonic() < until:
            time.sleep(POLL_S)
            model.refresh_from_db()
    finally:
        _one_waits.release()
    return model


def known_model(blob: StoredBlob) -> ConvertedModel | None:
    """Return the row of some content, if there is one."""
    return ConvertedModel.objects.select_related("blob").filter(blob=blob).first()


def request_model(blob: StoredBlob, *, may_work: bool = True) -> ConvertedModel:
    """Queue the conversion of some content unless it is done, failed or under way.

    Where work is done inline, a caller that may not wait leaves it to the next one.
    """
    is_inline = settings.PATCHBAY_TASKS == "inline"
    with guarded():
        model, _ = ConvertedModel.objects.select_related("blob").get_or_create(blob=blob)
        if model.state in OPEN and (may_work or not is_inline):
            enqueue(TASK, model.pk, dedupe_key=f"{TASK}:{model.pk}")
    if model.state in OPEN and may_work and is_inline and connection.in_atomic_block:
        convert(model.pk)  # nothing is sent before the outer transaction ends
    model.refresh_from_db()
    return model


def retry_model(*, actor: object, model_id: int) -> ConvertedModel:
    """Convert content again that failed or was meshed coarsely; an administrator's verb."""
    policy.require(actor, policy.ADMIN_FABRICATION)
    model = ConvertedModel.objects.select_related("blob").filter(pk=model_id).first()
    if model is None:
        raise NotFound("Model not found")
    _start_over(model)
    return request_model(model.blob)


def convert(model_id: int) -> None:
    """Convert one content and draw its picture; each ending is written to the row.

    Raises `BusyError` when this machine converts as many files as it may.
    """
    model = _taken(model_id)
    if model is None:
        return
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(conversion.place_on_this_machine())
        except BaseException:
            ConvertedModel.objects.filter(pk=model_id).update(state=ModelState.PENDING, step="")
            raise
        _work(model)


def _work(model: ConvertedModel) -> None:
    began = time.monotonic()
    with conversion.scratch() as folder:
        source = conversion.fetched(model.blob, folder)
        made = conversion.step_to_glb(source, folder, lambda step: _say(model, step))
        if made.error:
            _failed(model, made.error, time.monotonic() - began)
            return
        with made.path.open("rb") as content:
            blobs.store(
                content,
                storage=blob_store.DOCS,
                key=model.key,
                max_bytes=conversion.LIMITS.output_bytes,
            )
        _say(model, "Measuring and drawing")
        seen = conversion.measured(made.path)
        if seen.picture is not None:
            blobs.store(
                iter([seen.picture]),
                storage=blob_store.IMAGES,
                key=model.picture_key,
                max_bytes=conversion.MOST_PICTURE_BYTES,
            )
    model.size, model.triangles = made.size, made.triangles
    model.quality = ModelQuality.COARSE if made.is_coarse else ModelQuality.STANDARD
    model.bounds, model.volume_mm3, model.area_mm2 = seen.bounds, seen.volume_mm3, seen.area_mm2
    model.has_picture = seen.picture is not None
    model.state, model.step, model.error = ModelState.DONE, "", ""
    _ended(model, time.monotonic() - began)


def _taken(model_id: int) -> ConvertedModel | None:
    """Claim the row; None when it has ended. The queue gives it to one worker at a time, so that a
    running one was left by a lost worker."""
    with guarded():
        model = lock(ConvertedModel.objects.filter(pk=model_id)).first()
        if model is None or model.state not in OPEN:
            return None
        model.state, model.step, model.started_at = ModelState.RUNNING, "Waiting", timezone.now()
        model.save()
    return ConvertedModel.objects.select_related("blob").get(pk=model_id)


def _failed(model: ConvertedModel, error: str, seconds: float) -> None:
    model.state, model.step, model.error = ModelState.FAILED, "", error
    _ended(model, seconds)


def _ended(model: ConvertedModel, seconds: float) -> None:
    model.seconds, model.finished_at = round(seconds, 3), timezone.now()
    model.save()


def _say(model: ConvertedModel, step: str) -> None:
    ConvertedModel.objects.filter(pk=model.pk).update(step=step)
    model.step = step


def _start_over(model: ConvertedModel) -> None:
    with guarded():
        ended = ConvertedModel.objects.filter(pk=model.pk).exclude(state__in=OPEN)
        ended.update(state=ModelState.PENDING, error="", step="", started_at=None)


def _is_there(model: ConvertedModel) -> bool:
    return blobs.exists(blob_store.DOCS, model.key)

"""AI helpers: asking, paying, keeping, accepting (contract 7)."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from inventory_site.core.locks import guarded, lock
from parts import policy
from parts.assist import Answer, Assistant, AssistFailed, Question, Usage, questions
from parts.assist.rules import clean_tags
from parts.choices.stock import MAX_QUANTITY, JobStatus
from parts.errors.stock import (
    AiDisabled,
    InvalidOperation,
    RecordNotFound,
    RowChanged,
    StockInvalid,
)
from parts.models import AiRun, StockJob, StockPart
from parts.services import parts, types
from parts.services.booking import locked_parts
from parts.services.jobs import JobFailed, Progress

ATTEMPTS = 3
CACHED_FOR = timedelta(hours=24)
MILLION = Decimal(1_000_000)
PARTS_IN_CONTEXT = 500
FACTS = (
    "id4",
    "manufacturer_code",
    "description",
    "manufacturer",
    "package",
    "mounting_type",
    "series",
    "pin_count",
    "pin_pitch",
    "voltage_rating",
    "input_voltage",
    "output_voltage",
    "dimensions",
    "tags",
)

PROPOSED = (*questions.FIELD_OF.values(), "product_page")


def is_enabled() -> bool:
    """Whether a service is set up."""
    return bool(settings.OPENAI_API_KEY)


def require_key() -> None:
    """Raise `AiDisabled` without a service."""
    if not is_enabled():
        raise AiDisabled


def require_enabled() -> None:
    """Raise `AiDisabled` without a service, or when the day's money is spent."""
    require_key()
    if spent_today() >= Decimal(str(settings.AI_DAILY_COST_LIMIT_USD)):
        raise AiDisabled("the daily cost limit is reached")


def spent_today() -> Decimal:
    """Return what today's questions cost, in USD (days begin at midnight UTC)."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    spent = AiRun.objects.filter(created_at__gte=midnight).aggregate(sum=Sum("cost_usd"))["sum"]
    return spent or Decimal(0)


def assistant() -> Assistant:
    """Return the service; raises `AiDisabled` when its library is not installed."""
    try:
        from parts.assist.openai_client import OpenAiAssistant, Settings
    except ImportError as err:
        raise AiDisabled("the library `openai` is not installed") from err
    return OpenAiAssistant(
        Settings(
            key=settings.OPENAI_API_KEY,
            model=settings.OPENAI_MODEL,
            base_url=settings.OPENAI_BASE_URL,
            timeout_s=settings.OPENAI_TIMEOUT_S,
        )
    )


def ask(
    job: StockJob, progress: Progress, question: Question, *, part: StockPart | None
) -> tuple[dict[str, Any], AiRun]:
    """Ask, at most three times, and keep what came of it; the same question of a day is not asked
    again.

    Raises `JobFailed` with a short reason; the failed run is kept too.
    """
    require_enabled()
    sha256 = _fingerprint(question)
    known = _cached(job.kind, sha256)
    if known is not None:
        data = dict(known.response or {})
        return data, _kept(job, part, sha256, data)
    began = time.monotonic()
    try:
        answer = _asked(question, progress)
    except AssistFailed as err:
        reason = f"AI analysis failed: {err}"
        took = time.monotonic() - began
        _kept(job, part, sha256, None, usage=err.usage, error=reason, took=took)
        raise JobFailed(reason) from err
    took = time.monotonic() - began
    return answer.data, _kept(job, part, sha256, answer.data, usage=answer.usage, took=took)


def keep_rules(job: StockJob, part: StockPart | None, proposal: Mapping[str, Any]) -> AiRun:
    """Keep what the rules proposed, as a run without a service."""
    sha256 = hashlib.sha256(json.dumps(job.params, sort_keys=True).encode()).hexdigest()
    run = _kept(job, part, sha256, None)
    run.source, run.model = "rules", ""
    propose(run, proposal)
    return run


def propose(run: AiRun, proposal: Mapping[str, Any]) -> None:
    """Store the fields that a person may accept."""
    run.proposal = dict(proposal)
    run.save(update_fields=["proposal", "source", "model"])


def accept_run(*, actor: Any, run_id: int, fields: Sequence[str]) -> StockPart:
    """Copy the named fields of a proposal to its part; tags are added to those it has.

    Raises `RowChanged` when the part changed since, `StockInvalid` for a field not proposed.
    """
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        run = lock(AiRun.objects.filter(pk=run_id)).first()
        if run is None:
            raise RecordNotFound("AI run", run_id)
        if run.part is None:
            raise InvalidOperation("accept proposal", "it is not about a part")
        proposal = run.proposal or {}
        unknown = [name for name in fields if name not in proposal]
        if unknown:
            raise StockInvalid(fields=f"The proposal has no field {unknown[0]}.")
        part = locked_parts([run.part.id4])[run.part.id4]
        if run.part_updated_at is not None and part.updated_at != run.part_updated_at:
            raise RowChanged()
        values = {name: proposal[name] for name in fields}
        if "tags" in values:
            values["tags"] = parts.unique_tags([*part.tags, *(values["tags"] or [])])
        changed = parts.update_part(actor=actor, id4=part.id4, values=values)
        run.accepted_fields = sorted({*run.accepted_fields, *fields})
        run.accepted_by = actor if isinstance(actor, User) else None
        run.accepted_at, run.part_updated_at = timezone.now(), changed.updated_at
        run.save()
        audit.record(actor, "ai.accepted", changed, after={"fields": list(fields)})
    return changed


def facts_of(part: StockPart) -> str:
    """Return what is known of a part as one line of JSON."""
    known = {name: getattr(part, name) for name in FACTS if getattr(part, name) not in (None, [])}
    if part.type is not None:
        known["type"] = part.type.name
    return json.dumps(known, ensure_ascii=False)


def fields_from(data: Mapping[str, Any]) -> dict[str, Any]:
    """Turn an analysis into fields of a part that fit it; the type is looked up, never made."""
    named = {own: data.get(name) for name, own in questions.FIELD_OF.items()}
    found = {own: _fitting(own, value) for own, value in named.items()}
    urls = data.get("product_page_urls") or []
    if urls and urls[0].lower().startswith(("http://", "https://")):
        found["product_page"] = _fitting("product_page", urls[0])
    return {own: value for own, value in found.items() if value is not None}


def _fitting(name: str, value: Any) -> Any:
    """Return a value that the field of a part can hold; None for one that says nothing."""
    if isinstance(value, str):
        longest: int | None = getattr(StockPart._meta.get_field(name), "max_length", None)
        return value.strip()[:longest] or None
    if isinstance(value, int):
        return value if 1 <= value <= MAX_QUANTITY else None
    return clean_tags(value) if name == "tags" and value is not None else value


def type_from(name: str | None) -> dict[str, Any]:
    """Return a named category as the wire shows it: an existing type, or a proposed name."""
    text = (name or "").strip()
    if text.lower().startswith("proposed:"):
        text = text[len("proposed:") :].strip()
    kind = types.type_named(text) if text else None
    return {
        "type": kind.name if kind else text or None,
        "type_is_existing": kind is not None,
        "existing_type_id": kind.pk if kind else None,
    }


def _asked(question: Question, progress: Progress) -> Answer:
    service, wait_s, used = assistant(), float(settings.AI_RETRY_WAIT_S), Usage()
    for attempt in range(1, ATTEMPTS + 1):
        progress.say("Asking the service", 0.2 + 0.2 * (attempt - 1))
        try:
            answer = service.ask(question)
        except AssistFailed as err:
            err.usage = used = used + err.usage
            if not err.may_heal or attempt == ATTEMPTS:
                raise
            time.sleep(wait_s)
            wait_s *= 2
        else:
            progress.say("Reading the answer", 0.8)
            return replace(answer, usage=used + answer.usage)
    raise AssistFailed("no answer")


def _fingerprint(question: Question) -> str:
    found = hashlib.sha256()
    for part in (question.name, question.instructions, question.text):
        found.update(part.encode())
        found.update(b"\0")
    for content in (question.image, question.pdf):
        found.update(content[0] if content else b"")
    found.update(f"{settings.OPENAI_MODEL} {questions.VERSION}".encode())
    return found.hexdigest()


def _cached(kind: str, sha256: str) -> AiRun | None:
    return AiRun.objects.filter(
        kind=kind,
        input_sha256=sha256,
        status=JobStatus.COMPLETED,
        response__isnull=False,
        created_at__gte=timezone.now() - CACHED_FOR,
    ).first()


def _kept(
    job: StockJob,
    part: StockPart | None,
    sha256: str,
    response: dict[str, Any] | None,
    *,
    usage: Usage | None = None,
    error: str = "",
    took: float = 0.0,
) -> AiRun:
    used = asdict(usage or Usage())
    return AiRun.objects.create(
        kind=job.kind,
        part=part,
        part_updated_at=part.updated_at if part else None,
        job=job,
        model=settings.OPENAI_MODEL,
        instruction_version=questions.VERSION,
        input_sha256=sha256,
        response=response,
        input_tokens=used["input"],
        cached_tokens=used["cached"],
        output_tokens=used["output"],
        reasoning_tokens=used["reasoning"],
        cost_usd=_cost(used),
        duration_ms=int(took * 1000),
        status=JobStatus.FAILED if error else JobStatus.COMPLETED,
        error=error,
        user=job.user,
    )


def _cost(used: Mapping[str, int]) -> Decimal:
    inside = Decimal(str(settings.AI_INPUT_USD_PER_MILLION)) * used["input"]
    outside = Decimal(str(settings.AI_OUTPUT_USD_PER_MILLION)) * used["output"]
    return (inside + outside) / MILLION

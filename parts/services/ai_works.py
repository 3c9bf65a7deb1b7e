"""What each AI helper does with the answers (contract 4.12, 7)."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.conf import settings

from accounts.services import audit
from inventory_site.core.errors import DomainError
from inventory_site.core.files import blobs
from parts import policy
from parts.assist import Function, questions
from parts.assist.rules import category_of, clean_tags, tags_of
from parts.choices.stock import DocumentKind, FetchStatus, JobKind
from parts.errors.stock import FileTooLarge, FileTypeNotAllowed, RecordNotFound
from parts.models import PartType, StockDocument, StockJob, StockPart
from parts.selectors.stock_search import find_parts
from parts.services import ai, documents, jobs, parts, previews
from parts.services.documents import Upload
from parts.services.fetching import FetchFailed, get_page

PHOTOS = "ai/"
PHOTO_TYPES = {"image/jpeg", "image/png", "image/webp", "image/gif"}
MOST_PROPOSALS = 5
URL_KINDS = (
    ("product_page_urls", "product_page"),
    ("datasheet_urls", "datasheet"),
    ("pinout_urls", "pinout"),
)
PDF = "application/pdf"


def start(*, actor: Any, kind: str, params: Mapping[str, Any]) -> StockJob:
    """Queue a helper; `AiDisabled` where no rules could stand in."""
    policy.require(actor, policy.CHANGE_STOCK)
    if kind not in {JobKind.TAGS, JobKind.CATEGORY}:
        ai.require_enabled()
    id4 = params.get("part_id4")
    if id4 and not StockPart.objects.filter(id4=id4).exists():
        raise RecordNotFound("Part", id4)
    return jobs.start(actor=actor, kind=kind, params=params)


def keep_photo(upload: Upload) -> tuple[str, str]:
    """Put a photo aside until its job has read it; returns key and type."""
    upload.stream.seek(0)
    kind = documents.sniff_file(upload.stream)
    if kind not in PHOTO_TYPES:
        raise FileTypeNotAllowed(kind)
    limit = int(settings.STOCK_MAX_IMAGE_BYTES)
    if upload.size > limit:
        raise FileTooLarge(limit)
    documents.require_picture(upload.stream, kind)
    key = blobs.random_key(PHOTOS)
    blobs.store(upload.stream, storage="images", key=key, max_bytes=limit)
    return key, kind


def suggest_tags(job: StockJob, progress: jobs.Progress) -> dict[str, Any]:
    """Propose tags, by the service or by rules."""
    part, text = _subject(job)
    if not ai.is_enabled():
        found = tags_of(text)
        run = ai.keep_rules(job, part, {"tags": found})
        return {"tags": found, "source": "rules", "run_id": run.pk}
    data, run = ai.ask(job, progress, questions.tags(text), part=part)
    found = clean_tags(data["tags"], known=part.tags if part else ())
    ai.propose(run, {"tags": found})
    return {"tags": found, "source": "ai", "run_id": run.pk}


def suggest_category(job: StockJob, progress: jobs.Progress) -> dict[str, Any]:
    """Propose a type, by the service or by rules."""
    part, text = _subject(job)
    names = dict(PartType.objects.values_list("pk", "name"))
    if not ai.is_enabled():
        key, others = category_of(text, names.items())
        run = ai.keep_rules(job, part, {"type_id": key} if key else {})
        return {
            "type_id": key,
            "type_name": names.get(key) if key else None,
            "type_is_existing": key is not None,
            "alternatives": [{"type_id": pk, "type_name": names[pk]} for pk in others],
            "source": "rules",
            "run_id": run.pk,
        }
    data, run = ai.ask(job, progress, questions.category(text, sorted(names.values())), part=part)
    named = ai.type_from(data["category"])
    ai.propose(run, {"type_id": named["existing_type_id"]} if named["type_is_existing"] else {})
    others_named = [ai.type_from(name) for name in data["alternatives"]]
    return {
        "type_id": named["existing_type_id"],
        "type_name": named["type"],
        "type_is_existing": named["type_is_existing"],
        "alternatives": [
            {"type_id": other["existing_type_id"], "type_name": other["type"]}
            for other in others_named
        ],
        "source": "ai",
        "run_id": run.pk,
    }


def analyze(job: StockJob, progress: jobs.Progress) -> dict[str, Any]:
    """Read a text or photo and propose a part."""
    key, kind = job.params.get("image_key"), job.params.get("image_type")
    image = (b"".join(blobs.open_stream("images", key)), kind) if key else None
    try:
        names = sorted(PartType.objects.values_list("name", flat=True))
        question = questions.analysis(
            job.params.get("text") or "", image, names, _functions(job, progress)
        )
        data, run = ai.ask(job, progress, question, part=None)
    finally:
        if key:
            blobs.remove("images", key)
    found = data["analysis_result"]
    same = _existing(data["duplicate_parts"] or [])
    reason = (data["analysis_failure_reason"] or "").strip() or None
    if found is None and not same and reason is None:
        raise jobs.JobFailed("AI analysis failed: the answer is empty")
    result = None
    if found is not None:
        progress.say("Looking at the documents", 0.9)
        fields = ai.fields_from(found)
        result = {
            **dict.fromkeys(ai.PROPOSED),
            **fields,
            **ai.type_from(found["product_category"]),
            "documents": _pages(found),
            "photo_is_cover": image is not None,
        }
        ai.propose(run, fields)
    return {
        "analysis_result": result,
        "duplicate_parts": same or None,
        "analysis_failure_reason": reason,
        "run_id": run.pk,
    }


def find_datasheets(job: StockJob, progress: jobs.Progress) -> dict[str, Any]:
    """Propose datasheets; with `attach` the first PDF becomes a document of the part."""
    part = _part(job)
    text = ai.facts_of(part) if part else job.params["query"]
    question = questions.datasheets(text, _functions(job, progress)[:1])
    data, run = ai.ask(job, progress, question, part=part)
    found = []
    attach = bool(job.params.get("attach")) and part is not None
    for number, proposal in enumerate(data["candidates"][:MOST_PROPOSALS], start=1):
        progress.say(f"Fetching proposal {number}", 0.8)
        tried = _tried(proposal)
        if tried["ok"] and attach and part is not None:
            tried["document_id"] = _attached(job, part, tried)
            attach = False
        found.append(tried)
    return {"candidates": found, "run_id": run.pk}


def clean_up(job: StockJob, progress: jobs.Progress) -> dict[str, Any]:
    """Propose the same part with tidy fields."""
    part = _part(job)
    if part is None:
        raise jobs.JobFailed("The part does not exist any more.")
    near = StockPart.objects.live().exclude(pk=part.pk).select_related("type")
    similar = near.filter(type=part.type)[: ai.PARTS_IN_CONTEXT]
    names = sorted(PartType.objects.values_list("name", flat=True))
    question = questions.cleanup(ai.facts_of(part), [ai.facts_of(row) for row in similar], names)
    data, run = ai.ask(job, progress, question, part=part)
    cleaned = ai.fields_from(data)
    named = ai.type_from(data["product_category"])
    if named["type_is_existing"]:
        cleaned["type_id"] = named["existing_type_id"]
    current = {name: getattr(part, name) for name in cleaned}
    changed = sorted(name for name in cleaned if cleaned[name] != current[name])
    ai.propose(run, {name: cleaned[name] for name in changed})
    return {"current": current, "cleaned": cleaned, "changed_fields": changed, "run_id": run.pk}


def find_duplicates(job: StockJob, progress: jobs.Progress) -> dict[str, Any]:
    """Propose parts that are the same as a text says."""
    text = job.params["query"]
    known = _similar(text)
    data, run = ai.ask(
        job, progress, questions.duplicates(text, [ai.facts_of(part) for part in known]), part=None
    )
    return {"matches": _existing(data["matches"]), "run_id": run.pk}


def create_part(
    *, actor: Any, values: Mapping[str, Any], proposed: Sequence[Mapping[str, Any]]
) -> tuple[StockPart, list[dict[str, Any]]]:
    """Make an accepted part; a document that cannot be fetched is told, not fatal."""
    part = parts.create_part(actor=actor, values=values)
    results = []
    for item in proposed:
        result: dict[str, Any] = {
            "url": item["url"],
            "ok": False,
            "document_id": None,
            "error": None,
        }
        try:
            document = documents.link_document(
                actor=actor,
                parent=part,
                url=item["url"],
                title=item.get("title") or None,
                set_as_cover=item.get("is_cover_image", False),
            )
        except DomainError as err:
            result["error"] = err.message
        else:
            failed = document.fetch_status == FetchStatus.FAILED
            result |= {"ok": not failed, "document_id": document.pk}
            result["error"] = "the page could not be fetched" if failed else None
        results.append(result)
    audit.record(actor, "ai.part_created", part, after={"documents": len(results)})
    return part, results


WORKS = {
    JobKind.TAGS: suggest_tags,
    JobKind.CATEGORY: suggest_category,
    JobKind.ANALYZE: analyze,
    JobKind.DATASHEETS: find_datasheets,
    JobKind.CLEANUP: clean_up,
    JobKind.DUPLICATES: find_duplicates,
}


def _part(job: StockJob) -> StockPart | None:
    id4 = job.params.get("part_id4")
    return StockPart.objects.filter(id4=id4).select_related("type").first() if id4 else None


def _subject(job: StockJob) -> tuple[StockPart | None, str]:
    part = _part(job)
    if part is not None:
        return part, f"{part.manufacturer_code or ''} {part.description}".strip()
    given = (job.params.get("manufacturer_code"), job.params.get("description"))
    return None, " ".join(text for text in given if text)


def _similar(text: str) -> list[StockPart]:
    """Parts that share words with a text, best first."""
    found: dict[int, int] = {}
    for word in text.split()[:10]:
        for find in find_parts(word[:50]).finds[: ai.PARTS_IN_CONTEXT]:
            found[find.row.part_pk] = found.get(find.row.part_pk, 0) + find.score
    best = sorted(found, key=lambda pk: -found[pk])[: ai.PARTS_IN_CONTEXT]
    return list(StockPart.objects.filter(pk__in=best).select_related("type"))


def _existing(matches: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Drop ids that do not exist."""
    known = set(
        StockPart.objects.live()
        .filter(id4__in=[match["part_id4"].upper() for match in matches])
        .values_list("id4", flat=True)
    )
    shown = [{**match, "part_id4": match["part_id4"].upper()} for match in matches]
    return [match for match in shown if match["part_id4"] in known]


def _pages(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Look at every proposed address under the guard; those that fail are left out."""
    pages = []
    for name, kind in URL_KINDS:
        for url in found[name][:MOST_PROPOSALS]:
            try:
                seen = previews.preview_of(url)
            except DomainError:
                continue
            pages.append(
                {
                    "url": url,
                    "document_type": kind,
                    "is_cover_image": False,
                    "preview": previews.wire_of(seen),
                }
            )
    return pages


def _tried(proposal: Mapping[str, Any]) -> dict[str, Any]:
    tried: dict[str, Any] = {
        "url": proposal["url"],
        "title": proposal["title"],
        "content_type": None,
        "ok": False,
        "reason": None,
        "document_id": None,
    }
    try:
        page = get_page(proposal["url"])
    except (FetchFailed, DomainError) as err:
        return {**tried, "reason": str(err)}
    is_pdf = page.content_type == PDF
    reason = None if is_pdf else "it is not a PDF"
    return {**tried, "content_type": page.content_type, "ok": is_pdf, "reason": reason}


def _attached(job: StockJob, part: StockPart, tried: Mapping[str, Any]) -> int | None:
    """Keep a datasheet, unless the part has the same bytes already."""
    sha256 = documents.blob_store.digest(io.BytesIO(get_page(tried["url"]).body))[0]
    known = StockDocument.objects.filter(part=part, blob__sha256=sha256).first()
    if known is not None:
        return known.pk
    made = documents.link_document(
        actor=job.user, parent=part, url=tried["url"], title=tried["title"][:255] or None
    )
    return made.pk if made.kind == DocumentKind.PDF else None


def _functions(job: StockJob, progress: jobs.Progress) -> list[Function]:
    """What the model may look up; every one only reads."""
    urls = questions.strict({"urls": questions.TEXTS})
    search = questions.strict({"search": {"type": "string"}})
    specs = questions.strict(
        {"analysis_query": {"type": "string"}, "datasheet_url": {"type": "string"}}
    )
    return [
        Function("classify_urls", "Say what addresses are.", urls, _classify),
        Function("find_duplicates", "Find known parts by words.", search, _look_up),
        Function(
            "extract_specs_from_datasheet",
            "Read values from a datasheet.",
            specs,
            partial(_extract, job, progress),
        ),
    ]


def _classify(sent: Mapping[str, Any]) -> dict[str, str]:
    kinds = {}
    for url in sent["urls"][:10]:
        try:
            kind = previews.kind_of(get_page(url))
        except (FetchFailed, DomainError):
            kind = "invalid"
        kinds[url] = "invalid" if kind == "other" else kind
    return kinds


def _look_up(sent: Mapping[str, Any]) -> list[str]:
    """Never fails a job: without an answer there are no matches."""
    try:
        return [ai.facts_of(part) for part in _similar(sent["search"][:200])[:20]]
    except DomainError:
        return []


def _extract(job: StockJob, progress: jobs.Progress, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Ask about a datasheet on the side: a question of its own, that is paid and kept too."""
    try:
        page = get_page(sent["datasheet_url"])
        if page.content_type != PDF:
            return {"specs": None, "error": "it is not a PDF"}
        pdf = (page.body, "datasheet.pdf")
        question = questions.specs(sent["analysis_query"][:500], pdf)
        data, _ = ai.ask(job, progress, question, part=None)
    except (FetchFailed, DomainError, jobs.JobFailed) as err:
        return {"specs": None, "error": str(err)}
    if not data["matches"]:
        return {"specs": None, "error": "the datasheet is about another part"}
    return {"specs": data["specs"], "error": None}

"""The design tool: constraints, paths with their twin, what was left out, price, save, compare."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.services import audit
from inventory_site.core.admin import toast
from inventory_site.core.whole import whole_number
from networkroutes import policy
from networkroutes.admin import downloads, saved_words
from networkroutes.admin.design_form import DesignForm
from networkroutes.admin.design_words import exclusion_groups, map_lines, shown_ways, sums
from networkroutes.admin.pages import framed
from networkroutes.design.kml import Line, short_number
from networkroutes.errors import PathNotFound
from networkroutes.models import SavedSearch
from networkroutes.services import design, offers, searches
from networkroutes.services.offers import Offer
from networkroutes.services.quote_pdf import quote_pdf

TEMPLATE = "networkroutes/admin/design.html"
SHOWN_SEARCHES = 12
MOST_COMPARED = 4
LONGEST_NAME = 200

View = Callable[[HttpRequest], HttpResponseBase]


def of_an_offer(view: View) -> View:
    """Lead back to the page, which tells why, where a path has gone since it was found."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponseBase:
        try:
            return view(request)
        except PathNotFound:
            return redirect(f"{reverse('networkroutes-design')}?{request.GET.urlencode()}")

    return wrapped


@require_safe
def design_page(request: HttpRequest) -> HttpResponse:
    """Ask and answer; the question stands in the address, so that it can be sent on."""
    form = DesignForm(request.GET or None)
    shown: dict[str, Any] = {"form": form, "query": request.GET.urlencode(), "saved": _saved()}
    if request.GET and form.is_valid():
        shown |= _answer(request, form)
    return render(request, TEMPLATE, framed(request, "Design tool", **shown))


@require_POST
@of_an_offer
def save_search(request: HttpRequest) -> HttpResponse:
    """Keep the question of the address with what it is answered with now."""
    form = _valid(request)
    offer = _offer(request, form)
    data, question = form.cleaned_data, form.question()
    name = request.POST.get("search_name", "").strip()[:LONGEST_NAME]
    saved = searches.save_search(
        actor=request.user,
        values={
            "search_name": name or f"{question.source} to {question.destination}",
            "source_location": question.source,
            "destination_location": question.destination,
            "bandwidth_required": data["bandwidth"],
            "bandwidth_unit": data["unit"] or "Gbps",
            "include_ull": not data["no_ull"],
            "protection_required": bool(question.twin),
            "max_latency_ms": question.max_latency_ms,
            "carrier_avoidance": form.avoided_carriers(),
            "output_currency": offer.terms.currency,
            "contract_term_months": offer.terms.months,
            "search_results": {"query": request.GET.urlencode(), **offers.kept_words(offer)},
        },
    )
    toast(request, f"{saved} is kept.")
    return redirect(f"{reverse('networkroutes-design')}?{request.GET.urlencode()}")


@require_POST
@of_an_offer
def draw_map(request: HttpRequest) -> HttpResponseBase:
    """Store a KMZ of the offer's ways and send it."""
    offer = _offer(request, _valid(request))
    lines = [Line(way.names, short_number(way.latency_ms), str(way.hops)) for way in offer.service]
    made = design.generate_kmz(
        actor=request.user,
        paths=lines,
        made_at=timezone.now(),
        parameters={
            "paths": [way.short() for way in offer.service],
            "metadata": {"asked": dict(offer.question.asked)},
        },
    )
    return downloads.send_map(request, made)


@require_safe
@of_an_offer
def quote(request: HttpRequest) -> HttpResponse:
    """Send the offer as a PDF."""
    offer = _offer(request, _valid(request))
    customer = request.GET.get("customer", "").strip()[:LONGEST_NAME]
    body = quote_pdf(
        offer,
        made_at=timezone.now(),
        made_by=audit.name_of(request.user),
        customer=customer,
    )
    answer = HttpResponse(body, content_type="application/pdf")
    name = f"quote-{offer.question.source}-{offer.question.destination}.pdf"
    safe = "".join(sign if sign.isalnum() or sign in "-._" else "_" for sign in name)
    ascii_name = safe.encode("ascii", "replace").decode().replace("?", "_")
    answer.headers["Content-Disposition"] = f'attachment; filename="{ascii_name}"'
    return answer


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Put saved searches beside each other, as they were answered when they were kept."""
    asked = request.GET.getlist("search")
    keys = [number for key in asked if (number := whole_number(key)) is not None]
    rows = {row.pk: row for row in SavedSearch.objects.filter(pk__in=keys[:MOST_COMPARED])}
    columns = [saved_words.column(rows[key]) for key in dict.fromkeys(keys) if key in rows]
    shown = {"columns": columns, "facts": saved_words.facts(columns)}
    template = "networkroutes/admin/compare.html"
    return render(request, template, framed(request, "Compare searches", **shown))


def _answer(request: HttpRequest, form: DesignForm) -> dict[str, Any]:
    try:
        offer = _offer(request, form)
    except PathNotFound as refusal:
        exclusions = refusal.details.get("exclusionReasons", {})
        return {
            "refusal": refusal.message,
            "help": refusal.details.get("details", ""),
            "exclusions": exclusion_groups(exclusions),
        }
    return {
        "offer": offer,
        "ways": shown_ways(offer),
        "sums": sums(offer) if offer.by_term else [],
        "exclusions": exclusion_groups(offer.found.exclusions),
        "excluded": offer.found.exclusions["total_routes_excluded"],
        "available": offer.found.exclusions["total_routes_available"],
        "lines": map_lines(offer),
        "twin_missing": bool(offer.question.twin) and offer.found.pair is None,
        "may_save": policy.may(request.user, "add_savedsearch"),
        "may_draw": policy.may(request.user, "add_designlog"),
    }


def _offer(request: HttpRequest, form: DesignForm) -> Offer:
    return offers.make_offer(actor=request.user, question=form.question(), terms=form.terms())


def _valid(request: HttpRequest) -> DesignForm:
    form = DesignForm(request.GET)
    if not form.is_valid():
        raise Http404
    return form


def _saved() -> list[dict[str, Any]]:
    rows = SavedSearch.objects.select_related("owner")[:SHOWN_SEARCHES]
    return [{"row": row, "url": saved_words.url_of(row)} for row in rows]

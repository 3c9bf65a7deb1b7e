"""Lists: chips, chosen columns, exports, an empty state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst

from inventory_site.core.admin.chips import chips
from inventory_site.core.admin.columns import Cell, Column, Row, chosen, drawn, is_numeric
from inventory_site.core.admin.exports import EXPORTS, export_response
from inventory_site.core.admin.paging import BoundedPaginator
from inventory_site.core.admin.toasts import toast
from inventory_site.core.admin.verbs import Verb
from inventory_site.core.errors import TooLarge

EXPORT_PARAM = "export"
SEARCH_LENGTH, SEARCH_WORDS = 200, 10


class OpenList(ChangeList):
    """Django's change list without the parameters that are ours."""

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        kept: dict[str, Any] = super().get_filters_params(params)
        kept.pop(EXPORT_PARAM, None)
        return kept


class ListMixin:
    """The list page of a model admin.

    `list_hidden` names columns that stand there only when chosen; `phone_columns` those that a card
    on a phone shows; `row_verb` is the verb at its bottom. Of `row_verbs` the first one that fits
    the row is drawn, at a desk too. `export_fields` are (header, query path) pairs, a query path
    alone, or the name of a column; by default the columns that are shown. `list_title`, `noun` and
    `nouns` are what people call the list and its objects, where the model's name does not say it.
    """

    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    paginator = BoundedPaginator
    actions_selection_counter = True
    change_list_template = "core/admin/list.html"
    list_hidden: Sequence[str] = ()
    phone_columns: Sequence[str] = ()
    row_verb = ""
    row_verbs: Sequence[str] = ()
    export_fields: Sequence[str | tuple[str, str]] = ()
    empty_text = ""
    filled_by: tuple[str, str, str] | None = None
    list_title = ""
    noun = ""
    nouns = ""

    def plural(self) -> str:
        """Return what people call several of these."""
        if self.nouns or not self.noun:
            return self.nouns or str(self.opts.verbose_name_plural)  # type: ignore[attr-defined]  # opts
        return f"{self.noun}s"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return OpenList

    def all_columns(self, request: HttpRequest) -> list[str]:
        """Return every column that can be chosen."""
        return list(self.list_display)  # type: ignore[attr-defined]  # a mixin of ModelAdmin

    def get_list_display(self, request: HttpRequest) -> list[str]:
        """Return the columns that the person chose."""
        label = self.opts.label_lower  # type: ignore[attr-defined]
        return chosen(request.user, label, self.all_columns(request), self.list_hidden)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search for the first words only: each word is a condition of the query."""
        words = search_term[:SEARCH_LENGTH].split()[:SEARCH_WORDS]
        found: tuple[QuerySet[Any], bool] = super().get_search_results(  # type: ignore[misc]  # of ModelAdmin
            request, queryset, " ".join(words)
        )
        return found

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Draw the list, or send what it shows as a file."""
        if request.method == "GET" and request.GET.get(EXPORT_PARAM) in EXPORTS:
            return self._export(request)
        answer: HttpResponseBase = super().changelist_view(request, extra_context)  # type: ignore[misc]
        if isinstance(answer, TemplateResponse) and "cl" in (answer.context_data or {}):
            self._furnish(request, answer.context_data)
        return answer

    def _furnish(self, request: HttpRequest, context: dict[str, Any]) -> None:
        change_list = context["cl"]
        columns = self._columns(request, change_list)
        shown = [item for item in columns if item.is_shown]
        has_more = getattr(change_list.paginator, "has_more", False)
        context.update(
            columns=columns,
            shown_columns=shown,
            rows=list(self._rows(request, change_list, shown)),
            chips=list(chips(change_list)),
            list_verbs=[verb for verb in self.get_verbs(request) if verb.on_list],  # type: ignore[attr-defined]
            result_total=f"{change_list.result_count:,}{'+' if has_more else ''}",
            csv_url=change_list.get_query_string({EXPORT_PARAM: "csv"}, [PAGE_VAR]),
            xlsx_url=change_list.get_query_string({EXPORT_PARAM: "xlsx"}, [PAGE_VAR]),
            columns_url=reverse("admin-columns"),
            is_narrowed=bool(change_list.query or change_list.has_active_filters),
            empty_text=self.empty_text or f"No {self.opts.verbose_name_plural} yet.",  # type: ignore[attr-defined]
            filled_by=self._filled_by(request),
            pages=_pages(change_list),
            noun=self.noun or self.opts.verbose_name,  # type: ignore[attr-defined]
            nouns=self.plural(),
            list_title=self.list_title or capfirst(self.opts.verbose_name_plural),  # type: ignore[attr-defined]
            phone_columns=self.phone_columns,
            has_row_verbs=bool(self.row_verbs),
        )

    def _filled_by(self, request: HttpRequest) -> tuple[str, str] | None:
        """Return label and address of the page that fills an empty list, for who may do that.

        `filled_by` names label, address and permission, where rows are not added by a form here.
        """
        if self.filled_by is None or not request.user.has_perm(self.filled_by[2]):
            return None
        label, name, _permission = self.filled_by
        return label, reverse(name)

    def _columns(self, request: HttpRequest, change_list: ChangeList) -> list[Column]:
        sorting = change_list.get_ordering_field_columns()
        shown = [name for name in change_list.list_display if name != "action_checkbox"]
        offset = len(change_list.list_display) - len(shown)
        columns: list[Column] = []
        for name in self.all_columns(request):
            place = shown.index(name) + offset if name in shown else None
            columns.append(self._column(name, place, change_list, sorting, not columns))
        return columns

    def _column(
        self,
        name: str,
        place: int | None,
        change_list: ChangeList,
        sorting: dict[int, str],
        is_fixed: bool,
    ) -> Column:
        model = change_list.model
        label, source = label_for_field(name, model, model_admin=self, return_attr=True)
        can_sort = source is None or bool(getattr(source, "admin_order_field", None))
        sorted_way = sorting.get(place, "") if place is not None else ""
        url = ""
        if can_sort and place is not None:
            turned = f"-{place}" if sorted_way == "asc" else str(place)
            url = change_list.get_query_string({"o": turned}, [PAGE_VAR])
        return Column(
            name,
            capfirst(label),
            is_numeric(name, model, self),
            url,
            sorted_way,
            place is not None,
            is_fixed,
        )

    def _rows(
        self, request: HttpRequest, change_list: ChangeList, columns: list[Column]
    ) -> Iterator[Row]:
        permitted = {verb.slug: verb for verb in self.get_verbs(request) if verb.on_object}  # type: ignore[attr-defined]
        wanted = [
            permitted[slug] for slug in self.row_verbs or (self.row_verb,) if slug in permitted
        ]
        for obj in change_list.result_list:
            try:
                url = change_list.url_for_result(obj)
            except NoReverseMatch:
                url = ""
            cells = [Cell(item, drawn(item.name, obj, self)) for item in columns]
            yield Row(
                obj.pk,
                self.object_title(obj),  # type: ignore[attr-defined]  # of the object page
                url,
                cells,
                *self._row_verb(request, obj, wanted),
            )

    def _row_verb(
        self, request: HttpRequest, obj: Model, wanted: Sequence[Verb]
    ) -> tuple[str, str]:
        """Return address and label of the verb of a row, blank where none fits."""
        verb = next((verb for verb in wanted if self.verb_fits(request, verb, obj)), None)  # type: ignore[attr-defined]  # of VerbMixin
        if verb is None:
            return "", ""
        back = request.get_full_path()
        return self.verb_url(verb.slug, obj.pk, back=back), verb.label  # type: ignore[attr-defined]

    def _export(self, request: HttpRequest) -> HttpResponseBase:
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        try:
            change_list = self.get_changelist_instance(request)  # type: ignore[attr-defined]
            rows: QuerySet[Any] = change_list.get_queryset(request)
            return export_response(self, request, rows, request.GET[EXPORT_PARAM])
        except (IncorrectLookupParameters, TooLarge) as err:
            toast(request, str(err) or "The filter is not valid.", level=messages.ERROR)
            return redirect(request.path)


def _pages(change_list: ChangeList) -> list[tuple[str, str]]:
    """Return (label, address) of the pages to offer; a blank address is the open one."""
    last, here = change_list.paginator.num_pages, change_list.page_num
    if last <= 1:
        return []
    wanted = sorted({1, 2, here - 1, here, here + 1, last - 1, last} & set(range(1, last + 1)))
    pages: list[tuple[str, str]] = []
    before = 0
    for page in wanted:
        if page != before + 1:
            pages.append(("…", ""))
        url = "" if page == here else change_list.get_query_string({PAGE_VAR: page})
        pages.append((f"{page:,}", url))
        before = page
    return pages

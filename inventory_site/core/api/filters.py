"""Search and order of lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from rest_framework import filters
from rest_framework.request import Request

from inventory_site.core.errors import InvalidInput

WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class StrictBooleanField(forms.NullBooleanField):
    """`true`, `1`, `yes`, `false`, `0` or `no` in any case; blank is no choice."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> bool | None:
        """Return the choice, or refuse another word."""
        word = str(value if value is not None else "").strip().lower()
        if word and word not in WORDS:
            raise ValidationError("Must be true or false.")
        return WORDS.get(word)


class BooleanFilter(django_filters.BooleanFilter):
    """A yes-or-no filter that refuses other words."""

    field_class = StrictBooleanField


class FilterSet(django_filters.FilterSet):
    """Filters whose yes-or-no columns are strict."""

    FILTER_DEFAULTS = {
        **django_filters.FilterSet.FILTER_DEFAULTS,
        models.BooleanField: {"filter_class": BooleanFilter},
    }


class StrictFilterSet(FilterSet):
    """Filters of a list that refuses a name it does not know: a typing error must not widen it.

    Beside its own filters a list knows the names of search, order, pages, columns and formats.
    """

    KNOWN = frozenset({"search", "ordering", "limit", "offset", "cursor", "fields", "format"})

    def is_valid(self) -> bool:
        """Whether every value can be read; raises `InvalidInput` naming each unknown filter."""
        if getattr(self.request.parser_context["view"], "action", "") == "list":
            known = {*self.filters, *self.KNOWN}
            unknown = [name for name in self.request.query_params if name not in known]
            if unknown:
                names = ", ".join(sorted(self.filters))
                text = f"Unknown filter; known: {names}."
                raise InvalidInput(fields={name: [text] for name in unknown})
        return bool(super().is_valid())


class SearchFilter(filters.SearchFilter):
    """`search=`: by the view's `search(queryset, text)` where it has one, else by
    `search_fields`."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        """Return the rows that match; blank matches all."""
        own = getattr(view, "search_rows", None)
        text = request.query_params.get(self.search_param, "").strip()
        if "\x00" in text:
            raise InvalidInput(fields={"search": ["search may not hold null characters."]})
        if own is not None:
            return own(queryset, text) if text else queryset
        return super().filter_queryset(request, queryset, view)


class OrderingFilter(filters.OrderingFilter):
    """`ordering=name,-created_at`; an unknown name is refused, and the key breaks ties."""

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        """Return the order asked for, or the view's own."""
        sent = request.query_params.get(self.ordering_param, "").strip()
        if not sent:
            return self.get_default_ordering(view)
        terms = [term.strip() for term in sent.split(",") if term.strip()]
        known = [name for name, _ in self.get_valid_fields(queryset, view, {"request": request})]
        unknown = [term for term in terms if term.lstrip("-") not in known]
        if unknown:
            raise InvalidInput(
                fields={"ordering": [f"Cannot order by {unknown[0]}; known: {', '.join(known)}."]}
            )
        return [*terms, "pk"]

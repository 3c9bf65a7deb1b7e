"""A flat list of addresses as a tree by their segments, so that few are tried for each call.

Django tries a list from the top, and the native addresses are many hundreds.
"""

from collections.abc import Iterable
from typing import Any

from django.urls import URLPattern, URLResolver, include, path
from django.urls.resolvers import RoutePattern

Entry = URLPattern | URLResolver


def branched(entries: Iterable[Entry]) -> list[Entry]:
    """Put addresses that begin with the same segment under that segment.

    Answers as the flat list does: an address whose first segment is no fixed text stays where it
    is, and none is moved past it, nor past a list that has the same segment.
    """
    found: list[Entry | tuple[str, list[Entry]]] = []
    open_branches: dict[str, list[Entry]] = {}
    for entry in _flat(entries):
        head, slash, rest = _route(entry).partition("/")
        if isinstance(entry, URLPattern) and slash and _is_fixed(head):
            if head not in open_branches:
                open_branches[head] = []
                found.append((head, open_branches[head]))
            open_branches[head].append(_moved(entry, rest))
            continue
        if not _is_fixed(head):
            open_branches = {}
        open_branches.pop(head, None)
        found.append(entry)
    return [_branch(*one) if isinstance(one, tuple) else one for one in found]


def _flat(entries: Iterable[Entry]) -> Iterable[Entry]:
    """Take the lists out that were put under nothing."""
    for entry in entries:
        if isinstance(entry, URLResolver) and _route(entry) == "" and entry.namespace is None:
            yield from _flat(entry.url_patterns)
        else:
            yield entry


def _route(entry: Entry) -> str:
    """Return the route of `path`; what `re_path` takes is no fixed text."""
    return str(entry.pattern) if isinstance(entry.pattern, RoutePattern) else "<regular expression>"


def _is_fixed(segment: str) -> bool:
    return segment != "" and "<" not in segment


def _moved(entry: URLPattern, rest: str) -> URLPattern:
    extra: dict[str, Any] = dict(entry.default_args or {})
    return path(rest, entry.callback, extra, entry.name)


def _branch(head: str, entries: list[Entry]) -> URLResolver:
    return path(f"{head}/", include(branched(entries)))

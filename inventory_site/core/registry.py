"""The one registry: what each app gives to the whole.

Apps register in `AppConfig.ready()`; afterwards the registry is only read.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar


class Keyed(Protocol):
    """Anything that can be registered carries the name it is found by."""

    @property
    def slug(self) -> str: ...


Item = TypeVar("Item", bound=Keyed)


class Registry(Generic[Item]):
    """A named, ordered set; two items under one slug are refused."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._items: dict[str, Item] = {}

    def register(self, item: Item) -> Item:
        """Add an item; raise `ValueError` when its slug is taken by another."""
        known = self._items.get(item.slug)
        if known is not None and known is not item:
            raise ValueError(f"{self.what} {item.slug!r} is registered twice")
        self._items[item.slug] = item
        return item

    def get(self, slug: str) -> Item:
        """Return the item, or raise `KeyError` naming those that exist."""
        if slug not in self._items:
            raise KeyError(f"no {self.what} {slug!r}; known: {', '.join(self._items) or 'none'}")
        return self._items[slug]

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.values())

    def __contains__(self, slug: str) -> bool:
        return slug in self._items


@dataclass(frozen=True, slots=True)
class CardLine:
    """One line of a dashboard card."""

    text: str
    url: str = ""
    note: str = ""
    state: str = "idle"


@dataclass(frozen=True, slots=True)
class CardBar:
    """One part of a card's bar; `url` is the list of what it counts."""

    word: str
    count: int
    state: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class CardMap:
    """A small map: `outline` is a static SVG with a path `land`, lines are (points, state), dots
    (x, y), all in the units of `view_box`.
    """

    outline: str
    view_box: str
    lines: list[tuple[str, str]] = field(default_factory=list)
    dots: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CardContent:
    """What a card shows now; `total` is the count behind "see all"."""

    lines: list[CardLine] = field(default_factory=list)
    total: int = 0
    url: str = ""
    empty: str = "Nothing here."
    bars: list[CardBar] = field(default_factory=list)
    map: CardMap | None = None


@dataclass(frozen=True, slots=True)
class DashboardCard:
    """A card of the overview; `load(user)` makes one bounded query.

    `column` is needs_you, broken, running, next or figures.
    """

    slug: str
    title: str
    column: str
    permission: str
    load: Callable[[Any], CardContent]
    order: int = 50


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of an app for `/api/system/stats`, under its slug; `read()` makes one query."""

    slug: str
    read: Callable[[], dict[str, int]]


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One find; `rank` 0 exact, 1 prefix, 2 inside."""

    kind: str
    label: str
    url: str
    rank: int
    note: str = ""
    object_id: str = ""


@dataclass(frozen=True, slots=True)
class SearchProvider:
    """An app's part of the global search; `find(user, text, limit)` asks its own policy."""

    slug: str
    title: str
    permission: str
    find: Callable[[Any, str, int], list[SearchHit]]
    order: int = 50


@dataclass(frozen=True, slots=True)
class SidebarEntry:
    """An entry of the sidebar; `count(user)` is given only where the number asks for action.

    A person for whom `module` is switched off does not see the entry.
    """

    slug: str
    title: str
    section: str
    icon: str
    url_name: str
    permission: str
    order: int = 50
    count: Callable[[Any], int] | None = None
    module: str = ""


@dataclass(frozen=True, slots=True)
class PaletteVerb:
    """A verb in the Ctrl-K palette."""

    slug: str
    title: str
    url_name: str
    permission: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """A periodic task: `tick` is its name for `manage.py tick`, `every_s` its default interval."""

    slug: str
    task: str
    every_s: int
    queue: str = "default"
    tick: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class DemoLoader:
    """Demo data of an app; `load()` is idempotent and says in one line what it did."""

    slug: str
    load: Callable[[], str]
    order: int = 50


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A probe of one dependency; `probe()` returns (healthy, sentence)."""

    slug: str
    probe: Callable[[], tuple[bool, str]]


@dataclass(frozen=True, slots=True)
class FileOwner:
    """Who knows which stored files are in use: `known(names)` returns those that have a row."""

    slug: str
    storage: str
    prefix: str
    known: Callable[[list[str]], set[str]]


@dataclass(frozen=True, slots=True)
class LegacyImporter:
    """One replaced system of `manage.py import_legacy`; `run(options)` yields the lines to
    print."""

    slug: str
    help: str
    add_arguments: Callable[[Any], None]
    run: Callable[[dict[str, Any]], Iterable[str]]


cards: Registry[DashboardCard] = Registry("dashboard card")
searches: Registry[SearchProvider] = Registry("search provider")
sidebar: Registry[SidebarEntry] = Registry("sidebar entry")
verbs: Registry[PaletteVerb] = Registry("palette verb")
schedules: Registry[Schedule] = Registry("schedule")
demos: Registry[DemoLoader] = Registry("demo loader")
figures: Registry[Figures] = Registry("figures")
health: Registry[HealthCheck] = Registry("health check")
file_owners: Registry[FileOwner] = Registry("file owner")
importers: Registry[LegacyImporter] = Registry("legacy importer")

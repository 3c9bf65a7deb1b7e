"""Addresses as a tree."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLResolver, include, path, re_path
from django.urls.resolvers import RegexPattern

from inventory_site.core.api.branches import branched


def view(name):
    def answer(request: HttpRequest, **kwargs: str) -> HttpResponse:
        return HttpResponse(name)

    return answer


def flat():
    return [
        path("api/boxes", view("boxes"), name="boxes"),
        path("api/boxes/<str:key>", view("box"), name="box"),
        path("api/boxes/<str:key>/slots", view("slots"), name="slots"),
        path("health", view("health")),
        path(
            "", include([path("api/parts/new", view("new")), path("api/parts/<int:pk>", view("p"))])
        ),
        path("<str:anything>/boxes", view("any")),
        path("api/kits", view("kits")),
        re_path("^api/kits/(?P<pk>[0-9]+)$", view("kit")),
        path("api/boxes/late", view("late")),
        path("lab/", include([path("one", view("lab one"))])),
        path("lab/one", view("never")),
        path("lab/two", view("lab two")),
    ]


def resolver(patterns):
    return URLResolver(RegexPattern(r"^"), patterns)


PATHS = (
    "api/boxes",
    "api/boxes/7",
    "api/boxes/late",
    "api/boxes/7/slots",
    "health",
    "api/parts/new",
    "api/parts/4",
    "other/boxes",
    "api/kits",
    "api/kits/12",
    "lab/one",
    "lab/two",
)


def test_each_path_leads_where_the_flat_list_leads():
    before, after = resolver(flat()), resolver(branched(flat()))
    for one in PATHS:
        found = after.resolve(one)
        assert found.func(HttpRequest()).content == before.resolve(one).func(HttpRequest()).content
        assert found.route == before.resolve(one).route
        assert found.kwargs == before.resolve(one).kwargs


def test_names_lead_back():
    assert resolver(branched(flat())).reverse("slots", key="7") == "api/boxes/7/slots"


def test_few_are_tried():
    tree = branched(flat())
    assert [str(entry.pattern) for entry in tree] == [
        "api/",
        "health",
        "<str:anything>/boxes",
        "api/",
        "^api/kits/(?P<pk>[0-9]+)$",
        "api/",
        "lab/",
        "lab/",
    ]

"""Each view has one path: without a trailing slash, in lower case at the client surfaces' roots."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from inventory_site.error_pages import not_found
from inventory_site.error_shapes import CLIENT_ROOTS

KEEP_SLASH = ("/admin/", "/static/")


class PathMiddleware:
    """Drops a trailing slash before routing; a redirect would lose a POST body.

    No name holds a null character, and PostgreSQL cannot be asked for one: such a path is unknown.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if "\x00" in path:
            return not_found(request)
        if not path.startswith(KEEP_SLASH):
            wanted = path.rstrip("/") or "/"
            head, slash, rest = wanted[1:].partition("/")
            if head not in CLIENT_ROOTS and head.lower() in CLIENT_ROOTS:
                wanted = f"/{head.lower()}{slash}{rest}"
            if wanted != path:
                request.path_info = wanted
                request.path = wanted
        return self.get_response(request)

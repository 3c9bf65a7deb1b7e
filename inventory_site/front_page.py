"""The page at `/`: where to go from here."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from inventory_site.front_ends import start_page


@require_safe
@ensure_csrf_cookie
def front_page(request: HttpRequest) -> HttpResponse:
    """Show the network-inventory front end where one is served; else links to the admin, the API
    docs and the front ends that are configured."""
    application = start_page(request)
    if application is not None:
        return application
    front_ends = [
        (title, address)
        for title, address in (("Fabrication", settings.FABRICATION_BASE_PATH),)
        if address
    ]
    return render(request, "core/front_page.html", {"front_ends": front_ends})

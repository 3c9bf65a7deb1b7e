"""What a person may arrange for themselves."""

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.views.decorators import staff_member_required
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from inventory_site.core.admin.columns import choose


@staff_member_required
@require_POST
def choose_columns(request: HttpRequest) -> HttpResponseRedirect:
    """Keep the chosen columns of one list and go back to it."""
    label = request.POST.get("list", "")
    try:
        model_admin = admin.site._registry[apps.get_model(label)]
    except (LookupError, ValueError):
        raise Http404 from None
    known = list(model_admin.list_display)
    wanted = [name for name in known if name in request.POST.getlist("columns")]
    choose(request.user, label, [] if "default" in request.POST else wanted or known[:1])
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        return redirect(back)
    return redirect(reverse("admin:index"))

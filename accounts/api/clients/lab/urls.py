"""The lab's account paths, at the root and below /lab (lab contract, 2.3).

Paths below /admin have no trailing slash and come before the admin site.
"""

from django.urls import include, path, register_converter
from django.urls.converters import IntConverter

from accounts.api.clients.lab import accounts, me, people


class RowId(IntConverter):
    """A row's number; longer ones name no row."""

    regex = "[0-9]{1,18}"


register_converter(RowId, "lab_id")

paths = [
    path("api/auth/me", me.UnionMeView.as_view()),
    path("session", accounts.SessionView.as_view()),
    path("users/register", accounts.RegisterView.as_view()),
    path("login", accounts.SignInView.as_view()),
    path("logout", accounts.SignOutView.as_view()),
    path("admin/register", accounts.AdminRegisterView.as_view()),
    path("admin/login", accounts.AdminSignInView.as_view()),
    path("admin/checkAdminSession", accounts.AdminSessionView.as_view()),
    path("admin/v2/session", people.AdminV2SessionView.as_view()),
    path("admin/v2/users", people.PeopleView.as_view()),
    path("admin/v2/users/invite", people.InviteView.as_view()),
    path("admin/v2/users/<lab_id:pk>/role", people.PersonRoleView.as_view()),
    path("admin/v2/users/<lab_id:pk>/status", people.PersonStatusView.as_view()),
    path("admin/v2/invitations/accept", people.AcceptView.as_view()),
]

urlpatterns = [*paths, path("lab/", include(paths))]

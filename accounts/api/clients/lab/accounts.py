"""Joining, signing in and out of the lab, who am I (lab contract 4 and 11)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseRedirect
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.clients.lab.base import LabSurface
from accounts.api.clients.lab.forms import Body
from accounts.models import User
from accounts.selectors.lab_people import standing_of
from accounts.services import lab_people, lab_sign_in, sessions

SIGNED_IN = "Sign in successful"


class SessionView(LabSurface):
    """GET /session: who the cookie belongs to, always 200."""

    def get(self, request: Request) -> Response:
        """Say whether somebody is signed in."""
        if not isinstance(request.user, User):
            return Response({"logged_in": False})
        user = request.user
        return Response({"logged_in": True, "user_id": user.pk, "username": user.username})


class RegisterView(LabSurface):
    """POST /users/register: make an account and sign it in."""

    def post(self, request: Request) -> Response:
        """Register."""
        body = Body(request.data)
        fields = _new_person(body)
        body.done()
        return entered(request, lab_people.register(**fields))


class SignInView(LabSurface):
    """POST /login."""

    def post(self, request: Request) -> Response:
        """Sign in."""
        user = _sign_in(request)
        return Response({"message": SIGNED_IN, "user_id": user.pk})


class SignOutView(LabSurface):
    """POST /logout: end the session, if there is one, and take the cookie back."""

    authentication_classes = ()

    def post(self, request: Request) -> Response:
        """Sign out."""
        user = getattr(request._request, "user", None)
        if isinstance(user, User):
            sessions.sign_out(actor=user, session=getattr(request._request.session, "row", None))
        request._request.session.flush()
        answer = Response({"message": "Signed out successfully"})
        answer.delete_cookie("session_id", path="/", samesite="Lax")
        return answer


class AdminRegisterView(LabSurface):
    """POST /admin/register: who knows the secret becomes a Super Admin."""

    def post(self, request: Request) -> Response:
        """Register."""
        body = Body(request.data)
        fields = _new_person(body)
        secret = body.text("admin_secret", longest=1024, trim=False, blank=True)
        body.done()
        return entered(request, lab_people.register_admin(secret=secret, **fields))


class AdminSignInView(LabSurface):
    """POST /admin/login; a person's browser is sent to the admin's own page."""

    def get(self, request: Request) -> HttpResponseRedirect:
        """Redirect to the admin."""
        return HttpResponseRedirect("/admin/login/")

    def post(self, request: Request) -> Response:
        """Sign in."""
        user = _sign_in(request)
        is_admin = standing_of(user).is_admin
        return Response({"message": SIGNED_IN, "user_id": user.pk, "is_admin": is_admin})


class AdminSessionView(LabSurface):
    """GET /admin/checkAdminSession."""

    def get(self, request: Request) -> Response:
        """Say whether somebody is signed in, and whether they decide on bookings."""
        if not isinstance(request.user, User):
            return Response({"logged_in": False})
        user = request.user
        return Response(
            {
                "logged_in": True,
                "user_id": user.pk,
                "username": user.username,
                "is_admin": standing_of(user).is_admin,
            }
        )


def entered(request: Request, user: User) -> Response:
    """Sign a new account in and answer it."""
    request._request.session = lab_sign_in.enter(user)
    profile = getattr(user, "lab_profile", None)
    return Response(
        {
            "id": user.pk,
            "username": user.username,
            "email": user.email,
            "is_admin": standing_of(user).is_admin,
            "discord_id": profile.discord_id if profile else None,
        }
    )


def lab_me(user: User) -> dict[str, Any]:
    """Return the lab's keys of `/api/auth/me`."""
    return {
        "authenticated": True,
        "user_id": user.pk,
        "username": user.username,
        "is_admin": standing_of(user).is_admin,
        "email": user.email,
    }


def _new_person(body: Body) -> dict[str, Any]:
    return {
        "username": body.text("username", longest=50),
        "password": body.new_password(),
        "email": body.email() or None,
        "discord_id": body.text("discord_id", longest=20, required=False) or None,
    }


def _sign_in(request: Request) -> User:
    body = Body(request.data)
    username = body.text("username", longest=255, blank=True)
    password = body.text("password", longest=1024, trim=False, blank=True)
    code = body.text("code", longest=16, required=False)
    body.done()
    user, session = lab_sign_in.sign_in(username=username, password=password, code=code)
    request._request.session = session
    return user

"""Paths of identity."""

from django.urls import path

from accounts.api.views.auth import CurrentUserView, RefreshView, SignInView, SignOutView

urlpatterns = [
    path("api/auth/login", SignInView.as_view(), name="auth-login"),
    path("api/auth/refresh", RefreshView.as_view(), name="auth-refresh"),
    path("api/auth/logout", SignOutView.as_view(), name="auth-logout"),
    path("api/auth/me", CurrentUserView.as_view(), name="auth-me"),
]

"""Native paths of the route register."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

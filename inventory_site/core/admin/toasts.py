"""Toasts: what happened, with a link and, for ten seconds, Undo."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString


def toast(
    request: HttpRequest,
    text: str,
    *,
    url: str = "",
    link: str = "Show",
    undo_url: str = "",
    level: int = messages.SUCCESS,
) -> None:
    """Leave a message for the next page; `undo_url` is the address of the verb that takes it
    back.
    """
    parts: SafeString = format_html("<span>{}</span>", text)
    if url:
        parts = format_html('{} <a href="{}">{}</a>', parts, url, link)
    if undo_url:
        parts = format_html('{} <a class="pb-undo" href="{}" data-undo>Undo</a>', parts, undo_url)
    messages.add_message(request, level, parts)

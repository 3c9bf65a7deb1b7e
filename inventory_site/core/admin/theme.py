"""The only module that imports the admin theme.

Whatever is installed, the rest of the house sees the same three classes: `ModelAdmin`,
`StackedInline` and `TabularInline`, and the list filters of Django.
"""

from django.apps import apps

if apps.is_installed("unfold"):
    from unfold.admin import ModelAdmin, StackedInline, TabularInline

    NAME = "unfold"
else:
    from django.contrib.admin import ModelAdmin, StackedInline, TabularInline

    NAME = "stock"

__all__ = ["NAME", "ModelAdmin", "StackedInline", "TabularInline"]

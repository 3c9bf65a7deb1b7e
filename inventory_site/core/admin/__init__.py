"""The admin's kit; the only way from the house to whatever theme is installed.

An app's admin takes everything from here::

    from inventory_site.core.admin import ServiceAdmin, Verb, badge, each, register
"""

from inventory_site.core.admin.base import ReadOnlyAdmin, ServiceAdmin
from inventory_site.core.admin.columns import column
from inventory_site.core.admin.components import (
    EMPTY,
    badge,
    icon,
    identifier,
    money,
    number,
    relative,
    when,
    yes_no,
)
from inventory_site.core.admin.inlines import StackedInline, TabularInline
from inventory_site.core.admin.refusals import add_refusal, sentence
from inventory_site.core.admin.site import register, register_instead
from inventory_site.core.admin.tabs import ShortTable, Tab
from inventory_site.core.admin.toasts import toast
from inventory_site.core.admin.verbs import Answer, RowResult, Verb, each

__all__ = [
    "EMPTY",
    "Answer",
    "ReadOnlyAdmin",
    "RowResult",
    "ServiceAdmin",
    "ShortTable",
    "StackedInline",
    "Tab",
    "TabularInline",
    "Verb",
    "add_refusal",
    "badge",
    "column",
    "each",
    "icon",
    "identifier",
    "money",
    "number",
    "register",
    "register_instead",
    "relative",
    "sentence",
    "toast",
    "when",
    "yes_no",
]

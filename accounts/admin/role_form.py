"""A role as people edit it: a readable grid of permission names by area."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.forms.widgets import Script

from accounts.models import Role
from accounts.selectors import names
from accounts.services import roles

AREAS = {
    "bookings": "Lab bookings",
    "cnx_colocation": "Colocations",
    "devices": "Devices",
    "credentials": "Credentials",
    "jobs": "Automation",
    "reports": "Reports",
    "system": "System",
    "network_routes": "Circuits",
    "fab": "Workshop",
    "logs": "Lab log",
    "settings": "Lab settings",
    "topologies": "Lab topologies",
    "user_management": "People of the register",
    "users": "Lab people",
    "stock": "Stock",
}


def choices() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Return every permission name by area."""
    for module in dict.fromkeys(row.module for row in names.ALL):
        title = AREAS.get(module, module.replace("_", " ").capitalize())
        yield title, [(row.code, row.display_name) for row in names.of_modules(module)]


class RoleForm(forms.ModelForm):
    """Display name, description, and what the role gives."""

    name = forms.CharField(
        max_length=100, help_text="The name in the API; lower case, blanks become underscores."
    )
    permissions = forms.MultipleChoiceField(
        choices=lambda: list(choices()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Gives",
    )

    class Meta:
        model = Role
        fields = ["display_name", "description"]

    class Media:
        css = {"all": ["accounts/identity.css"]}
        js = [Script("accounts/role_changes.js", type="module")]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields.pop("name", None)
            self.initial["permissions"] = roles.names_of(self.instance)

    def clean_name(self) -> str:
        """Refuse a name that is taken."""
        name = "_".join(self.cleaned_data["name"].split()).lower()
        if Group.objects.filter(name__iexact=name).exists():
            raise forms.ValidationError(f"Role '{name}' already exists")
        return name

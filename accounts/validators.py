"""Django's password checks, answered by the site's own policy."""

from typing import Any

from django.core.exceptions import ValidationError

from accounts.services import password_policy


class PolicyValidator:
    """Asks the rules about the text of a password; Django's forms and commands call it."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise with every rule that is broken."""
        found = password_policy.problems(
            password,
            username=getattr(user, "username", "") or "",
            email=getattr(user, "email", "") or "",
        )
        if found:
            raise ValidationError(found)

    def get_help_text(self) -> str:
        """Return the rules in one line."""
        texts = password_policy.requirements(password_policy.current_policy())
        return ". ".join(texts) + "."

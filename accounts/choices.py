"""Words that fields are limited to."""

from django.db import models


class UserStatus(models.TextChoices):
    """Whether an account may sign in."""

    ACTIVE = "active", "Active"
    INACTIVE = "inactive", "Inactive"
    LOCKED = "locked", "Locked"
    PENDING = "pending", "Pending"


class RoleType(models.TextChoices):
    """System roles are seeded; custom ones are made by people."""

    SYSTEM = "system", "System"
    CUSTOM = "custom", "Custom"


class AuditOutcome(models.TextChoices):
    """How an audited call ended."""

    SUCCESS = "success", "Success"
    REFUSED = "refused", "Refused"
    FAILURE = "failure", "Failure"


class LogLevel(models.TextChoices):
    """Levels of the system log."""

    DEBUG = "DEBUG", "Debug"
    INFO = "INFO", "Info"
    WARNING = "WARNING", "Warning"
    ERROR = "ERROR", "Error"
    CRITICAL = "CRITICAL", "Critical"


class AuthMethod(models.TextChoices):
    """Who checks the password of an account."""

    LOCAL = "local", "Local"
    LDAP = "ldap", "LDAP"
    ACTIVE_DIRECTORY = "active_directory", "Active Directory"
    SAML = "saml", "SAML"
    OAUTH = "oauth", "OAuth"


class TwoFactorMethod(models.TextChoices):
    """Where the second factor comes from."""

    TOTP = "totp", "Authenticator app"
    EMAIL = "email", "Code by e-mail"
    BOTH = "both", "App or e-mail"


class CodeType(models.TextChoices):
    """What a code sent by e-mail is good for."""

    LOGIN = "login", "Sign-in"
    PASSWORD_RESET = "password_reset", "Password reset"
    EMAIL_VERIFY = "email_verify", "E-mail address"


class LabRole(models.TextChoices):
    """Roles of the lab, in the words of its front end."""

    SUPER_ADMIN = "Super Admin", "Super Admin"
    ADMIN = "Admin", "Admin"
    APPROVER = "Approver", "Approver"
    VIEWER = "Viewer", "Viewer"


class LabStatus(models.TextChoices):
    """Whether a person's role in the lab counts."""

    ACTIVE = "active", "Active"
    DISABLED = "disabled", "Disabled"

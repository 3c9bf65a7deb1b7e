"""Models of identity, one topic per file."""

from accounts.models.api_keys import ApiKey
from accounts.models.attempts import Attempt
from accounts.models.audit import AuditEntry
from accounts.models.enterprise import EnterpriseUserRole
from accounts.models.lab import LabInvitation, LabProfile
from accounts.models.passwords import PasswordHistory, PasswordPolicy
from accounts.models.preferences import Setting
from accounts.models.roles import Role, RoleAssignment
from accounts.models.seals import AuditSeal
from accounts.models.second_factor import SignInChallenge, TwoFactorCode
from accounts.models.security_keys import SecurityKey
from accounts.models.sessions import Session
from accounts.models.system_log import LogEntry
from accounts.models.usage import UsageTally
from accounts.models.users import User

__all__ = [
    "ApiKey",
    "Attempt",
    "AuditEntry",
    "AuditSeal",
    "EnterpriseUserRole",
    "LabInvitation",
    "LabProfile",
    "LogEntry",
    "PasswordHistory",
    "PasswordPolicy",
    "Role",
    "RoleAssignment",
    "SecurityKey",
    "Session",
    "Setting",
    "SignInChallenge",
    "TwoFactorCode",
    "UsageTally",
    "User",
]

"""Paths of the vault; words win over ids."""

from django.urls import path

from devices.api.base import alias
from devices.api.views import enterprise, vault, vault_log, vault_requests

SUFFIXES = (
    ("", vault.CredentialListView),
    ("/statistics", vault.StatisticsView),
    ("/expiring", vault.ExpiringView),
    ("/expired", vault.ExpiredView),
    ("/check-expirations", vault.CheckExpirationsView),
    ("/audit", vault_log.AuditView),
    ("/audit/summary", vault_log.AuditSummaryView),
    ("/usage", vault_log.UsageView),
    ("/groups", vault.GroupsView),
    ("/groups/<int:pk>", vault.GroupView),
    ("/groups/<int:pk>/members", vault.GroupMembersView),
    ("/groups/<int:pk>/members/<int:member>", vault.GroupMemberView),
    ("/devices/<str:ip>", vault.DeviceCredentialsView),
    ("/devices/<str:ip>/assign", vault.AssignView),
    ("/devices/<str:ip>/unassign", vault.UnassignView),
    ("/enterprise/configs", enterprise.ConfigsView),
    ("/enterprise/configs/<int:pk>", enterprise.ConfigView),
    ("/enterprise/users", enterprise.AccountsView),
    ("/enterprise/users/<int:pk>", enterprise.AccountView),
    ("/enterprise/test-connection", enterprise.TestConnectionView),
    ("/access-requests", vault_requests.RequestsView),
    ("/access-requests/<int:pk>/approve", vault_requests.ApproveView),
    ("/access-requests/<int:pk>/deny", vault_requests.DenyView),
    ("/<int:pk>/access-requests", vault_requests.AskView),
    ("/<int:pk>", vault.CredentialView),
    ("/<int:pk>/rotate", vault.RotateView),
    ("/<int:pk>/test", vault.TestView),
    ("/<int:pk>/devices", vault.DevicesOfView),
    ("/<int:pk>/history", vault_log.HistoryView),
)

urlpatterns = [
    *(path(f"api/credentials{end}", view.as_view()) for end, view in SUFFIXES),
    *(
        path(f"{root}{end}", alias(view).as_view())
        for root in ("credentials/v1/credentials", "credentials/v1")
        for end, view in SUFFIXES
    ),
]

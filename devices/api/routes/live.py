"""Paths of devices asked while somebody waits: SNMP and WinRM."""

from django.urls import path

from devices.api.base import Ends, alias
from devices.api.views import live_snmp, live_winrm
from devices.services.live_snmp import READS
from devices.services.live_winrm import CALLS

SNMP: Ends = (
    *((f"{what}/<str:host>", live_snmp.read_view(what)) for what in READS),
    ("test", live_snmp.TestView),
    ("poll", live_snmp.PollView),
    ("poll/batch", live_snmp.BatchView),
)
WINRM: Ends = tuple((call, live_winrm.call_view(call)) for call in CALLS)

urlpatterns = [
    *(path(f"api/snmp/{end}", view.as_view()) for end, view in SNMP),
    *(path(f"monitoring/v1/snmp/{end}", alias(view).as_view()) for end, view in SNMP),
    *(path(f"api/winrm/{end}", view.as_view()) for end, view in WINRM),
    *(path(f"automation/v1/winrm/{end}", alias(view).as_view()) for end, view in WINRM),
]

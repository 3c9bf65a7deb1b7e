"""Paths of MIB profiles."""

from django.urls import path

from devices.api.base import Ends, alias
from devices.api.views import mib

ENDS: Ends = (
    *((name, view) for name, view in mib.ROWS.items()),
    *((f"{name}/<int:pk>", view) for name, view in mib.ROW.items()),
    ("test-poll", mib.TestPollView),
    ("discover-oids", mib.DiscoverOidsView),
    ("parse-mib", mib.ParseMibView),
    ("import-mib", mib.ImportMibView),
)
BELOW: Ends = (
    ("profiles/<int:parent>/groups", mib.ROWS["groups"]),
    ("groups/<int:parent>/mappings", mib.ROWS["mappings"]),
    ("mappings/<int:parent>/enums", mib.ROWS["enums"]),
)

urlpatterns = [
    *(path(f"api/mib/{end}", view.as_view()) for end, view in ENDS),
    *(path(f"api/mib/{end}", alias(view).as_view()) for end, view in BELOW),
    *(path(f"monitoring/v1/mib/{end}", alias(view).as_view()) for end, view in (*ENDS, *BELOW)),
]

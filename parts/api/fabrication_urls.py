"""Native paths of parts to make."""

from django.urls import path

from parts.api.views.fabrication import FabricationPartView, MachineView

ROOT = "api/fabrication"
PARTS, MACHINES = f"{ROOT}/parts", f"{ROOT}/machines"
ONE = f"{PARTS}/<str:pk>"
DETAIL = {
    "get": "retrieve",
    "patch": "partial_update",
    "put": "partial_update",
    "delete": "destroy",
}
PLURAL = {"get": "list", "post": "create"}
VERBS = (
    "approve",
    "claim",
    "assign",
    "unclaim",
    "complete",
    "revert",
    "progress",
    "upload",
    "convert",
)
READS = ("history", "revisions", "download", "model", "picture")

part_view = FabricationPartView.as_view
urlpatterns = [
    path(PARTS, part_view(PLURAL), name="fabrication-parts"),
    path(f"{PARTS}/bulk", part_view({"post": "bulk"})),
    path(f"{PARTS}/travellers.pdf", part_view({"get": "travellers"})),
    path(f"{ROOT}/statistics", part_view({"get": "statistics"})),
    path(f"{ROOT}/leaderboard", part_view({"get": "leaderboard"})),
    path(f"{ROOT}/capacity", part_view({"get": "capacity"})),
    path(ONE, part_view(DETAIL), name="fabrication-part"),
    *(path(f"{ONE}/{verb}", part_view({"post": verb})) for verb in VERBS),
    *(path(f"{ONE}/{read}", part_view({"get": read})) for read in READS),
    path(f"{ONE}/revisions/<str:revision>/download", part_view({"get": "revision_file"})),
    path(f"{ONE}/traveller.pdf", part_view({"get": "traveller"})),
    path(MACHINES, MachineView.as_view(PLURAL), name="fabrication-machines"),
    path(f"{MACHINES}/<str:pk>", MachineView.as_view(DETAIL)),
    path(f"{MACHINES}/<str:pk>/queue", MachineView.as_view({"get": "queue", "post": "order"})),
]

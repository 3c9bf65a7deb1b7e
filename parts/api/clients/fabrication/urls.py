"""Paths of the fabrication front ends; each without a trailing slash."""

from django.urls import path

from parts.api.clients.fabrication.views import files, more, parts, shop

ROOT = "api/parts"
ONE = f"{ROOT}/<int:part_id>"

urlpatterns = [
    path(ROOT, parts.PartListView.as_view()),
    path(f"{ROOT}/categories/<str:category>", parts.CategoryView.as_view()),
    path(f"{ROOT}/stats", shop.StatsView.as_view()),
    path(f"{ROOT}/stats/detailed", shop.DetailedStatsView.as_view()),
    path(f"{ROOT}/leaderboard", shop.LeaderboardView.as_view()),
    path(f"{ROOT}/auth/check", shop.AuthCheckView.as_view()),
    path(f"{ROOT}/wipe", more.WipeView.as_view()),
    path(f"{ROOT}/bulk", more.BulkView.as_view()),
    path(f"{ROOT}/export", more.ExportView.as_view()),
    path(f"{ROOT}/capacity", more.CapacityView.as_view()),
    path(f"{ROOT}/machines", more.MachinesView.as_view()),
    path(f"{ROOT}/machines/<int:machine_id>/queue", more.MachineQueueView.as_view()),
    path(f"{ROOT}/travellers.pdf", more.TravellersView.as_view()),
    path(ONE, parts.PartView.as_view()),
    path(f"{ONE}/approve", parts.ApproveView.as_view()),
    path(f"{ONE}/assign", parts.AssignView.as_view()),
    path(f"{ONE}/unclaim", parts.UnclaimView.as_view()),
    path(f"{ONE}/complete", parts.CompleteView.as_view()),
    path(f"{ONE}/revert", parts.RevertView.as_view()),
    path(f"{ONE}/progress", parts.ProgressView.as_view()),
    path(f"{ONE}/upload", files.UploadView.as_view()),
    path(f"{ONE}/download", files.DownloadView.as_view()),
    path(f"{ONE}/file", files.FileView.as_view()),
    path(f"{ONE}/model", files.ModelView.as_view()),
    path(f"{ONE}/views", files.ViewsView.as_view()),
    path(f"{ONE}/views/<int:index>", files.ViewImageView.as_view()),
    path(f"{ONE}/revisions", files.RevisionsView.as_view()),
    path(f"{ONE}/revisions/<str:revision>/download", files.RevisionFileView.as_view()),
    path(f"{ONE}/history", more.HistoryView.as_view()),
    path(f"{ONE}/drawing", more.DrawingView.as_view()),
    path(f"{ONE}/traveller.pdf", more.TravellerView.as_view()),
    path("p/<uuid:uuid>", more.traveller_page, name="fabrication-traveller"),
    path(f"{ROOT}/<path:rest>", parts.UnknownView.as_view()),
]

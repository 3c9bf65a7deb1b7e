"""The register's own pages in the admin; below `/admin/`."""

from django.urls import path

from networkroutes.admin import design_page, import_job, import_page, map_page
from networkroutes.admin.pages import page

SEARCH, IMPORT = "view_designlog", "add_bulkupload"

urlpatterns = [
    path(
        "networkroutes/map/",
        page("view_networkroute", map_page.map_page),
        name="networkroutes-map",
    ),
    path(
        "networkroutes/map/data/",
        page("view_networkroute", map_page.map_data),
        name="networkroutes-map-data",
    ),
    path(
        "networkroutes/design/", page(SEARCH, design_page.design_page), name="networkroutes-design"
    ),
    path(
        "networkroutes/design/save/",
        page("add_savedsearch", design_page.save_search),
        name="networkroutes-design-save",
    ),
    path(
        "networkroutes/design/map/",
        page("add_designlog", design_page.draw_map),
        name="networkroutes-design-map",
    ),
    path(
        "networkroutes/design/quote.pdf",
        page(SEARCH, design_page.quote),
        name="networkroutes-quote",
    ),
    path(
        "networkroutes/design/compare/",
        page("view_savedsearch", design_page.compare),
        name="networkroutes-compare",
    ),
    path(
        "networkroutes/import/",
        page(IMPORT, import_page.import_page),
        name="networkroutes-import",
    ),
    path(
        "networkroutes/import/lines.csv",
        page(IMPORT, import_page.every_line),
        name="networkroutes-import-lines",
    ),
    path(
        "networkroutes/import/<int:upload_id>/",
        page(IMPORT, import_job.import_job),
        name="networkroutes-import-job",
    ),
    path(
        "networkroutes/import/<int:upload_id>/progress/",
        page(IMPORT, import_job.import_progress),
        name="networkroutes-import-progress",
    ),
    path(
        "networkroutes/import/<int:upload_id>/lines.csv",
        page(IMPORT, import_page.job_lines),
        name="networkroutes-import-job-lines",
    ),
    path(
        "networkroutes/import/template/<slug:module>.csv",
        page(IMPORT, import_page.template),
        name="networkroutes-import-template",
    ),
]

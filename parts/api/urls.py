"""Native paths of parts."""

from django.urls import path

from parts.api.views.stock_ai import AiRunView, AiView
from parts.api.views.stock_boxes import BoxView, LocationView, SellerView, TypeView
from parts.api.views.stock_dashboard import AlertView, DashboardView
from parts.api.views.stock_documents import (
    DocumentView,
    LogoView,
    ParentDocumentView,
    PreviewView,
)
from parts.api.views.stock_kits import KitView, ListLinkView, PickListView, RequirementView
from parts.api.views.stock_parts import PartStockView, PartView, SellerLinkView
from parts.api.views.stock_reorg import JobView, ReorgView
from parts.api.views.stock_shopping import (
    ShoppingGroupView,
    ShoppingItemView,
    ShoppingListView,
)
from parts.api.views.stock_tools import (
    BomView,
    LabelView,
    ScanView,
    StocktakeView,
    TransferView,
)

STOCK = "api/stock"
DETAIL = {
    "get": "retrieve",
    "patch": "partial_update",
    "put": "partial_update",
    "delete": "destroy",
}
PLURAL = {"get": "list", "post": "create"}

catalogue = [
    path(f"{STOCK}/types", TypeView.as_view(PLURAL), name="stock-types"),
    path(f"{STOCK}/types/<str:pk>", TypeView.as_view(DETAIL)),
    path(f"{STOCK}/boxes", BoxView.as_view(PLURAL), name="stock-boxes"),
    path(f"{STOCK}/boxes/<str:box_no>", BoxView.as_view({**DETAIL, "put": "update"})),
    path(f"{STOCK}/boxes/<str:box_no>/usage", BoxView.as_view({"get": "usage"})),
    path(f"{STOCK}/boxes/<str:box_no>/locations", BoxView.as_view({"get": "locations"})),
    path(f"{STOCK}/locations/suggest", LocationView.as_view({"get": "suggest"})),
    path(f"{STOCK}/locations/<str:box_no>/<str:loc_no>", LocationView.as_view({"get": "retrieve"})),
    path(f"{STOCK}/sellers", SellerView.as_view(PLURAL), name="stock-sellers"),
    path(f"{STOCK}/sellers/<str:pk>", SellerView.as_view(DETAIL)),
    path(f"{STOCK}/search", PartView.as_view({"get": "search"}), name="stock-search"),
]
part_paths = [
    path(f"{STOCK}/parts", PartView.as_view(PLURAL), name="stock-parts"),
    path(f"{STOCK}/parts/bulk-edit", PartView.as_view({"post": "bulk_edit"})),
    path(f"{STOCK}/parts/<str:id4>", PartView.as_view(DETAIL)),
    path(f"{STOCK}/parts/<str:id4>/restore", PartView.as_view({"post": "restore"})),
    path(f"{STOCK}/parts/<str:id4>/projects", PartView.as_view({"get": "projects"})),
    path(f"{STOCK}/parts/<str:id4>/shopping-items", PartView.as_view({"get": "shopping_items"})),
    path(f"{STOCK}/parts/<str:id4>/stock/add", PartStockView.as_view({"post": "add"})),
    path(f"{STOCK}/parts/<str:id4>/stock/use", PartStockView.as_view({"post": "use"})),
    path(f"{STOCK}/parts/<str:id4>/stock/move", PartStockView.as_view({"post": "move"})),
    path(f"{STOCK}/parts/<str:id4>/stock/count", PartStockView.as_view({"post": "count"})),
    path(f"{STOCK}/parts/<str:id4>/locations", PartStockView.as_view({"get": "locations"})),
    path(f"{STOCK}/parts/<str:id4>/history", PartStockView.as_view({"get": "history"})),
    path(f"{STOCK}/parts/<str:id4>/seller-links", SellerLinkView.as_view(PLURAL)),
    path(
        f"{STOCK}/parts/<str:id4>/seller-links/<str:pk>",
        SellerLinkView.as_view({"patch": "partial_update", "delete": "destroy"}),
    ),
    path(f"{STOCK}/stock/bulk-use", PartStockView.as_view({"post": "bulk_use"})),
]
shopping = [
    path(f"{STOCK}/shopping-lists", ShoppingListView.as_view(PLURAL)),
    path(f"{STOCK}/shopping-lists/<str:pk>", ShoppingListView.as_view(DETAIL)),
    path(f"{STOCK}/shopping-lists/<str:pk>/status", ShoppingListView.as_view({"put": "status"})),
    path(f"{STOCK}/shopping-lists/<str:pk>/items", ShoppingItemView.as_view(PLURAL)),
    path(
        f"{STOCK}/shopping-lists/<str:pk>/projects", ShoppingListView.as_view({"get": "projects"})
    ),
    path(f"{STOCK}/shopping-lists/<str:pk>/groups", ShoppingGroupView.as_view({"get": "list"})),
    path(
        f"{STOCK}/shopping-lists/<str:pk>/groups/<str:key>",
        ShoppingGroupView.as_view({"put": "update", "delete": "destroy"}),
    ),
    path(
        f"{STOCK}/shopping-lists/<str:pk>/groups/<str:key>/order",
        ShoppingGroupView.as_view({"post": "order"}),
    ),
    path(
        f"{STOCK}/shopping-lists/<str:pk>/groups/<str:key>/reopen",
        ShoppingGroupView.as_view({"post": "reopen"}),
    ),
    path(f"{STOCK}/shopping-items", ShoppingItemView.as_view({"post": "create"})),
    path(f"{STOCK}/shopping-items/query", ShoppingItemView.as_view({"post": "query"})),
    path(f"{STOCK}/shopping-items/<str:pk>", ShoppingItemView.as_view(DETAIL)),
    *(
        path(f"{STOCK}/shopping-items/<str:pk>/{verb}", ShoppingItemView.as_view({"post": verb}))
        for verb in ("order", "revert", "receive", "complete")
    ),
]
kits = [
    path(f"{STOCK}/projects", KitView.as_view(PLURAL)),
    path(f"{STOCK}/projects/query", KitView.as_view({"post": "query"})),
    path(f"{STOCK}/projects/<str:pk>", KitView.as_view(DETAIL)),
    path(f"{STOCK}/projects/<str:pk>/archive", KitView.as_view({"post": "archive"})),
    path(f"{STOCK}/projects/<str:pk>/unarchive", KitView.as_view({"post": "unarchive"})),
    path(f"{STOCK}/projects/<str:pk>/build", KitView.as_view({"post": "build"})),
    path(f"{STOCK}/projects/<str:pk>/shopping-list", KitView.as_view({"post": "shopping_list"})),
    path(f"{STOCK}/projects/<str:pk>/requirements", RequirementView.as_view(PLURAL)),
    path(
        f"{STOCK}/projects/<str:pk>/requirements/<str:rid>",
        RequirementView.as_view({"patch": "partial_update", "delete": "destroy"}),
    ),
    path(f"{STOCK}/projects/<str:pk>/pick-lists", PickListView.as_view(PLURAL)),
    path(
        f"{STOCK}/projects/<str:pk>/pick-lists/preview", PickListView.as_view({"post": "preview"})
    ),
    path(f"{STOCK}/project-list-links/<str:pk>", ListLinkView.as_view({"delete": "destroy"})),
    path(
        f"{STOCK}/pick-lists/<str:pk>",
        PickListView.as_view({"get": "retrieve", "delete": "destroy"}),
    ),
    path(f"{STOCK}/pick-lists/<str:pk>/pdf", PickListView.as_view({"get": "pdf"})),
    path(f"{STOCK}/pick-lists/<str:pk>/lines/<str:lid>", PickListView.as_view({"patch": "line"})),
    path(
        f"{STOCK}/pick-lists/<str:pk>/lines/<str:lid>/pick",
        PickListView.as_view({"post": "pick"}),
    ),
    path(
        f"{STOCK}/pick-lists/<str:pk>/lines/<str:lid>/undo",
        PickListView.as_view({"post": "undo"}),
    ),
]
figures = [
    path(f"{STOCK}/dashboard/stats", DashboardView.as_view({"get": "stats"})),
    path(f"{STOCK}/dashboard/recent-activity", DashboardView.as_view({"get": "recent_activity"})),
    path(f"{STOCK}/dashboard/storage-summary", DashboardView.as_view({"get": "storage_summary"})),
    path(f"{STOCK}/dashboard/low-stock", DashboardView.as_view({"get": "low_stock"})),
    path(
        f"{STOCK}/dashboard/category-distribution",
        DashboardView.as_view({"get": "category_distribution"}),
    ),
    path(
        f"{STOCK}/dashboard/parts-without-documents",
        DashboardView.as_view({"get": "without_documents"}),
    ),
    path(f"{STOCK}/dashboard/category-spread", DashboardView.as_view({"get": "category_spread"})),
    path(f"{STOCK}/alerts/low-stock", AlertView.as_view({"get": "low_stock"})),
    path(
        f"{STOCK}/alerts/low-stock/to-shopping-list",
        AlertView.as_view({"post": "to_shopping_list"}),
    ),
]

COVER = {"get": "cover", "put": "set_cover", "delete": "remove_cover"}
documents = [
    path(f"{STOCK}/parts/<str:id4>/documents", ParentDocumentView.as_view(PLURAL)),
    path(f"{STOCK}/parts/<str:id4>/cover", ParentDocumentView.as_view(COVER)),
    path(f"{STOCK}/projects/<str:pk>/documents", ParentDocumentView.as_view(PLURAL)),
    path(f"{STOCK}/projects/<str:pk>/cover", ParentDocumentView.as_view(COVER)),
    path(
        f"{STOCK}/documents/<str:pk>",
        DocumentView.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path(
        f"{STOCK}/documents/<str:pk>/content",
        DocumentView.as_view({"get": "content"}),
        name="stock-document-content",
    ),
    path(
        f"{STOCK}/documents/<str:pk>/thumbnail",
        DocumentView.as_view({"get": "thumbnail"}),
        name="stock-document-thumbnail",
    ),
    path(f"{STOCK}/documents/<str:pk>/copy", DocumentView.as_view({"post": "copy"})),
    path(
        f"{STOCK}/sellers/<str:pk>/logo",
        LogoView.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    path(f"{STOCK}/url-preview", PreviewView.as_view({"post": "preview"})),
    path(f"{STOCK}/url-preview/image", PreviewView.as_view({"get": "image"})),
    path(f"{STOCK}/url-proxy", PreviewView.as_view({"get": "proxy"})),
]
background = [
    path(f"{STOCK}/reorg/plans", ReorgView.as_view(PLURAL)),
    path(
        f"{STOCK}/reorg/plans/<str:pk>",
        ReorgView.as_view({"get": "retrieve", "delete": "destroy"}),
    ),
    path(f"{STOCK}/reorg/plans/<str:pk>/apply", ReorgView.as_view({"post": "apply"})),
    path(f"{STOCK}/reorg/plans/<str:pk>/skip", ReorgView.as_view({"post": "skip"})),
    path(f"{STOCK}/tasks/<str:pk>", JobView.as_view({"get": "retrieve", "delete": "destroy"})),
    path(f"{STOCK}/tasks/<str:pk>/cancel", JobView.as_view({"post": "cancel"})),
]

tools = [
    path(f"{STOCK}/labels", LabelView.as_view({"get": "list"})),
    path(f"{STOCK}/scan", ScanView.as_view({"post": "create"})),
    path(f"{STOCK}/projects/<str:pk>/bom-import", BomView.as_view({"post": "create"})),
    path(f"{STOCK}/stocktakes", StocktakeView.as_view(PLURAL)),
    path(
        f"{STOCK}/stocktakes/<str:pk>", StocktakeView.as_view({"get": "retrieve", "put": "counts"})
    ),
    path(f"{STOCK}/stocktakes/<str:pk>/counts", StocktakeView.as_view({"put": "counts"})),
    path(f"{STOCK}/stocktakes/<str:pk>/close", StocktakeView.as_view({"post": "close"})),
    path(f"{STOCK}/export", TransferView.as_view({"get": "list"})),
    path(f"{STOCK}/import/parts", TransferView.as_view({"post": "create"})),
]

helpers = [
    path(f"{STOCK}/ai/suggest-tags", AiView.as_view({"post": "suggest_tags"})),
    path(f"{STOCK}/ai/suggest-category", AiView.as_view({"post": "suggest_category"})),
    path(f"{STOCK}/ai/analyze", AiView.as_view({"post": "analyze"})),
    path(f"{STOCK}/ai/datasheets", AiView.as_view({"post": "datasheets"})),
    path(f"{STOCK}/ai/cleanup", AiView.as_view({"post": "cleanup"})),
    path(f"{STOCK}/ai/duplicates", AiView.as_view({"post": "duplicates"})),
    path(f"{STOCK}/ai/parts", AiView.as_view({"post": "create_part"})),
    path(f"{STOCK}/ai/runs", AiRunView.as_view({"get": "list"})),
    path(f"{STOCK}/ai/runs/<str:pk>", AiRunView.as_view({"get": "retrieve"})),
    path(f"{STOCK}/ai/runs/<str:pk>/accept", AiRunView.as_view({"post": "accept"})),
]

urlpatterns = [
    *helpers,
    *tools,
    *documents,
    *background,
    *catalogue,
    *part_paths,
    *shopping,
    *kits,
    *figures,
]

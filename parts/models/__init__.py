"""Models of both wings."""

from parts.models.blobs import StoredBlob
from parts.models.boxes import Box, BoxLocation, Counter
from parts.models.documents import FetchedPage, StockDocument
from parts.models.fabrication import FabricationPart, Machine
from parts.models.fabrication_files import ConvertedModel, FabricationFile, PartView
from parts.models.fabrication_log import PartEvent
from parts.models.jobs import AiRun, StockJob
from parts.models.kits import Kit, KitListLink, KitRequirement, PickList, PickListLine
from parts.models.movements import PartLocation, StockMovement
from parts.models.parts import PartSearchRow, RetiredPartId, SearchWord, StockPart
from parts.models.reorg import ReorgPlan
from parts.models.sellers import PartSeller, Seller
from parts.models.shopping import ShoppingGroup, ShoppingItem, ShoppingList
from parts.models.stocktake import Stocktake, StocktakeLine
from parts.models.types import ParameterDefinition, PartParameter, PartType

__all__ = [
    "AiRun",
    "Box",
    "BoxLocation",
    "ConvertedModel",
    "Counter",
    "FabricationFile",
    "FabricationPart",
    "FetchedPage",
    "Kit",
    "KitListLink",
    "KitRequirement",
    "Machine",
    "ParameterDefinition",
    "PartEvent",
    "PartLocation",
    "PartParameter",
    "PartSearchRow",
    "PartSeller",
    "PartType",
    "PartView",
    "PickList",
    "PickListLine",
    "ReorgPlan",
    "RetiredPartId",
    "SearchWord",
    "Seller",
    "ShoppingGroup",
    "ShoppingItem",
    "ShoppingList",
    "StockDocument",
    "StockJob",
    "StockMovement",
    "StockPart",
    "Stocktake",
    "StocktakeLine",
    "StoredBlob",
]

"""Words of the stock wing; the values are those of the wire."""

from django.db import models

MAX_QUANTITY = 2_147_483_647


class MovementReason(models.TextChoices):
    """Why stock changed."""

    OPENING = "opening", "Opening"
    ADD = "add", "Added"
    USE = "use", "Used"
    MOVE = "move", "Moved"
    RECEIVE = "receive", "Received"
    PICK = "pick", "Picked"
    PICK_UNDO = "pick_undo", "Pick undone"
    BUILD = "build", "Built"
    COUNT = "count", "Counted"
    REORG = "reorg", "Reorganised"
    IMPORT = "import", "Imported"


class DocumentKind(models.TextChoices):
    """What a document is."""

    PDF = "pdf", "PDF"
    IMAGE = "image", "Picture"
    LINK = "link", "Link"


class FetchStatus(models.TextChoices):
    """How the fetch of a link ended."""

    OK = "ok", "Fetched"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Not fetched"


class ListStatus(models.TextChoices):
    """State of a shopping list."""

    CONCEPT = "concept", "Concept"
    READY = "ready", "Ready"
    DONE = "done", "Done"


class ItemStatus(models.TextChoices):
    """State of a line on a shopping list."""

    NEW = "new", "New"
    ORDERED = "ordered", "Ordered"
    DONE = "done", "Done"


class GroupStatus(models.TextChoices):
    """State of what is bought from one seller."""

    ACTIVE = "active", "Active"
    ORDERED = "ordered", "Ordered"


class KitStatus(models.TextChoices):
    """State of a kit."""

    ACTIVE = "active", "Active"
    ARCHIVED = "archived", "Archived"


class PickStatus(models.TextChoices):
    """State of a pick list and of its lines."""

    OPEN = "open", "Open"
    COMPLETED = "completed", "Completed"


class PlanStatus(models.TextChoices):
    """State of a reorganisation plan."""

    PENDING = "pending", "Pending"
    READY = "ready", "Ready"
    PARTIAL = "partial", "Partly applied"
    APPLIED = "applied", "Applied"
    FAILED = "failed", "Failed"


class StocktakeStatus(models.TextChoices):
    """State of a stocktake."""

    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class JobStatus(models.TextChoices):
    """State of a job that a person waits for."""

    PENDING = "pending", "Pending"
    RUNNING = "running", "Running"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class JobKind(models.TextChoices):
    """What a job does."""

    TAGS = "tags", "Suggest tags"
    CATEGORY = "category", "Suggest a category"
    ANALYZE = "analyze", "Analyse text or photo"
    DATASHEETS = "datasheets", "Find datasheets"
    CLEANUP = "cleanup", "Clean up a part"
    DUPLICATES = "duplicates", "Find duplicates"
    REORG = "reorg", "Plan a reorganisation"


class Unit(models.TextChoices):
    """Base units of parameters."""

    OHM = "ohm", "Ω"
    FARAD = "F", "F"
    HENRY = "H", "H"
    VOLT = "V", "V"
    AMPERE = "A", "A"
    WATT = "W", "W"
    HERTZ = "Hz", "Hz"

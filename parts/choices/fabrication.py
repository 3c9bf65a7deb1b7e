"""Words of the fabrication wing; the values are those of the wire."""

from django.db import models


class PartKind(models.TextChoices):
    """How a part is made."""

    CNC = "cnc", "CNC"
    HAND = "hand", "Hand"
    MISC = "misc", "Ordered"


class Stage(models.TextChoices):
    """Where a part stands; the front ends' tabs (`category` on the wire)."""

    REVIEW = "review", "Review"
    CNC = "cnc", "CNC"
    HAND = "hand", "Hand"
    MISC = "misc", "Ordered"
    COMPLETED = "completed", "Done"


class PartStatus(models.TextChoices):
    """What happens with a part at its stage."""

    PENDING = "Pending", "Pending"
    REVIEWED = "Reviewed", "Reviewed"
    APPROVED = "Approved", "Approved"
    IN_PROGRESS = "In Progress", "In progress"
    STARTED = "Already Started", "Already started"
    COMPLETED = "Completed", "Completed"
    CANCELLED = "Cancelled", "Cancelled"


PRODUCTION = frozenset({Stage.CNC.value, Stage.HAND.value, Stage.MISC.value})


class FileKind(models.TextChoices):
    """What a stored file is to its part."""

    SOURCE = "source", "Source"
    DRAWING = "drawing", "Drawing"


class ModelState(models.TextChoices):
    """How far the conversion of a STEP file is."""

    PENDING = "pending", "Waiting"
    RUNNING = "running", "Converting"
    DONE = "done", "Converted"
    FAILED = "failed", "Failed"


class ModelQuality(models.TextChoices):
    """With which tolerance a model was meshed; coarse ones come of a retry after a time-out."""

    STANDARD = "standard", "Standard"
    COARSE = "coarse", "Coarse"


class MachineKind(models.TextChoices):
    """What a machine does."""

    CNC = "cnc", "CNC mill"
    LASER = "laser", "Laser"
    PRINT = "print", "Printer"
    LATHE = "lathe", "Lathe"
    HAND = "hand", "Bench"

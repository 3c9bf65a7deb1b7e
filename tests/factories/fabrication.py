"""Factories of parts to make; rows alone, without stored bytes."""

from __future__ import annotations

import factory

from parts import models
from tests.factories.accounts import digest
from tests.factories.base import RecordFactory, ValidatedFactory
from tests.factories.parts import StoredBlobFactory


class MachineFactory(ValidatedFactory[models.Machine]):
    """A mill."""

    class Meta:
        model = models.Machine

    name = factory.Sequence(lambda number: f"Mill {number}")
    type = "cnc"


class FabricationPartFactory(ValidatedFactory[models.FabricationPart]):
    """A plate that waits for its review."""

    class Meta:
        model = models.FabricationPart

    name = factory.Sequence(lambda number: f"Plate {number}")
    type = "cnc"
    material = "Aluminium"
    subsystem = "intake"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        row = model_class(*args, **kwargs)
        row.part_id = row.part_id or str(row.uuid)[:8]
        row.write_search_text()
        row.full_clean()
        row.save()
        return row


class StepBlobFactory(StoredBlobFactory):
    """A row for the bytes of a STEP file."""

    sha256 = factory.Sequence(lambda number: digest(number + 500_000))
    content_type = "application/step"


class FabricationFileFactory(ValidatedFactory[models.FabricationFile]):
    """A STEP file of a part."""

    class Meta:
        model = models.FabricationFile

    part = factory.SubFactory(FabricationPartFactory)
    stored_name = "plate.step"
    original_name = "plate.step"
    blob = factory.SubFactory(StepBlobFactory)
    content_type = "application/step"


class ConvertedModelFactory(RecordFactory[models.ConvertedModel]):
    """A model that is asked for."""

    class Meta:
        model = models.ConvertedModel

    blob = factory.SubFactory(StepBlobFactory)


class PartViewFactory(ValidatedFactory[models.PartView]):
    """The first rendered picture of a part."""

    class Meta:
        model = models.PartView

    part = factory.SubFactory(FabricationPartFactory)
    index = 0
    blob = factory.SubFactory(StepBlobFactory)


class PartEventFactory(RecordFactory[models.PartEvent]):
    """A part was submitted."""

    class Meta:
        model = models.PartEvent

    part = factory.SubFactory(FabricationPartFactory)
    part_number = factory.SelfAttribute("part.pk")
    part_label = "Plate"
    action = "created"

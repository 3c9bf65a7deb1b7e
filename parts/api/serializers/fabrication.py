"""Parts to make and machines, as scripts read and write them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from inventory_site.core.api.serializers import SparseSerializer, StrictSerializer
from parts.choices.fabrication import MachineKind
from parts.models import ConvertedModel, FabricationPart, Machine
from parts.selectors.fabrication_lists import today
from parts.services.fabrication_bulk import ACTIONS


class FabricationPartSerializer(SparseSerializer):
    """A part to make."""

    machine_id = serializers.IntegerField(read_only=True, allow_null=True)
    submitted_by = serializers.CharField(
        source="submitted_by.username", read_only=True, default=None, allow_null=True
    )
    is_overdue = serializers.SerializerMethodField()

    class Meta:
        model = FabricationPart
        fields = (
            *("id", "uuid", "part_id", "type", "name", "material", "material_thickness"),
            *("subsystem", "assigned", "status", "category", "amount", "misc_info", "notes"),
            *("file", "onshape_url", "claimed_date", "created_at", "updated_at", "version"),
            *("revision", "due_date", "priority", "is_overdue", "machine_id", "queue_position"),
            *("good", "scrap", "rework", "submitted_by"),
        )
        read_only_fields = fields

    def get_is_overdue(self, part: FabricationPart) -> bool:
        """Whether it is late and not completed."""
        return part.due_date is not None and part.due_date < today() and not part.is_completed


class ConvertedModelSerializer(serializers.ModelSerializer):
    """The model of a STEP file; lengths in mm."""

    class Meta:
        model = ConvertedModel
        fields = (
            *("state", "step", "error", "quality", "size", "triangles", "bounds"),
            *("volume_mm3", "area_mm2", "seconds", "has_picture"),
        )
        read_only_fields = fields


class FabricationPartInput(serializers.Serializer):
    """What may be sent of a part; the rules of each field are those of the service."""

    name = serializers.CharField(required=False, allow_null=True)
    type = serializers.CharField(required=False, allow_null=True)
    material = serializers.CharField(required=False, allow_null=True)
    material_thickness = serializers.CharField(required=False, allow_null=True)
    subsystem = serializers.CharField(required=False, allow_null=True)
    assigned = serializers.CharField(required=False, allow_null=True)
    status = serializers.CharField(required=False, allow_null=True)
    category = serializers.CharField(required=False, allow_null=True)
    amount = serializers.IntegerField(required=False)
    misc_info = serializers.JSONField(required=False)
    notes = serializers.CharField(required=False, allow_null=True)
    onshape_url = serializers.CharField(required=False, allow_null=True)
    due_date = serializers.DateField(required=False, allow_null=True)
    priority = serializers.IntegerField(required=False)
    machine_id = serializers.IntegerField(required=False, allow_null=True)


class ApproveInput(serializers.Serializer):
    """Who reviewed, and free data."""

    reviewer = serializers.CharField(required=False)
    misc_info = serializers.JSONField(required=False)


class ClaimInput(serializers.Serializer):
    """For whom; `if_unassigned` (default true) refuses a part that somebody has."""

    assigned = serializers.CharField(required=False)
    if_unassigned = serializers.BooleanField(required=False, default=True)


class MadeInput(serializers.Serializer):
    """Free data, e.g. where the part lies."""

    misc_info = serializers.JSONField(required=False)


class ProgressInput(serializers.Serializer):
    """Pieces that came out good or were lost since the last report."""

    good = serializers.IntegerField(required=False, default=0)
    scrap = serializers.IntegerField(required=False, default=0)
    reason = serializers.CharField(required=False)


class BulkInput(serializers.Serializer):
    """One verb on many parts."""

    ids = serializers.ListField(child=serializers.IntegerField())
    action = serializers.ChoiceField(choices=list(ACTIONS))
    args = serializers.JSONField(required=False)
    atomic = serializers.BooleanField(required=False, default=True)


class MachineSerializer(SparseSerializer):
    """A machine."""

    class Meta:
        model = Machine
        fields = ("id", "name", "type", "is_active", "created_at")
        read_only_fields = fields


class MachineInput(StrictSerializer):
    """What may be sent of a machine."""

    name = serializers.CharField(max_length=100)
    type = serializers.ChoiceField(choices=MachineKind.choices)
    is_active = serializers.BooleanField(required=False, default=True)

    def values(self) -> dict[str, Any]:
        """Return what was sent, defaults only when it is whole."""
        return dict(self.validated_data)


class QueueInput(StrictSerializer):
    """The whole queue in its new order."""

    ids = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=5000)

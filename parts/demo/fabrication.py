"""The workshop's samples: five parts as the replaced system had them, and parts with models."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from django.utils import timezone

from parts.cad.step_writer import Point2, Prism, circle, gear, step_text
from parts.models import FabricationPart, Machine
from parts.services import fabrication_changes as changes
from parts.services import fabrication_flow as flow
from parts.services import fabrication_models as models
from parts.services import fabrication_parts as parts
from parts.services import fabrication_queues as queues
from parts.services.fabrication_files import Upload, upload_file

# name, type, category, status, notes, file, subsystem, material, assigned, days since the claim
Sample = tuple[str, str, str, str, str, str, str | None, str, str | None, int | None]
SAMPLES: tuple[Sample, ...] = (
    ("Drive Gear", "cnc", "review", "Pending", "Check tooth profile", "gear.stl", None,
     "Steel", None, None),
    ("Mounting Bracket", "cnc", "cnc", "Approved", "High precision required", "bracket.stl", None,
     "Aluminum", "John Doe", 2),
    ("Support Frame", "hand", "hand", "In Progress", "Weld assembly required", "frame.dwg", None,
     "Mild Steel", "Jane Smith", 1),
    ("Control Panel", "hand", "completed", "Completed", "Assembly completed and tested",
     "panel.dwg", None, "Aluminum", "Bob Johnson", None),
    ("Precision Shaft", "cnc", "review", "Pending", "Tight tolerances", "shaft.stl",
     "Drive System", "Stainless Steel", None, None),
)  # fmt: skip
L_SHAPE: list[Point2] = [(0, 0), (60, 0), (60, 6), (6, 6), (6, 45), (0, 45)]
PLATE: list[Point2] = [(0, 0), (90, 0), (90, 50), (0, 50)]
RAIL: list[Point2] = [(0, 0), (20, 0), (20, 4), (12, 4), (12, 16), (20, 16), (20, 20), (0, 20),
                      (0, 16), (8, 16), (8, 4), (0, 4)]  # fmt: skip
SHAPES: dict[str, Prism] = {
    "fan-plate": Prism(PLATE, 4, [circle(x, y, 3.2) for x in (10, 80) for y in (10, 40)]
                       + [circle(45, 25, 17, 48)]),
    "corner-bracket": Prism(L_SHAPE, 30),
    "pinion": Prism(gear(18, 14, 18), 12, [circle(0, 0, 4)]),
    "rail": Prism(RAIL, 120),
    "spacer": Prism(list(reversed(circle(0, 0, 11, 6))), 8, [circle(0, 0, 4.3)]),
}  # fmt: skip
# shape, values, days until due, how far it is
SHOWN: tuple[tuple[str, dict[str, Any], int | None, str], ...] = (
    ("fan-plate", {"name": "Fan plate, 19-inch tray", "type": "cnc", "material": "Aluminium",
                   "materialThickness": "4 mm", "subsystem": "ROADM tray", "amount": 6},
     4, "review"),
    ("corner-bracket", {"name": "Corner bracket", "type": "cnc", "material": "Aluminium",
                        "subsystem": "Open rack", "amount": 12, "priority": 1}, -1, "queued"),
    ("pinion", {"name": "Pinion, fibre spooler", "type": "cnc", "material": "Acetal",
                "subsystem": "Spooler", "amount": 2}, 9, "started"),
    ("rail", {"name": "Mounting rail 120", "type": "hand", "material": "Steel",
              "subsystem": "Open rack", "amount": 4, "notes": "Deburr both ends."}, 2, "claimed"),
    ("spacer", {"name": "Hex spacer M8", "type": "hand", "material": "Brass",
                "subsystem": "ROADM tray", "amount": 20}, None, "half"),
)  # fmt: skip
MACHINES = (("Mill 1", "cnc"), ("Laser", "laser"), ("Bench", "hand"))


def load_samples() -> str:
    """Load the five samples into an empty list; returns one line."""
    if FabricationPart.objects.exists():
        return "fabrication: there are parts"
    for sample in SAMPLES:
        _sample(sample)
    return f"fabrication: {len(SAMPLES)} parts"


def load_workshop() -> str:
    """Load machines and parts with models; returns one line."""
    if Machine.objects.filter(name=MACHINES[0][0]).exists():
        return "the demo is there"
    for name, kind in MACHINES:
        queues.create_machine(actor=None, values={"name": name, "type": kind})
    for shape, values, days, progress in SHOWN:
        _shown(shape, values, days, progress)
    return f"{len(SHOWN)} parts with models, {len(MACHINES)} machines"


def _sample(sample: Sample) -> None:
    name, kind, category, status, notes, file, subsystem, material, assigned, days = sample
    part = FabricationPart(
        name=name,
        type=kind,
        category=category,
        status=status,
        notes=notes,
        file=file,
        subsystem=subsystem,
        material=material,
        assigned=assigned,
        claimed_date=timezone.now() - timedelta(days=days) if days is not None else None,
        onshape_url="#",
    )
    part.part_id = str(part.uuid)[:8]
    part.write_search_text()
    part.save()
    changes.note(None, part, "created")


def _shown(shape: str, values: dict[str, Any], days: int | None, progress: str) -> None:
    due = (timezone.now() + timedelta(days=days)).date() if days is not None else None
    part = parts.create_part(actor=None, body={**values, "dueDate": due})
    content = step_text(SHAPES[shape], shape).encode()
    upload = Upload(f"{shape}.step", len(content), io.BytesIO(content))
    row = upload_file(actor=None, part_id=part.pk, upload=upload)
    models.request_model(row.blob)
    if progress != "review":
        flow.approve(actor=None, part_id=part.pk, reviewer="Rae")
    if progress in {"queued", "started"}:
        machine = Machine.objects.get(name=MACHINES[0][0])
        parts.update_part(actor=None, part_id=part.pk, body={"machineId": machine.pk})
    if progress == "started":
        parts.update_part(actor=None, part_id=part.pk, body={"status": "In Progress"})
    if progress in {"claimed", "half"}:
        flow.assign(actor=None, part_id=part.pk, name="Jana")
    if progress == "half":
        flow.report_progress(actor=None, part_id=part.pk, good=9)
        flow.report_progress(actor=None, part_id=part.pk, scrap=1, reason="Thread torn")

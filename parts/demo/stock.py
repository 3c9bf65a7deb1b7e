"""A small workshop: boxes, parts, a kit and a shopping list; loading it twice changes nothing."""

from __future__ import annotations

from parts.choices.stock import ListStatus
from parts.models import Box, Kit, PartType, ShoppingList, StockPart
from parts.services import boxes, kits, parts, picking, shopping, types
from parts.services.booking import Amount

MARK = "Bench supply"
BOXES = (("Resistors and capacitors", 60), ("ICs and modules", 40), ("Relays and connectors", 30))
# id4, type, description, code, manufacturer, tags, seller, minimum, places
Row = tuple[str, str, str, str, str, list[str], str, int | None, list[tuple[int, int, int]]]
PARTS: tuple[Row, ...] = (
    ("RKTN", "Resistor", "10k 1% 0805", "RC0805-10K", "Brightohm", ["0805", "SMD"],
     "Partshop", 100, [(1, 1, 480)]),
    ("RFKS", "Resistor", "4k7 1% 0805", "RC0805-4K7", "Brightohm", ["0805", "SMD"],
     "Partshop", 100, [(1, 2, 62)]),
    ("CHUN", "Capacitor", "100n 50V X7R 0805", "CC0805-100N", "Farad & Sons",
     ["0805", "SMD"], "Partshop", 200, [(1, 3, 900), (2, 9, 40)]),
    ("CELA", "Capacitor", "47u 25V electrolytic, radial", "EL-47-25", "Farad & Sons", ["THT"],
     "Componento", None, [(1, 7, 35)]),
    ("OPAM", "Op-Amp", "Dual rail-to-rail amplifier 5V", "NB722D", "Northbridge",
     ["SOIC-8", "SMD"], "Componento", 10, [(2, 1, 24)]),
    ("MCUA", "Microcontroller", "32-bit controller 48 MHz, 5V tolerant", "NB32F48", "Northbridge",
     ["SPI", "I2C", "UART"], "Componento", 5, [(2, 2, 12)]),
    ("WIFI", "Microcontroller", "Wireless module 3.3V with antenna", "WX-21", "Wavelab",
     ["UART", "3.3V"], "Partshop", 3, [(2, 3, 2)]),
    ("REGV", "Voltage Regulator", "LDO 3.3V 800 mA", "LD33-08", "Northbridge", ["SOT-223"],
     "Partshop", 20, [(2, 4, 55)]),
    ("TEMP", "Sensor", "Temperature sensor 0.5 degrees, I2C", "TS-05", "Wavelab", ["I2C"],
     "Componento", None, [(2, 6, 8)]),
    ("RELA", "Relay", "Relay 5V SPST 10 A", "R5-1A", "Clickwell", ["5V", "THT"],
     "Componento", 10, [(3, 3, 80), (3, 18, 40)]),
    ("RELB", "Relay", "Relay 12V DPDT 5 A", "R12-2C", "Clickwell", ["12V", "THT"],
     "Componento", None, [(1, 12, 6)]),
    ("TERM", "Connector", "Screw terminal, 2 poles, 5.08 mm", "ST-2-508", "Clickwell", ["THT"],
     "Partshop", 50, [(3, 1, 130)]),
    ("USBC", "Connector", "USB-C socket, 16 pins, SMD", "UC-16", "Clickwell", ["SMD"],
     "Partshop", 10, [(3, 2, 4)]),
    ("LEDG", "LED (Discrete)", "Green LED 0805", "LG-0805", "Lumen", ["0805", "SMD"],
     "Partshop", None, [(1, 5, 210)]),
    ("DIOD", "Diode", "Schottky 40V 1 A", "SB140", "Northbridge", ["THT"],
     "Componento", None, []),
)  # fmt: skip
NEEDS = (("OPAM", 2), ("RELA", 2), ("RKTN", 24), ("CHUN", 12), ("USBC", 1), ("REGV", 1))


def load() -> str:
    """Load what is missing; returns one line."""
    if Kit.objects.filter(name=MARK).exists():
        return "stock: the demo is there"
    numbers = [_box(words, capacity) for words, capacity in BOXES]
    for row in PARTS:
        _part(row, numbers)
    _kit()
    _list()
    return f"stock: {len(PARTS)} parts in {len(BOXES)} boxes"


def _box(words: str, capacity: int) -> int:
    known = Box.objects.filter(description=words).first()
    return (known or boxes.create_box(actor=None, description=words, capacity=capacity)).box_no


def _part(row: Row, numbers: list[int]) -> None:
    id4, kind, description, code, maker, tags, seller, minimum, places = row
    if StockPart.objects.filter(id4=id4).exists():
        return
    parts.create_part(
        actor=None,
        id4=id4,
        values={
            "description": description,
            "manufacturer_code": code,
            "manufacturer": maker,
            "tags": tags,
            "type_id": _type(kind).pk,
            "seller": seller,
            "min_qty": minimum,
        },
        stock=[Amount(numbers[box - 1], loc_no, qty) for box, loc_no, qty in places],
    )


def _type(name: str) -> PartType:
    return types.type_named(name) or types.create_type(actor=None, values={"name": name})


def _kit() -> None:
    kit = kits.create_kit(
        actor=None,
        values={
            "name": MARK,
            "notes": "Adjustable supply with two switched outputs.",
            "build_target": 3,
        },
    )
    for id4, quantity in NEEDS:
        values = {"part_id4": id4, "required_qty": quantity}
        kits.add_requirement(actor=None, kit_id=kit.pk, values=values)
    picking.create_pick_list(actor=None, kit_id=kit.pk, units=1)
    case = {"placeholder": "Aluminium case 120 mm", "required_qty": 1}
    kits.add_requirement(actor=None, kit_id=kit.pk, values=case)


def _list() -> None:
    if ShoppingList.objects.filter(name="Spring order").exists():
        return
    row = shopping.create_list(actor=None, name="Spring order")
    for id4, quantity in (("USBC", 20), ("WIFI", 5)):
        seller = StockPart.objects.get(id4=id4).seller_links.get(is_primary=True).seller_id
        values = {"maybe_part_id4": id4, "desired_qty": quantity, "seller_id": seller}
        shopping.add_item(actor=None, list_id=row.pk, values=values)
    shopping.set_list_status(actor=None, list_id=row.pk, status=ListStatus.READY)

"""Rows written as plain values: defaults, duplicates, sizes, several lists."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DataError, connection, transaction

from devices.models import OpticalSample
from devices.services import plain_rows

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def row(number: int, **more: object) -> dict[str, object]:
    return {"device_ip": "10.0.0.1", "interface_name": f"p{number}", "recorded_at": AT, **more}


def test_rows_need_not_name_the_same_columns(monkeypatch):
    monkeypatch.setattr(plain_rows, "AT_A_TIME", 2)

    plain_rows.insert(
        OpticalSample,
        [row(1, rx_power=Decimal("-3.125")), row(2), row(3, no_light=True, interface_index=3)],
    )

    found = OpticalSample.objects.order_by("interface_name")
    names = ("interface_name", "rx_power", "no_light", "interface_index", "tx_power", "recorded_at")
    assert list(found.values_list(*names)) == [
        ("p1", Decimal("-3.125"), False, None, None, AT),
        ("p2", None, False, None, None, AT),
        ("p3", None, True, 3, None, AT),
    ]


def test_a_row_that_is_there_already_is_left_out():
    plain_rows.insert(OpticalSample, [row(1, rx_power=Decimal(-1))])
    plain_rows.insert(OpticalSample, [row(1, rx_power=Decimal(-9)), row(2), row(2)])
    plain_rows.insert(OpticalSample, [])

    found = OpticalSample.objects.order_by("interface_name").values_list("rx_power", flat=True)
    assert list(found) == [Decimal(-1), None]


def test_a_text_that_is_too_long_is_never_cut():
    long = "x" * 101
    if connection.vendor == "postgresql":
        with pytest.raises(DataError), transaction.atomic():
            plain_rows.insert(OpticalSample, [row(1, interface_name=long)])
        assert not OpticalSample.objects.exists()
        return
    plain_rows.insert(OpticalSample, [row(1, interface_name=long)])
    assert OpticalSample.objects.get().interface_name == long

"""Invented ways of a few cables between the ends of their circuits, as (longitude, latitude)."""

from __future__ import annotations

Way = tuple[tuple[float, float], ...]

RED_SEA: Way = ((18.0, 35.4), (27.5, 32.8), (32.4, 31.2), (32.6, 29.8), (34.6, 27.2), (38.6, 20.0))
TO_MALACCA: Way = ((42.9, 12.9), (51.4, 12.4), (66.0, 10.0), (80.4, 5.4), (94.0, 6.2), (100.2, 3.1))
WAYS: dict[str, Way] = {
    "LONSNG420017": (
        (-2.0, 49.9),
        (-9.9, 44.0),
        (-9.9, 38.4),
        (-5.7, 35.9),
        (3.0, 37.9),
        (11.2, 37.7),
        *RED_SEA,
        *TO_MALACCA,
    ),
    "MRSSNG420211": ((7.6, 39.4), (11.2, 37.7), *RED_SEA, *TO_MALACCA),
    "LONNYC300101": ((-5.9, 49.9), (-20.0, 48.6), (-46.0, 42.8), (-66.0, 40.6)),
    "LAXTYO400191": ((-124.0, 36.5), (-150.0, 43.0), (-175.0, 44.0), (165.0, 41.5), (147.0, 37.0)),
}

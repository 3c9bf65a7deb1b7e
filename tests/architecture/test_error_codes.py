"""Every code that a program may meet stands in the table of the documentation."""

from __future__ import annotations

import re
from http import HTTPStatus

from inventory_site.core.api.errors import FRAMEWORK_CODES
from inventory_site.core.management.commands import error_codes_page
from tests.architecture.house import PACKAGES, ROOT, sources

ROW = re.compile(r"^\| `(\w+)` \| (\d{3}) \| (.+) \|$", re.MULTILINE)
ANSWERED = re.compile(r"status=\d+,\s*code=\"([A-Z_]+)\"")


def test_the_page_agrees_with_the_code() -> None:
    assert (ROOT / error_codes_page.PAGE).read_text() == error_codes_page.render()


def test_codes_are_upper_snake_case_with_a_status_and_a_meaning() -> None:
    rows = ROW.findall(error_codes_page.render())

    odd = [
        row
        for row in rows
        if not re.fullmatch(r"[A-Z0-9]+(_[A-Z0-9]+)*", row[0]) or len(row[2]) < 10
    ]
    statuses = {int(status) for _, status, _ in rows}

    assert odd == []
    assert statuses <= {status.value for status in HTTPStatus if status >= 400}
    assert len(rows) > 20


def test_codes_of_the_framework_and_of_error_pages_are_in_the_table() -> None:
    listed = {code for code, _, _ in ROW.findall(error_codes_page.render())}
    used = {code for _, text in sources(".py", under=PACKAGES) for code in ANSWERED.findall(text)}

    assert (used | set(FRAMEWORK_CODES.values())) - listed == set()

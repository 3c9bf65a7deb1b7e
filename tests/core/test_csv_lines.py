"""Lines of CSV: each row is one, whatever its cells hold."""

import csv
import io

from inventory_site.core.api.exports import csv_chunks


def test_a_cell_with_any_end_of_line_stays_one_cell():
    rows = [["a\r=1+1", 'say "so"'], ["b\nc", "d\r\ne"], ["plain", ""]] * 300

    text = b"".join(csv_chunks(["one", "two"], rows)).decode()

    assert text.startswith('one,two\n"a\r=1+1","say ""so"""\n"b\nc","d\r\ne"\nplain,\n')
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["one", "two"], *rows]

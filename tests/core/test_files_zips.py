"""ZIP files that strangers sent."""

import io
import struct
import zipfile

import pytest

from inventory_site.core.files.zips import BadArchive, Entry, ZipLimits, inspect_zip, read_entry

MIB = 1024 * 1024


def archive_of(*entries, mode=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", mode) as archive:
        for entry, content in entries:
            archive.writestr(entry, content)
    return out


def refusal(content, limits=ZipLimits()):  # noqa: B008  frozen
    with pytest.raises(BadArchive) as caught:
        inspect_zip(content, limits)
    return caught.value.message


def test_entries_come_with_their_sizes_and_without_folders():
    content = archive_of(("files/", b""), ("doc.kml", b"<kml/>" * 100), ("files/a.png", b"x"))

    entries = inspect_zip(content)

    assert [(one.name, one.size) for one in entries] == [("doc.kml", 600), ("files/a.png", 1)]
    assert isinstance(entries[0], Entry)
    assert read_entry(content, "doc.kml") == b"<kml/>" * 100


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"<html>", b"PK\x05\x06" + b"\xff" * 18, bytes(70_000)]
)
def test_what_is_no_archive_is_refused(content):
    with pytest.raises(BadArchive):
        inspect_zip(io.BytesIO(content))


def test_every_cut_of_an_archive_is_refused_and_none_crashes():
    whole = archive_of(("doc.kml", b"<kml/>"), ("a", b"b")).getvalue()

    for end in range(len(whole)):
        with pytest.raises(BadArchive):
            inspect_zip(io.BytesIO(whole[:end]))


def test_every_changed_byte_is_an_answer_or_a_refusal():
    whole = archive_of(("doc.kml", b"<kml/>" * 9)).getvalue()

    for place in range(len(whole)):
        changed = io.BytesIO(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            for entry in inspect_zip(changed):
                read_entry(changed, entry.name)
        except BadArchive:
            continue


def test_too_many_entries_are_refused_before_they_are_read():
    content = archive_of(*((str(number), b"") for number in range(1001)))

    assert refusal(content) == "The archive has more than 1000 entries."


def test_a_lie_about_the_number_of_entries_is_found():
    content = archive_of(*((str(number), b"") for number in range(30)))
    raw = bytearray(content.getvalue())
    raw[-14:-10] = struct.pack("<2H", 1, 1)

    assert (
        refusal(io.BytesIO(raw), ZipLimits(entries=20)) == "The archive has more than 20 entries."
    )


def test_a_dense_archive_is_refused():
    assert "far more than its size" in refusal(archive_of(("bomb", bytes(20 * MIB))))


def test_a_large_archive_is_refused_by_the_sum_of_its_entries():
    content = archive_of(("a", b"x" * 600), ("b", b"x" * 600), mode=zipfile.ZIP_STORED)

    assert (
        refusal(content, ZipLimits(total_bytes=1000))
        == "The archive unpacks to more than the limit."
    )


@pytest.mark.parametrize(
    "name", ["../a", "a/../../b", "/etc/passwd", "C:\\a", "a\\..\\b", "a\nb", "..", "x" * 256]
)
def test_unsafe_names_are_refused(name):
    assert refusal(archive_of((name, b"x"))) == "An entry of the archive has an unsafe name."


def test_a_link_is_refused():
    link = zipfile.ZipInfo("a")
    link.external_attr = 0o120777 << 16

    assert refusal(archive_of((link, b"/etc/passwd"))) == "The archive holds a link."


def test_an_encrypted_archive_is_refused():
    content = bytearray(archive_of(("a", b"x")).getvalue())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1

    assert refusal(io.BytesIO(content)) == "The archive is encrypted."


def test_a_rare_method_is_refused():
    content = archive_of(("a", b"x"), mode=zipfile.ZIP_LZMA)

    assert "packing method" in refusal(content)


def test_overlapping_entries_are_refused():
    raw = bytearray(
        archive_of(("a", b"x" * 50), ("b", b"y" * 50), mode=zipfile.ZIP_STORED).getvalue()
    )
    second = raw.rindex(b"PK\x01\x02")
    raw[second + 42 : second + 46] = struct.pack("<L", 10)

    assert refusal(io.BytesIO(raw)) == "Entries of the archive overlap."


def test_an_archive_of_the_long_format_is_refused():
    content = archive_of(("a", b"x")).getvalue()
    at = content.rindex(b"PK\x05\x06")
    locator = b"PK\x06\x07" + bytes(16)

    assert refusal(io.BytesIO(content[:at] + locator + content[at:])) == (
        "ZIP64 archives are not accepted."
    )


def test_an_entry_that_is_damaged_or_absent_is_refused():
    raw = bytearray(archive_of(("doc.kml", b"<kml/>" * 50), mode=zipfile.ZIP_STORED).getvalue())
    raw[60] ^= 0xFF

    with pytest.raises(BadArchive, match="damaged"):
        read_entry(io.BytesIO(raw), "doc.kml")
    with pytest.raises(BadArchive, match="no such entry"):
        read_entry(archive_of(("a", b"x")), "b")

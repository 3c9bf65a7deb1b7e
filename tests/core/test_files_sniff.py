"""Types by content, with and without libmagic."""

import io
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from inventory_site.core.files import sniff as sniffing
from inventory_site.core.files.sniff import sniff, sniff_file


def zipped(**entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def workbook():
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


def document():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    return out.getvalue()


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(20)
CASES = {
    "png": (PNG, "image/png"),
    "jpeg": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(20), "image/jpeg"),
    "gif": (b"GIF89a" + bytes(20), "image/gif"),
    "webp": (b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(20), "image/webp"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "application/pdf"),
    "zip": (zipped(a="text"), "application/zip"),
    "empty zip": (zipped(), "application/zip"),
    "kmz": (zipped(**{"doc.kml": "<kml/>"}), "application/vnd.google-earth.kmz"),
    "kmz in a folder": (zipped(**{"a__B.KML": "<kml/>"}), "application/vnd.google-earth.kmz"),
    "xlsx": (workbook(), sniffing.XLSX),
    "docx": (document(), sniffing.DOCX),
    "glb": (b"glTF\x02\x00\x00\x00" + bytes(20), "model/gltf-binary"),
    "step": (b"ISO-10303-21;\nHEADER;\n", "model/step"),
    "svg": (b'<?xml version="1.0"?>\n<!-- x --><svg xmlns="x"/>', "image/svg+xml"),
    "bare svg": (b"  <svg onload='x'>", "image/svg+xml"),
    "svg with a doctype": (
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x"><svg/>',
        "image/svg+xml",
    ),
    "html": (b"<!DOCTYPE html>\n<title>x</title>", "text/html"),
    "html without a head": (b"hello <script src=x></script>", "text/html"),
    "html with a mark": (b"\xef\xbb\xbf<HTML>", "text/html"),
    "kml": (b'<?xml version="1.0"?><kml xmlns="x"><Document/></kml>', sniffing.KML),
    "kml of a prefix": (b'<k:kml xmlns:k="x"/>', sniffing.KML),
    "xml": (b'<?xml version="1.0"?><site/>', "application/xml"),
    "text": (b"Trace of span 7, measured in May.\nAll well.\n", "text/plain"),
    "text cut in a letter": ("é".encode() * 2048 + "é".encode()[:1], "text/plain"),
    "old text": ("Größe: 7 µm\n".encode("latin-1"), "text/plain"),
    "wide text": ("Size 7".encode("utf-16"), "text/plain"),
    "csv": (b"ucn,mtu\nLON1,9000\nLON2,1500\n", "text/csv"),
    "csv with quotes": (b'a;b\n"1;x";2\n', "text/csv"),
    "tabs": (b"a\tb\n1\t2\n", "text/csv"),
}


@pytest.fixture(params=["magic", "table"])
def reader(request, monkeypatch):
    if request.param == "table":
        monkeypatch.setattr(sniffing, "magic", None)
    elif sniffing.magic is None:
        pytest.skip("MISSING PEER: libmagic is not installed")


@pytest.mark.parametrize("case", CASES)
def test_the_table_knows_its_types_with_and_without_libmagic(case, reader):
    content, expected = CASES[case]

    assert sniff(content[:4096], lambda: io.BytesIO(content)) == expected


def test_libmagic_is_asked_about_what_the_table_does_not_know():
    if sniffing.magic is None:
        pytest.skip("MISSING PEER: libmagic is not installed")

    assert sniff(Path(sys.executable).read_bytes()).startswith("application/x-")
    assert sniff(b"\x1f\x8b\x08\x00" + bytes(20)) == "application/gzip"


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 4])
def test_what_nobody_knows_is_plain_bytes(content, monkeypatch):
    monkeypatch.setattr(sniffing, "magic", None)

    assert sniff(content) == "application/octet-stream"


@pytest.mark.parametrize("content", [b"PK\x03\x04 not a zip", zipped(a="x")[:-9]])
def test_a_broken_archive_is_only_a_zip(content):
    assert sniff(content, lambda: io.BytesIO(content)) == "application/zip"


def test_an_open_file_keeps_its_place():
    content = io.BytesIO(zipped(**{"doc.kml": "<kml/>"}))
    content.seek(7)

    assert sniff_file(content) == "application/vnd.google-earth.kmz"
    assert content.tell() == 7


def test_a_name_means_nothing():
    assert sniff(b"<html>evil.png</html>") == "text/html"

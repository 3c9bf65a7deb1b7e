"""Uploads, deliveries and rendered pictures, answer by answer (contract 3.4 to 3.6)."""

from __future__ import annotations

import io
import json
import struct
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from parts.models import ConvertedModel, FabricationPart, PartView, StoredBlob
from parts.services import fabrication_models
from tests.clients.fabrication import SAMPLES, Shop, body_of

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4 drawing"


def png(size: int = 8) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (size, size), "red").save(out, "PNG")
    return out.getvalue()


def send_views(shop: Shop, part_id: int, **files: bytes) -> Any:
    form = {name: SimpleUploadedFile(f"{name}.png", content) for name, content in files.items()}
    return shop.client.post(f"/api/parts/{part_id}/views", form, headers=shop.headers)


def test_a_step_file_is_kept_and_converted(shop: Shop) -> None:
    part = shop.made()

    answer = shop.sample(part["id"], "plate-4-holes.step", "Plate 4 holes (v2).STEP")
    model = shop.get(f"{part['id']}/model")
    glb = body_of(model)

    assert answer.status_code == 201
    assert answer.json() == {
        "message": "File uploaded successfully",
        "filename": "Plate_4_holes_v2.STEP",
        "file_path": f"uploads/{part['id']}/Plate_4_holes_v2.STEP",
        "conversion": {
            "success": True,
            "error": None,
            "gltf_path": f"uploads/{part['id']}/Plate_4_holes_v2.glb",
            "status": "done",
        },
    }
    assert shop.get(str(part["id"])).json()["file"] == "Plate_4_holes_v2.STEP"
    assert (model.status_code, model["Content-Type"]) == (200, "model/gltf-binary")
    assert model["Content-Disposition"] == 'inline; filename="Plate_4_holes_v2.glb"'
    assert struct.unpack("<4sII", glb[:12]) == (b"glTF", 2, len(glb))
    assert len(glb) == 17_900


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("../../evil.step", "evil.step"),
        ("Tür.step", "Tur.step"),
        ("中文.step", "part-{id}.step"),
        (".step", "part-{id}.step"),
        ("a;b&c.STP", "abc.STP"),
    ],
)
def test_names_are_made_harmless(shop: Shop, name: str, stored: str) -> None:
    part = shop.made()

    answer = shop.upload(part["id"], name, b"not a step file")

    assert answer.status_code == 201
    assert answer.json()["filename"] == stored.format(id=part["id"])


@pytest.mark.parametrize("name", ["x.stl", "noext", "x.step.exe"])
def test_other_kinds_of_file_are_refused(shop: Shop, name: str) -> None:
    part = shop.made()

    answer = shop.upload(part["id"], name, b"x")

    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "Invalid file type", "details": "Only step, stp, pdf files are allowed"},
    )
    assert StoredBlob.objects.count() == 0


def test_a_form_without_a_file_is_refused(shop: Shop) -> None:
    part = shop.made()

    other = shop.upload(part["id"], "x.step", b"x", field="other")
    bodies = [other, shop.post(f"{part['id']}/upload", {}), shop.post(f"{part['id']}/upload")]

    assert [(answer.status_code, answer.json()) for answer in bodies] == [
        (400, {"error": "No file provided"})
    ] * 3


def test_a_file_over_the_limit_is_refused_before_it_is_stored(shop: Shop, settings: Any) -> None:
    settings.FABRICATION_MAX_FILE_BYTES = 1024 * 1024
    part = shop.made()

    answers = [
        shop.upload(part["id"], "x.step", b"x" * size) for size in (1024**2 + 1, 3 * 1024**2)
    ]

    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (413, {"error": "File too large", "details": "Maximum size: 1 MB"})
    ] * 2
    assert StoredBlob.objects.count() == 0


def test_a_pdf_is_one_and_has_no_model(shop: Shop) -> None:
    part = shop.made()

    wrong = shop.upload(part["id"], "x.pdf", b"hello")
    right = shop.upload(part["id"], "x.PDF", PDF)
    model = shop.get(f"{part['id']}/model")

    assert wrong.json() == {"error": "Invalid file type", "details": "Not a PDF document"}
    assert "conversion" not in right.json()
    assert (model.status_code, model.json()) == (
        404,
        {"error": "No 3D model for this file type"},
    )


def test_files_are_delivered_whole_in_part_and_conditionally(shop: Shop) -> None:
    part = shop.made()
    shop.upload(part["id"], "x.pdf", PDF)
    path = f"/api/parts/{part['id']}/download"

    whole = shop.client.get(path, headers=shop.headers)
    some = shop.client.get(path, headers={**shop.headers, "Range": "bytes=1-3"})
    beyond = shop.client.get(path, headers={**shop.headers, "Range": "bytes=900-"})
    same = shop.client.get(path, headers={**shop.headers, "If-None-Match": whole["ETag"]})
    shown = shop.get(f"{part['id']}/file")

    assert (whole.status_code, body_of(whole)) == (200, PDF)
    assert whole["Content-Disposition"] == 'attachment; filename="x.pdf"'
    assert whole["Content-Type"] == "application/pdf"
    assert whole["Cache-Control"] == "no-cache"
    assert whole["X-Content-Type-Options"] == "nosniff"
    assert whole["Last-Modified"]
    assert (some.status_code, body_of(some)) == (206, b"PDF")
    assert some["Content-Range"] == f"bytes 1-3/{len(PDF)}"
    assert beyond.status_code == 416
    assert same.status_code == 304
    assert shown["Content-Disposition"] == 'inline; filename="x.pdf"'


def test_what_is_not_there_is_said_as_recorded(shop: Shop) -> None:
    empty, named = shop.made(), shop.made(file="gear.step")

    def says(part: dict[str, Any], verb: str) -> tuple[int, str]:
        answer = shop.get(f"{part['id']}/{verb}")
        return answer.status_code, answer.json()["error"]

    for verb in ("download", "file", "model"):
        assert says(empty, verb) == (404, "No file associated with this part")
    assert says(named, "download") == (404, "File not found on server")
    assert says(named, "file") == (404, "File not found on server")
    assert says(named, "model") == (404, "Original file not found")


def test_a_broken_file_fails_once_and_never_shows_the_old_model(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = shop.made()
    shop.sample(part["id"], "inch-block.step", "a.step")
    assert shop.get(f"{part['id']}/model").status_code == 200

    broken = shop.sample(part["id"], "bad-truncated.step", "a.step")
    monkeypatch.setattr(fabrication_models, "convert", None)
    answers = [shop.get(f"{part['id']}/model") for _ in range(2)]

    assert broken.json()["conversion"] == {
        "success": False,
        "error": "GLB file was not created",
        "gltf_path": None,
        "status": "failed",
    }
    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (422, {"error": "Model conversion failed", "details": "GLB file was not created"})
    ] * 2


def test_the_same_bytes_are_converted_once(shop: Shop) -> None:
    one, two = shop.made(), shop.made()

    shop.sample(one["id"], "inch-block.step")
    first = ConvertedModel.objects.get()
    shop.sample(two["id"], "inch-block.step", "other.stp")

    assert ConvertedModel.objects.get().finished_at == first.finished_at
    assert shop.get(f"{two['id']}/model")["Content-Disposition"] == 'inline; filename="other.glb"'


def test_a_conversion_that_takes_longer_is_pending(shop: Shop, settings: Any) -> None:
    settings.FABRICATION_WAIT_S = 0
    settings.PATCHBAY_TASKS = "queue"
    part = shop.made()

    upload = shop.sample(part["id"], "inch-block.step")
    model = shop.get(f"{part['id']}/model")

    assert upload.status_code == 201
    assert upload.json()["conversion"] == {
        "success": False,
        "error": "Conversion in progress",
        "gltf_path": None,
        "status": "pending",
    }
    assert (model.status_code, model.json(), model["Retry-After"]) == (
        503,
        {"error": "Model conversion in progress", "status": "pending"},
        "2",
    )


def test_pictures_are_kept_listed_and_replaced(shop: Shop) -> None:
    part = shop.made(miscInfo={"reviewer": "Rae"})
    none = shop.get(f"{part['id']}/views")

    first = send_views(shop, part["id"], view_0=png(), view_7=png(9), other=b"ignored")
    more = send_views(shop, part["id"], view_0=png(10), view_8=b"ignored")
    empty = send_views(shop, part["id"])
    image = shop.get(f"{part['id']}/views/0")

    assert none.json() == {"views": None}
    assert first.json()["success"] is True
    assert set(first.json()["views"]["files"]) == {"0", "7"}
    assert more.json()["views"]["files"]["0"]["filename"] == "view_0.png"
    assert set(empty.json()["views"]["files"]) == {"0", "7"}
    assert shop.get(f"{part['id']}/views").json()["views"] == empty.json()["views"]
    assert (image["Content-Type"], body_of(image)) == ("image/png", png(10))
    assert shop.get(str(part["id"])).json()["miscInfo"] == {"reviewer": "Rae"}
    for index in (1, 8, 99):
        answer = shop.get(f"{part['id']}/views/{index}")
        assert (answer.status_code, answer.json()) == (404, {"error": "View image not found"})
    assert shop.get(f"{part['id']}/views/-1").json() == {"error": "Not found"}
    assert shop.get(f"{part['id']}/views/..%2f..%2fsettings").json() == {"error": "Not found"}


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a",
        png()[:20],
        png(2001),
        b"\x89PNG\r\n\x1a\n" + b"x" * 100,
        png() + b"x" * 2 * 1024**2,
    ],
)
def test_only_small_pngs_are_pictures(shop: Shop, content: bytes) -> None:
    part = shop.made()

    answer = send_views(shop, part["id"], view_0=png(), view_1=content)

    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid view image"})
    assert PartView.objects.count() == 0


def test_another_source_file_drops_the_pictures(shop: Shop) -> None:
    part = shop.made()
    send_views(shop, part["id"], view_0=png())

    shop.upload(part["id"], "x.pdf", PDF)

    assert shop.get(f"{part['id']}/views").json() == {"views": None}


def test_bytes_leave_with_the_last_part_that_uses_them(shop: Shop, commits: Any) -> None:
    one, two = shop.made(), shop.made()
    for part in (one, two):
        shop.upload(part["id"], "x.pdf", PDF)

    with commits():
        shop.send("DELETE", str(one["id"]))
    still = StoredBlob.objects.count()
    with commits():
        shop.send("DELETE", str(two["id"]))

    assert (still, StoredBlob.objects.count()) == (1, 0)
    assert FabricationPart.objects.count() == 0


def test_the_samples_have_the_readmes_triangles_and_boxes(shop: Shop) -> None:
    expected = {
        "plate-4-holes.step": (556, 17_900, (100, 60, 6), 35_074.845),
        "l-bracket.stp": (128, 5_096, (50, 30, 40), 10_118.938),
        "stepped-shaft.step": (288, 9_804, (20, 20, 65), 15_363.435),
        "two-body-assembly.step": (112, 5_556, (40, 20, 40), 9_507.964),
        "inch-block.step": (12, 1_576, (25.4, 50.8, 12.7), 16_387.064),
    }
    for name, (triangles, size, box, volume) in expected.items():
        part = shop.made()
        answer = shop.sample(part["id"], name)
        assert answer.json()["conversion"]["success"] is True, name
        row = FabricationPart.objects.get(pk=part["id"]).files.get()
        model = row.blob.converted_model
        assert (model.triangles, model.size, model.quality) == (triangles, size, "standard")
        sides = [high - low for low, high in zip(model.bounds[:3], model.bounds[3:], strict=True)]
        assert sides == pytest.approx(box, rel=0.005)
        assert model.volume_mm3 == pytest.approx(volume, rel=0.01)
        assert model.area_mm2 > 0
        assert model.has_picture
    glb = body_of(shop.get(f"{part['id']}/model"))
    length = struct.unpack_from("<I", glb, 12)[0]
    assert json.loads(glb[20 : 20 + length])["asset"]["version"] == "2.0"
    assert SAMPLES.is_dir()

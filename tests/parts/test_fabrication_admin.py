"""The workshop's pages: board, queues, figures, the part with its verbs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from parts.models import ConvertedModel, FabricationPart
from parts.services import fabrication_flow as flow
from parts.services import fabrication_parts as parts
from tests.clients.fabrication import SAMPLES
from tests.factories.accounts import UserFactory
from tests.factories.fabrication import FabricationPartFactory, MachineFactory

pytestmark = pytest.mark.django_db
ROOT = "/admin/parts/fabricationpart"


def send(page: Client, path: str, **body: Any) -> Any:
    return page.post(f"{ROOT}/{path}/", json.dumps(body), content_type="application/json")


def do(page: Client, verb: str, part: FabricationPart, **data: Any) -> Any:
    return page.post(f"{ROOT}/verbs/{verb}/", {"ids": part.pk, "confirm": "1", **data})


def test_a_part_is_submitted_with_its_file_and_seen_turning(admin_page: Client) -> None:
    content = (SAMPLES / "inch-block.step").read_bytes()
    form = {
        "name": "Block",
        "type": "cnc",
        "amount": 2,
        "priority": 3,
        "upload": SimpleUploadedFile("b.step", content),
    }

    admin_page.post(f"{ROOT}/add/", form)
    part = FabricationPart.objects.get()
    page = admin_page.get(f"{ROOT}/{part.pk}/change/").content.decode()

    assert ConvertedModel.objects.get().state == "done"
    assert f'src="/api/fabrication/parts/{part.pk}/model"' in page
    assert "25.4" in page
    assert "50.8" in page
    assert "12.7" in page


def test_the_verbs_lead_a_part_through_the_shop(admin_page: Client) -> None:
    part = FabricationPartFactory(type="hand", amount=4)

    do(admin_page, "approve", part, reviewer="Rae")
    do(admin_page, "claim", part, assigned="Jana")
    do(admin_page, "pieces", part, good=2, scrap=1, reason="Torn")
    do(admin_page, "complete", part, storage="Shelf 9")
    part.refresh_from_db()

    assert (part.category, part.assigned, part.good, part.scrap) == ("completed", "Jana", 2, 1)
    assert part.misc_info["reviewer"] == "Rae"
    assert part.misc_info["storage"] == "Shelf 9"


def test_a_part_started_for_nobody_by_name_can_be_completed(admin_page: Client) -> None:
    """The front ends start a part on a machine without naming anybody."""
    part = FabricationPartFactory(category="cnc", status="In Progress")

    board = admin_page.get(f"{ROOT}/board/").content.decode()
    do(admin_page, "complete", part)
    part.refresh_from_db()

    assert f"Done: {part}" in board
    assert part.category == "completed"


def test_a_failed_model_is_said_and_converted_again(admin_page: Client) -> None:
    part = FabricationPartFactory()
    upload = SimpleUploadedFile("b.step", (SAMPLES / "bad-truncated.step").read_bytes())
    do(admin_page, "file", part, file=upload)
    first = ConvertedModel.objects.get()

    page = admin_page.get(f"{ROOT}/{part.pk}/change/").content.decode()
    do(admin_page, "convert", part)

    assert "There is no model: GLB file was not created." in page
    assert "Convert again" in page
    assert first.finished_at < ConvertedModel.objects.get().finished_at


def test_a_claimed_part_is_refused_with_who_has_it(admin_page: Client) -> None:
    part = FabricationPartFactory(type="hand", category="hand", status="Reviewed")
    flow.assign(actor=None, part_id=part.pk, name="Ben")

    answer = do(admin_page, "claim", part, assigned="Ann")
    part.refresh_from_db()

    assert f"{part} is already claimed by Ben." in answer.content.decode()
    assert part.assigned == "Ben"


def test_cards_are_dragged_where_the_rules_allow(admin_page: Client) -> None:
    part = FabricationPartFactory(type="cnc")

    wrong = send(admin_page, "board/move", part=part.pk, stage="hand")
    right = send(admin_page, "board/move", part=part.pk, stage="cnc")
    done = send(admin_page, "board/move", part=part.pk, stage="completed")
    odd = [send(admin_page, "board/move", **body) for body in ({}, {"part": "x", "stage": 1})]
    stranger = Client()
    stranger.force_login(UserFactory(roles=["viewer"]))
    refused = send(stranger, "board/move", part=part.pk, stage="cnc")

    assert (wrong.status_code, right.json()) == (409, {"stage": "cnc"})
    assert "made as cnc" in wrong.json()["error"]
    assert done.json() == {"stage": "completed"}
    assert {answer.status_code for answer in odd} == {400}
    assert refused.status_code == 403
    assert admin_page.get(f"{ROOT}/board/move/").status_code == 405


def test_parts_are_dragged_between_queues(admin_page: Client) -> None:
    mill, laser = MachineFactory(), MachineFactory()
    rows = [FabricationPartFactory(category="cnc") for _ in range(3)]
    for row in rows:
        parts.update_part(actor=None, part_id=row.pk, body={"machine_id": mill.pk})
    a, b, c = (row.pk for row in rows)

    turned = send(admin_page, "queues/place", part=c, machine=str(mill.pk), ids=[c, a, b])
    moved = send(admin_page, "queues/place", part=a, machine=str(laser.pk), ids=[a])
    stale = send(admin_page, "queues/place", part=b, machine=str(laser.pk), ids=[b])
    out = send(admin_page, "queues/place", part=c, machine="", ids=[])

    assert [turned.status_code, moved.status_code, out.status_code] == [200] * 3
    assert stale.status_code == 409
    places = FabricationPart.objects.order_by("pk").values_list("machine", "queue_position")
    assert list(places) == [(laser.pk, 1), (mill.pk, 1), (None, None)]


def test_pages_open_with_a_fixed_number_of_queries(
    admin_page: Client, django_assert_max_num_queries: Any
) -> None:
    machine = MachineFactory()
    for number in range(12):
        FabricationPartFactory(category="cnc", machine=machine, queue_position=number + 1)
        FabricationPartFactory(category="completed", assigned="Ann")

    for page in ("board", "queues", "figures"):
        with django_assert_max_num_queries(30):
            answer = admin_page.get(f"{ROOT}/{page}/")
        assert answer.status_code == 200
    stranger = Client()
    stranger.force_login(UserFactory(roles=["provisioner"]))
    assert stranger.get(f"{ROOT}/board/").status_code == 403


def test_paper_of_an_old_revision_is_said(admin_page: Client) -> None:
    part = FabricationPartFactory(revision="B")

    old = admin_page.get(f"{ROOT}/{part.pk}/change/?r=A").content.decode()
    new = admin_page.get(f"{ROOT}/{part.pk}/change/?r=B").content.decode()

    assert "The revision changed" in old
    assert "The revision changed" not in new

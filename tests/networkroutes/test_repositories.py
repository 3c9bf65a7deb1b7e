"""Other kinds of inventory: typed fields, records, their list, form and native paths."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from inventory_site.core.errors import InvalidInput, VersionConflict
from networkroutes.demo import load
from networkroutes.errors import DuplicateRecord, FieldInUse
from networkroutes.importers.typed import FieldRule, read_value
from networkroutes.models import InventoryRecord, NetworkRoute, RepositoryField, RepositoryType
from networkroutes.services import repositories
from tests.factories.accounts import UserFactory
from tests.factories.networkroutes import (
    InventoryRecordFactory,
    NetworkRouteFactory,
    RepositoryFieldFactory,
    RepositoryTypeFactory,
)

pytestmark = pytest.mark.django_db
HOME = "/admin/networkroutes/"


@pytest.fixture
def racks(db: None) -> RepositoryType:
    """A kind with a required text, a number, a choice, a date and a yes or no."""
    kind = RepositoryTypeFactory(name="Racks")
    for position, (slug, what, more) in enumerate(
        (
            ("row", "text", {"is_required": True}),
            ("power_kva", "number", {"unit": "kVA"}),
            ("feed", "choice", {"choices": ["A", "B", "A and B"]}),
            ("since", "date", {}),
            ("is_caged", "yes_no", {}),
        )
    ):
        RepositoryFieldFactory(
            repository_type=kind, slug=slug, label=slug, kind=what, position=position, **more
        )
    return kind


@pytest.mark.parametrize(
    ("kind", "sent", "value"),
    [
        ("text", " a ", "a"),
        ("number", "4.50", 4.5),
        ("number", 3, 3),
        ("whole", "12", 12),
        ("yes_no", "No", False),
        ("yes_no", True, True),
        ("date", "2026-03-01", "2026-03-01"),
        ("choice", "b", "B"),
        ("text", "  ", None),
    ],
)
def test_values_are_read_by_the_kind_of_their_field(kind: str, sent: Any, value: Any) -> None:
    assert read_value(FieldRule("x", kind, choices=("A", "B")), sent) == value


@pytest.mark.parametrize(
    ("kind", "sent", "sentence"),
    [
        ("text", 5, "must be text"),
        ("number", "1e999", "must be a number"),
        ("number", True, "must be a number"),
        ("whole", "1.5", "must be a whole number"),
        ("yes_no", "maybe", "must be yes or no"),
        ("date", "1.3.2026", "must be a date, YYYY-MM-DD"),
        ("choice", "C", "must be one of A, B"),
    ],
)
def test_other_values_are_refused(kind: str, sent: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_value(FieldRule("x", kind, choices=("A", "B")), sent)


def test_a_record_keeps_typed_values_and_names_every_fault(racks: RepositoryType) -> None:
    actor = UserFactory(roles=["administrator"])
    made = repositories.create_record(
        actor=actor, repository_type=racks, name="R1", values={"row": "3", "power_kva": "7.5"}
    )

    with pytest.raises(InvalidInput) as caught:
        repositories.create_record(
            actor=actor, repository_type=racks, name="R2", values={"feed": "C", "colour": "red"}
        )

    assert made.values == {"row": "3", "power_kva": 7.5}
    assert caught.value.fields == {
        "colour": ["This kind has no such field."],
        "row": ["row is required"],
        "feed": ["feed must be one of A, B, A and B"],
    }
    assert InventoryRecord.objects.count() == 1


def test_names_are_unique_within_a_kind_only(racks: RepositoryType) -> None:
    actor = UserFactory(roles=["administrator"])
    InventoryRecordFactory(name="R1")
    repositories.create_record(actor=actor, repository_type=racks, name="R1", values={"row": "1"})

    with pytest.raises(DuplicateRecord):
        repositories.create_record(
            actor=actor, repository_type=racks, name="R1", values={"row": "2"}
        )

    assert InventoryRecord.objects.filter(name="R1").count() == 2


def test_a_new_field_leaves_old_records_and_circuits_as_they_are(racks: RepositoryType) -> None:
    actor = UserFactory(roles=["administrator"])
    circuit = NetworkRouteFactory()
    old = repositories.create_record(
        actor=actor, repository_type=racks, name="R1", values={"row": "3"}
    )

    repositories.define_field(
        actor=actor, repository_type=racks, values={"slug": "depth_mm", "label": "Depth"}
    )

    old.refresh_from_db()
    assert (old.values, old.version) == ({"row": "3"}, 1)
    assert NetworkRoute.objects.get().updated_at == circuit.updated_at


def test_a_field_with_values_keeps_its_kind_and_stays(racks: RepositoryType) -> None:
    actor = UserFactory(roles=["administrator"])
    repositories.create_record(actor=actor, repository_type=racks, name="R1", values={"row": "3"})
    field = RepositoryField.objects.get(slug="row")

    with pytest.raises(FieldInUse):
        repositories.change_field(actor=actor, field_id=field.pk, values={"kind": "number"})
    with pytest.raises(FieldInUse):
        repositories.remove_field(actor=actor, field_id=field.pk)

    repositories.change_field(actor=actor, field_id=field.pk, values={"label": "Row of racks"})
    assert RepositoryField.objects.get(slug="row").label == "Row of racks"


def test_a_lost_change_is_refused(racks: RepositoryType) -> None:
    actor = UserFactory(roles=["administrator"])
    row = repositories.create_record(
        actor=actor, repository_type=racks, name="R1", values={"row": "3"}
    )
    repositories.update_record(actor=actor, record_id=row.pk, values={"feed": "A"})

    with pytest.raises(VersionConflict):
        repositories.update_record(
            actor=actor, record_id=row.pk, values={"feed": "B"}, expected_version=1
        )

    assert InventoryRecord.objects.get().values == {"row": "3", "feed": "A"}


def test_the_list_has_the_columns_of_the_kind_and_the_form_its_fields(
    racks: RepositoryType, admin_page: Client
) -> None:
    form = admin_page.get(f"{HOME}inventoryrecord/add/", follow=True)
    asked = form.context["adminform"].form
    assert list(asked.fields) == [
        "name",
        "value_row",
        "value_power_kva",
        "value_feed",
        "value_since",
        "value_is_caged",
    ]

    body = {
        "name": "R1",
        "value_row": "3",
        "value_power_kva": "7.5",
        "value_feed": "A",
        "value_since": "2026-03-01",
        "value_is_caged": "no",
    }
    made = admin_page.post(f"{HOME}inventoryrecord/add/?type={racks.pk}", body)
    listed = admin_page.get(f"{HOME}inventoryrecord/?type={racks.pk}")

    assert made.status_code == 302, made.content
    assert [item.label for item in listed.context["columns"]] == [
        "Name",
        "Row",
        "Power_kva, kVA",
        "Feed",
        "Since",
        "Is_caged",
        "Changed",
    ]
    assert "2026-03-01" in listed.content.decode()

    record = InventoryRecord.objects.get()
    page = f"{HOME}inventoryrecord/{record.pk}/change/?tab=details"
    admin_page.post(page, {**body, "value_feed": "B", "value_power_kva": "", "expected_version": 1})

    record.refresh_from_db()
    assert record.values == {
        "row": "3",
        "feed": "B",
        "since": "2026-03-01",
        "is_caged": False,
    }


def test_the_export_of_a_kind_holds_its_values(racks: RepositoryType, admin_page: Client) -> None:
    InventoryRecordFactory(repository_type=racks, name="R1", values={"row": "3", "power_kva": 7.5})

    answer = admin_page.get(f"{HOME}inventoryrecord/?type={racks.pk}&export=csv")

    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0].startswith("Name,Row,")
    assert lines[1].startswith("R1,3,7.5")


def test_scripts_define_fields_and_keep_records(api: Any) -> None:
    client = api("administrator")
    kind = RepositoryTypeFactory()
    field = client.post(
        "/api/repository-fields",
        {"repository_type": kind.pk, "slug": "row", "label": "Row", "is_required": True},
        format="json",
    )
    made = client.post(
        "/api/inventory-records",
        {"repository_type": kind.pk, "name": "R1", "values": {"row": "3"}},
        format="json",
    )
    wrong = client.post(
        "/api/inventory-records",
        {"repository_type": kind.pk, "name": "R2", "values": {}},
        format="json",
    )
    key = made.json()["data"]["id"]
    changed = client.patch(f"/api/inventory-records/{key}", {"values": {"row": "4"}}, format="json")
    listed = client.get(f"/api/inventory-records?repository_type={kind.pk}").json()

    assert (field.status_code, made.status_code, changed.status_code) == (201, 201, 200)
    assert wrong.status_code == 400
    assert wrong.json()["error"]["details"]["fields"] == {"row": ["Row is required"]}
    assert [row["values"] for row in listed["data"]] == [{"row": "4"}]
    assert client.delete(f"/api/inventory-records/{key}").status_code == 204


def test_the_demo_has_a_second_kind_with_records() -> None:
    load()
    load()

    kind = RepositoryType.objects.get(name="Cross-connects")
    assert (kind.typed_fields.count(), kind.records.count(), kind.routes.count()) == (7, 8, 0)


def test_a_field_saved_as_it_was_drawn_keeps_its_choices(admin_page: Client) -> None:
    row = RepositoryFieldFactory(kind="choice", choices=["Single, armoured", "Double"])
    address = f"/admin/networkroutes/repositoryfield/{row.pk}/change/"
    form = admin_page.get(address).context["adminform"].form
    sent = {name: form[name].value() for name in form.fields}

    answer = admin_page.post(address, {**sent, "label": "Sheath", "is_required": ""})

    assert answer.status_code == 302, answer.content
    row.refresh_from_db()
    assert (row.label, row.choices) == ("Sheath", ["Single, armoured", "Double"])

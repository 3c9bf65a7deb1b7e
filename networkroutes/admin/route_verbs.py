"""Verbs on a circuit: reserve one of its channels, upload and remove its files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest

from inventory_site.core.admin import Answer, Verb
from networkroutes.admin.channel_verbs import MAY_RESERVE, ReserveForm, own_name, reserve_one
from networkroutes.admin.widgets import ManyFiles
from networkroutes.admin.words import page_of, plain, verb_of
from networkroutes.choices import ChannelState
from networkroutes.models import DarkFibreChannel, NetworkRoute
from networkroutes.selectors.register import channels_in
from networkroutes.services import files, routes

MAY_CHANGE = "networkroutes.change_networkroute"


class ChannelField(forms.ModelChoiceField):
    """A channel by its UCN and wavelength."""

    def label_from_instance(self, obj: DarkFibreChannel) -> str:
        """Name the channel, and its wavelength where the name is not it already."""
        wavelength = obj.dwdm_wavelength
        return f"{obj}, {wavelength}" if wavelength and obj.dwdm_ucn else str(obj)


class MapForm(forms.Form):
    """The map of a circuit."""

    kmz_file = forms.FileField(
        label="KMZ file",
        help_text="One file. It takes the place of the map that is there.",
        widget=forms.FileInput(attrs={"accept": ".kmz"}),
    )


class TestResultsForm(forms.Form):
    """Test results of a circuit."""

    test_results_files = ManyFiles(
        label="Files", help_text=f"Up to {files.MAX_FILES} files; all of them are kept or none."
    )


def free_channels(route: NetworkRoute) -> QuerySet[DarkFibreChannel]:
    """Return the channels of a circuit that are neither lit nor held."""
    return channels_in(route.channels.all(), ChannelState.FREE)


def _reserve_form(request: HttpRequest, objects: list[Any]) -> type[forms.Form]:
    channel = ChannelField(free_channels(objects[0]), label="Channel", empty_label=None)
    return type(
        "ReserveChannelForm", (ReserveForm,), {"channel": channel, "field_order": ["channel"]}
    )


def _reserve(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    channel: DarkFibreChannel = data["channel"]
    said = reserve_one(request, channel, data)
    return Answer(said, url=page_of(channel), undo_url=verb_of(channel, "release"))


def _upload(item: UploadedFile) -> files.Upload:
    return files.Upload(name=item.name or "file", size=item.size or 0, stream=item.file)


def _upload_map(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    stored = files.upload_kmz(
        actor=request.user,
        circuit_id=objects[0].circuit_id,
        upload=_upload(data["kmz_file"]),
    )
    return Answer(f"The map {stored.original_name} is kept.", files_tab(objects[0]), "Files")


def _upload_results(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    stored = files.upload_test_results(
        actor=request.user,
        circuit_id=objects[0].circuit_id,
        uploads=[_upload(item) for item in data["test_results_files"]],
    )
    count = f"{len(stored)} test-results file{'' if len(stored) == 1 else 's'}"
    return Answer(f"{count} kept.", files_tab(objects[0]), "Files")


def _remove_map(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    route = objects[0]
    routes.update_route(
        actor=request.user, circuit_id=route.circuit_id, values={"kmz_file_path": ""}
    )
    return Answer(f"{route} has no map any more.")


def files_tab(route: NetworkRoute) -> str:
    """Return the address of a circuit's files."""
    return f"{page_of(route)}?tab=files"


def _what_removing_means(objects: list[Any]) -> str:
    return f"The map of {plain(objects[0].circuit_id)} is deleted. This cannot be undone."


ROUTE_VERBS = [
    Verb(
        slug="reserve",
        label="Reserve channel",
        permission=MAY_RESERVE,
        run=_reserve,
        form=_reserve_form,
        initial=own_name,
        follows="Held for 60 days.",
        fits=lambda route: free_channels(route).exists(),
        icon="lock",
        on_list=False,
    ),
    Verb(
        slug="upload-results",
        label="Upload test results",
        permission=MAY_CHANGE,
        run=_upload_results,
        form=TestResultsForm,
        icon="upload",
        on_list=False,
    ),
    Verb(
        slug="upload-map",
        label="Upload map",
        permission=MAY_CHANGE,
        run=_upload_map,
        form=MapForm,
        icon="map-pinned",
        on_list=False,
    ),
    Verb(
        slug="remove-map",
        label="Remove map",
        permission=MAY_CHANGE,
        run=_remove_map,
        follows=_what_removing_means,
        danger=True,
        typed_name=True,
        fits=lambda route: bool(route.kmz_file_path),
        icon="trash-2",
        on_list=False,
    ),
]

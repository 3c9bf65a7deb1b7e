"""What talks to chosen devices: commands, and the reading of ports and light."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.http import HttpRequest
from django.urls import reverse

from devices import policy
from devices.choices import CREDENTIAL_IN_USE, EXECUTOR_WORDS, credential_word
from devices.errors import Invalid
from devices.executors.snmp import resolve_oid
from devices.models import Credential, Device
from devices.services import runs, scans, secrets
from inventory_site.core.admin import Answer, RowResult, Verb

OFFERED = ("ssh", "snmp", "ping", "traceroute")
NEEDED = {"ssh": "username", "snmp": "community"}  # what a credential for it has a field for
NO_ADDRESS = "It has no management address."


class CommandForm(forms.Form):
    """What to run on the chosen devices."""

    executor = forms.ChoiceField(choices=[(one, EXECUTOR_WORDS[one]) for one in OFFERED])
    command = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="A shell command, or an OID such as sysName.0.",
    )
    credential = forms.ModelChoiceField(
        Credential.objects.none(), required=False, empty_label="The device's own"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast(forms.ModelChoiceField, self.fields["credential"])
        choice.queryset = Credential.objects.kept().filter(status__in=CREDENTIAL_IN_USE)

    def clean(self) -> dict[str, Any]:
        """Refuse what no device could do: no command, no OID, a credential of another kind."""
        data: dict[str, Any] = super().clean() or {}
        executor, command = data.get("executor", ""), data.get("command", "")
        if executor in NEEDED and not command:
            self.add_error("command", f"Say what to run; {EXECUTOR_WORDS[executor]} needs it.")
        elif executor == "snmp":
            self._check_oid(command)
        self._check_credential(executor, data.get("credential"))
        return data

    def _check_oid(self, command: str) -> None:
        try:
            resolve_oid(command)
        except ValueError as err:
            self.add_error("command", f"{err}. 1.3.6.1.2.1.1.5.0 or a name as sysName.0 is one.")

    def _check_credential(self, executor: str, row: Credential | None) -> None:
        if row is None or executor not in NEEDED or row.credential_type not in secrets.TYPES:
            return
        if NEEDED[executor] not in {spec.key for spec in secrets.TYPES[row.credential_type]}:
            kind = credential_word(row.credential_type)
            text = f"{row} is of the type {kind}; {EXECUTOR_WORDS[executor]} cannot use it."
            self.add_error("credential", text)


def address_of(device: Device) -> str:
    """Return a device's address, or raise `Invalid` with the sentence that it has none."""
    if not device.ip:
        raise Invalid("ip_address", f"{device} has no management address.")
    return device.ip


def _queued(objects: list[Device], start: Callable[[list[str]], Any], view: str) -> Answer:
    """Start work on those devices that have an address; the others are rows with the reason."""
    silent = [device for device in objects if not device.ip]
    if len(silent) == len(objects):
        address_of(objects[0])
    work = start([device.ip for device in objects if device.ip])
    count = work.total_targets
    said = f"{count} target{'' if count == 1 else 's'} queued"
    left = f", {len(silent)} left out" if silent else ""
    return Answer(
        f"{said}{left}.",
        url=reverse(view, args=[work.pk]),
        link="To the work under way",
        goes=True,
        rows=tuple(RowResult(str(device), False, NO_ADDRESS) for device in silent),
    )


def _run(request: HttpRequest, objects: list[Device], data: dict[str, Any]) -> Answer:
    credential = data.get("credential")

    def start(targets: list[str]) -> Any:
        return runs.start_run(
            actor=request.user,
            executor=data["executor"],
            targets=targets,
            command=data["command"],
            credential_id=credential.pk if credential else None,
        )

    return _queued(objects, start, "admin:devices_executorrun_change")


def _scan(kind: str) -> Any:
    def run(request: HttpRequest, objects: list[Device], data: dict[str, Any]) -> Answer:
        def start(targets: list[str]) -> Any:
            return scans.start_scan(actor=request.user, kind=kind, targets=targets)

        return _queued(objects, start, "admin:devices_scan_change")

    return run


def has_address(device: Device) -> bool:
    """Whether there is anything to talk to."""
    return device.address is not None


TALKING_VERBS = [
    Verb(
        slug="run",
        label="Run a command",
        permission=policy.CONNECT,
        run=_run,
        form=CommandForm,
        follows="The answers stand side by side on the run's page.",
        icon="terminal",
        fits=has_address,
    ),
    Verb(
        slug="read-ports",
        label="Read ports",
        permission=policy.CONNECT,
        run=_scan("interfaces"),
        follows="Ports and neighbours are read over SSH.",
        icon="refresh-cw",
        fits=has_address,
    ),
    Verb(
        slug="read-light",
        label="Measure light",
        permission=policy.CONNECT,
        run=_scan("optical"),
        follows="Every optical port is measured over SSH.",
        icon="activity",
        fits=has_address,
    ),
]

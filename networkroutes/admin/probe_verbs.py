"""Verbs on a circuit's probe: measure now, say how, stop."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest

from inventory_site.core.admin import Answer, Verb
from networkroutes.admin.words import page_of
from networkroutes.models import LatencyProbe, NetworkRoute
from networkroutes.services import latency, latency_probes

MAY_SET = "networkroutes.change_latencyprobe"


class ProbeForm(forms.ModelForm):
    """How a circuit is measured."""

    class Meta:
        model = LatencyProbe
        fields = list(latency.PROBE_FIELDS)
        labels = {"json_path": "JSON path"}
        help_texts = {
            "target": "An address or host name; for an HTTP poll the whole URL.",
            "json_path": "Only for an HTTP poll: where the number stands, e.g. data.rtt_ms.",
            "tcp_port": "Where a TCP connection goes.",
            "snmp_port": "Where an SNMP agent is asked for its up time.",
            "losses_to_outage": "So many losses in a row make an outage.",
        }

    def _post_clean(self) -> None:
        """Leave the model's own rules to the service."""


def _initial(request: HttpRequest, objects: list[Any]) -> dict[str, Any]:
    probe = LatencyProbe.objects.filter(route=objects[0]).first()
    if probe is None:
        return {}
    return {name: getattr(probe, name) for name in latency.PROBE_FIELDS}


def _set(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    route = objects[0]
    latency.set_probe(actor=request.user, route=route, values=data)
    return Answer(f"{route} is measured from now on.", latency_tab(route), "Latency")


def _remove(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    latency.remove_probe(actor=request.user, route=objects[0])
    return Answer(f"{objects[0]} is measured no longer.")


def _now(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    run = latency_probes.probe_routes(actor=request.user, routes=objects)
    if len(objects) > 1:
        return Answer(f"{run.probed} measured, {run.lost} lost.")
    route = NetworkRoute.objects.get(pk=objects[0].pk)
    if run.lost:
        said = f"{route} did not answer."
    else:
        said = f"{route}: {route.live_latency_ms:g} ms."
    return Answer(said, latency_tab(route), "Latency")


def latency_tab(route: NetworkRoute) -> str:
    """Return the address of a circuit's latency."""
    return f"{page_of(route)}?tab=latency"


def has_probe(route: NetworkRoute) -> bool:
    """Whether anybody measures the circuit."""
    return LatencyProbe.objects.filter(route_id=route.pk).exists()


PROBE_VERBS = [
    Verb(
        slug="probe-now",
        label="Probe now",
        permission=MAY_SET,
        run=_now,
        follows="Measured once, beside its own times.",
        fits=has_probe,
        icon="activity",
    ),
    Verb(
        slug="set-probe",
        label="Set probe",
        permission=MAY_SET,
        run=_set,
        form=ProbeForm,
        initial=_initial,
        icon="gauge",
        on_list=False,
    ),
    Verb(
        slug="remove-probe",
        label="Remove probe",
        permission="networkroutes.delete_latencyprobe",
        run=_remove,
        follows="The history stays.",
        danger=True,
        fits=has_probe,
        icon="unplug",
        on_list=False,
    ),
]

"""Native channel plans, and reading of wavelengths."""

from __future__ import annotations

from decimal import Decimal

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory_site.core.api.views import GuardedMixin
from inventory_site.core.errors import InvalidInput
from networkroutes.api.views.latency import route_of
from networkroutes.design.grid import SPACINGS_GHZ, NotOnGrid, read_wavelength
from networkroutes.selectors.design_channels import channel_plan

SPACING = OpenApiParameter("spacing_ghz", float, description="12.5, 25, 50, 75 or 100.")


class ChannelPlanView(GuardedMixin, APIView):
    """The channel plan of a circuit."""

    permissions = {"get": "networkroutes.view_darkfibrechannel"}

    @extend_schema(parameters=[SPACING], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, circuit_id: str) -> Response:
        """Every slot of the C band: lit, reserved or free; 50 GHz unless asked otherwise."""
        spacing = spacing_of(request) or Decimal(50)
        return Response(channel_plan(route_of(circuit_id), spacing))


class WavelengthView(GuardedMixin, APIView):
    """Reading of a wavelength."""

    permissions = {"get": "networkroutes.view_darkfibrechannel"}

    @extend_schema(
        parameters=[OpenApiParameter("text", str, required=True), SPACING],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Channel number, THz and nm of a text in any notation (ITU-T G.694.1)."""
        try:
            found = read_wavelength(request.query_params.get("text", ""), spacing_of(request))
        except NotOnGrid as err:
            raise InvalidInput(fields={"text": [str(err)]}) from err
        return Response(
            {
                "thz": found.thz,
                "nm": found.nm,
                "channel_number": found.channel,
                "flexible_n": found.flexible_n,
                "width_ghz": found.width_ghz,
                "spacings_ghz": list(found.spacings),
            }
        )


def spacing_of(request: Request) -> Decimal | None:
    """Read the grid's spacing; nothing when none is named."""
    text = request.query_params.get("spacing_ghz", "").strip()
    if not text:
        return None
    known = {f"{spacing.normalize():f}": spacing for spacing in SPACINGS_GHZ}
    if text not in known:
        sentence = f"spacing_ghz must be one of {', '.join(known)}"
        raise InvalidInput(fields={"spacing_ghz": [sentence]})
    return known[text]

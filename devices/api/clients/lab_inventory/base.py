"""What every inventory view of the lab shares: signed in, rights checked, conflicts as 400."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.clients.lab.base import NO_RIGHT, SAFE, SIGNED_OUT, LabJSONParser, LabSurface
from accounts.api.clients.lab.base import lab_errors as shared_errors
from accounts.api.clients.lab.forms import Unprocessable
from devices import policy
from inventory_site.core.api.errors import as_refusal
from inventory_site.core.api.parsers import MultiPartParser
from inventory_site.core.errors import AuthenticationRequired, NotAllowed

BAD_REQUESTS = {
    "DEVICE_CONFLICT",
    "DEVICE_TYPE_CONFLICT",
    "MANUFACTURER_CONFLICT",
    "SITE_CONFLICT",
    "TAG_CONFLICT",
    "IN_USE",
    "ADDRESS_TAKEN",
}


class LabView(LabSurface):
    """Signed in, else 401; changes of the register need `devices:write`.

    `number` is what the row's number in the path is called where it is none.
    """

    number = "device_id"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse strangers, strange pages and those who may not write."""
        super().initial(request, *args, **kwargs)
        if not request.user or not request.user.is_authenticated:
            raise AuthenticationRequired(SIGNED_OUT)
        is_read = request.method in SAFE
        may = policy.may_read_inventory if is_read else policy.may_write_inventory
        if not may(request.user):
            raise NotAllowed(NO_RIGHT)
        for name in ("pk", "tag_id"):
            if isinstance(kwargs.get(name), str):
                field = self.number if name == "pk" else name
                text, kind = "value is not a valid integer", "type_error.integer"
                raise Unprocessable(field, text, "path", kind)

    def get_exception_handler(self) -> Any:
        return lab_errors


class FileView(LabView):
    """A view that takes a file: the only kind whose body may be a form."""

    parser_classes = (LabJSONParser, MultiPartParser)


def lab_errors(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer as the lab does everywhere; what is taken or in use is a 400 in the inventory."""
    response = shared_errors(error, context)
    if response is not None and response.status_code == 409:
        refusal = as_refusal(error)
        if refusal is not None and refusal.code in BAD_REQUESTS:
            response.status_code = 400
    return response

"""One verb on many parts, all or nothing unless asked otherwise (contract 10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction

from inventory_site.core.errors import DomainError
from inventory_site.core.locks import guarded
from parts import policy
from parts.errors.fabrication import BulkRefused, FieldRefused
from parts.services import fabrication_flow as flow
from parts.services import fabrication_parts as parts

MOST_AT_ONCE = 200
Action = Callable[[Any, int, Mapping[str, Any]], Any]


def _approve(actor: Any, pk: int, args: Mapping[str, Any]) -> Any:
    info = args.get("miscInfo", args.get("misc_info"))
    return flow.approve(actor=actor, part_id=pk, reviewer=args.get("reviewer"), info=info)


def _complete(actor: Any, pk: int, args: Mapping[str, Any]) -> Any:
    info = args.get("miscInfo", args.get("misc_info"))
    return flow.complete(actor=actor, part_id=pk, info=info)


def _delete(actor: Any, pk: int, args: Mapping[str, Any]) -> Any:
    parts.delete_part(actor=actor, part_id=pk)


def _move(actor: Any, pk: int, args: Mapping[str, Any]) -> Any:
    wanted = {key: args[key] for key in ("category", "machineId", "machine_id") if key in args}
    if not wanted:
        raise FieldRefused("args", "move needs a category or a machine")
    return parts.update_part(actor=actor, part_id=pk, body=wanted)


NEEDED = {
    "approve": policy.REVIEW_FABRICATION,
    "complete": policy.WORK_FABRICATION,
    "delete": policy.ADMIN_FABRICATION,
}
ACTIONS: dict[str, Action] = {
    "approve": _approve,
    "complete": _complete,
    "delete": _delete,
    "move": _move,
}


def apply_to_many(
    *,
    actor: Any,
    ids: Any,
    action: Any,
    args: Any = None,
    all_or_nothing: bool = True,
) -> list[dict[str, Any]]:
    """Do one verb on up to 200 parts and say per part how it went.

    Raises `BulkRefused` with those results when one refuses and all were to be done, and then none
    is changed; `FieldRefused` for a request that cannot be read; `NotAllowed` for a verb that the
    caller may do on no part.
    """
    do, numbers = _checked(ids, action)
    if action in NEEDED:
        policy.require(actor, NEEDED[action])
    given = args if isinstance(args, Mapping) else {}
    if not all_or_nothing:
        return [_one(do, actor, pk, given) for pk in numbers]
    results: list[dict[str, Any]] = []
    with guarded():
        results = [_one(do, actor, pk, given) for pk in sorted(numbers)]
        if not all(result["ok"] for result in results):
            raise BulkRefused(results)
    return results


def _one(do: Action, actor: Any, pk: int, args: Mapping[str, Any]) -> dict[str, Any]:
    try:
        with transaction.atomic():
            part = do(actor, pk, args)
    except DomainError as refusal:
        reason = refusal.details.get("reason") or refusal.message
        return {"id": pk, "ok": False, "code": refusal.code, "error": reason}
    return {"id": pk, "ok": True, **({"version": part.version} if part is not None else {})}


def _checked(ids: Any, action: Any) -> tuple[Action, Sequence[int]]:
    if not isinstance(action, str) or action not in ACTIONS:
        raise FieldRefused("action", f"action must be one of: {', '.join(ACTIONS)}")
    is_list = isinstance(ids, list) and all(type(pk) is int for pk in ids)
    if not is_list or not 1 <= len(ids) <= MOST_AT_ONCE:
        raise FieldRefused("ids", f"ids must be a list of 1 to {MOST_AT_ONCE} part ids")
    return ACTIONS[action], list(dict.fromkeys(ids))

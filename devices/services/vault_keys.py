"""Rotation of the vault's keys, and import from the replaced vault."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.text import Truncator

from accounts.models import Setting, User
from accounts.services import audit, second_factor
from devices.choices import CredentialStatus
from devices.errors import Invalid
from devices.models import (
    Credential,
    CredentialVersion,
    EnterpriseAuthUser,
    PollConfig,
)
from devices.services import integration, poll_secrets, sealed, secrets, vault
from inventory_site.core import crypto
from inventory_site.core.errors import DomainError
from inventory_site.core.locks import lock

CHUNK = 500
NAME_SHOWN = 60  # characters of a refused name


@dataclass(frozen=True, slots=True)
class Kept:
    """A model that keeps ciphertext in one column, and the id of its key in another."""

    model: type[models.Model]
    column: str


PLACES = (
    Kept(Credential, "encrypted_data"),
    Kept(CredentialVersion, "encrypted_data"),
    Kept(EnterpriseAuthUser, "encrypted_credentials"),
)


@dataclass(slots=True)
class Rotated:
    """How far a rotation came; `unreadable` names rows whose key is gone."""

    done: int = 0
    left: int = 0
    unreadable: list[str] = field(default_factory=list)


def rotate_keys(
    *, limit: int | None = None, said: Callable[[str], None] | None = None, dry_run: bool = False
) -> Rotated:
    """Encrypt every secret with the first key of the ring, in chunks, each its own transaction.

    Rows already under that key are left alone, so a run that was killed goes on where it stopped.
    """
    answer = Rotated()
    active = crypto.active_key_id()
    if dry_run:
        answer.left = _left(active)
        return answer
    for kept in PLACES:
        rows, last = kept.model._default_manager.exclude(key_id=active), 0
        while limit is None or answer.done < limit:
            size = CHUNK if limit is None else min(CHUNK, limit - answer.done)
            pks = list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:size])
            if not pks:
                break
            _rotate_chunk(kept, pks, answer)
            last = pks[-1]
            if said:
                said(f"{kept.model._meta.model_name}: {answer.done} done")
    answer.done += _rotate_polls(answer) + _rotate_settings(answer)
    answer.done += _rotate_second_factors(answer) + _rotate_options(answer)
    answer.left = _left(active)
    if answer.done:
        audit.record(None, "vault.keys_rotated", after={"secrets": answer.done, "key": active})
    return answer


def _left(active: str) -> int:
    """Count the secrets that another key than the first one encrypts."""
    rows = sum(kept.model._default_manager.exclude(key_id=active).count() for kept in PLACES)
    return rows + sum(crypto.key_id_of(text) != active for text in _outside())


def _outside() -> Iterator[str]:
    """Yield the ciphertext that is kept in no column of `PLACES`."""
    for texts in PollConfig.objects.values_list(*poll_secrets.COLUMNS):
        yield from filter(None, texts)
    for value in Setting.objects.values_list("value", flat=True):
        if isinstance(value, str) and value.startswith(integration.SECRET):
            yield value.removeprefix(integration.SECRET)
    for texts in User.objects.values_list(*second_factor.SEALED.values()):
        yield from filter(None, texts)
    for model, column in sealed.COLUMNS.items():
        rows = model._default_manager.filter(**{f"{column}__has_key": sealed.KEY})
        yield from rows.values_list(f"{column}__{sealed.KEY}", flat=True)


@transaction.atomic
def _rotate_chunk(kept: Kept, pks: list[int], answer: Rotated) -> None:
    name = str(kept.model._meta.model_name)
    changed = []
    for row in lock(kept.model._default_manager.filter(pk__in=pks)):
        try:
            text = crypto.decrypt(
                getattr(row, kept.column), bound_to=secrets.place(name, row.pk, kept.column)
            )
        except crypto.CannotDecrypt:
            answer.unreadable.append(f"{name} {row.pk}")
            continue
        sealed_text = crypto.encrypt(text, bound_to=secrets.place(name, row.pk, kept.column))
        setattr(row, kept.column, sealed_text)
        row.key_id = crypto.active_key_id()  # type: ignore[attr-defined]  # all three have it
        changed.append(row)
    kept.model._default_manager.bulk_update(changed, [kept.column, "key_id"])
    answer.done += len(changed)


def _rotate_polls(answer: Rotated) -> int:
    """Seal the communities and accounts of polls again, unless one was changed meanwhile."""
    done = 0
    for column in poll_secrets.COLUMNS:
        rows = PollConfig.objects.exclude(**{column: ""})
        for pk, old in rows.values_list("pk", column):
            place = poll_secrets.place(pk, column)
            text = _resealed(old, place, f"pollconfig {pk}", answer)
            if text:
                done += rows.filter(pk=pk, **{column: old}).update(**{column: text})
    return done


def _rotate_options(answer: Rotated) -> int:
    """Seal what runs and scans keep again, each row under a lock."""
    done = 0
    for model, column in sealed.COLUMNS.items():
        rows: Any = model._default_manager.filter(**{f"{column}__has_key": sealed.KEY})
        for pk in list(rows.values_list("pk", flat=True)):
            with transaction.atomic():
                row = lock(rows.filter(pk=pk)).first()
                if row is None:
                    continue  # ended meanwhile
                options, name = getattr(row, column), f"{model._meta.model_name} {pk}"
                text = _resealed(options[sealed.KEY], sealed.place(row), name, answer)
                if text:
                    options[sealed.KEY] = text
                    row.save(update_fields=[column])
                    done += 1
    return done


def _rotate_settings(answer: Rotated) -> int:
    """Seal the secrets of integrations again: NetBox, PRTG, MCP."""
    done = 0
    for row in Setting.objects.all():
        if not isinstance(row.value, str) or not row.value.startswith(integration.SECRET):
            continue
        old = row.value.removeprefix(integration.SECRET)
        text = _resealed(old, integration.place_of(row.key), f"setting {row.key}", answer)
        if text:
            done += Setting.objects.filter(pk=row.pk, value=row.value).update(
                value=integration.SECRET + text
            )
    return done


def _rotate_second_factors(answer: Rotated) -> int:
    """Seal the secrets of second factors again, each person under a lock."""
    done = 0
    for pk in User.objects.exclude(totp_secret_encrypted="").values_list("pk", flat=True):
        reseal = partial(_resealed, name=f"user {pk}", answer=answer)
        with transaction.atomic():
            done += second_factor.reseal(lock(User.objects.filter(pk=pk)).get(), reseal)
    return done


def _resealed(sealed: str, place: str, name: str, answer: Rotated) -> str:
    """Return a text under the first key; blank when it is there already, or does not open."""
    if crypto.key_id_of(sealed) == crypto.active_key_id():
        return ""
    try:
        return crypto.encrypt(crypto.decrypt(sealed, bound_to=place), bound_to=place)
    except crypto.CannotDecrypt:
        answer.unreadable.append(name)
        return ""


def import_legacy(
    rows: Iterable[Mapping[str, Any]], *, master_key: str, actor: Any = None, dry_run: bool = False
) -> tuple[int, list[str]]:
    """Take over credentials of the replaced vault; return how many, and why others were not.

    Each row is an object of its `credentials` table with `encrypted_data`. A name that is here
    already is left alone, so a second run changes nothing. A dry run does the same and takes it
    back.
    """
    if not dry_run:
        return _take_over_all(rows, master_key, actor)
    with transaction.atomic():
        found = _take_over_all(rows, master_key, actor)
        transaction.set_rollback(True)
    return found


def _take_over_all(
    rows: Iterable[Mapping[str, Any]], master_key: str, actor: Any
) -> tuple[int, list[str]]:
    key = secrets.legacy_key(master_key)
    done, refused = 0, []
    for number, row in enumerate(rows, start=1):
        name = str(row.get("name") or "")
        try:
            if row.get("is_deleted"):
                continue
            document = secrets.open_legacy(str(row.get("encrypted_data") or ""), key)
            if Credential.objects.kept().filter(name=name).exists():
                continue
            with transaction.atomic():
                _take_over(row, document, actor)
            done += 1
        except (DomainError, ValidationError) as err:
            said = err.message if isinstance(err, DomainError) else " ".join(err.messages)
            shown = Truncator(name or "no name").chars(NAME_SHOWN)
            refused.append(f"row {number} ({shown}): {said}")
    return done, refused


def _take_over(row: Mapping[str, Any], document: dict[str, Any], actor: Any) -> None:
    known = {name: row[name] for name in secrets.META if name in row and row[name] is not None}
    known.pop("status", None)
    if isinstance(known.get("tags"), str):
        known["tags"] = _tags(known["tags"])
    saved = vault.create_credential(
        actor=actor, body={**known, "username": row.get("username") or "", **_as_request(document)}
    )
    stored = vault.locked(saved.credential.pk)
    vault.seal_document(stored, document)
    stored.status = _status(row)
    stored.is_expired = stored.status == CredentialStatus.EXPIRED
    stored.save(update_fields=["encrypted_data", "key_id", "status", "is_expired"])
    vault.log(stored, "imported", actor, detail="Imported from the replaced vault")


def _status(row: Mapping[str, Any]) -> str:
    """Return where a row stood in the replaced vault; a word we do not know switches it off."""
    word = str(row.get("status") or CredentialStatus.ACTIVE).strip().lower()
    if word not in CredentialStatus.values:
        return CredentialStatus.DISABLED
    is_over = bool(row.get("is_expired")) and word == CredentialStatus.ACTIVE
    return CredentialStatus.EXPIRED if is_over else word


def _tags(text: str) -> Any:
    try:
        return json.loads(text or "[]")
    except ValueError as err:
        raise Invalid("tags", "tags must be a list of texts") from err


def _as_request(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in secrets.META}

"""Security keys (WebAuthn) in the second step: adding, using and removing them.

The library checks signatures; what is bound to what is decided here. A registration's challenge is
signed for its account and good for five minutes; that of a sign-in follows from the challenge of
the first step, so that it is as short-lived and as single-use as that one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.errors import InvalidCode, SecondFactorOff, WrongPassword
from accounts.models import SecurityKey, User
from accounts.services import audit
from inventory_site.core.errors import InvalidInput, NotFound
from inventory_site.core.locks import guarded, lock

LIFE_S, MOST_KEYS, MOST_CHARS = 300, 20, 16_384
SALT = "accounts.security_keys"
NOT_VALID = "The answer of the security key is not valid."
BROKEN = (ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError)
NO_MATTER = UserVerificationRequirement.DISCOURAGED


@dataclass(frozen=True, slots=True)
class Site:
    """Where the browser is: its host is what keys are bound to; answers come from `origins`."""

    host: str
    origins: frozenset[str]


@dataclass(frozen=True, slots=True)
class Begun:
    """What a browser needs to ask a new key, and the state to send back with its answer."""

    options: dict[str, Any]
    state: str


def begin(*, user: User, password: str, site: Site) -> Begun:
    """Begin to add a key; asks the password again, and for a second factor that is on."""
    if not user.check_password(password):
        audit.record(user, "second_factor.key_added", user, outcome="refused")
        raise WrongPassword("Invalid password")
    _require_on(user)
    known = _known(user)
    if len(known) >= MOST_KEYS:
        raise InvalidInput(fields={"name": [f"An account has {MOST_KEYS} keys at most."]})
    person = PublicKeyCredentialUserEntity(
        id=hashlib.sha256(f"{SALT}:{user.pk}".encode()).digest(),
        name=user.username,
        display_name=user.shown_name,
    )
    options, state = _server(site).register_begin(
        person,
        [data for _, data in known],
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=NO_MATTER,
    )
    signed = signing.dumps({"user": user.pk, "challenge": state["challenge"]}, salt=SALT)
    return Begun(_plain(options), signed)


def add(*, user: User, name: str, state: str, answer: Mapping[str, Any], site: Site) -> SecurityKey:
    """Keep the key that answered, or raise `InvalidCode`."""
    title = name.strip()
    if not title or len(title) > 100 or "\x00" in title:
        raise InvalidInput(fields={"name": ["A key needs a name of 100 characters at most."]})
    challenge = _challenge_of(user, state)
    try:
        made = _server(site).register_complete(_state(challenge), _limited(answer))
    except BROKEN as err:
        raise InvalidCode(NOT_VALID) from err
    if made.credential_data is None:
        raise InvalidCode(NOT_VALID)
    with guarded():
        _require_on(lock(User.objects.filter(pk=user.pk)).get())
        row = _insert(user, title, made.credential_data, made.counter)
        audit.record(user, "second_factor.key_added", user, after={"name": title})
    return row


def ask(*, user: User, challenge: str, site: Site) -> dict[str, Any] | None:
    """Return what a browser asks the account's keys in the second step; None without a key."""
    known = _known(user)
    if not known:
        return None
    options, _ = _server(site).authenticate_begin(
        [data for _, data in known], user_verification=NO_MATTER, challenge=_derived(challenge)
    )
    return _plain(options)


def accept(row: User, *, challenge: str, answer: Mapping[str, Any], site: Site) -> bool:
    """Whether the answer proves one of the account's keys; the caller has locked the account.

    A counter that does not grow is a copied key: it is refused.
    """
    known = _known(row)
    state = _state(websafe_encode(_derived(challenge)))
    try:
        sent = _limited(answer)
        found = _server(site).authenticate_complete(state, [data for _, data in known], sent)
        uses = AuthenticationResponse.from_dict(sent).response.authenticator_data.counter
    except BROKEN:
        return False
    key = next(key for key, data in known if data.credential_id == found.credential_id)
    if (uses or key.uses) and uses <= key.uses:
        audit.record(None, "second_factor.key_copied", row, after={"name": key.name})
        return False
    key.uses, key.last_used_at = uses, timezone.now()
    key.save(update_fields=["uses", "last_used_at"])
    return True


@transaction.atomic
def remove(*, user: User, key_id: int) -> None:
    """Forget one of the account's own keys, or raise `NotFound`."""
    row = lock(SecurityKey.objects.filter(pk=key_id, user=user)).first()
    if row is None:
        raise NotFound("Security key not found")
    row.delete()
    audit.record(user, "second_factor.key_removed", user, before={"name": row.name})


def _server(site: Site) -> Fido2Server:
    entity = PublicKeyCredentialRpEntity(id=site.host, name="Patchbay")
    return Fido2Server(entity, verify_origin=lambda origin: origin in site.origins)


def _known(user: User) -> list[tuple[SecurityKey, AttestedCredentialData]]:
    rows = SecurityKey.objects.filter(user=user)
    return [(row, AttestedCredentialData(bytes(row.credential))) for row in rows]


def _insert(user: User, name: str, data: AttestedCredentialData, uses: int) -> SecurityKey:
    digest = hashlib.sha256(data.credential_id).hexdigest()
    try:
        with transaction.atomic():
            return SecurityKey.objects.create(
                user=user, name=name, credential_hash=digest, credential=bytes(data), uses=uses
            )
    except IntegrityError as err:
        raise InvalidCode("This security key is registered already.") from err


def _require_on(user: User) -> None:
    if not user.two_factor_enabled:
        raise SecondFactorOff("Set up the second factor first; a key takes the place of its code.")


def _challenge_of(user: User, state: str) -> str:
    try:
        found = signing.loads(state, salt=SALT, max_age=LIFE_S)
    except signing.BadSignature as err:
        raise InvalidCode(NOT_VALID) from err
    if found["user"] != user.pk:
        raise InvalidCode(NOT_VALID)
    return str(found["challenge"])


def _derived(challenge: str) -> bytes:
    return hashlib.sha256(f"{SALT}:{challenge}".encode()).digest()


def _state(challenge: str) -> dict[str, Any]:
    return {"challenge": challenge, "user_verification": NO_MATTER}


def _limited(answer: Any) -> Mapping[str, Any]:
    if not isinstance(answer, Mapping) or len(json.dumps(answer)) > MOST_CHARS:
        raise ValueError(NOT_VALID)
    return answer


def _plain(options: Any) -> dict[str, Any]:
    """The options under `publicKey`, as JSON of the browser's own functions."""
    found: dict[str, Any] = dict(options.public_key)
    return found

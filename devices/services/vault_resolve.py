"""Which credential opens which device: assignments by priority, groups, then the default."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from devices import policy
from devices.addresses import normal_ip
from devices.choices import AccessLevel, AuthMethod
from devices.errors import Refused
from devices.models import Credential, CredentialAssignment, EnterpriseAuthUser
from devices.selectors.groups import addresses_among, listed_among
from devices.services import secrets
from devices.services.vault_use import note_account, opened, usable, usable_account
from inventory_site.core import crypto

logger = logging.getLogger(__name__)
ORDER = ("-priority", "pk")


@dataclass(frozen=True, slots=True)
class Resolved:
    """A credential opened for one device; its secret never shows in a repr."""

    auth_method: str
    device_ip: str
    credential_type: str
    row: Credential = field(repr=False)
    credentials: Mapping[str, Any] = field(repr=False)
    server_config: Mapping[str, Any] | None = field(default=None, repr=False)
    enterprise_user_id: int | None = None

    @property
    def credential_id(self) -> int:
        """The credential's id."""
        return self.row.pk

    @property
    def credential_name(self) -> str:
        """The credential's name."""
        return self.row.name


def resolve(ip_address: str, kind: str, *, actor: Any = None) -> Resolved | None:
    """Return the credential of a type that opens a device, or nothing; see `resolve_many`."""
    return resolve_many([ip_address], kind, actor=actor).get(ip_address)


def resolve_many(
    addresses: Collection[str], kind: str, *, actor: Any = None, is_named: bool = True
) -> dict[str, Resolved]:
    """Return the credential of a type that opens each device, by the address as it was given.

    `is_named` says whether the actor named the addresses; where not, or where that is the system,
    restricted credentials go only where `vault_reach` says.

    Order: assignments of the address and its device by priority (higher first) then id, those of
    its groups, then the type's default. Unusable credentials, those the actor may not use, and
    those that do not open are skipped; who may use none gets none. Each credential is opened
    once, however many devices.
    """
    if not policy.may(actor, policy.USE_CREDENTIAL):
        return {}
    by_ip: dict[str, list[str]] = {}
    for address in addresses:
        by_ip.setdefault(normal_ip(address) or address, []).append(address)
    by_system = actor is None or not is_named
    candidates = _assigned(by_ip, kind, by_system=by_system)
    opener = _Opener(kind, actor, by_system=by_system)
    found: dict[str, Resolved] = {}
    for ip, spellings in by_ip.items():
        resolved = opener.first_of(ip, candidates.get(ip, []))
        if resolved is not None:
            found.update(dict.fromkeys(spellings, resolved))
    return found


def _assigned(
    ips: Collection[str], kind: str, *, by_system: bool
) -> dict[str, list[CredentialAssignment]]:
    """Return the assignments of each address in their order; those of its groups come last.

    The system sends a restricted credential only to the very addresses that somebody who may keep
    it gave it to: not where their device has gone since, nor by a group's rule, since both may be
    others' doing.
    """

    def is_closed(row: CredentialAssignment) -> bool:
        return by_system and row.credential.access_level == AccessLevel.RESTRICTED

    rows = CredentialAssignment.objects.filter(
        Q(credential_type=kind) | Q(credential_type="", credential__credential_type=kind)
    ).select_related(
        "credential", "device__address", "group", "enterprise_auth_user__auth_config__credential"
    )
    found: dict[str, list[CredentialAssignment]] = {}
    own = rows.filter(Q(ip_address__in=ips) | Q(device__address__ip__in=ips))
    for row in own.order_by(*ORDER):
        held = row.device.ip if row.device and not is_closed(row) else None
        for ip in {row.ip_address, held} & set(ips):
            found.setdefault(str(ip), []).append(row)
    members: dict[int, set[str]] = {}
    for row in rows.filter(group__isnull=False).order_by(*ORDER):
        if row.group is None:
            continue
        if row.group.pk not in members:
            members[row.group.pk] = addresses_among(row.group, ips)
        among = listed_among(row.group, ips) if is_closed(row) else members[row.group.pk]
        for ip in among:
            found.setdefault(ip, []).append(row)
    return found


class _Opener:
    """Opens what devices are assigned to; asks and decrypts each thing once."""

    def __init__(self, kind: str, actor: Any, *, by_system: bool) -> None:
        self._kind, self._actor, self._by_system = kind, actor, by_system
        self._may: dict[int, bool] = {}
        self._documents: dict[tuple[str, int], dict[str, Any] | None] = {}
        self._defaults: list[Credential] | None = None

    def first_of(self, ip: str, candidates: list[CredentialAssignment]) -> Resolved | None:
        """Return the first assignment that opens, else the first default that does."""
        for assignment in candidates:
            if self._is_usable(assignment.credential):
                found = self._assigned(assignment, ip)
                if found is not None:
                    return found
        for row in self._usable_defaults():
            document = self._document(row)
            if document is not None:
                return Resolved(AuthMethod.LOCAL, ip, self._kind, row, document)
        return None

    def _usable_defaults(self) -> Iterator[Credential]:
        """Return the type's defaults. Who makes a device is asked nothing, so the system uses no
        restricted one by itself: it goes where it was assigned."""
        if self._defaults is None:
            rows = Credential.objects.kept().filter(is_default=True, credential_type=self._kind)
            if self._by_system:
                rows = rows.exclude(access_level=AccessLevel.RESTRICTED)
            self._defaults = list(rows.order_by("pk"))
        return (row for row in self._defaults if self._is_usable(row))

    def _is_usable(self, row: Credential) -> bool:
        if row.pk not in self._may:
            self._may[row.pk] = usable(row) and policy.may_use(self._actor, row)
        return self._may[row.pk]

    def _assigned(self, assignment: CredentialAssignment, ip: str) -> Resolved | None:
        row = assignment.credential
        if assignment.auth_method == AuthMethod.LOCAL:
            document = self._document(row)
            if document is None:
                return None
            return Resolved(AuthMethod.LOCAL, ip, self._kind, row, document)
        account = usable_account(assignment)
        if account is None or account.auth_config.credential is None:
            return None
        document = self._account(account)
        server = self._document(account.auth_config.credential)
        if document is None or server is None:
            return None
        method = assignment.auth_method
        return Resolved(method, ip, self._kind, row, document, server, account.pk)

    def _document(self, row: Credential) -> dict[str, Any] | None:
        key = ("credential", row.pk)
        if key not in self._documents:
            try:
                self._documents[key] = opened(row)
            except Refused:
                logger.warning("credential does not open", extra={"credential": row.pk})
                self._documents[key] = None
        return self._documents[key]

    def _account(self, account: EnterpriseAuthUser) -> dict[str, Any] | None:
        key = ("enterpriseauthuser", account.pk)
        if key not in self._documents:
            sealed, name = account.encrypted_credentials, "encrypted_credentials"
            try:
                self._documents[key] = secrets.open_sealed(
                    sealed, model=key[0], pk=account.pk, name=name
                )
                note_account(account)
            except crypto.CannotDecrypt:
                logger.warning("account does not open", extra={"account": account.pk})
                self._documents[key] = None
        return self._documents[key]

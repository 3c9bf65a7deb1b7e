"""Rows of the vault; every secret is sealed as the vault seals it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import factory
from django.db.models import Model
from django.utils import timezone

from devices import models
from devices.services import secrets
from tests.factories.base import RecordFactory, Row, ValidatedFactory
from tests.factories.devices import DeviceFactory

DOCUMENT = {"username": "operator", "password": "correct horse"}


class SealedFactory(ValidatedFactory[Row]):
    """Seals `DOCUMENT` in the column `_sealed`, once the row it is bound to has its key."""

    _sealed = "encrypted_data"

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: type[Row], *args: Any, **kwargs: Any) -> Row:
        row = super()._create(model_class, *args, **kwargs)
        cls._seal(row)
        return row

    @classmethod
    def _seal(cls, row: Model) -> None:
        text, key_id = secrets.seal(
            DOCUMENT, model=row._meta.model_name or "", pk=row.pk, name=cls._sealed
        )
        type(row)._base_manager.filter(pk=row.pk).update(**{cls._sealed: text, "key_id": key_id})
        row.refresh_from_db()


class CredentialFactory(SealedFactory[models.Credential]):
    """An SSH login without an end."""

    class Meta:
        model = models.Credential

    name = factory.Sequence(lambda number: f"login {number}")
    username = "operator"


class CredentialVersionFactory(SealedFactory[models.CredentialVersion]):
    """The first secret of a credential, since replaced."""

    class Meta:
        model = models.CredentialVersion

    credential = factory.SubFactory(CredentialFactory)
    number = 1


class CredentialGroupFactory(ValidatedFactory[models.CredentialGroup]):
    """A group without credentials."""

    class Meta:
        model = models.CredentialGroup

    name = factory.Sequence(lambda number: f"logins {number}")


class EnterpriseAuthConfigFactory(ValidatedFactory[models.EnterpriseAuthConfig]):
    """A TACACS+ server."""

    class Meta:
        model = models.EnterpriseAuthConfig

    name = factory.Sequence(lambda number: f"server {number}")
    auth_type = "tacacs"


class EnterpriseAuthUserFactory(SealedFactory[models.EnterpriseAuthUser]):
    """A service account of a TACACS+ server."""

    class Meta:
        model = models.EnterpriseAuthUser

    name = factory.Sequence(lambda number: f"account {number}")
    auth_config = factory.SubFactory(EnterpriseAuthConfigFactory)
    username = "svc-patchbay"
    _sealed = "encrypted_credentials"


class CredentialAssignmentFactory(ValidatedFactory[models.CredentialAssignment]):
    """A login for one device."""

    class Meta:
        model = models.CredentialAssignment

    device = factory.SubFactory(DeviceFactory)
    credential = factory.SubFactory(CredentialFactory)
    credential_type = "ssh"


class CredentialUseFactory(RecordFactory[models.CredentialUse]):
    """A login that was used."""

    class Meta:
        model = models.CredentialUse

    credential = factory.SubFactory(CredentialFactory)
    credential_name = factory.SelfAttribute("credential.name")
    action = "used"
    performed_by = "jana"


class CredentialRotationFactory(RecordFactory[models.CredentialRotation]):
    """A rotation that gave the secret a year."""

    class Meta:
        model = models.CredentialRotation

    credential = factory.SubFactory(CredentialFactory)
    rotated_by = "jana"
    new_valid_until = factory.LazyFunction(lambda: timezone.now() + timedelta(days=365))


class SshHostKeyFactory(ValidatedFactory[models.SshHostKey]):
    """The key of a server met on its usual port."""

    class Meta:
        model = models.SshHostKey

    host = factory.Sequence(lambda number: f"10.23.{number // 250}.{number % 250 + 1}")
    port = 22
    key_type = "ssh-ed25519"
    key_base64 = "AAAAC3NzaC1lZDI1NTE5AAAAIA=="


class CredentialAccessRequestFactory(RecordFactory[models.CredentialAccessRequest]):
    """Somebody who waits for a login."""

    class Meta:
        model = models.CredentialAccessRequest

    credential = factory.SubFactory(CredentialFactory)
    requested_by = "jana"
    reason = "Replace the switch in rack 4"

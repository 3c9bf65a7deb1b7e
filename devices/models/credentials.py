"""The vault's rows: ciphertext everywhere; only the vault service opens a secret."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from devices.choices import AccessLevel, AccessRequestStatus, AuthMethod, CredentialStatus
from devices.models.devices import Device
from devices.models.groups import DeviceGroup
from inventory_site.core.models.base import TimeStamped, Versioned
from inventory_site.core.prepared import Later, Prepared


class CredentialQuerySet(models.QuerySet["Credential"]):
    """Questions about credentials."""

    def kept(self) -> CredentialQuerySet:
        """Those that were not deleted."""
        return self.filter(is_deleted=False)


class Credential(TimeStamped, Versioned):
    """A secret with a name. `encrypted_data` is the JSON document of its secret fields."""

    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    credential_type = models.CharField("type", max_length=50, default="ssh")
    encrypted_data = models.TextField(editable=False)
    key_id = models.CharField(max_length=32, editable=False, db_index=True)
    username = models.CharField(max_length=255, blank=True)
    used_by_count = models.PositiveIntegerField("uses", default=0, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    created_by = models.CharField(max_length=255, blank=True, editable=False)
    is_deleted = models.BooleanField(default=False, editable=False)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    is_expired = models.BooleanField(default=False, editable=False)
    expiration_warning_days = models.PositiveIntegerField(default=30)
    last_rotation_at = models.DateTimeField(null=True, editable=False)
    rotation_interval_days = models.PositiveIntegerField(null=True, blank=True)
    certificate_fingerprint = models.TextField(blank=True, editable=False)
    certificate_issuer = models.TextField(blank=True, editable=False)
    certificate_subject = models.TextField(blank=True, editable=False)
    certificate_serial = models.TextField(blank=True, editable=False)
    key_algorithm = models.CharField(max_length=50, blank=True, editable=False)
    key_size = models.PositiveIntegerField(null=True, editable=False)
    tags = models.JSONField(default=list, blank=True)
    category = models.CharField(max_length=100, blank=True)
    environment = models.CharField(max_length=50, blank=True)
    owner = models.CharField(max_length=255, blank=True)
    notes = models.TextField(blank=True)
    access_level = models.CharField(
        max_length=50, choices=AccessLevel, default=AccessLevel.STANDARD
    )
    allowed_users = models.JSONField(default=list, blank=True)
    allowed_groups = models.JSONField(default=list, blank=True)
    status = models.CharField(
        max_length=50, choices=CredentialStatus, default=CredentialStatus.ACTIVE
    )
    is_default = models.BooleanField("default for its type", default=False)
    warned_days = models.PositiveIntegerField(null=True, editable=False)

    objects = CredentialQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(is_deleted=False), name="devices_credential_name"
            ),
        ]
        indexes = [models.Index(fields=["valid_until"], name="devices_credential_until")]
        permissions = [
            ("use_credential", "Can let executors use credentials"),
            ("reveal_credential", "Can read the secret of a credential"),
            ("manage_credentialgroup", "Can manage credential groups"),
            ("manage_enterpriseauth", "Can manage enterprise authentication"),
        ]

    def __str__(self) -> str:
        return self.name


_KEPT_BY_KEY = Prepared(
    lambda: Credential.objects.kept().filter(pk=Later(0, models.BigAutoField())).order_by()
)


def kept_by_key(pk: int) -> Credential | None:
    """Return a credential that was not deleted; asked at every use."""
    return _KEPT_BY_KEY.first(pk) if 0 < pk <= models.BigAutoField.MAX_BIGINT else None


class CredentialVersion(models.Model):
    """An earlier secret of a credential, kept after a change or a rotation."""

    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    encrypted_data = models.TextField(editable=False)
    key_id = models.CharField(max_length=32, editable=False, db_index=True)
    replaced_at = models.DateTimeField(default=timezone.now)
    replaced_by = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["credential", "number"], name="devices_credversion_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.credential} v{self.number}"


class CredentialGroup(TimeStamped):
    """A named set of credentials that belong together."""

    name = models.CharField(max_length=255, unique=True)
    description = models.TextField(blank=True)
    credentials = models.ManyToManyField(Credential, related_name="credential_groups", blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class EnterpriseAuthConfig(TimeStamped):
    """A server that checks logins, with the credential that reaches it."""

    name = models.CharField(max_length=255, unique=True)
    auth_type = models.CharField(max_length=50, choices=AuthMethod)
    credential = models.ForeignKey(Credential, on_delete=models.SET_NULL, null=True, blank=True)
    is_default = models.BooleanField(default=False)
    priority = models.IntegerField(default=0)
    enabled = models.BooleanField(default=True)

    class Meta:
        verbose_name = "authentication server"
        ordering = ["-priority", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["auth_type"],
                condition=Q(is_default=True),
                name="devices_enterprise_default",
            )
        ]

    def __str__(self) -> str:
        return self.name


class EnterpriseAuthUser(TimeStamped):
    """A service account that such a server knows."""

    name = models.CharField(max_length=255, unique=True)
    description = models.TextField(blank=True)
    auth_config = models.ForeignKey(
        EnterpriseAuthConfig, on_delete=models.CASCADE, related_name="users"
    )
    encrypted_credentials = models.TextField(editable=False)
    key_id = models.CharField(max_length=32, editable=False, db_index=True)
    username = models.CharField(max_length=255)
    is_service_account = models.BooleanField(default=True)
    enabled = models.BooleanField(default=True)
    last_used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "service account"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CredentialAssignment(models.Model):
    """Which credential opens which device: by address, by device, or for a whole group."""

    ip_address = models.CharField(max_length=45, blank=True)
    device = models.ForeignKey(
        Device, on_delete=models.CASCADE, null=True, blank=True, related_name="credentials"
    )
    group = models.ForeignKey(
        DeviceGroup, on_delete=models.CASCADE, null=True, blank=True, related_name="credentials"
    )
    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="assignments")
    credential_type = models.CharField(max_length=50, blank=True)
    priority = models.IntegerField(default=0)
    auth_method = models.CharField(max_length=50, choices=AuthMethod, default=AuthMethod.LOCAL)
    enterprise_auth_user = models.ForeignKey(
        EnterpriseAuthUser, on_delete=models.SET_NULL, null=True, blank=True
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-priority", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ip_address", "credential", "credential_type"],
                condition=~Q(ip_address=""),
                name="devices_assignment_ip",
            ),
            models.UniqueConstraint(
                fields=["device", "credential", "credential_type"],
                condition=Q(device__isnull=False),
                name="devices_assignment_device",
            ),
            models.UniqueConstraint(
                fields=["group", "credential", "credential_type"],
                condition=Q(group__isnull=False),
                name="devices_assignment_group",
            ),
        ]
        indexes = [models.Index(fields=["ip_address"], name="devices_assignment_address")]

    def __str__(self) -> str:
        return f"{self.credential} on {self.ip_address or self.device or self.group}"


class CredentialUse(models.Model):
    """One entry of the vault's own log: made, changed, read, used, refused. Never a secret."""

    credential = models.ForeignKey(
        Credential, on_delete=models.SET_NULL, null=True, related_name="uses"
    )
    credential_name = models.CharField(max_length=255)
    credential_type = models.CharField(max_length=50, blank=True)
    action = models.CharField(max_length=50)
    action_detail = models.TextField(blank=True)
    performed_by = models.CharField(max_length=255)
    performer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    performed_by_ip = models.CharField(max_length=45, blank=True)
    performed_by_user_agent = models.TextField(blank=True)
    target_device = models.CharField(max_length=255, blank=True)
    target_service = models.CharField(max_length=50, blank=True)
    workflow_id = models.CharField(max_length=64, blank=True)
    workflow_name = models.CharField(max_length=255, blank=True, default="")
    job_id = models.CharField(max_length=64, blank=True)
    job_name = models.CharField(max_length=255, blank=True, default="")
    success = models.BooleanField(default=True)
    error_message = models.TextField(blank=True)
    previous_values = models.JSONField(null=True)
    new_values = models.JSONField(null=True)
    session_id = models.CharField(max_length=100, blank=True)
    request_id = models.CharField(max_length=100, blank=True)
    performed_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["credential", "-id"], name="devices_creduse_credential"),
            models.Index(fields=["action", "-id"], name="devices_creduse_action"),
        ]

    def __str__(self) -> str:
        return f"{self.credential_name} {self.action}"


class CredentialRotation(models.Model):
    """One rotation of a credential."""

    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="rotations")
    rotated_at = models.DateTimeField(default=timezone.now)
    rotated_by = models.CharField(max_length=255)
    rotation_type = models.CharField(max_length=20, default="manual")
    previous_valid_until = models.DateTimeField(null=True)
    new_valid_until = models.DateTimeField(null=True)
    notes = models.TextField(blank=True)
    success = models.BooleanField(default=True)
    error_message = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.credential} {self.rotated_at:%Y-%m-%d}"


class CredentialAccessRequest(models.Model):
    """Somebody asks to use a restricted credential; a grant ends by itself."""

    credential = models.ForeignKey(
        Credential, on_delete=models.CASCADE, related_name="access_requests"
    )
    requested_by = models.CharField(max_length=255)
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reason = models.TextField(blank=True)
    status = models.CharField(
        max_length=10, choices=AccessRequestStatus, default=AccessRequestStatus.PENDING
    )
    reviewed_by = models.CharField(max_length=255, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_notes = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    access_granted_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["credential", "requester"],
                condition=Q(status=AccessRequestStatus.PENDING),
                name="devices_accessrequest_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.requested_by}: {self.credential}"


class SshHostKey(models.Model):
    """The key an SSH server showed when we first met it."""

    host = models.CharField(max_length=255)
    port = models.PositiveIntegerField()
    key_type = models.CharField(max_length=50)
    key_base64 = models.TextField()
    first_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "SSH host key"
        constraints = [
            models.UniqueConstraint(
                fields=["host", "port", "key_type"], name="devices_hostkey_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.host}:{self.port} {self.key_type}"

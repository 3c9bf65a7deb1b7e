"""The second factor: setting it up, proving it, switching it off.

TOTP is RFC 6238 with SHA-1, six digits and steps of 30 s, one step of drift either way. Secret and
backup codes are encrypted at rest and bound to the account's row.
"""

from __future__ import annotations

import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pyotp
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.choices import CodeType, TwoFactorMethod
from accounts.errors import InvalidCode, SecondFactorOn, TooSoon, WrongPassword
from accounts.models import SecurityKey, Session, SignInChallenge, TwoFactorCode, User
from accounts.services import audit, sessions
from inventory_site.core import crypto
from inventory_site.core.errors import InvalidInput
from inventory_site.core.locks import guarded, lock
from inventory_site.core.tasks import enqueue

ISSUER = "OpsConductor"
STEP_S = 30
BACKUP_CODES, BACKUP_LENGTH = 10, 8
MAIL_CODE_LIFE = timedelta(minutes=10)
MAIL_AGAIN = timedelta(minutes=1)
BY_APP = frozenset({TwoFactorMethod.TOTP, TwoFactorMethod.BOTH})
SEALED = {
    "totp_secret": "totp_secret_encrypted",
    "backup_codes": "totp_backup_codes_encrypted",
}
BY_MAIL = frozenset({TwoFactorMethod.EMAIL, TwoFactorMethod.BOTH})


@dataclass(frozen=True, slots=True)
class Setup:
    """What a person needs to set up their app; shown once."""

    secret: str = field(repr=False)
    provisioning_uri: str = field(repr=False)
    backup_codes: list[str] = field(repr=False)


@transaction.atomic
def set_up(*, user: User, method: str = TwoFactorMethod.TOTP) -> Setup:
    """Make a secret and backup codes that wait for `enable`; what waited before is gone."""
    if method not in TwoFactorMethod.values:
        raise InvalidInput(fields={"method": [f"method must be {_one_of(TwoFactorMethod.values)}"]})
    row = lock(User.objects.filter(pk=user.pk)).get()
    if row.two_factor_enabled:
        raise SecondFactorOn("Two-factor authentication is on already; disable it first.")
    if method in BY_MAIL and not row.email:
        raise InvalidInput(fields={"method": ["The account has no e-mail address."]})
    secret = pyotp.random_base32()
    codes = [secrets.token_hex(BACKUP_LENGTH // 2).upper() for _ in range(BACKUP_CODES)]
    row.two_factor_method, row.totp_last_step = method, None
    row.totp_secret_encrypted = crypto.encrypt(secret, bound_to=_place(row, "totp_secret"))
    _store_codes(row, codes)
    row.save(update_fields=[*_COLUMNS, "updated_at"])
    if method == TwoFactorMethod.EMAIL:
        send_code(row)
    return Setup(secret, _uri(row, secret), codes)


def enable(*, user: User, session: Session | None, code: str) -> None:
    """Switch the second factor on; this session counts as proved, every other one ends.

    The code does not count as used: it opened nothing.
    """
    if not code:
        raise InvalidInput("Verification code required", fields={"code": ["This is required."]})
    with guarded():
        row = lock(User.objects.filter(pk=user.pk)).get()
        if row.two_factor_enabled:
            raise SecondFactorOn("Two-factor authentication is on already.")
        if not row.totp_secret_encrypted or not _proves_set_up(row, code):
            raise InvalidCode
        row.two_factor_enabled = True
        row.save(update_fields=["two_factor_enabled", "updated_at"])
        if session is not None:
            Session.objects.filter(pk=session.pk).update(
                two_factor_verified=True, two_factor_verified_at=timezone.now()
            )
        sessions.revoke_others(row, keep=session, reason="two_factor_enabled")
        audit.record(row, "second_factor.enabled", row, after={"method": row.two_factor_method})


def disable(*, user: User, password: str) -> None:
    """Switch it off and erase secret and backup codes; asks for the password again."""
    if not password:
        raise InvalidInput(
            "Password required to disable 2FA", fields={"password": ["This is required."]}
        )
    if not user.check_password(password):
        audit.record(user, "second_factor.disabled", user, outcome="refused")
        raise WrongPassword("Invalid password")
    with guarded():
        row = lock(User.objects.filter(pk=user.pk)).get()
        erase(row)
        audit.record(user, "second_factor.disabled", row)


def waiting_set_up(user: User) -> Setup | None:
    """Return what was shown when a set-up began that waits for its first code."""
    row = User.objects.get(pk=user.pk)
    if row.two_factor_enabled or not row.totp_secret_encrypted:
        return None
    secret = crypto.decrypt(row.totp_secret_encrypted, bound_to=_place(row, "totp_secret"))
    return Setup(secret, _uri(row, secret), _codes(row))


def codes_left(user: User) -> int:
    """Return how many backup codes of an account are not used yet."""
    row = User.objects.get(pk=user.pk)
    return len(_codes(row)) if row.two_factor_enabled else 0


def erase(row: User) -> None:
    """Forget secret, codes and method of an account whose row the caller has locked."""
    row.two_factor_enabled, row.two_factor_method = False, ""
    row.totp_secret_encrypted = row.totp_backup_codes_encrypted = ""
    row.totp_last_step = None
    row.save(update_fields=["two_factor_enabled", *_COLUMNS, "updated_at"])
    row.two_factor_codes.all().delete()
    SecurityKey.objects.filter(user=row).delete()


def accept(row: User, code: str) -> bool:
    """Whether the code proves the second factor; it is used up then.

    The caller has locked the account's row. A code of eight characters is a backup code.
    """
    typed = code.strip().upper()
    if len(typed) == BACKUP_LENGTH:
        return _use_backup_code(row, typed)
    if not (typed.isascii() and typed.isdigit() and len(typed) == 6):
        return False
    if row.two_factor_method in BY_APP:
        step = _matching_step(row, typed)
        if step is not None:
            row.totp_last_step = step
            row.save(update_fields=["totp_last_step", "updated_at"])
            return True
    return row.two_factor_method in BY_MAIL and _use_mailed_code(row, typed)


def sends_mail(user: User) -> bool:
    """Whether the account's second factor comes, or may come, by e-mail."""
    return user.two_factor_method in BY_MAIL and bool(user.email)


@transaction.atomic
def send_code(user: User, *, is_again: bool = False) -> None:
    """Make room for a new code and queue its mail; `TooSoon` within a minute of the last."""
    lock(User.objects.filter(pk=user.pk)).get()
    now = timezone.now()
    old = user.two_factor_codes.filter(code_type=CodeType.LOGIN)
    if is_again and old.filter(sent_at__gt=now - MAIL_AGAIN).exists():
        raise TooSoon("A code was sent less than a minute ago.")
    old.delete()
    code = TwoFactorCode.objects.create(
        user=user, sent_to=user.email or "", sent_at=now, expires_at=now + MAIL_CODE_LIFE
    )
    enqueue("accounts.mail_code", code.pk)


def forget_old() -> None:
    """Remove mailed codes and second steps that ended over a day ago."""
    limit = timezone.now() - timedelta(days=1)
    TwoFactorCode.objects.filter(expires_at__lt=limit).delete()
    SignInChallenge.objects.filter(expires_at__lt=limit).delete()


def mail_code(code_id: int) -> None:
    """Draw the code's digits, keep their hash, and send them; nothing when it was replaced."""
    row = TwoFactorCode.objects.select_related("user").filter(pk=code_id).first()
    if row is None or row.used_at is not None:
        return
    digits = f"{secrets.randbelow(10**6):06d}"
    changed = TwoFactorCode.objects.filter(pk=code_id).update(code_hash=_digest(row, digits))
    if changed:
        send_mail(
            "Your sign-in code",
            f"Your code is {digits}. It is good for 10 minutes. If you did not ask for it, "
            "somebody knows your password: change it.",
            settings.DEFAULT_FROM_EMAIL,
            [row.sent_to],
        )


_COLUMNS = (
    "two_factor_method",
    "totp_secret_encrypted",
    "totp_backup_codes_encrypted",
    "totp_last_step",
)


def _proves_set_up(row: User, code: str) -> bool:
    typed = code.strip()
    if row.two_factor_method == TwoFactorMethod.EMAIL:
        return _use_mailed_code(row, typed)
    return _matching_step(row, typed) is not None


def _matching_step(row: User, code: str) -> int | None:
    """The newest allowed time step that gives the code and was not used before."""
    secret = crypto.decrypt(row.totp_secret_encrypted, bound_to=_place(row, "totp_secret"))
    totp, now = pyotp.TOTP(secret), int(time.time()) // STEP_S
    for step in (now + 1, now, now - 1):
        is_fresh = row.totp_last_step is None or step > row.totp_last_step
        if is_fresh and hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return None


def _use_backup_code(row: User, code: str) -> bool:
    left = _codes(row)
    if code not in left:
        return False
    _store_codes(row, [other for other in left if other != code])
    row.save(update_fields=["totp_backup_codes_encrypted", "updated_at"])
    audit.record(row, "second_factor.backup_code_used", row, after={"left": len(left) - 1})
    return True


def _use_mailed_code(row: User, code: str) -> bool:
    sent = row.two_factor_codes.filter(code_type=CodeType.LOGIN, used_at__isnull=True).first()
    if sent is None or sent.expires_at <= timezone.now() or sent.attempts >= sent.max_attempts:
        return False
    if hmac.compare_digest(sent.code_hash, _digest(sent, code)):
        sent.used_at = timezone.now()
        sent.save(update_fields=["used_at"])
        return True
    sent.attempts += 1
    sent.save(update_fields=["attempts"])
    return False


def _uri(row: User, secret: str) -> str:
    name = row.email or row.username
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def _codes(row: User) -> list[str]:
    place = _place(row, "backup_codes")
    found: list[str] = json.loads(crypto.decrypt(row.totp_backup_codes_encrypted, bound_to=place))
    return found


def _store_codes(row: User, codes: list[str]) -> None:
    row.totp_backup_codes_encrypted = crypto.encrypt(
        json.dumps(codes), bound_to=_place(row, "backup_codes")
    )


def _digest(code: TwoFactorCode, digits: str) -> str:
    keyed = f"{code.user_id}:{code.code_type}:{digits}"
    return salted_hmac("accounts.two_factor_code", keyed, algorithm="sha256").hexdigest()


def reseal(row: User, answer_of: Callable[[str, str], str]) -> bool:
    """Seal both secrets of a person under the first key of the ring; return whether one changed.

    `answer_of(ciphertext, place)` gives the new ciphertext, blank when there is nothing to do.
    """
    changed = []
    for place, column in SEALED.items():
        old = getattr(row, column)
        new = answer_of(old, _place(row, place)) if old else ""
        if new:
            setattr(row, column, new)
            changed.append(column)
    if changed:
        row.save(update_fields=changed)
    return bool(changed)


def _place(row: User, column: str) -> str:
    return f"accounts.user:{row.pk}:{column}"


def _one_of(words: list[str]) -> str:
    return ", ".join(words)

"""P24: using a credential: opening it, writing the log, against the bare decryption."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from devices.models import Credential, CredentialUse
from devices.services import vault, vault_use
from tests.benchmarks import register
from tests.benchmarks.measure import interleaved

GOAL = "open and log <= 2 ms; 1,000 targets of one credential: 1 opening, 1 insert of the log"
LOOPS = 50


def run(size: int = 1000, rounds: int = 7) -> dict[str, Any]:
    """Use one credential for one target, and for `size` at once."""
    with register.database():
        actor = User.objects.create_superuser("bench", "bench@example.net", "a-long-password-1")
        row = Credential(name="bench", credential_type="ssh")
        row.save()
        vault.seal_document(row, {"username": "op", "password": "correct horse"})
        row.save(update_fields=["encrypted_data", "key_id"])
        key, nonce = AESGCM(bytes(32)), bytes(12)
        sealed = key.encrypt(nonce, b'{"username":"op","password":"correct horse"}', None)

        def single() -> None:
            for _ in range(LOOPS):
                opened, _document = vault_use.open_for_use(row.pk, actor=actor)
                vault_use.log_uses([vault_use.Used(opened, "h", "SSH", True)], actor=actor)

        def many() -> None:
            opened, _document = vault_use.open_for_use(row.pk, actor=actor)
            uses = [vault_use.Used(opened, f"h{at}", "SSH", True) for at in range(size)]
            vault_use.log_uses(uses, actor=actor)

        race = interleaved(
            single, lambda: [key.decrypt(nonce, sealed, None) for _ in range(LOOPS)], rounds
        )
        bulk = interleaved(many, lambda: _one_by_one(size, row), 3)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            many()
        inserts = sum("INSERT INTO" in query["sql"] for query in asked.captured_queries)
    each_ms = round(race.ours_ms / LOOPS, 3)
    short = [] if each_ms <= 2 else [f"one use takes {each_ms} ms, not 2."]
    if inserts > 1 and connection.vendor == "postgresql":  # SQLite takes 999 values a statement
        short.append(f"{inserts} inserts for {size} targets.")
    return {
        "name": "P24",
        "goal": GOAL,
        "size": size,
        "rounds": rounds,
        "open_and_log_ms": each_ms,
        "bare_decryption_us": round(race.other_ms / LOOPS * 1000, 2),
        "batch_times_row_by_row": bulk.times_faster.as_dict(),
        "batch_inserts": inserts,
        "batch_queries": len(asked.captured_queries),
        "short": short,
    }


def _one_by_one(size: int, row: Credential) -> None:
    for at in range(size):
        CredentialUse.objects.create(
            credential=row,
            credential_name=row.name,
            action="used",
            performed_by="bench",
            target_device=f"h{at}",
        )

"""The words in which the audit trail tells what happened."""

from __future__ import annotations

import pytest

from accounts.admin.audit import sentence_text
from accounts.admin.words import verb_words
from accounts.models import AuditEntry


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("channel.reserved", "reserved channel"),
        ("route.kmz_uploaded", "uploaded KMZ of route"),
        ("route.test_results_uploaded", "uploaded test results of route"),
        ("user.roles_changed", "changed roles of user"),
        ("user.signed_in", "signed in user"),
        ("rate.due", "due rate"),
        ("imported", "imported"),
        ("apikey.revoked", "revoked the API key"),
        ("session.opened", "signed in as"),
    ],
)
def test_a_verb_is_told_in_the_order_of_a_sentence(verb: str, words: str):
    assert verb_words(verb) == words


def test_what_people_do_to_their_own_account_names_them_once():
    about = {
        "actor_name": "jana",
        "object_type": "accounts.user",
        "object_id": "7",
        "object_label": "Jana Novak",
        "channel": "admin",
    }
    own = AuditEntry(actor_id=7, verb="session.opened", **about)
    other = AuditEntry(actor_id=8, verb="role.assigned", **about)

    assert sentence_text(own) == "jana opened a session in the admin"
    assert sentence_text(other) == "jana gave a role to Jana Novak in the admin"


def test_a_refused_name_that_nobody_has_is_told():
    entry = AuditEntry(
        actor_name="system",
        verb="session.refused",
        after={"username": "nobody"},
        channel="api",
    )

    assert sentence_text(entry) == "system refused the sign-in of nobody over the API"

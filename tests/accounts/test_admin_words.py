"""The words in which the audit trail tells what happened."""

from __future__ import annotations

import pytest

from accounts.admin.audit import differences, sentence_text
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


def test_before_and_after_are_told_in_the_labels_and_the_form_people_read():
    entry = AuditEntry(
        object_type="networkroutes.networkroute",
        before={"circuit_id": "LONLON100001", "is_special": False, "expires_at": None},
        after={
            "circuit_id": "LONLON100001",
            "is_special": True,
            "expires_at": "2027-01-20T21:29:20.655000+00:00",
            "files": ["a.sor", "b.sor"],
        },
    )

    assert differences(entry) == [
        ("UCN", "LONLON100001", "LONLON100001", False),
        ("Expires at", None, "20 Jan 2027, 21:29:20", True),
        ("Files", None, "a.sor, b.sor", True),
        ("Special / ULL", "No", "Yes", True),
    ]


def test_values_of_a_thing_that_is_no_more_are_told_too():
    entry = AuditEntry(object_type="gone.thing", before={"a_b": "2027-13-45T00:00:00Z"})

    assert differences(entry) == [("A b", "2027-13-45T00:00:00Z", None, True)]

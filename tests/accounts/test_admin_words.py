"""The words in which the audit trail tells what happened."""

from __future__ import annotations

import pytest

from accounts.admin.words import verb_words


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

"""Suggestions are difflib's, and a word that is too long for any is not compared."""

from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as st

from mkdocs_quantlab.engine.core.suggest import nearest

WORDS = st.text("abc-", min_size=1, max_size=12)


@given(st.text("abc-", max_size=40), st.lists(WORDS, max_size=4), st.sampled_from([0.3, 0.6, 1]))
def test_no_suggestion_is_lost_to_the_limit_of_length(word, names, cutoff):
    found = difflib.get_close_matches(word, names, n=1, cutoff=cutoff)
    assert nearest(word, names, cutoff) == (found[0] if found else None)


def test_a_word_that_is_too_long_is_not_compared(monkeypatch):
    monkeypatch.delattr(difflib, "get_close_matches")
    assert nearest("a" * 1000, ["a" * 300]) is None

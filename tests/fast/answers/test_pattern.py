"""Patterns mean what Python's `re` means by them, and take a time in proportion to the text."""

from __future__ import annotations

import random
import re

import pytest

from mkdocs_quantlab.engine.answers.pattern import MAX_LENGTH, Pattern, PatternError

PARTS = (
    r"a b A 1 é \d \w \s . [ab] [^a] [a-c_] [\d\s] [^\w] [^\S] \b \B ^ $ \n \. []a] [a-]".split()
)
TIMES = "* + ? {2} {1,2} {0,3} {2,} {,2} *? +? {2}?".split()


def some_pattern(chance, depth=0):
    kind = chance.random()
    if depth > 3 or kind < 0.35:
        return chance.choice(PARTS)
    if kind < 0.6:
        return some_pattern(chance, depth + 1) + some_pattern(chance, depth + 1)
    if kind < 0.75:
        return f"({some_pattern(chance, depth + 1)}|{some_pattern(chance, depth + 1)})"
    return f"(?:{some_pattern(chance, depth + 1)}){chance.choice(TIMES)}"


def test_patterns_mean_what_python_means():
    chance = random.Random(7)
    compared = 0
    for _ in range(2000):
        source = chance.choice(["", "(?i)", "(?m)", "(?s)", "(?im)"]) + some_pattern(chance)
        text = "".join(chance.choice("aabbAB1 \n_é.") for _ in range(chance.randrange(1, 9)))
        try:
            pattern = Pattern(source)
        except PatternError:  # it is too large
            continue
        compared += 1
        assert pattern.is_in(text) == bool(re.search(source, text)), (source, text)
    assert compared > 1900


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("(a+)+b", "a"),
        ("(a|a)*b", "a"),
        ("(.*)*=", "a"),
        (".*.*.*.*.*=", "a"),
        ("^(([a-z])+.)+[A-Z]([a-z])+$", "a"),
        ("(a|b)*a(a|b){90}c", "ab"),
        ("(x+x+)+y", "x"),
        (r"(?:a?\b){190}c", "a b"),
    ],
)
def test_patterns_that_backtrack_in_re(source, text):
    """`re` needs a time that grows exponentially or by a high power of the length."""
    assert not Pattern(source).is_in(text * (30_000 // len(text)))


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("(a", "`(` is not closed"),
        ("a)", "`)` closes no group"),
        ("*a", "`*` repeats nothing"),
        ("a**", "a repetition is repeated"),
        ("a{2}{3}", "`{` repeats nothing"),
        ("[a", "`[` is not closed"),
        ("[z-a]", "a range in a set"),
        ("a{3,1}", "the larger one"),
        ("\\", "`\\` stands at the end"),
        (r"(a)\1", r"`\1` is not allowed"),
        ("(?=a)", "`(?` is followed by"),
        ("(?P<n>a)", "`(?` is followed by"),
        ("(" * 25 + ")" * 25, "nested more than"),
        ("a" * (MAX_LENGTH + 1), "has at most"),
        ("a{500}", "too large"),
        ("((a{9}){9}){9}", "too large"),
        ("(?:(?:(?:){999}){999}){999}", "too large"),
    ],
)
def test_what_is_not_allowed_is_named(source, says):
    with pytest.raises(PatternError) as caught:
        Pattern(source)
    assert says in str(caught.value)

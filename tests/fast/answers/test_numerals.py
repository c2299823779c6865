"""Numbers of answers: no separator is misread."""

from __future__ import annotations

import pytest

from mkdocs_quantlab.engine.answers.numerals import numerals, prepared, spaced


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("391", [(391,)]),
        ("3.5", [(3.5,)]),
        ("3,5", [(3.5,)]),
        (".5", [(0.5,)]),
        ("0,123", [(0.123,)]),
        ("1,2345", [(1.2345,)]),
        ("1,234", [(1234, 1.234)]),
        ("1.234", [(1.234, 1234)]),
        ("1,234,567", [(1234567,)]),
        ("1.234.567", [(1234567,)]),
        ("12,34,567", [(1234567,)]),
        ("1,234.5", [(1234.5,)]),
        ("1.234,5", [(1234.5,)]),
        ("1\u2019234.5", [(1234.5,)]),
        ("1\u202f234,5", [(1234.5,)]),
        ("1{,}234{,}567", [(1234567,)]),
        (r"1\,234", [(1234,)]),
        ("1.5e3", [(1500,)]),
        ("1.5 × 10^3", [(1500,)]),
        ("2 x 10^{-3}", [(0.002,)]),
        ("-5, \u22126 and +7", [(-5,), (-6,), (7,)]),
        ("10-5", [(10,), (5,)]),
        ("3/4", [(3,), (4,)]),
        ("1,2,3", [(1,), (2,), (3,)]),
        ("1, 2, 3.", [(1,), (2,), (3,)]),
        ("**22002**.", [(22002,)]),
        ("$1,000.50", [(1000.5,)]),
        ("5kg", [(5,)]),
        ("共3个", [(3,)]),
        ("١٢٣", [(123,)]),
        ("version 1.2.3", []),
        ("Q4_K, H2O and x2", []),
        ("9" * 50, []),
    ],
)
def test_readings(text, readings):
    assert [each.readings for each in numerals(prepared(text))] == readings


def test_an_author_decides():
    assert [each.readings for each in numerals("1,234 1.234", "point")] == [(1234,), (1.234,)]
    assert [each.readings for each in numerals("1,234 1.234", "comma")] == [(1.234,), (1234,)]
    assert [each.readings for each in numerals("3,5 1.234.567", "point")] == [(3.5,), (1234567,)]


def test_plain_spaces_may_separate_thousands():
    assert [each.readings for each in spaced("12 345 of 1 2 3 and -6 000 000")] == [
        (12345,),
        (-6000000,),
    ]
    assert list(spaced("123 " * 9 + "45")) == []

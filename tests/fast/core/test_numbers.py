"""Numbers in attributes and links: the neutral form, which is the English column of the table that the page's script is tested with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mkdocs_quantlab.engine.core.fields import FloatList, Integer, Real
from mkdocs_quantlab.engine.core.schema import OptionError, Options

CASES = json.loads((Path(__file__).parents[2] / "numbers_typed.json").read_text(encoding="utf-8"))


class Taken(Options):
    x = Real(0, -10, 10_000, label="x", help="A number.")
    n = Integer(0, -10, 10_000, label="n", help="A whole number.")
    xs = FloatList((0.0,), 16, 10_000_000, label="xs", help="Numbers.")


@pytest.mark.parametrize("case", CASES["list"], ids=lambda case: ascii(case["typed"]))
def test_lists(case):
    if case["en"] is None:
        with pytest.raises(OptionError, match="may be one number or several"):
            Taken({"xs": case["typed"]})
    else:
        expected = tuple(float(word) for word in case["en"].split())
        assert Taken({"xs": case["typed"]}).xs == expected


@pytest.mark.parametrize("case", CASES["number"], ids=lambda case: ascii(case["typed"]))
def test_numbers(case):
    if case["en"] is None:
        with pytest.raises(OptionError, match="`x` takes a number"):
            Taken({"x": case["typed"]})
    elif case["typed"].isascii():  # the minus sign is the page's to read
        assert Taken({"x": case["typed"]}).x == float(case["en"])


@pytest.mark.parametrize(
    ("option", "text", "hint"),
    [
        ("x", "0,5", "; decimals have a point, as in `0.5`"),
        ("n", "3,5", "; decimals have a point, as in `3.5`"),
        ("x", "1,234.5", "; leave out separators of thousands"),
        ("n", "1'000", "; leave out separators of thousands"),
        ("x", "many", ""),
        ("x", "1_0", ""),
        ("x", "\u0663", ""),
        ("xs", "1_0", ""),
        ("xs", "\uff11", ""),
    ],
)
def test_the_hint(option, text, hint):
    with pytest.raises(OptionError) as error:
        Taken({option: text})
    assert str(error.value).endswith(f"found `{text}`{hint}")

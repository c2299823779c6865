"""Formatting of numbers in figures, with fixed precision, so that two builds give the same text. And hints for parsing them."""

from __future__ import annotations

import math
import re
from functools import lru_cache

# Separators of thousands that white space in a text may be.
_THIN = "\u00a0\u2009\u202f"


def decimal_hint(text: str) -> str:
    """What to add to an error about a text that would be a number with a decimal comma or with separators of thousands."""
    if re.fullmatch(r"\s*[+-]?\d*,\d+\s*", text):
        return f"; decimals have a point, as in `{text.strip().replace(',', '.')}`"
    return "; leave out separators of thousands" if re.search(rf"\d[,'{_THIN}]\d", text) else ""


def to_float(text: str) -> float:
    """The number that a text is. `float` also takes `1_0` and other scripts' digits, which is not what an author meant.

    Raises:
        ValueError: It is none.
    """
    if "_" in text or not text.strip().isascii():
        raise ValueError
    return float(text)


_may_separate = re.compile(f"[,{_THIN}]").search


def may_be_one_number(word: str) -> bool:
    """Whether separators in a word of a list may stand in one number: `0,5`, `,5` and `1,234,567`, but not `1,2,3` and `0.5,0.25`."""
    return bool(
        _may_separate(word)
        and (
            re.fullmatch(r"[+-]?\d*,\d+(e[+-]?\d+)?,?", word, re.IGNORECASE)
            or re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?,?", word)
            or re.search(rf"\d[{_THIN}]\d", word)
        )
    )


@lru_cache(1024)
def number(x: float) -> str:
    """Six decimals if that is precise enough, else six significant digits; never a negative zero."""
    if x == 0:
        return "0.000000"
    if 1e-3 <= abs(x) < 1e6:
        return f"{x:.6f}"
    return f"{x:.5e}"


def short(x: float) -> str:
    """At most four significant digits, without trailing zeros: for small spaces."""
    return f"{x:.4g}" if x else "0"


def precise(x: float) -> str:
    """Seven significant digits, so that readers can reproduce the arithmetic that a figure shows."""
    return f"{x:.7g}"


def tight(x: float) -> str:
    """Three decimals, or one significant digit for smaller numbers: for the cells of a large grid."""
    return "0" if x == 0 else f"{x:.3f}" if abs(x) >= 5e-4 else f"{x:.0e}"


@lru_cache(1024)
def plain(x: float) -> str:
    """The shortest string that is parsed as the same float; whole numbers have no decimal point."""
    x = float(x)
    return str(int(x)) if x.is_integer() and abs(x) < 1e15 else repr(x)


def percent(x: float) -> str:
    """A share as a percentage with three significant digits."""
    if math.isinf(x):
        return "∞ %"
    return f"{x * 100:#.3g} %".replace(". %", " %")


def decibel(x: float) -> str:
    """A signal-to-noise ratio in dB; `exact` for an exact copy and `no signal` for minus infinity."""
    if math.isinf(x):
        return "exact" if x > 0 else "no signal"
    return f"{x:.2f} dB"


def count(n: int, noun: str) -> str:
    """`1 weight`, `16 weights`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def volume(size: float) -> str:
    """A number of bytes in a suitable decimal unit, with three significant digits: `4.92 GB`."""
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= unit:
            return f"{significant(size / unit)} {name}"
    return count(int(size), "byte")


def significant(x: float) -> str:
    """Three significant digits, or all digits before the decimal point: `4.92`, `4,915`."""
    if x >= 100:
        return f"{x:,.0f}"
    return f"{x:.1f}" if x >= 10 else f"{x:.2f}" if x >= 1 else f"{x:#.3g}"


def gibibytes(size: float) -> str:
    """A number of bytes in GiB, without the unit: with two decimals, or with three significant digits if it is small."""
    return f"{size / 2**30:,.2f}" if size >= 2**30 / 10 or size == 0 else f"{size / 2**30:#.3g}"

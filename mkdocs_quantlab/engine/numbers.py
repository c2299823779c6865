"""How numbers are written in figures: fixed precision, so that a page built twice is the same text."""

from __future__ import annotations

import math


def number(x: float) -> str:
    """Six decimals where that says enough, else six significant digits; no negative zero."""
    if x == 0:
        return "0.000000"
    if 1e-3 <= abs(x) < 1e6:
        return f"{x:.6f}"
    return f"{x:.5e}"


def short(x: float) -> str:
    """As few digits as say the value to four significant ones: for tight places."""
    return f"{x:.4g}" if x else "0"


def plain(x: float) -> str:
    """The shortest text that reads back as the same float; whole numbers without a point."""
    x = float(x)
    return str(int(x)) if x.is_integer() and abs(x) < 1e15 else repr(x)


def percent(x: float) -> str:
    """A share as a percentage with three significant digits."""
    if math.isinf(x):
        return "∞ %"
    return f"{x * 100:#.3g} %".replace(". %", " %")


def decibel(x: float) -> str:
    """A level in dB; an exact copy has no finite signal-to-noise ratio."""
    return "exact" if math.isinf(x) else f"{x:.2f} dB"


def count(n: int, noun: str) -> str:
    """`1 weight`, `16 weights`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"

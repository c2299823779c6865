"""How results are written: Markdown tables under the facts of the machine that measured them."""

from __future__ import annotations

import datetime as dt
import math
import os
import platform
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def machine(*more: str) -> str:
    """One line on what measured, and when."""
    parts = [
        f"{dt.datetime.now(tz=dt.UTC):%Y-%m-%d}",
        f"{os.cpu_count()} cores",
        f"{platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}",
        *more,
    ]
    return ", ".join(parts)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are figures."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, rule, *rows))


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the rounds' ratios: what a round's noise does to both sides is divided away."""
    return median(a / b for a, b in zip(ours, theirs, strict=True))


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least this share of them does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def verdict(value: float, limit: float) -> str:
    """Whether an aim is met."""
    return "met" if value <= limit else "missed"

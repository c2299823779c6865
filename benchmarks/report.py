"""How results are written: Markdown tables under the facts of the machine that measured them; and read back as data."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import os
import platform
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results"
"""A JSON file for each benchmark, written by `python -m benchmarks`."""

Table = dict[str, list[str] | list[list[str]]]
"""`head`, the names of the columns, and `rows`, each a list of cells; all in Markdown."""


def digest(path: str) -> str:
    """What a file, or all source files below a folder, hold; the empty string where there is none."""
    start = ROOT / path
    files = [start] if start.is_file() else sorted(start.rglob("*"))
    kept = [
        file
        for file in files
        if file.is_file() and "__pycache__" not in file.parts and "node_modules" not in file.parts
    ]
    if not kept:
        return ""
    sha256 = hashlib.sha256()
    for file in kept:
        data = file.read_bytes()
        sha256.update(f"{file.relative_to(ROOT).as_posix()} {len(data)}\n".encode() + data)
    return sha256.hexdigest()[:16]


def tables_of(output: str) -> tuple[list[str], list[Table]]:
    """What a benchmark printed, as other lines and tables."""
    lines: list[str] = []
    tables: list[Table] = []
    block: list[list[str]] = []
    for line in [*output.splitlines(), ""]:
        if line.startswith("|"):
            block.append([cell.strip() for cell in line.strip().strip("|").split("|")])
            continue
        if block:
            head, _, *rows = block
            tables.append({"head": head, "rows": rows})
            block = []
        if line.strip():
            lines.append(line.strip())
    return lines, tables


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

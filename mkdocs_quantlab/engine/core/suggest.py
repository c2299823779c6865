"""Suggestions of valid names and numbers for error messages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.numbers import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def nearest(word: str, names: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The name that is most similar to `word`, ignoring case, or None if no name is similar.

    Args:
        word: The word that was found.
        names: The allowed names.
        cutoff: The minimum similarity, from 0 to 1 (equal).
    """
    import difflib  # noqa: PLC0415  # only an error needs it, and imports cost in the page

    by_lower = {name.lower(): name for name in names}
    # Similarity is twice the number of equal characters, divided by both lengths. Foreign words may have megabytes, and
    # difflib takes a second for each.
    if len(word) * cutoff > max(map(len, by_lower), default=0) * (2 - cutoff):
        return None
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=cutoff)
    return by_lower[found[0]] if found else None


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """A space and `(did you mean `bits`?)`, or the empty string if no name is similar to `word`."""
    name = nearest(word, names)
    return f" (did you mean `{name}`?)" if name else ""


def nearest_number(word: str, numbers: Sequence[float]) -> str:
    """`; the nearest is `8``, or nothing where `word` is no number."""
    try:
        wanted = float(word)
    except ValueError:
        return ""
    if math.isnan(wanted):
        return ""
    wanted = min(max(wanted, min(numbers)), max(numbers))  # infinity is as far from any of them
    return f"; the nearest is `{plain(min(numbers, key=lambda n: abs(n - wanted)))}`"

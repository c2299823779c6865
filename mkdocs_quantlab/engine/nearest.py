"""The nearest valid name, for error messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name most like `word`, or None where none is like it."""
    import difflib  # noqa: PLC0415  # only an error needs it, and imports cost in the page

    found = difflib.get_close_matches(word, list(names), n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """`; did you mean `bits`?`, or nothing where no name is like `word`."""
    name = nearest(word, names)
    return f"; did you mean `{name}`?" if name else ""

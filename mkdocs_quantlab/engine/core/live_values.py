"""Checks of values that the reader's code returned. Each function returns a value of the required type, or raises `EditError`."""

from __future__ import annotations

from typing import Any

from mkdocs_quantlab.engine.core.live_code import EditError

MAX_NUMBER = 3.4e38
"""Weights are float32, so that no sum or square of them is beyond a double."""
MAX_SHOWN = 40
"""Characters of a wrong value that an error shows."""


def refused(what: str, found: Any, wanted: str) -> EditError:
    """The error for a value of a wrong type or range."""
    if isinstance(found, list | dict):
        shown = f"has {len(found):,} entries"
    else:
        text = str(found)
        shown = f"is `{text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + '…'}`"
    return EditError(f"{what} {shown}; it must be {wanted}", None)


def number(value: Any, what: str) -> float:
    """A finite number in the range of float32."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_NUMBER:
        return float(value)
    raise refused(what, value, "a finite number in the range of float32")


def whole(value: Any, what: str, low: int, high: int) -> int:
    """A whole number from `low` to `high`; a float without a fraction is accepted."""
    # What is not finite is not within, and has no integer.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and low <= value <= high and value == int(value):
        return int(value)
    raise refused(what, value, f"a whole number from {low:,} to {high:,}")


def string(value: Any, what: str, longest: int) -> str:
    """A string of at most `longest` characters."""
    if isinstance(value, str) and len(value) <= longest:
        return value
    raise refused(what, value, f"a string of at most {longest:,} characters")


def items(value: Any, what: str, least: int, most: int | None = None) -> list[Any]:
    """A list of `least` to `most` entries, or of exactly `least`."""
    most = least if most is None else most
    if isinstance(value, list) and least <= len(value) <= most:
        return value
    size = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    raise refused(what, value, f"a sequence of {size} entries")


def fields(value: Any, what: str, names: tuple[str, ...]) -> dict[str, Any]:
    """A dictionary with exactly these keys."""
    if isinstance(value, dict) and value.keys() == set(names):
        return value
    raise refused(what, value, f"a dictionary of {', '.join(names)}")


def numbers(value: Any, what: str, least: int, most: int | None = None) -> list[float]:
    """Finite numbers."""
    found = items(value, what, least, most)
    return [number(each, f"number {i + 1} of {what}") for i, each in enumerate(found)]


def matrix(value: Any, what: str, rows: int, columns: int) -> list[list[float]]:
    """Rows of finite numbers."""
    return [
        numbers(each, f"row {i + 1} of {what}", columns)
        for i, each in enumerate(items(value, what, rows))
    ]

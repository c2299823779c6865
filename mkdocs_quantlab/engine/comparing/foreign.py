"""Values of a foreign JSON file, each with its place in it."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.errors import InputError
from mkdocs_quantlab.engine.core.foreign import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class RecordError(InputError):
    """A file is not an exported comparison; the message names the place in it."""


class Place:
    """A value in a JSON file.

    Args:
        value: The parsed value; None where there is none.
        path: Where it is, as in `answers[3].measures.words`; empty for the whole file.
    """

    def __init__(self, value: object, path: str) -> None:
        self.value = value
        self.path = path

    def __getitem__(self, name: str) -> Place:
        """A member of an object; its value is None where the object does not have it.

        Raises:
            RecordError: This is not an object.
        """
        path = f"{self.path}.{name}" if self.path else name
        return Place(self.object().get(name), shown(path, 100))

    def object(self) -> Mapping[str, object]:
        """The members of an object."""
        if not isinstance(self.value, dict):
            raise self.refuse("an object")
        return self.value

    def items(self, fewest: int, most: int, *, optional: bool = False) -> Iterator[Place]:
        """The items of a list.

        Args:
            fewest: It has at least so many.
            most: It has at most so many.
            optional: Whether it may be missing, which is an empty list.
        """
        if optional and self.value is None:
            return iter(())
        if not isinstance(self.value, list):
            raise self.refuse("a list")
        if not fewest <= len(self.value) <= most:
            allowed = f"{fewest:,}" if fewest == most else f"{fewest:,} to {most:,}"
            raise self.refuse(f"a list of {allowed}", f"a list of {len(self.value):,}")
        return (Place(each, f"{self.path}[{i}]") for i, each in enumerate(self.value))

    def text(self, most: int) -> str:
        """A string of at most `most` characters."""
        if not isinstance(self.value, str):
            raise self.refuse("a string")
        if len(self.value) > most:
            raise self.refuse(f"at most {most:,} characters", f"{len(self.value):,}")
        return self.value

    def boolean(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            raise self.refuse("true or false")
        return self.value

    def number(self) -> float:
        """A finite number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.refuse("a number")
        try:
            value = float(self.value)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            raise self.refuse("a finite number")
        return value

    def whole(self) -> int:
        """A whole number."""
        value = self.number()
        if not value.is_integer() or abs(value) > 2**53:
            raise self.refuse("a whole number")
        return int(value)

    def refuse(self, takes: str, found: str | None = None) -> RecordError:
        """The error that something else is here.

        Args:
            takes: What is allowed.
            found: What was found; None for the value itself.
        """
        if found is None:
            found = "nothing" if self.value is None else f"`{shown(_written(self.value), 60)}`"
        return RecordError(f"{self.path or 'the file'}: takes {takes}; found {found}")


def _written(value: object) -> str:
    """How a value begins; all of a large one is not written out."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else f"a list of {len(value):,}"
    return json.dumps(value[:200] if isinstance(value, str) else value, ensure_ascii=False)

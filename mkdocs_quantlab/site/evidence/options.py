"""What authors set for a field of evidence of each kind, and for the sheet."""

from __future__ import annotations

import math
import re
from typing import Any

from mkdocs_quantlab.engine.core import schema
from mkdocs_quantlab.engine.core.fields import Integer, Text, TextList
from mkdocs_quantlab.engine.core.numbers import plain, to_float
from mkdocs_quantlab.engine.core.schema import Field, OptionError

NAME = "[A-Za-z0-9][A-Za-z0-9_-]{0,59}"
"""A field's name, as a regular expression of Python and of JavaScript."""

MAX_FILE_BYTES = 8_000_000
"""Bytes of a file of evidence; browsers keep 5 million characters for a site."""
MAX_FILE_FIELDS = 1_000
MAX_FILE_PARTS = 20_000
"""Fields in a file of evidence, and what they are shown in: cells of tables, options, lines. More would hold the page."""


class Name(Text):
    """What a field's evidence is kept under."""

    @property
    def allowed(self) -> str:
        return "up to 60 letters, digits, `-` and `_`, beginning with a letter or digit"

    def parse(self, text: str) -> str:
        if not re.fullmatch(NAME, text.strip()):
            raise self.refuse(text)
        return text.strip()


class Limit(Field[float | None]):
    """A finite number, or none."""

    @property
    def allowed(self) -> str:
        return "a number"

    def parse(self, text: str) -> float | None:
        try:
            value = to_float(text)
        except ValueError:
            raise self.refuse(text) from None
        if not math.isfinite(value):
            raise self.refuse(text)
        return value

    def format(self, value: float | None) -> str:
        return "" if value is None else plain(value)


class Options(schema.Options):
    """What every field has."""

    name = Name(
        "",
        label="Name",
        help="The field's key, unique on the page. Readers keep their evidence if you change the label but not the name.",
    )
    label = Text("", label="Label", help="The question, shown above the field.")
    hint = Text("", label="Hint", help="Another sentence, shown below the label.")

    @classmethod
    def fields(cls) -> list[Field[Any]]:
        """The fields, those that all kinds have first."""
        bases = reversed(cls.__mro__)
        return [
            field for base in bases for field in vars(base).values() if isinstance(field, Field)
        ]

    def check(self) -> None:
        """A field without name or label is none."""
        for name in ("name", "label"):
            if not self.values[name]:
                raise OptionError(f"`{name}` is missing: evidence has a name and a label", name)


class TextOptions(Options):
    """Options of a text."""

    rows = Integer(
        3, 1, 40, label="Rows", help="The height of the box in lines. It grows with the text."
    )


class NumberOptions(Options):
    """Options of a number."""

    unit = Text("", label="Unit", help="The unit, shown after the number, such as `dB`.")
    min = Limit(None, label="Least", help="The smallest number that counts as filled in.")
    max = Limit(None, label="Most", help="The largest number that counts as filled in.")

    def check(self) -> None:
        """Limits that leave nothing are a slip."""
        super().check()
        if self.min is not None and self.max is not None and self.min > self.max:
            raise OptionError(f"`min` {plain(self.min)} is above `max` {plain(self.max)}", "min")


class ChoiceOptions(Options):
    """Options of a choice."""

    options = TextList((), label="Options", help="The choices, at least two.")

    def check(self) -> None:
        """Fewer than two leave no choice."""
        super().check()
        _several(self, "options", 2)


class TableOptions(Options):
    """Options of a table."""

    columns = TextList((), label="Columns", help="The headings of the columns.")
    rows = Integer(3, 1, 50, label="Rows", help="The number of rows to fill in.")
    first = TextList(
        (),
        label="First column",
        help="The text of the first column, row by row. Readers fill in the other columns.",
        excludes=("rows",),
    )

    def check(self) -> None:
        """Columns are told apart by their heads, and rows by what the first column says."""
        super().check()
        _several(self, "columns", 2 if self.first else 1)
        if self.first:
            _several(self, "first", 1)


class WidgetOptions(Options):
    """Options of a captured figure."""

    of = Text(
        "",
        label="Of",
        help="The `id` of a figure on the page. By default, the nearest figure before the field.",
    )


class AnswerOptions(Options):
    """Options of an answer from the chat."""

    of = Text(
        "",
        label="Of",
        help="The `id` of a chat on the page. By default, the nearest chat before the field.",
    )


class SheetOptions(schema.Options):
    """Options of the sheet."""

    label = Text("Your evidence", label="Label", help="The heading of the sheet, also in files.")


def _several(options: Options, name: str, least: int) -> None:
    """Looks whether a list is long enough, and no text is in it twice.

    Raises:
        OptionError: It is not, or one is.
    """
    texts: tuple[str, ...] = options.values[name]
    if len(texts) < least:
        raise OptionError(
            f"`{name}` takes {least} or more values separated by `|`; found {len(texts)}", name
        )
    for text in texts:
        if texts.count(text) > 1:
            raise OptionError(f"`{name}` names `{text}` twice", name)

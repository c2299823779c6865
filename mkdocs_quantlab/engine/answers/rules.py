"""Rules that a right answer keeps: what there is, and how authors and readers write it.

A rule is a mapping such as `{number: 391, words: at most 20}`. In `mkdocs.yml` YAML reads it; in a directive, and where a reader types it,
`parse` reads the same syntax, with or without the braces. An answer is right if it keeps all rules of the mapping.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_quantlab.engine.answers import syntax
from mkdocs_quantlab.engine.answers.pattern import ALLOWED, Pattern, PatternError
from mkdocs_quantlab.engine.answers.text import plain
from mkdocs_quantlab.engine.core import numbers
from mkdocs_quantlab.engine.core.fields import Choice, MultiChoice, TextList
from mkdocs_quantlab.engine.core.schema import Field, OptionError, Options
from mkdocs_quantlab.engine.core.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from mkdocs_quantlab.engine.answers.numerals import Decimal
    from mkdocs_quantlab.engine.core.schema import FieldArguments

MAX_RULE = 2000
"""Characters of a rule as a text."""


class Number(Field[float | None]):
    """A number, or none."""

    kind = "number"

    def __init__(self, **common: Unpack[FieldArguments]) -> None:
        super().__init__(None, **common)

    @property
    def allowed(self) -> str:
        return "a number"

    def parse(self, text: str) -> float:
        try:
            value = numbers.to_float(text)
        except ValueError:
            raise self.refuse(text, numbers.decimal_hint(text)) from None
        if not abs(value) <= 1e300:
            raise self.refuse(text)
        return value

    def format(self, value: float | None) -> str:
        return "" if value is None else numbers.plain(value)


class Texts(TextList):
    """Texts, of which an answer has one, all or none."""

    @property
    def allowed(self) -> str:
        return "a text, several separated by `|`, or a list of texts"


class Tolerance(Field[tuple[float, bool]]):
    """How far a number may be off: a distance, or a percentage of the number."""

    kind = "tolerance"

    def __init__(self, **common: Unpack[FieldArguments]) -> None:
        super().__init__((0, False), **common)

    @property
    def allowed(self) -> str:
        return "a number from 0, as in `0.5`, or a percentage, as in `2 %`"

    def parse(self, text: str) -> tuple[float, bool]:
        value, _, rest = text.partition("%")
        try:
            found = numbers.to_float(value)
        except ValueError:
            found = -1
        if rest.strip() or not 0 <= found <= 1e300:
            raise self.refuse(text, numbers.decimal_hint(text))
        return found, "%" in text

    def format(self, value: tuple[float, bool]) -> str:
        return numbers.plain(value[0]) + (" %" if value[1] else "")


class Regex(Field[Pattern | None]):
    """A regular expression, or none."""

    kind = "regex"

    def __init__(self, **common: Unpack[FieldArguments]) -> None:
        super().__init__(None, **common)

    @property
    def allowed(self) -> str:
        return f"a regular expression, which may have {ALLOWED}"

    def parse(self, text: str) -> Pattern:
        try:
            return Pattern(text)
        except PatternError as error:
            raise OptionError(f"`{self.name}`: {error}", self.name) from None

    def format(self, value: Pattern | None) -> str:
        return value.source if value else ""


class Range(NamedTuple):
    """How many there may be."""

    low: int
    high: int | None
    """None for any number."""

    def __contains__(self, count: object) -> bool:
        return (
            isinstance(count, int)
            and self.low <= count
            and (self.high is None or count <= self.high)
        )


class Count(Field[Range | None]):
    """How many of something an answer has."""

    kind = "count"

    def __init__(self, **common: Unpack[FieldArguments]) -> None:
        super().__init__(None, **common)

    @property
    def allowed(self) -> str:
        return "a whole number, as in `5`, `at most 5`, `at least 5` or `3 to 5`"

    def parse(self, text: str) -> Range:
        found = re.fullmatch(
            r"\s*(?:(at most|at least)\s+)?([0-9]{1,6})(?:\s+to\s+([0-9]{1,6}))?\s*", text.lower()
        )
        if not found or (found[1] and found[3]):
            raise self.refuse(text)
        first = int(found[2])
        if found[3]:
            if int(found[3]) < first:
                raise self.refuse(text, ", where the first number is the larger one")
            return Range(first, int(found[3]))
        return {"at most": Range(0, first), "at least": Range(first, None)}.get(
            found[1], Range(first, first)
        )

    def format(self, value: Range | None) -> str:
        match value:
            case None:
                return ""
            case Range(low, None):
                return f"at least {low}"
            case Range(low, high) if low == high:
                return str(low)
            case Range(0, high):
                return f"at most {high}"
            case Range(low, high):
                return f"{low} to {high}"


class Rules(Options):
    """What a right answer has. All rules that are given hold together."""

    contains = Texts(
        (), label="Contains", help="One of these texts is in the answer, as whole words."
    )
    contains_all = Texts(
        (), label="Contains all", help="All of these texts are in the answer, as whole words."
    )
    equals = Texts((), label="Equals", help="The whole answer is one of these texts.")
    without = Texts(
        (), label="Without", help="None of these texts is in the answer, as whole words."
    )
    exact = MultiChoice(
        (),
        ("case", "accents", "punctuation"),
        label="Exact",
        help="What of these texts has to be as it is written. The rest is ignored.",
    )
    number = Number(label="Number", help="A number of the answer is this one.")
    tolerance = Tolerance(label="Tolerance", help="How far the number may be off.")
    unit = Texts(
        (),
        label="Unit",
        help="The number has one of these units behind or before it. Other numbers of the answer do not count.",
    )
    which = Choice(
        "last",
        {"last": "Last", "first": "First", "any": "Any"},
        label="Which",
        help="Which number of the answer counts.",
    )
    decimal: Choice[Decimal] = Choice(
        "any",
        {"any": "Any", "point": "Point", "comma": "Comma"},
        label="Decimal",
        help="How to read a number such as `1,234`, which is 1234 or 1.234. `any` takes the right one of the two.",
    )
    regex = Regex(label="Regular expression", help="It matches a part of the answer.")
    json = Texts(
        (),
        label="JSON",
        help="The answer is valid JSON, in a fence of code or without, and its object has these keys. `[]` asks for no key.",
    )
    words = Count(label="Words", help="How many words the answer has.")
    lines = Count(label="Lines", help="How many lines that are not empty the answer has.")
    items = Count(
        label="Items", help="How many items its Markdown lists have, without those of inner lists."
    )

    def check(self) -> None:
        """A rule that judges nothing, or that nothing can keep, is a mistake."""
        judging = [name for name in JUDGING if name in self.given]
        if not judging:
            raise OptionError(f"a rule has one of {', '.join(f'`{name}`' for name in JUDGING)}")
        for name in ("tolerance", "unit", "which", "decimal"):
            if name in self.given and "number" not in self.given:
                raise OptionError(f"`{name}` needs a `number`", name)
        if "exact" in self.given and not self.given.intersection(COMPARED):
            texts = ", ".join(f"`{name}`" for name in COMPARED)
            raise OptionError(f"`exact` needs texts of {texts}", "exact")
        for name in (*COMPARED, "unit"):
            if name in self.given and not self.values[name]:
                raise OptionError(
                    f"`{name}` takes {getattr(Rules, name).allowed}; found nothing", name
                )
        for name in COMPARED:
            for text in self.values[name]:
                if not plain(text, self.exact):
                    raise OptionError(
                        f"`{name}`: nothing remains of `{text}` without its punctuation; add `exact: punctuation`",
                        name,
                    )

    def __str__(self) -> str:
        """The rule as `parse` reads it."""
        return written(
            {
                field.name: self.values[field.name]
                for field in self.fields()
                if field.name in self.given
            }
        )


COMPARED = ("contains", "contains_all", "equals", "without")
"""Rules whose texts are compared."""
JUDGING = (*COMPARED, "number", "regex", "json", "words", "lines", "items")
"""Rules that say whether an answer is right; the others say how."""


def read(given: Mapping[object, object]) -> Rules:
    """Rules from a mapping, such as YAML's.

    Raises:
        OptionError: A rule is unknown, or has an invalid value.
    """
    fields = {field.name: field for field in Rules.fields()}
    strings = {}
    for key, value in given.items():
        name = str(key)
        if name not in fields:
            known = ", ".join(f"`{each}`" for each in fields)
            hint = did_you_mean(name, fields)
            raise OptionError(f"unknown rule `{name}`{hint}; the rules are {known}", name)
        strings[name] = _string(fields[name], value)
    return Rules(strings)


def _string(field: Field[Any], value: object) -> str:
    """A value as the field parses it."""
    if isinstance(value, bool):
        raise OptionError(
            f"`{field.name}`: YAML reads a bare yes, no, on, off, true or false as a truth value: put it in quotes",
            field.name,
        )
    if isinstance(value, list | tuple):
        if isinstance(field, MultiChoice):
            return " ".join(map(str, value))
        if not isinstance(field, TextList):
            raise OptionError(f"`{field.name}` takes {field.allowed}; found a list", field.name)
        if any(isinstance(each, bool) for each in value):
            return _string(field, True)  # the same mistake
        return json.dumps([str(each) for each in value], ensure_ascii=False)
    if isinstance(value, dict):
        raise OptionError(f"`{field.name}` takes {field.allowed}; found a mapping", field.name)
    return "" if value is None else str(value)


def parse(text: str) -> Rules:
    """Rules from a text, with or without braces around it.

    Raises:
        OptionError: The text is not written as rules are, a rule is unknown, or it has an invalid value.
    """
    if len(text) > MAX_RULE:
        raise OptionError(f"a rule has at most {MAX_RULE:,} characters; found {len(text):,}")
    text = text.strip()
    has_braces = text.startswith("{")
    found, at = syntax.mapping(text, int(has_braces))
    if has_braces:
        at = syntax.closed(text, at)
    if at < len(text):
        raise syntax.refuse(text, at)
    return read(found)


def braced(text: str, start: int) -> tuple[Rules, int]:
    """Rules in braces that begin at `start`, and the place after them.

    Raises:
        OptionError: As `parse`.
    """
    found, at = syntax.mapping(text[: start + MAX_RULE], start + 1)
    return read(found), syntax.closed(text, at)


def written(given: Mapping[str, object]) -> str:
    """Values of rules as a text that `parse` reads."""
    fields = {field.name: field for field in Rules.fields()}
    parts = []
    for name, value in given.items():
        field = fields[name]
        if isinstance(field, TextList) and isinstance(value, tuple):
            single = len(value) == 1 and not re.search(r"^\[|\|", value[0])
            text = (
                syntax.quoted(value[0]) if single else f"[{', '.join(map(syntax.quoted, value))}]"
            )
        else:
            text = syntax.quoted(field.format(value))
        parts.append(f"{name}: {text}")
    return ", ".join(parts)

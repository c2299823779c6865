"""The kinds of fields: choices, numbers, lists, names and text."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from mkdocs_quantlab.engine.core.numbers import decimal_hint, may_be_one_number, plain, to_float
from mkdocs_quantlab.engine.core.schema import Field, OptionError
from mkdocs_quantlab.engine.core.suggest import did_you_mean, nearest_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Unpack

    from mkdocs_quantlab.engine.core.schema import FieldArguments

K = TypeVar("K", bound=int | str)
N = TypeVar("N", bound=float)


class Choice(Field[K]):
    """One of a few values, shown as a row of buttons or as a menu.

    Args:
        default: The default choice.
        choices: The values and their labels, in the order shown.
        in_page: The choice changes only which view of the figure is shown. The style sheet switches between the
            views, without Python and without script; `figures.view` makes them. A value `all` shows every view.
        menu: Show a menu instead of a row of buttons.
        derived: Further values that follow from other options. They are shown, but cannot be chosen.
        excluding: Options that a choice excludes, in addition to `excludes`, by choice.
    """

    kind = "choice"

    def __init__(
        self,
        default: K,
        choices: Mapping[K, str],
        *,
        in_page: bool = False,
        menu: bool = False,
        derived: Mapping[K, str] | None = None,
        excluding: Mapping[K, Sequence[str]] | None = None,
        **common: Unpack[FieldArguments],
    ) -> None:
        super().__init__(default, **common)
        self.choices: dict[K, str] = dict(choices)
        self.in_page = in_page
        self.menu = menu
        self.derived: dict[K, str] = dict(derived or {})
        self.excluding: dict[K, Sequence[str]] = dict(excluding or {})
        self.views: dict[K, int] = {}
        """The number of each value's view, for an in-page option; unique within the widget."""

    @property
    def allowed(self) -> str:
        return "one of " + ", ".join(f"`{c}`" for c in self.choices)

    def parse(self, text: str) -> K:
        wanted = text.strip().lower()
        for choice in self.choices:
            if str(choice).lower() == wanted:
                return choice
        raise self.refuse(text, self._nearest(wanted))

    def excluded_by(self, text: str) -> tuple[str, ...]:
        wanted = text.strip().lower()
        own = (names for choice, names in self.excluding.items() if str(choice).lower() == wanted)
        return (*self.excludes, *next(own, ()))

    def number_views(self, first: int) -> int:
        values = [value for value in self.choices if self.in_page and value != "all"]
        self.views = {value: first + i for i, value in enumerate(values)}
        return first + len(values)

    def hides(self, choice: K) -> str | None:
        """The numbers of the views that a value hides, separated by spaces."""
        if choice not in self.views:
            return None
        return " ".join(str(n) for value, n in self.views.items() if value != choice)

    def describe(self) -> dict[str, Any]:
        return super().describe() | {
            "choices": {str(choice): label for choice, label in self.choices.items()},
            "in_page": self.in_page,
        }

    def _nearest(self, wanted: str) -> str:
        """The nearest choice: by value among numbers, else by spelling."""
        numbers = [choice for choice in self.choices if isinstance(choice, int)]
        if numbers:
            return nearest_number(wanted, numbers)
        return did_you_mean(wanted, map(str, self.choices))


class Number(Field[N]):
    """A number from `low` to `high`, shown as a number field, optionally with a slider.

    Args:
        default: The default value.
        low: The lowest value.
        high: The highest value.
        slider: Also show a slider.
    """

    step: ClassVar[str]
    """What the box's arrows add, as HTML has it."""

    def __init__(
        self,
        default: N,
        low: N,
        high: N,
        *,
        slider: bool = False,
        **common: Unpack[FieldArguments],
    ) -> None:
        super().__init__(default, **common)
        self.low = low
        self.high = high
        self.slider = slider

    def describe(self) -> dict[str, Any]:
        return super().describe() | {"low": self.low, "high": self.high}


class Real(Number[float]):
    """A finite number."""

    kind = "real"
    step = "any"

    @property
    def allowed(self) -> str:
        return f"a number from {plain(self.low)} to {plain(self.high)}"

    def parse(self, text: str) -> float:
        try:
            value = to_float(text)
        except ValueError:
            raise self.refuse(text, decimal_hint(text)) from None
        if not self.low <= value <= self.high:  # NaN fails too
            raise self.refuse(text, nearest_number(text, (self.low, self.high)))
        return value

    def format(self, value: float) -> str:
        return plain(value)


class Integer(Number[int]):
    """A whole number."""

    kind = "integer"
    step = "1"

    @property
    def allowed(self) -> str:
        return f"a whole number from {self.low} to {self.high}"

    def parse(self, text: str) -> int:
        # int() would also take "1_0" and other scripts' digits, which is not what an author meant.
        if not re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", text):
            raise self.refuse(text, decimal_hint(text))
        value = int(text.strip())  # `int` takes fewer kinds of white space for such than `\s` does
        if not self.low <= value <= self.high:
            raise self.refuse(text, nearest_number(text, (self.low, self.high)))
        return value


class FloatList(Field[tuple[float, ...]]):
    """A list of finite numbers, separated by spaces, commas or semicolons.

    Args:
        default: The default numbers.
        max_count: The maximum number of entries; at least one is required.
        max_abs: The maximum absolute value of an entry.
    """

    kind = "float_list"

    def __init__(
        self,
        default: tuple[float, ...],
        max_count: int,
        max_abs: float,
        **common: Unpack[FieldArguments],
    ) -> None:
        super().__init__(default, **common)
        self.max_count = max_count
        self.max_abs = float(max_abs)

    @property
    def allowed(self) -> str:
        return (
            f"1 to {self.max_count} numbers from {plain(-self.max_abs)} to {plain(self.max_abs)}, "
            "separated by spaces or commas"
        )

    def parse(self, text: str) -> tuple[float, ...]:
        for word in re.split(r"[ \t\r\n;\[\]]+", text):
            if may_be_one_number(word):
                hint = ", which may be one number or several: decimals have a point, and a space separates numbers"
                raise self.refuse(word, hint)
        words = [word for word in re.split(r"[\s,;\[\]]+", text) if word]
        if not words:
            raise OptionError(f"`{self.name}` takes {self.allowed}; found none", self.name)
        if len(words) > self.max_count:
            raise OptionError(
                f"`{self.name}` takes {self.allowed}; found {len(words):,} of them", self.name
            )
        values = []
        for word in words:
            try:
                value = to_float(word)
            except ValueError:
                raise self.refuse(word) from None
            if not math.isfinite(value) or abs(value) > self.max_abs:
                raise self.refuse(word)
            values.append(value)
        return tuple(values)

    def format(self, value: tuple[float, ...]) -> str:
        return " ".join(map(plain, value))

    def describe(self) -> dict[str, Any]:
        return super().describe() | {"max_count": self.max_count, "max_abs": self.max_abs}


class MultiChoice(Field[tuple[str, ...]]):
    """Several different names from a set, separated by spaces, commas or semicolons; case does not matter.

    Args:
        default: The default names.
        names: The allowed names.
    """

    kind = "multi_choice"

    def __init__(
        self,
        default: tuple[str, ...],
        names: Sequence[str],
        **common: Unpack[FieldArguments],
    ) -> None:
        super().__init__(default, **common)
        self.names = tuple(names)

    @property
    def allowed(self) -> str:
        return "one or more of " + ", ".join(f"`{name}`" for name in self.names)

    def parse(self, text: str) -> tuple[str, ...]:
        by_lower = {name.lower(): name for name in self.names}
        found: list[str] = []
        for word in re.split(r"[\s,;]+", text.strip(" \t\r\n,;")):
            name = by_lower.get(word.lower())
            if name is None:
                raise self.refuse(word, did_you_mean(word, self.names))
            if name in found:
                raise OptionError(f"`{self.name}` names `{name}` twice", self.name)
            found.append(name)
        return tuple(found)

    def format(self, value: tuple[str, ...]) -> str:
        return " ".join(value)

    def describe(self) -> dict[str, Any]:
        return super().describe() | {"names": list(self.names)}


class ModelNames(Field[tuple[str, ...]]):
    """Names of models, or of parts of them, separated by spaces, commas or semicolons; none by default.

    Args:
        takes: The allowed values, as the end of a sentence that begins with "takes".
        max_count: The maximum number of names.
    """

    kind = "model_names"

    def __init__(self, takes: str, max_count: int, **common: Unpack[FieldArguments]) -> None:
        super().__init__((), **common)
        self.takes = takes
        self.max_count = max_count

    @property
    def allowed(self) -> str:
        return (
            self.takes
            if self.max_count == 1
            else f"{self.takes}, at most {self.max_count}, separated by spaces"
        )

    def parse(self, text: str) -> tuple[str, ...]:
        found = tuple(word for word in re.split(r"[\s,;]+", text) if word)
        if len(found) > self.max_count:
            raise self.refuse(text, f", which is {len(found)}")
        for name in found:
            if found.count(name) > 1:
                raise OptionError(f"`{self.name}` names `{name}` twice", self.name)
        return found

    def format(self, value: tuple[str, ...]) -> str:
        return " ".join(value)

    def describe(self) -> dict[str, Any]:
        return super().describe() | {"max_count": self.max_count}


class Text(Field[str]):
    """Any text."""

    kind = "text"

    @property
    def allowed(self) -> str:
        return "a text"

    def parse(self, text: str) -> str:
        return text.strip()


class TextList(Field[tuple[str, ...]]):
    """Texts separated by `|`, or a JSON list of texts."""

    kind = "text_list"

    @property
    def allowed(self) -> str:
        return "values separated by `|`, or a JSON list of strings"

    def parse(self, text: str) -> tuple[str, ...]:
        entries = json_list(text, self)
        if entries is None:
            entries = [part.strip() for part in text.split("|") if part.strip()]
        for entry in entries:
            if not isinstance(entry, str) or not entry.strip():
                raise self.refuse(str(entry))
        return tuple(str(entry).strip() for entry in entries)

    def format(self, value: tuple[str, ...]) -> str:
        return json.dumps(value, ensure_ascii=False)


def json_list(text: str, field: Field[Any]) -> list[object] | None:
    """The list that a JSON string contains, or None if the string does not begin with a JSON list.

    Raises:
        OptionError: The string begins like a JSON list but is not one.
    """
    if not text.lstrip().startswith("["):
        return None
    try:
        return list(json.loads(text))
    except (ValueError, RecursionError):
        raise field.refuse(text) from None

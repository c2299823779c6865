"""Options: one schema for directive attributes, `mkdocs.yml` defaults, form controls and links.

A widget's options are a class whose attributes are fields:

    class Options(options.Options):
        bits = Choice(4, {b: str(b) for b in range(2, 9)}, label="Bits", help="Bits per stored weight.")

`Options({"bits": "3"})` parses strings, `.bits` is then a typed value, `.strings()` gives the strings back, and
`fields()` describes them all: for the form, for error messages and for the reference in the docs.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, overload

from mkdocs_quantlab.engine.core.html import Html, join, tag
from mkdocs_quantlab.engine.core.numbers import plain
from mkdocs_quantlab.engine.core.resources import NONE
from mkdocs_quantlab.engine.core.suggest import did_you_mean, nearest_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

    from mkdocs_quantlab.engine.core.resources import Sources
    from mkdocs_quantlab.engine.gguf.model import Model

T = TypeVar("T")
K = TypeVar("K", bound=int | str)
N = TypeVar("N", bound=float)


class OptionError(ValueError):
    """A value an option does not take.

    Attributes:
        option: The option's name, or None where the error concerns the set of options as a whole.
    """

    def __init__(self, message: str, option: str | None = None) -> None:
        super().__init__(message)
        self.option = option


class Field(Generic[T]):
    """One option: its default, what it takes, and its control in the form.

    Args:
        default: The value when neither directive nor `mkdocs.yml` gives one.
        label: The control's label.
        help: What the option means, in a sentence; shown in the reference and as the control's hint.
        excludes: Options that cannot be given together with this one; setting this one clears them.
    """

    name: str

    def __init__(self, default: T, *, label: str, help: str, excludes: Sequence[str] = ()) -> None:
        self.default = default
        self.label = label
        self.help = help
        self.excludes = tuple(excludes)

    def __set_name__(self, owner: type[Options], name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type[Options]) -> Self: ...
    @overload
    def __get__(self, instance: Options, owner: type[Options]) -> T: ...
    def __get__(self, instance: Options | None, owner: type[Options]) -> Self | T:
        if instance is None:
            return self
        value: T = instance.values[self.name]
        return value

    @property
    def allowed(self) -> str:
        """What the option takes, as the end of a sentence that begins with "takes"."""
        raise NotImplementedError

    def parse(self, text: str) -> T:
        """The value that `text` stands for.

        Raises:
            OptionError: It stands for none; the message says what was found and what is allowed.
        """
        raise NotImplementedError

    def format(self, value: T) -> str:
        """The text that `parse` reads as `value`."""
        return str(value)

    def refuse(self, found: str, hint: str = "") -> OptionError:
        """The error for a text this option does not take."""
        shown = found if len(found) <= 40 else found[:37] + "..."
        found = f"`{shown}`" if shown.strip() else "nothing"
        return OptionError(f"`{self.name}` takes {self.allowed}; found {found}{hint}", self.name)

    def control(self, options: Options) -> Html:
        """The form control, showing the value in `options`."""
        raise NotImplementedError

    def labelled(self, control: Html) -> Html:
        """A control inside its label."""
        return tag(
            "label",
            tag("span", self.label),
            control,
            class_="quantlab-control",
            title=self.help,
            hidden=True,
        )

    def textarea(self, options: Options, rows: int) -> Html:
        """The control of a field whose text may be long."""
        return self.labelled(
            tag(
                "textarea",
                self.format(options.values[self.name]),
                name=self.name,
                rows=rows,
                spellcheck="false",
                data_clears=self.clears(),
            )
        )

    def excluded_by(self, text: str) -> tuple[str, ...]:
        """The options that cannot be given together with this value; setting it clears them."""
        return self.excludes

    def clears(self) -> str | None:
        """The names that a change of this control clears, for the page's script."""
        return " ".join(self.excludes) or None


MOST_VIEWS = 24
"""Views of one widget that its in-page options can switch between: the style sheet has one rule for each number."""


class Choice(Field[K]):
    """One of a few values, shown as a row of buttons or as a menu.

    Args:
        choices: The values and their labels, in the order shown.
        in_page: The choice only changes which view of the figure is shown. The style sheet switches between the
            views, without Python and without script; `figures.view` makes them. A value `all` shows every view.
        menu: Show a menu instead of a row of buttons.
        derived: Further values that follow from other options: shown, never chosen.
        excluding: Options that a certain choice excludes, beside those that any does.
    """

    def __init__(
        self,
        default: K,
        choices: Mapping[K, str],
        *,
        label: str,
        help: str,
        excludes: Sequence[str] = (),
        in_page: bool = False,
        menu: bool = False,
        derived: Mapping[K, str] | None = None,
        excluding: Mapping[K, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(default, label=label, help=help, excludes=excludes)
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
        """Numbers the views of an in-page option, from `first`.

        Returns:
            The first number that is left.
        """
        values = [value for value in self.choices if self.in_page and value != "all"]
        self.views = {value: first + i for i, value in enumerate(values)}
        return first + len(values)

    def _hides(self, choice: K) -> str | None:
        """The numbers of the views that a value hides."""
        if choice not in self.views:
            return None
        return " ".join(str(n) for value, n in self.views.items() if value != choice)

    def _nearest(self, wanted: str) -> str:
        """The nearest choice: by value among numbers, else by spelling."""
        numbers = [choice for choice in self.choices if isinstance(choice, int)]
        if numbers:
            return nearest_number(wanted, numbers)
        return did_you_mean(wanted, map(str, self.choices))

    def control(self, options: Options) -> Html:
        current: K = options.values[self.name]
        if self.menu:
            return self.labelled(
                tag(
                    "select",
                    (
                        tag(
                            "option",
                            label,
                            value=str(choice),
                            selected=choice == current,
                            disabled=choice in self.derived,
                            data_clears=" ".join(self.excluding.get(choice, ())) or None,
                        )
                        for choice, label in (self.choices | self.derived).items()
                    ),
                    name=self.name,
                    data_clears=self.clears(),
                )
            )
        return tag(
            "fieldset",
            tag("legend", self.label),
            (
                tag(
                    "label",
                    tag(
                        "input",
                        type="radio",
                        name=self.name,
                        value=str(choice),
                        checked=choice == current,
                        data_clears=self.clears(),
                        data_in_page=self.in_page,
                        data_hides=self._hides(choice),
                    ),
                    tag("span", label),
                )
                for choice, label in self.choices.items()
            ),
            class_="quantlab-control quantlab-segments",
            title=self.help,
            hidden=not self.in_page,
        )


class Number(Field[N]):
    """A number from `low` to `high`, with a slider beside its box where that helps."""

    step: ClassVar[str]
    """What the box's arrows add."""

    def __init__(
        self,
        default: N,
        low: N,
        high: N,
        *,
        label: str,
        help: str,
        excludes: Sequence[str] = (),
        slider: bool = False,
    ) -> None:
        super().__init__(default, label=label, help=help, excludes=excludes)
        self.low = low
        self.high = high
        self.slider = slider

    def control(self, options: Options) -> Html:
        low, high = options.bounds().get(self.name, (self.low, self.high))
        limits = {"min": plain(low), "max": plain(high), "step": self.step}
        value = self.format(options.values[self.name])
        box = tag(
            "input",
            type="number",
            name=self.name,
            value=value,
            data_clears=self.clears(),
            **limits,
        )
        if not self.slider:
            return self.labelled(box)
        # Both carry the option's name: the script keeps two controls of one name in step.
        label = f"{self.label}, slider"
        slider = tag("input", type="range", name=self.name, value=value, aria_label=label, **limits)
        return self.labelled(join(box, slider))


class Real(Number[float]):
    """A finite number."""

    step = "any"

    @property
    def allowed(self) -> str:
        return f"a number from {plain(self.low)} to {plain(self.high)}"

    def parse(self, text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise self.refuse(text) from None
        if not self.low <= value <= self.high:  # NaN fails too
            raise self.refuse(text, nearest_number(text, (self.low, self.high)))
        return value

    def format(self, value: float) -> str:
        return plain(value)


class Whole(Number[int]):
    """A whole number."""

    step = "1"

    @property
    def allowed(self) -> str:
        return f"a whole number from {self.low} to {self.high}"

    def parse(self, text: str) -> int:
        # int() would also take "1_0" and other scripts' digits, which is not what an author meant.
        if not re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", text):
            raise self.refuse(text)
        value = int(text)
        if not self.low <= value <= self.high:
            raise self.refuse(text, nearest_number(text, (self.low, self.high)))
        return value


class Reals(Field[tuple[float, ...]]):
    """A list of 1 to `most` finite numbers, separated by spaces, commas or semicolons."""

    def __init__(
        self,
        default: tuple[float, ...],
        most: int,
        largest: float,
        *,
        label: str,
        help: str,
        excludes: Sequence[str] = (),
    ) -> None:
        super().__init__(default, label=label, help=help, excludes=excludes)
        self.most = most
        self.largest = float(largest)

    @property
    def allowed(self) -> str:
        return (
            f"1 to {self.most} numbers from {plain(-self.largest)} to {plain(self.largest)}, "
            "separated by spaces or commas"
        )

    def parse(self, text: str) -> tuple[float, ...]:
        words = [word for word in re.split(r"[\s,;\[\]]+", text) if word]
        if not words:
            raise OptionError(f"`{self.name}` takes {self.allowed}; found none", self.name)
        if len(words) > self.most:
            raise OptionError(
                f"`{self.name}` takes {self.allowed}; found {len(words):,} of them", self.name
            )
        values = []
        for word in words:
            try:
                value = float(word)
            except ValueError:
                raise self.refuse(word) from None
            if not math.isfinite(value) or abs(value) > self.largest:
                raise self.refuse(word)
            values.append(value)
        return tuple(values)

    def format(self, value: tuple[float, ...]) -> str:
        return " ".join(map(plain, value))

    def control(self, options: Options) -> Html:
        return self.textarea(options, rows=3)


class Several(Field[tuple[str, ...]]):
    """A list of different names out of a set, separated by spaces, commas or semicolons; case does not matter."""

    def __init__(
        self,
        default: tuple[str, ...],
        names: Sequence[str],
        *,
        label: str,
        help: str,
        excludes: Sequence[str] = (),
    ) -> None:
        super().__init__(default, label=label, help=help, excludes=excludes)
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

    def control(self, options: Options) -> Html:
        return self.textarea(options, rows=2)


class Names(Field[tuple[str, ...]]):
    """Names that other things give, such as models, separated by spaces, commas or semicolons; none where left out.

    Args:
        takes: What the option takes, as the end of a sentence that begins with "takes".
        most: The most names that make sense together.
    """

    def __init__(
        self,
        takes: str,
        most: int,
        *,
        label: str,
        help: str,
        excludes: Sequence[str] = (),
    ) -> None:
        super().__init__((), label=label, help=help, excludes=excludes)
        self.takes = takes
        self.most = most

    @property
    def allowed(self) -> str:
        return (
            self.takes
            if self.most == 1
            else f"{self.takes}, at most {self.most}, separated by spaces"
        )

    def parse(self, text: str) -> tuple[str, ...]:
        found = tuple(word for word in re.split(r"[\s,;]+", text) if word)
        if len(found) > self.most:
            raise self.refuse(text, f", which is {len(found)}")
        for name in found:
            if found.count(name) > 1:
                raise OptionError(f"`{self.name}` names `{name}` twice", self.name)
        return found

    def format(self, value: tuple[str, ...]) -> str:
        return " ".join(value)

    def control(self, options: Options) -> Html:
        # Where nothing has a name there is nothing to type.
        if not options.sources.names:
            return join()
        return self.labelled(
            tag(
                "input",
                type="text",
                name=self.name,
                value=self.format(options.values[self.name]),
                spellcheck="false",
                data_clears=self.clears(),
            )
        )


class Options:
    """A widget's options, parsed. Subclasses declare fields and may add `check` and `bounds`.

    Args:
        strings: Option names and their texts, as a directive or a form gives them.
        sources: Where models come from that the options name.

    Raises:
        OptionError: A name is unknown, a text is not taken, or two options exclude each other.
    """

    primary: ClassVar[str]
    """The option whose every value is rendered at build time, so that it answers without Python; `""` for none."""
    takes_files: ClassVar[str] = ""
    """What files of their own readers may give: `models`, which are then in `sources.files`, a `picture`, which is then
    `sources.picture`, or none."""

    def __init_subclass__(cls) -> None:
        following = 1
        for field in cls.fields():
            if isinstance(field, Choice):
                following = field.number_views(following)
        if following > MOST_VIEWS + 1:
            raise ValueError(
                f"{cls.__qualname__}: its in-page options have {following - 1} views; at most {MOST_VIEWS} are possible"
            )

    def __init__(
        self, strings: Mapping[str, str] | None = None, sources: Sources | None = None
    ) -> None:
        self.sources = sources or NONE
        strings = strings or {}
        fields = {field.name: field for field in self.fields()}
        for name in strings:
            if name not in fields:
                known = ", ".join(f"`{n}`" for n in fields)
                hint = did_you_mean(name, fields)
                raise OptionError(f"unknown option `{name}`{hint}; the options are {known}", name)
            for other in fields[name].excluded_by(strings[name]):
                if other in strings:
                    own = "" if other in fields[name].excludes else f" `{strings[name]}`"
                    raise OptionError(
                        f"`{name}`{own} and `{other}` exclude each other: give one", name
                    )
        self.given = frozenset(strings)
        # Any: each value has its own field's type, which `Field.__get__` restores.
        self.values = {
            name: field.parse(strings[name]) if name in strings else field.default
            for name, field in fields.items()
        }
        self.check()

    @classmethod
    def fields(cls) -> list[Field[Any]]:
        """The fields in the order in which the class names them."""
        return [field for field in vars(cls).values() if isinstance(field, Field)]

    def check(self) -> None:
        """Checks what concerns several options, and derives values that follow from others."""

    def bounds(self) -> dict[str, tuple[float, float]]:
        """Limits of number controls where they depend on other options."""
        return {}

    def named_models(self, option: str) -> list[Model]:
        """The models that an option of type `Names` names; all there are where it names none.

        Raises:
            OptionError: One of them is not there, or none is named anywhere.
        """
        names = self.values[option] or self.sources.names
        try:
            models = [self.sources.model(name) for name in names]
        except LookupError as error:
            raise OptionError(f"`{option}`: {error.args[0]}", option) from None
        if not models:
            raise OptionError(
                f"`{option}` takes {getattr(type(self), option).allowed}; found none", option
            )
        return models

    def strings(self) -> dict[str, str]:
        """All options as texts, derived ones included."""
        return {field.name: field.format(self.values[field.name]) for field in self.fields()}

    @classmethod
    def merge(cls, base: Mapping[str, str], over: Mapping[str, str]) -> dict[str, str]:
        """`over` laid over `base`; an option given in `over` drops from `base` those it excludes."""
        excluded = {
            other
            for field in cls.fields()
            if field.name in over
            for other in field.excluded_by(over[field.name])
        }
        return {k: v for k, v in base.items() if k not in excluded} | dict(over)

"""The schema of options. One class defines directive attributes, `mkdocs.yml` defaults, form controls and links.

A widget's options are a class whose attributes are fields:

    class Options(api.Options):
        bits = Choice(4, {b: str(b) for b in range(2, 9)}, label="Bits", help="Bits per stored weight.")

`Options({"bits": "3"})` parses strings; `.bits` is the typed value, `.strings()` returns the strings, and
`fields()` lists the fields: for the form, for error messages and for the reference in the docs.

The kinds of fields are in `fields.py`, their controls in `form.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, overload

from mkdocs_quantlab.engine.core.errors import InputError
from mkdocs_quantlab.engine.core.resources import NONE
from mkdocs_quantlab.engine.core.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import NotRequired, Self, TypedDict

    from mkdocs_quantlab.engine.core.resources import Resources

    class FieldArguments(TypedDict):
        """Keyword arguments that every kind of field takes; `Field` says what they mean."""

        label: str
        help: str
        excludes: NotRequired[Sequence[str]]
        aliases: NotRequired[Sequence[str]]
        in_form: NotRequired[bool]


T = TypeVar("T")


class OptionError(InputError):
    """An option was given an invalid value.

    Attributes:
        option: The option's name, or None if the error concerns the options as a whole.
        inside: Where the option's value is YAML, the keys in it that lead to what is wrong.
    """

    def __init__(self, message: str, option: str | None = None, *inside: str) -> None:
        super().__init__(message)
        self.option = option
        self.inside = inside


MAX_VIEWS = 12
"""Views of one widget that its in-page options can switch between: the style sheet has one rule for each number."""


class Field(Generic[T]):
    """An option: its default value, the strings that it accepts, and its description for the form and the docs.

    Args:
        default: The value if neither the directive nor `mkdocs.yml` gives one.
        label: The control's label.
        help: The meaning of the option, in a sentence; shown in the reference and as the control's hint.
        excludes: Options that cannot be given together with this one; setting this one clears them.
        aliases: Former names of the option. They keep working in pages, defaults and links; a build warns about them.
        in_form: Whether the form has a control for the option. Without a control, only authors can set it.
    """

    name: str
    """The attribute that holds the field; set by the class of options."""
    kind: ClassVar[str] = "field"
    """The kind of field, as `describe` names it."""

    def __init__(
        self,
        default: T,
        *,
        label: str,
        help: str,
        excludes: Sequence[str] = (),
        aliases: Sequence[str] = (),
        in_form: bool = True,
    ) -> None:
        self.default = default
        self.label = label
        self.help = help
        self.excludes = tuple(excludes)
        self.aliases = tuple(aliases)
        self.in_form = in_form

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
        """The values that the option accepts, as the end of a sentence that begins with "takes"."""
        raise NotImplementedError

    def parse(self, text: str) -> T:
        """Parses a string.

        Raises:
            OptionError: The string is invalid; the message states what was found and what is allowed.
        """
        raise NotImplementedError

    def format(self, value: T) -> str:
        """The string from which `parse` gets `value`."""
        return str(value)

    def refuse(self, found: str, hint: str = "") -> OptionError:
        """The error for a string that the option does not accept."""
        shown = found if len(found) <= 40 else found[:37] + "..."
        found = f"`{shown}`" if shown.strip() else "nothing"
        return OptionError(f"`{self.name}` takes {self.allowed}; found {found}{hint}", self.name)

    def number_views(self, first: int) -> int:
        """Numbers the views that the field switches between, starting with `first`. Most kinds of fields have none.

        Returns:
            The next free number.
        """
        return first

    def excluded_by(self, text: str) -> tuple[str, ...]:
        """The options that cannot be combined with this value; setting it clears them."""
        return self.excludes

    def describe(self) -> dict[str, Any]:
        """The field as plain data, for tables and for code in other languages.

        Its keys are `kind`, `name`, `label`, `help`, `takes`, `default` (a string), `excludes` and `aliases`. Some kinds add
        their own, such as `choices`, or `low` and `high`.
        """
        return {
            "kind": self.kind,
            "name": self.name,
            "label": self.label,
            "help": self.help,
            "takes": self.allowed,
            "default": self.format(self.default),
            "excludes": list(self.excludes),
            "aliases": list(self.aliases),
        }


class Options:
    """A widget's options, parsed. Subclasses declare fields and may override `check` and `bounds`.

    Args:
        strings: Options by name, from a directive or a form. Former names are accepted, too.
        resources: Models and files that the options name.

    Attributes:
        values: Each option's typed value, by name; also as the attribute of that name.
        given: Names of the options that were given.
        resources: Models and files that the options name.

    Raises:
        OptionError: A name is unknown, a value is not valid, or two options exclude each other.
    """

    primary: ClassVar[str] = ""
    """The option whose every value is rendered at build time, so that it answers without Python; `""` for none."""
    takes_files: ClassVar[str] = ""
    """Files that readers may open: `models`, which are then in `resources.files`, a `picture`, which `resources` then has as
    `UserPicture()`, or none."""

    _declared: ClassVar[tuple[Field[Any], ...]] = ()

    def __init_subclass__(cls) -> None:
        declared: dict[str, Any] = {}
        for kind in reversed(cls.__mro__[: -len(Options.__mro__)]):
            declared.update(vars(kind))
        cls._declared = tuple(field for field in declared.values() if isinstance(field, Field))
        following = 1
        for field in cls.fields():
            following = field.number_views(following)
        names = [name for field in cls.fields() for name in (field.name, *field.aliases)]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{cls.__qualname__}: `{name}` is the name of two options")
        if following > MAX_VIEWS + 1:
            raise ValueError(
                f"{cls.__qualname__}: its in-page options have {following - 1} views; at most {MAX_VIEWS} are possible"
            )

    def __init__(
        self, strings: Mapping[str, str] | None = None, resources: Resources | None = None
    ) -> None:
        self.resources = resources or NONE
        strings = self.current(strings or {})
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
        self.values: dict[str, Any] = {
            name: field.parse(strings[name]) if name in strings else field.default
            for name, field in fields.items()
        }
        self.check()

    @classmethod
    def fields(cls) -> list[Field[Any]]:
        """The fields in the order of their definition, those of base classes first."""
        return list(cls._declared)

    @classmethod
    def current(
        cls, strings: Mapping[str, str], warn: Callable[[str, str], None] | None = None
    ) -> dict[str, str]:
        """Options under their current names.

        Args:
            strings: Options by current or former names. Unknown names stay as they are.
            warn: Called for each former name, with that name and a sentence that states the current one.

        Raises:
            OptionError: An option is given under two of its names.
        """
        names = {alias: field.name for field in cls.fields() for alias in field.aliases}
        found: dict[str, str] = {}
        found_as: dict[str, str] = {}
        for name, value in strings.items():
            new = names.get(name, name)
            if new in found:
                old = name if name != new else found_as[new]
                raise OptionError(
                    f"`{found_as[new]}` and `{name}` are the same option: give `{new}` only", old
                )
            if new != name and warn:
                warn(name, f"`{name}` is a former name of `{new}`: write `{new}`")
            found[new] = value
            found_as[new] = name
        return found

    def check(self) -> None:
        """Checks constraints between options, and sets derived values.

        Raises:
            OptionError: The options contradict each other.
        """

    def bounds(self) -> dict[str, tuple[float, float]]:
        """The lowest and highest values of number fields whose range depends on other options, by name."""
        return {}

    def absent(self) -> Mapping[str, Collection[str]]:
        """Choices that these options do not offer, because of the data that they name, by the name of their field."""
        return {}

    def strings(self) -> dict[str, str]:
        """All options as strings, including derived ones."""
        return {field.name: field.format(self.values[field.name]) for field in self.fields()}

    @classmethod
    def merge(cls, base: Mapping[str, str], over: Mapping[str, str]) -> dict[str, str]:
        """`over` laid over `base`, by current names; an option given in `over` drops from `base` those it excludes.

        Raises:
            OptionError: `base` or `over` gives an option under two of its names.
        """
        base, over = cls.current(base), cls.current(over)
        excluded = {
            other
            for field in cls.fields()
            if field.name in over
            for other in field.excluded_by(over[field.name])
        }
        return {k: v for k, v in base.items() if k not in excluded} | over

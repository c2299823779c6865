"""The settings of `mkdocs.yml`, which are also the options of the Markdown extension alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar
from urllib.parse import urlsplit

from mkdocs_quantlab.builtin_models import BuiltinModelError, check, is_builtin
from mkdocs_quantlab.engine.core.custom import WidgetError
from mkdocs_quantlab.engine.core.foreign import shown
from mkdocs_quantlab.engine.core.resources import Resource, Resources
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.core.suggest import did_you_mean
from mkdocs_quantlab.engine.core.widget import built_in, widget
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.site.markdown import lab
from mkdocs_quantlab.site.secrets import masked

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_quantlab.engine.core.schema import Options
    from mkdocs_quantlab.engine.core.widget import Widget

OnError = Literal["fail", "warn"]


class SettingError(ValueError):
    """A setting has an invalid value.

    Attributes:
        keys: The keys below the setting that lead to what is wrong.
    """

    def __init__(self, message: str, *keys: str) -> None:
        super().__init__(message)
        self.keys = keys


def keys_of(error: BaseException | None) -> tuple[str, ...]:
    """The keys below a setting that lead to what an error is about."""
    if isinstance(error, OptionError) and error.option:
        return (error.option, *error.inside)
    return error.keys if isinstance(error, SettingError) else ()


def read_on_error(value: object) -> OnError:
    """What to do about an author's mistake.

    Raises:
        ValueError: It is neither `fail` nor `warn`.
    """
    if value == "fail" or value == "warn":  # noqa: PLR1714  # what the type checker follows
        return value
    raise ValueError(f"takes `fail` or `warn`; found `{value}`")


def read_pyodide(value: object) -> str:
    """Where the page's Python comes from: `bundled`, `off`, or the URL of a folder, with a final slash.

    Raises:
        ValueError: It is none of these.
    """
    if value is False:  # YAML reads a bare `off` as false
        return "off"
    if value in ("bundled", "off"):
        return str(value)
    if isinstance(value, str):
        url = urlsplit(value)
        if url.scheme in ("http", "https") and url.netloc and not url.query and not url.fragment:
            return value.rstrip("/") + "/"
    raise ValueError(f"takes `bundled`, `off` or the http(s) URL of a folder; found `{value}`")


def read_defaults(value: object) -> dict[str, dict[str, str]]:
    """Options for every directive of a kind, as texts; whether a widget takes them is known with the site's widgets.

    Raises:
        SettingError: It is no mapping of mappings.
    """
    if not isinstance(value, Mapping):
        raise SettingError(f"takes a mapping from directive to options; found `{value}`")
    for key, given in value.items():
        if not isinstance(given, Mapping):
            raise SettingError(
                f"`{key}` takes a mapping from option to value; found `{given}`", str(key)
            )
    return {
        str(key).removeprefix("data-"): {
            str(option): _text(entry) for option, entry in given.items()
        }
        for key, given in value.items()
    }


def current_defaults(
    defaults: Mapping[str, Mapping[str, str]], find: Callable[[str], Widget]
) -> dict[str, dict[str, str]]:
    """The setting `defaults`, checked against a site's widgets, with the current names of options.

    Raises:
        SettingError: A widget or an option is unknown, or a value is not allowed.
    """
    result: dict[str, dict[str, str]] = {}
    for name, strings in defaults.items():
        try:
            kind = find(name).options
            result[name] = kind.current(strings)
            kind(result[name], _NotRead())
        except OptionError as error:
            raise SettingError(f"`{name}`: {error}", name, *keys_of(error)) from None
        except WidgetError as error:
            raise SettingError(str(error), name) from None
        except _NotReadError:
            pass  # each directive will tell
    return result


WIDGETS = "widgets"
"""The folder of custom widgets where the setting names none."""


def read_widgets(value: object) -> str:
    """The folder of an author's custom widgets.

    Raises:
        ValueError: It is no path.
    """
    if isinstance(value, str) and value.strip() and value.isprintable():
        return value.strip()
    raise ValueError(f"takes the path of a folder; found `{shown(str(value))}`")


def read_models(value: object) -> dict[str, str]:
    """Where models are, by name.

    Raises:
        SettingError: A name or a place is not valid.
    """
    if not isinstance(value, Mapping):
        raise SettingError(f"takes a mapping from name to path or address; found `{value}`")
    for name, place in value.items():
        # Names stand in lists, and before a colon and a tensor's name.
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*", str(name)):
            raise SettingError(
                f"a name takes letters, digits and any of `_.+-`; found `{name}`", str(name)
            )
        if not isinstance(place, str) or not place.strip():
            raise SettingError(
                f"`{name}` takes a path or an address of a GGUF file; found `{place}`", str(name)
            )
        from mkdocs_quantlab.engine.gguf.model import part_names  # noqa: PLC0415  # slow to import, and most sites name none

        try:
            if is_builtin(place):
                check(place)
            part_names(place)
        except (GgufError, BuiltinModelError) as error:
            raise SettingError(f"`{name}` ({masked(place)}): {error}", str(name)) from None
    return {str(name): place for name, place in value.items()}


T = TypeVar("T")


class _NotRead(Resources):
    """Stands for models while options are checked before any is read."""

    def __init__(self) -> None:
        super().__init__(("any",))

    def answer(self, asked: Resource[T]) -> T:
        raise _NotReadError


class _NotReadError(Exception):
    """What is checked further needs a model."""


def read_chat(value: object) -> dict[str, str]:
    """Options for every chat, as texts.

    Raises:
        ValueError: An option is unknown, or a value is not taken.
    """
    if not isinstance(value, Mapping):
        raise ValueError(f"takes a mapping from option to value; found `{value}`")
    if not value:
        return {}
    from mkdocs_quantlab.site.chat import chat  # noqa: PLC0415  # slow to import, and few sites have a chat

    return chat.read(value)


def read_lab(value: object) -> dict[str, str]:
    """Styles of lab pages.

    Raises:
        ValueError: A style is unknown, or does not take the value.
    """
    if not isinstance(value, Mapping):
        raise ValueError(f"takes a mapping from style to value; found `{value}`")
    styles = {str(name): str(given) for name, given in value.items()}
    for name, given in styles.items():
        lab.check(name, given)
    return styles


def read_language(value: object) -> str:
    """The language of the site's pages, a BCP 47 tag; the empty text where the theme says it.

    Raises:
        ValueError: It is no such tag.
    """
    # YAML reads a bare `no`, Norwegian, as false.
    text = "no" if value is False else str(value).strip().replace("_", "-")
    if text and not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", text):
        raise ValueError(f"takes a language tag such as `en`, `de` or `pt-BR`; found `{value}`")
    return text


def _text(value: object) -> str:
    """A YAML value as a directive's attribute would say it."""
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def former_names(setting: str, value: Any) -> list[tuple[tuple[str, ...], str]]:
    """Options of `mkdocs.yml` that go by a former name.

    Args:
        setting: The setting's name.
        value: Its value, which is valid.

    Returns:
        For each, the keys that lead to the option, from the setting on, and a sentence that gives its current name.
    """
    found: list[tuple[tuple[str, ...], str]] = []

    def read(kind: type[Options], given: Mapping[Any, Any], *keys: str) -> None:
        kind.current(given, lambda name, sentence: found.append(((setting, *keys, name), sentence)))

    if setting == "chat" and value:
        from mkdocs_quantlab.site.chat import chat  # noqa: PLC0415

        read(chat.Options, value)
    elif setting == "defaults":
        for key, given in value.items():
            name = str(key).removeprefix("data-")
            if name in built_in():
                read(widget(name).options, given, str(key))
    return found


class Setting(NamedTuple):
    """One setting."""

    default: object
    read: Callable[[object], Any]
    """Gives the value that a value of `mkdocs.yml` stands for, or raises ValueError with what is allowed."""
    help: str
    """What it means, in Markdown."""


SETTINGS = {
    "on_error": Setting(
        "fail",
        read_on_error,
        "What the build does about a mistake in a directive. `fail` stops the build with an error that names the page, the line and "
        "what is allowed. `warn` prints the same as a warning, which stops a build with `--strict`, and puts a visible note "
        "into the page.",
    ),
    "pyodide": Setting(
        "bundled",
        read_pyodide,
        "Where the page's Python comes from. `bundled`: from the site itself, which is then about 12 MB larger. A reader fetches "
        "5 MB of it, once and only when something needs Python. A URL: Pyodide's own three files come from that folder, which "
        "must contain the same version. `off`: no Python; figures react only to controls whose states were drawn in "
        "the build.",
    ),
    "defaults": Setting(
        {},
        read_defaults,
        "Default options for each kind of directive, as in "
        "`defaults: {quantization-explorer: {bits: 3}}`.",
    ),
    "widgets": Setting(
        WIDGETS,
        read_widgets,
        "The folder of your custom widgets, relative to `mkdocs.yml` (for the Markdown extension alone: to the folder it runs in). "
        "Each `NAME.py` or `NAME/widget.py` in it defines the directive `data-NAME`. [Custom widgets](custom-widget.md) shows how to "
        "write one.",
    ),
    "models": Setting(
        {},
        read_models,
        "GGUF files by name, as in `models: {q4: models/tiny-Q4_K_M.gguf, q8: https://example.org/tiny-Q8_0.gguf}`: paths "
        "relative to `mkdocs.yml` (for the Markdown extension alone: to the folder it runs in), addresses, or names of "
        "built-in models (`drawing:Q4_K_M`). For a split file, name any one part. [Models](models.md) says what is read, and when.",
    ),
    "chat": Setting(
        {},
        read_chat,
        "Default options for all chats: the model server, the models, the prompts and the "
        "sampler's settings. [The chat's page](../widgets/chat.md#options) lists them.",
    ),
    "language": Setting(
        "",
        read_language,
        "The language of the pages, as in `language: de`, unless a page's front matter has `lang`. By default the theme's. "
        "[Languages](languages.md) says what is translated.",
    ),
    "lab": Setting(
        {},
        read_lab,
        "Default styles of lab pages, as in `lab: {step-style: badge}`. If this is set, every page "
        "with an “Objective 1:” heading is a lab page. [Lab pages](lab-pages.md) lists the styles.",
    ),
}
"""All settings by name."""


def unknown_option(name: str) -> str:
    """What is wrong with an option that is none of `SETTINGS`."""
    known = ", ".join(f"`{each}`" for each in SETTINGS)
    return f"unknown option `{name}`{did_you_mean(name, SETTINGS)}; the options are {known}"

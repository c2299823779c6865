"""Whether a module is a widget: mistakes are told when a site is built, each with the line of the author's file."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs_quantlab.engine.core.custom import Origin, WidgetError, giving_html
from mkdocs_quantlab.engine.core.fields import Choice
from mkdocs_quantlab.engine.core.form import form
from mkdocs_quantlab.engine.core.live_code import LiveCode, source
from mkdocs_quantlab.engine.core.schema import Field, OptionError, Options
from mkdocs_quantlab.engine.core.suggest import did_you_mean
from mkdocs_quantlab.engine.core.widget import Widget, of_module

if TYPE_CHECKING:
    from types import ModuleType

PARTS = {
    "TITLE": "a string, the widget's name",
    "Options": "a subclass of `api.Options`",
    "render": "a function that takes options and returns HTML",
}
"""What the module of a widget must have."""
REQUIREMENT = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\s*(?:==|>=|<=|~=|!=|<|>)\s*[A-Za-z0-9.*+!-]+(?:\s*,\s*)?)*"
)


def check(name: str, module: ModuleType, origin: Origin) -> Widget:
    """The module as a widget.

    Raises:
        WidgetError: It is none.
    """
    return _Module(name, module, origin).widget()


def place_of(name: str, module: ModuleType, origin: Origin) -> str:
    """The file and the line on which a widget's module gives a name its value."""
    file = str(module.__file__)
    return f"{origin.shown(file)}:{_lines(Path(file)).get(name, 1)}"


class _Module:
    """A module that should be a widget."""

    def __init__(self, name: str, module: ModuleType, origin: Origin) -> None:
        self.name = name
        self.module = module
        self.file = str(module.__file__)
        self.origin = origin
        self.lines = _lines(Path(self.file))

    def widget(self) -> Widget:
        """The module as a widget.

        Raises:
            WidgetError: It is none.
        """
        for part, what in PARTS.items():
            if not hasattr(self.module, part):
                near = did_you_mean(
                    part, (each for each in vars(self.module) if not each.startswith("_"))
                )
                raise self.wrong(f"it has no `{part}`, {what}{near}")
        title, options, render = (getattr(self.module, part) for part in PARTS)
        if not isinstance(title, str) or not title.strip():
            raise self.wrong(f"`TITLE` must be {PARTS['TITLE']}; found {title!r}", "TITLE")
        if not (
            isinstance(options, type) and issubclass(options, Options) and options is not Options
        ):
            raise self.wrong(f"`Options` must be {PARTS['Options']}; found {options!r}", "Options")
        self.takes_options("render", render)
        self.check_options(options)
        self.check_form(options)
        panel = getattr(self.module, "panel", None)
        if panel is not None:
            self.takes_options("panel", panel)
        live = getattr(self.module, "LIVE", None)
        if live is not None:
            self.check_live(live, options, render)
        return of_module(self.name, self.module)._replace(
            render=giving_html(render, "render", self.place("render")),
            panel=giving_html(panel, "panel", self.place("panel")) if panel else None,
            requires=self.requires(),
            origin=self.origin,
        )

    def requires(self) -> tuple[str, ...]:
        """The packages that the module needs in the page."""
        found = getattr(self.module, "REQUIRES", ())
        if isinstance(found, list | tuple) and all(
            isinstance(each, str) and _is_requirement(each.strip()) for each in found
        ):
            return tuple(each.strip() for each in found)
        raise self.wrong(
            f"`REQUIRES` takes names of packages with their versions, as in `('regex>=2024',)`; found {found!r}",
            "REQUIRES",
        )

    def takes_options(self, name: str, function: Any) -> None:
        """Checks that a function can be called with options alone."""
        if not callable(function):
            raise self.wrong(f"`{name}` must be {PARTS['render']}; found {function!r}", name)
        try:
            inspect.signature(function).bind(None)
        except TypeError as error:
            raise self.wrong(f"`{name}` is called with the options alone: {error}", name) from None

    def check_options(self, options: type[Options]) -> None:
        """Checks the fields, and that the option of frames is one of them."""
        fields = {field.name: field for field in options.fields()}
        for name, field in fields.items():
            if hasattr(Options, name) or name in Options().__dict__:
                raise self.wrong(
                    f"an option cannot be called `{name}`: the class `Options` uses this name", name
                )
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                raise self.wrong(
                    f"an option cannot be called `{name}`: use lower-case letters, digits and `_`",
                    name,
                )
            self.check_default(field)
        primary = getattr(options, "primary", "")
        if primary and not isinstance(fields.get(primary), Choice):
            choices = [name for name, field in fields.items() if isinstance(field, Choice)]
            known = ", ".join(f"`{each}`" for each in choices) or "none"
            raise self.wrong(
                f"`primary` takes the name of a `Choice` ({known}); found `{primary}`{did_you_mean(primary, choices)}",
                "primary",
            )

    def check_form(self, options: type[Options]) -> None:
        """Draws the form: what it cannot show fails in code that is not the author's, and with each figure."""
        try:
            shown = options()
        except OptionError:
            return  # the defaults are not enough
        form(shown)

    def check_live(self, live: Any, options: type[Options], render: Any) -> None:
        """Checks the code that readers may edit, and that the figure can show what it gives."""
        if not isinstance(live, LiveCode):
            raise self.wrong(f"`LIVE` must be a `LiveCode`; found {live!r}", "LIVE")
        if not isinstance(live.steps, list | tuple) or not all(map(callable, live.steps)):
            raise self.wrong(f"`LIVE` takes functions as its `steps`; found {live.steps!r}", "LIVE")
        for value, made in live.objects.items():
            try:
                source(made)
            except (TypeError, OSError):
                raise self.wrong(
                    f"`LIVE` names for `{value}` something without source code in a file: {made!r}",
                    "LIVE",
                ) from None
        names = [field.name for field in options.fields()]
        if live.option not in names:
            hint = did_you_mean(live.option, names)
            raise self.wrong(
                f"`LIVE` names the option `{live.option}`, which does not exist{hint}", "LIVE"
            )
        try:
            inspect.signature(render).bind(None, None)
        except TypeError:
            raise self.wrong(
                "`render` of a widget with `LIVE` takes a second argument, the values of the reader's code, which is None by default",
                "render",
            ) from None

    def check_default(self, field: Field[Any]) -> None:
        """Checks that a field takes its own default."""
        said = f"the default of `{field.name}`, {field.default!r}, is not taken"
        try:
            text = field.format(field.default)
            other = field.default not in (None, ()) and field.parse(text) != field.default
        except OptionError as error:
            raise self.wrong(f"{said}: {error}", field.name) from None
        except (TypeError, ValueError, AttributeError) as error:
            raise self.wrong(f"{said}: {type(error).__name__}: {error}", field.name) from None
        if other:
            raise self.wrong(
                f"{said}: `parse` reads its string `{text}` as a different value", field.name
            )

    def place(self, name: str) -> str:
        """The file and the line on which a name is given its value."""
        return f"{self.origin.shown(self.file)}:{self.lines.get(name, 1)}"

    def wrong(self, problem: str, name: str = "") -> WidgetError:
        """The error for what a name stands for, or for the module as a whole."""
        return WidgetError(problem, self.place(name))


def _is_requirement(text: str) -> bool:
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415  # slow to import, and most sites have none

    try:
        Requirement(text)
    except InvalidRequirement:
        return False
    return REQUIREMENT.fullmatch(text) is not None  # no addresses, extras and markers


def _lines(file: Path) -> dict[str, int]:
    """The lines on which a module, and its class of options, give names a value."""
    found: dict[str, int] = {}
    tree = ast.parse(file.read_bytes())
    for node in [
        *tree.body,
        *(inner for each in tree.body if isinstance(each, ast.ClassDef) for inner in each.body),
    ]:
        names = [node.name] if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
        if isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names = [node.target.id]
        for name in names:
            found.setdefault(name, node.lineno)
    return found

"""The reader's own quantizer: a figure drawn with edited code in place of the engine's.

What can be edited is a function or a class of the engine. Its text travels with the figure, because the page's archive
holds compiled code only; the edited text is run in a copy of its module's names, and what it defines takes the place of
the original's code for one figure.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import cache
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_quantlab.engine.core.schema import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mkdocs_quantlab.engine.core.schema import Options

FILE = "<your code>"
"""What tracebacks call the edited text."""


class EditError(ValueError):
    """The edited code does not run.

    Attributes:
        line: The line of the edited text where it went wrong, from 1, or None where it is none of its lines.
    """

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.line = line


class Editable(NamedTuple):
    """What a widget lets its reader edit."""

    option: str
    """The option whose value chooses among `objects`."""
    objects: Mapping[str, Any]
    """A function or class of the engine for each of the option's values that has one; in a contest a module."""
    contest: bool = False
    """The code is not one of the engine's: it defines `encode` and `decode` for `engine.methods.challenge`."""

    def of(self, options: Options) -> Any:
        """The function or class that makes the figure of these options, or None."""
        return self.objects.get(str(options.values[self.option]))


# Reading the text takes milliseconds, and a site may show it on every page.
@cache
def source(editable: Any) -> str:
    """The text of a function, class or module. Only where the engine's source files are: when a site is built."""
    import inspect  # noqa: PLC0415  # slow to import, and not needed in the page

    return inspect.getsource(editable)


@contextmanager
def edited(editable: Any, text: str) -> Iterator[None]:
    """Puts edited code in the place of a function or class, for everything that holds it, and takes it away again.

    Args:
        editable: A function, or a class whose methods are edited.
        text: Code that defines the same name anew.

    Raises:
        EditError: The text is no Python, does not define the name, or what runs inside fails because of it.
    """
    try:
        with _in_place_of(editable, _defined(editable, text)):
            _forget()
            yield
    except (EditError, OptionError):
        raise
    except Exception as error:  # noqa: BLE001  # whatever the reader's code may do
        said = f"{type(error).__name__}: {error}"
        line = _line(error)
        if line is None:
            said = f"the figure cannot be drawn with what it gives: {said}"
        raise EditError(said, line) from None
    finally:
        _forget()


def define(text: str, names: dict[str, Any], name: str) -> Any:
    """Runs code, and gives what it makes of a name.

    Args:
        text: The reader's own code.
        names: The names it finds, to which it adds its own.
        name: What is asked for.

    Returns:
        The object of that name, or None where the code defines none.

    Raises:
        EditError: The text is no Python, or it fails.
    """
    try:
        code = compile(text, FILE, "exec")
    except SyntaxError as error:
        raise EditError(f"SyntaxError: {error.msg}", error.lineno) from None
    except ValueError as error:  # a null character
        raise EditError(str(error), None) from None
    run(exec, code, names)
    return names.get(name)


def run(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function of the reader's gives.

    Raises:
        EditError: It fails, at a line of the reader's code where it is one.
    """
    try:
        return function(*arguments)
    except Exception as error:  # noqa: BLE001  # whatever the reader's code may do
        raise EditError(f"{type(error).__name__}: {error}", _line(error)) from None


def _defined(editable: Any, text: str) -> Any:
    """What the text makes of the name of a function or class."""
    name = editable.__name__
    names = dict(vars(sys.modules[editable.__module__]))
    del names[name]
    made = define(text, names, name)
    if not isinstance(made, type if isinstance(editable, type) else FunctionType):
        kind = "class" if isinstance(editable, type) else "function"
        raise EditError(f"it does not define a {kind} `{name}`", None)
    return made


@contextmanager
def _in_place_of(editable: Any, made: Any) -> Iterator[None]:
    """Makes `editable` do what `made` does: other modules hold the object itself, so that no name need be changed."""
    if isinstance(editable, type):
        before = _own(editable)
        try:
            _replace(editable, before, _own(made))
            yield
        finally:
            _replace(editable, _own(editable), before)
        return
    kept = editable.__code__, editable.__defaults__, editable.__kwdefaults__
    editable.__globals__["__edited__"] = made
    try:
        editable.__code__ = _call.__code__
        editable.__defaults__ = editable.__kwdefaults__ = None
        yield
    finally:
        editable.__code__, editable.__defaults__, editable.__kwdefaults__ = kept
        del editable.__globals__["__edited__"]


def _call(*args: Any, **kwargs: Any) -> Any:
    """The code that an edited function is lent; `__edited__` is in the function's own globals."""
    return __edited__(*args, **kwargs)  # type: ignore[name-defined]  # noqa: F821


def _own(class_: type) -> dict[str, Any]:
    """What a class itself defines and can be given to another."""
    given = {"__dict__", "__weakref__", "__module__", "__qualname__", "__firstlineno__"}
    return {key: value for key, value in vars(class_).items() if key not in given}


def _replace(class_: type, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    for key in old:
        if key not in new:
            delattr(class_, key)
    for key, value in new.items():
        # A method that says `super()` means the class it was defined in.
        for cell in getattr(value, "__closure__", None) or ():
            if getattr(cell.cell_contents, "__name__", None) == class_.__name__:
                cell.cell_contents = class_
        setattr(class_, key, value)


def _forget() -> None:
    """Clears what the widgets keep from one figure to the next."""
    for name, module in list(sys.modules.items()):
        if name.startswith("mkdocs_quantlab.engine.widgets."):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def _line(error: BaseException) -> int | None:
    """The innermost line of the edited text that an error came through."""
    line = None
    trace = error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == FILE:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line

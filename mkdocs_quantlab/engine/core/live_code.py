"""The reader's code in place of one method of a figure.

A widget's `LIVE` names the functions and classes of the engine that its readers may edit. The edited code runs in a separate
interpreter, which the page starts for it, and returns values for the method that it replaces:

    page's Python: inputs(options)  ->  the code's interpreter: step(code, inputs)  ->  page's Python: read(values), render

The interpreters exchange JSON. Neither of them modifies the engine, so that all other methods of the figure stay unchanged, and
the original method can be shown beside the reader's.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_quantlab.engine.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mkdocs_quantlab.engine.core.schema import Options

FILE = "<your code>"
"""What tracebacks call the edited text."""

MAX_MESSAGE = 1000
"""Characters of an error's message."""
MAX_VALUES = 16_000_000
"""Characters of the values of a step."""

WAYS_OUT = ("js", "pyodide_js", "pyodide", "_pyodide", "_pyodide_core")
"""Modules that lead out of the interpreter, to the browser and its storage."""


class EditError(InputError):
    """The edited code fails, or returns something that cannot be shown.

    Attributes:
        line: The line of the edited code that failed, from 1, or None if the error is not in one of its lines.
    """

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message[:MAX_MESSAGE])
        self.line = line


class LiveCode(NamedTuple):
    """The code of a widget that readers may edit, and how the figure is drawn with its results."""

    option: str
    """The option whose value chooses among `objects`."""
    objects: Mapping[str, Any]
    """The function, class or module of the engine whose text is shown, for each of the option's values that has one."""
    inputs: Callable[[Any], Any]
    """Gives, from the widget's options, what the code works on, as JSON has it; None where the figure does not use the code."""
    steps: Sequence[Callable[[Any, Any], Any]]
    """Each is given what the text defines and the inputs, or what the step before it gave, and gives values, as JSON has them.

    Where there are several, each runs in an interpreter that has run nothing else, and all that passes between them is those
    values; the inputs are then made once for each text, so that they may be random.
    """
    read: Callable[..., Any]
    """Given options, inputs and the values of each step, gives what the widget's `render` takes as its second argument.

    The values are foreign: `engine.core.live_values` checks them. Raises `EditError`.
    """

    def of(self, options: Options) -> Any:
        """The function, class or module that computes the figure of these options, or None."""
        return self.objects.get(str(options.values[self.option]))


# Reading the text takes milliseconds, and a site may show it on every page.
@cache
def source(original: Any) -> str:
    """The text of a function, class or module. Only where the engine's source files are: when a site is built."""
    import inspect  # noqa: PLC0415  # slow to import, and not needed in the page

    if isinstance(original, type):
        text, places = _classes(sys.modules[original.__module__])
        if original.__qualname__ in places:
            return "".join(text[places[original.__qualname__]])
    return inspect.getsource(original)


@cache
def _classes(module: ModuleType) -> tuple[list[str], dict[str, slice]]:
    """A module's lines, and where in them its classes are. For each class `inspect` would parse the module anew."""
    import ast  # noqa: PLC0415
    import inspect  # noqa: PLC0415

    lines = inspect.findsource(module)[0]
    places = {}
    for node in ast.parse("".join(lines)).body:
        if isinstance(node, ast.ClassDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            places[node.name] = slice(first - 1, node.end_lineno)
    return lines, places


def inputs(live: LiveCode, options: Options) -> str | None:
    """In the page's Python: what the reader's code works on, as JSON; None where the figure does not use the code."""
    made = live.inputs(options)
    return None if made is None else json.dumps(made)


def step(live: LiveCode, value: str, number: int, text: str, given: str) -> str:
    """In the interpreter of the reader's code: what one step makes of its inputs.

    Args:
        live: What the widget lets its reader edit.
        value: The value of `live.option` for which the text is.
        number: Which of the steps, from 0.
        text: The reader's code.
        given: The inputs, or what the step before gave.

    Returns:
        JSON.

    Raises:
        EditError: The code does not run, or gives what is no JSON.
    """
    made = defined(live.objects[value], text)
    data = parse(given)
    return str(run(lambda: json.dumps(live.steps[number](made, data), default=_as_json)))


def read(live: LiveCode, options: Options, given: str, values: Sequence[str]) -> Any:
    """In the page's Python: the values of the reader's code, checked, as the widget's `render` takes them.

    Args:
        live: What the widget lets its reader edit.
        options: The widget's options.
        given: The inputs, as `inputs` gave them.
        values: What each of the steps gave.

    Raises:
        EditError: They are not what the figure can show.
    """
    if len(values) != len(live.steps):
        raise EditError(
            f"it returned {len(values)} values, but there are {len(live.steps)} steps", None
        )
    parsed = [parse(text) for text in values]
    # Spaces and doubled keys could tell the next step more than the values do.
    if len(values) > 1 and any(
        json.dumps(made) != text for made, text in zip(parsed, values, strict=True)
    ):
        raise EditError("it returned more than its values", None)
    return live.read(options, json.loads(given), *parsed)


def parse(text: str) -> Any:
    """Foreign JSON.

    Raises:
        EditError: It is none, or too long.
    """
    if len(text) > MAX_VALUES:
        raise EditError(
            f"it returned {len(text):,} characters; the maximum is {MAX_VALUES:,}", None
        )
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise EditError("the result is not valid JSON, or nested too deeply", None) from None


def close_ways_out() -> None:
    """Makes the interpreter forget the browser; to be called before the reader's code runs in it."""
    for name in WAYS_OUT:
        sys.modules[name] = None  # type: ignore[assignment]  # which makes an import fail


def defined(original: Any, text: str) -> Any:
    """Runs the reader's code, and gives what it defines in place of a function, class or module of the engine.

    A function or class finds the names of its module, and changes none of them. A module finds none.

    Raises:
        EditError: The text is no Python, it fails, or it does not define a function or class of that name.
    """
    try:
        code = compile(text, FILE, "exec")
    except SyntaxError as error:
        raise EditError(f"SyntaxError: {error.msg}", error.lineno) from None
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        # A null character, or brackets nested too deeply.
        raise EditError(str(error) or type(error).__name__, None) from None
    if isinstance(original, ModuleType):
        made = ModuleType("your_code")
        run(exec, code, vars(made))
        return made
    name = original.__name__
    names = dict(vars(sys.modules[original.__module__]))
    del names[name]
    run(exec, code, names)
    found = names.get(name)
    if not isinstance(found, type if isinstance(original, type) else FunctionType):
        kind = "class" if isinstance(original, type) else "function"
        raise EditError(f"it does not define a {kind} `{name}`", None)
    return found


def function(made: Any, name: str) -> Callable[..., Any]:
    """A function of a module that the reader's code defines.

    Raises:
        EditError: It defines none.
    """
    found = getattr(made, name, None)
    if not callable(found):
        raise EditError(f"it does not define a function `{name}`", None)
    return found  # type: ignore[no-any-return]


def run(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function that runs the reader's code gives.

    `SystemExit` and `KeyboardInterrupt` are errors like others: nothing that the code raises ends its interpreter.

    Raises:
        EditError: It fails, at a line of the reader's code where it is one.
    """
    try:
        return function(*arguments)
    except EditError:
        raise
    except BaseException as error:  # noqa: BLE001  # whatever the reader's code may do
        line = _line(error)
        message = _message(error)
        if line is None:
            message = f"the result cannot be used: {message}"
        raise EditError(message, line) from None


def _message(error: BaseException) -> str:
    """The error's class and text; a class of the reader's may have a name, or a text, that raises again."""
    name: str = type.__dict__["__name__"].__get__(type(error))  # that of the metaclass is passed by
    try:
        text = str.__str__(str(error))  # no subclass
    except BaseException:  # noqa: BLE001
        text = ""
    return f"{name}: {text}" if text else name


def _line(error: BaseException) -> int | None:
    """The innermost line of the edited text that an error came through."""
    line = None
    trace = error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == FILE:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _as_json(value: Any) -> Any:
    """Other kinds of numbers and sequences that the reader's code may give."""
    if hasattr(value, "__float__"):
        return float(value)
    return list(value)

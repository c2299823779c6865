"""An author's custom widgets: what is alike where a site is built and in its pages."""

from __future__ import annotations

import builtins
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_quantlab.engine.core.errors import InputError
from mkdocs_quantlab.engine.core.html import Html
from mkdocs_quantlab.engine.core.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

LONGEST = 300
"""Characters of an exception's message that are shown."""
MAX_FIGURE = 4_000_000
"""Characters of HTML that a figure may have: browsers stand still for seconds at more."""
INSTALL = "; install the package that provides it where the site is built, and name it in `REQUIRES`, which brings it into pages"
"""What an author does about a module that is not installed."""


class WidgetError(InputError):
    """A widget that is not there, or whose module does not work.

    Attributes:
        place: The file and line it is about, as in `widgets/sampling.py:31`; empty where it is about none.
        problem: What is wrong, in one line.
    """

    def __init__(self, problem: str, place: str = "") -> None:
        super().__init__(f"{place}: {problem}" if place else problem)
        self.place = place
        self.problem = problem


class Origin(NamedTuple):
    """Whose files a widget is made of.

    Attributes:
        root: The folder of the files, with a final separator, or the one file; paths as tracebacks have them.
        base: What messages leave out at the beginning of a path.
        package: The package that the folder is imported as, if its name is not the author's: messages leave it out.
    """

    root: str
    base: str
    package: str = ""

    def shown(self, file: str) -> str:
        """A file as messages name it."""
        return file.removeprefix(self.base).replace("\\", "/")


@contextmanager
def blaming(origin: Origin | None, file: str = "") -> Iterator[None]:
    """Turns what an author's module raises into an error of one line that names the author's file.

    Args:
        origin: The author's files; None for a widget of ours, whose exceptions are left as they are.
        file: The widget's module while it is imported or checked: it is blamed for whatever is raised. Else only exceptions that came
            through one of the author's files are turned; others are ours.

    Raises:
        WidgetError: In place of what was raised, but for input that is not accepted.
    """
    try:
        yield
    except InputError:
        raise
    except KeyboardInterrupt:
        raise
    except (
        BaseException
    ) as error:  # SystemExit too, and whatever else an author derives from this class
        if origin is None:
            raise
        place = _place(error, origin.root)
        if place is None and not file:
            raise
        name, line = place or (file, 1)
        message = _message(error)
        if origin.package:
            message = message.replace(f"{origin.package}.", ".")
        said = " ".join(f"{type(error).__name__}: {message}".split()).rstrip(":")
        raise WidgetError(
            said[:LONGEST] + _hint(error, origin), f"{origin.shown(name)}:{line}"
        ) from None


def _message(error: BaseException) -> str:
    """The error's text; that of an author's own class may fail."""
    try:
        said = str(error.msg if isinstance(error, SyntaxError) else error)
        # The path of a module would lengthen the message, and show the machine in a page.
        path = error.path if isinstance(error, ImportError) else ""
        return said.replace(f" ({path})", "") if path else said
    except Exception:  # noqa: BLE001
        return ""


def _place(error: BaseException, root: str) -> tuple[str, int] | None:
    """The innermost file and line below a folder that an error came through."""
    if isinstance(error, SyntaxError) and str(error.filename).startswith(root):
        return str(error.filename), error.lineno or 1
    found = None
    trace = error.__traceback__
    while trace:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith(root):
            found = name, trace.tb_lineno
        trace = trace.tb_next
    return found


def _hint(error: BaseException, origin: Origin) -> str:
    """What to add to the message: the nearest name for an unknown name, or how builds and pages get a missing package."""
    # Why a page lacks a module is known when the site is built.
    if isinstance(error, ModuleNotFoundError) and sys.platform != "emscripten":
        is_beside = origin.package and str(error.name).startswith(f"{origin.package}.")
        return "" if is_beside else INSTALL
    names: Iterable[str] = ()
    word = getattr(error, "name", "")
    try:
        if isinstance(error, NameError):
            trace = error.__traceback__
            while trace and trace.tb_next:
                trace = trace.tb_next
            if trace:
                names = (*vars(builtins), *trace.tb_frame.f_globals, *trace.tb_frame.f_locals)
        elif isinstance(error, AttributeError):
            names = dir(error.obj)
        elif isinstance(error, ImportError) and error.name in sys.modules:
            names = dir(sys.modules[error.name])
            word = str(error).partition("cannot import name '")[2].partition("'")[0]
        return did_you_mean(word, names) if isinstance(word, str) and word else ""
    except Exception:  # noqa: BLE001  # an author's object may refuse to list its names
        return ""


def giving_html(function: Callable[..., Html], name: str, place: str) -> Callable[..., Html]:
    """The function, called `name` in messages, with an error if it returns anything but HTML, or more than a page can show.

    The tags of a string would be visible in the page.
    """

    def checked(*arguments: Any) -> Html:
        made: object = function(*arguments)
        if not isinstance(made, Html):
            raise WidgetError(
                f"`{name}` must return HTML, as `tag` and `join` make it; it returned {type(made).__name__}",
                place,
            )
        if len(made) > MAX_FIGURE:
            raise WidgetError(
                f"`{name}` returned {len(made):,} characters of HTML; a figure may have {MAX_FIGURE:,}",
                place,
            )
        return made

    return checked

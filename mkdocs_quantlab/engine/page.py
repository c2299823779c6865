"""What the page's worker calls. Nothing but this module and `page_files` knows that the engine runs in a page."""

from __future__ import annotations

import json
import sys

from mkdocs_quantlab.engine.core.live_code import EditError
from mkdocs_quantlab.engine.core.modules import OFFERED
from mkdocs_quantlab.engine.core.resources import Sources
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.core.widget import answer
from mkdocs_quantlab.engine.methods.challenge import decode_all, draw, encode_all


def respond(widget: str, options: str, sources: str, code: str) -> str:
    """Draws a widget's figure.

    Args:
        widget: The widget's name.
        options: Its options, as a JSON object of texts.
        sources: What the figure came with, as `Sources.to_json` gives it, or the empty text.
        code: The reader's own code, or the empty text.

    Returns:
        JSON: `{"answer": ...}` as `engine.core.widget.answer` gives it, or `{"message": ..., "option": ..., "line": ...}`
        where an option is not taken or the reader's code does not run. One text, because every object that crosses into JavaScript costs a proxy.
    """
    try:
        came_with = Sources(**json.loads(sources)) if sources else None
        return json.dumps({"answer": answer(widget, json.loads(options), came_with, code)})
    except OptionError as error:
        return json.dumps({"message": str(error), "option": error.option, "line": None})
    except EditError as error:
        return json.dumps({"message": str(error), "option": None, "line": error.line})


# Ways out of the interpreter, to the browser and its storage.
OUT = ("js", "pyodide_js", "pyodide", "_pyodide", "_pyodide_core")


def contest(step: str, argument: str) -> str:
    """A step of a run of `engine.methods.challenge`.

    `encode` and `decode` are to run in an interpreter of their own each, which is of no use for anything else afterwards; `draw`
    in one that runs no code of the reader's.

    Args:
        step: `draw`, `encode` or `decode`.
        argument: JSON with `code`, and `weights` for `encode`, `blocks` for `decode`.

    Returns:
        JSON: `{"answer": ...}`, or `{"message": ..., "line": ...}` where the reader's code does not run.
    """
    if step == "draw":
        return json.dumps({"answer": draw()})
    given = json.loads(argument)
    for name in OUT:
        sys.modules[name] = None  # type: ignore[assignment]  # which makes an import fail
    try:
        if step == "encode":
            return json.dumps({"answer": encode_all(given["code"], given["weights"])})
        return json.dumps({"answer": decode_all(given["code"], given["blocks"])})
    except EditError as error:
        return json.dumps({"message": str(error), "line": error.line})


class LeftOut:
    """The last finder on `sys.meta_path`: says of a module that is not there why, and what to do."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        """Finds nothing.

        Raises:
            ModuleNotFoundError: Always; its message names the module.
        """
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names:
            why = (
                "leaves out most of the standard library to start fast. To have it, add it to OFFERED in "
                "mkdocs_quantlab/engine/core/modules.py and build the package"
            )
        elif top in sys.modules:
            return  # a misspelt part of a package that is there: Python's own message is right
        else:
            why = "has no packages, numpy included"
        have = ", ".join(OFFERED)
        raise ModuleNotFoundError(
            f"`{name}` is not in this page's Python, which {why}. It has {have}.", name=name
        )


def install() -> None:
    """Makes the message above the answer to a failed import."""
    sys.meta_path.append(LeftOut)

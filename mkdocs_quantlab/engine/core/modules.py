"""Which modules the page's Python has, and the archives that they are in. The build, the error for any other, and the docs read this."""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

    from mkdocs_quantlab.engine.core.protocol import Archive, Nothing

OFFERED = """
    abc array ast base64 binascii bisect builtins cmath codecs collections collections.abc colorsys contextlib copy csv
    dataclasses datetime decimal difflib enum fractions functools gc hashlib heapq html html.parser
    importlib.resources inspect io itertools json keyword linecache marshal math numbers operator pprint random re
    secrets statistics string struct sys textwrap time token tokenize traceback types typing unicodedata warnings
    weakref zipfile zlib
""".split()
"""What a quantizer written in the page may import, beside `mkdocs_quantlab.engine`."""


FOLDER = "/archives"
"""Where the archives are that came after the start."""
_added: list[str] = []
"""Their paths. Each may hold modules of any package, whichever archive the package itself is in."""


class LaterArchives:
    """The last finder on `sys.meta_path`: finds modules in archives that came later, and says of any other why it is not there."""

    @staticmethod
    def find_spec(name: str, *_: object) -> ModuleSpec | None:
        """Finds a module.

        Raises:
            ModuleNotFoundError: It is in no archive; the message names it, and what to do.
        """
        folder = name.rpartition(".")[0].replace(".", "/")
        found = PathFinder.find_spec(name, [f"{archive}/{folder}" for archive in _added])
        if found:
            return found
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names:
            why = (
                "leaves out most of the standard library to start fast. To have it, add it to OFFERED in "
                "mkdocs_quantlab/engine/core/modules.py and build the package"
            )
        elif top in sys.modules:
            return None  # a misspelt part of a package that is there: Python's own message is right
        else:
            why = "has no packages, numpy included"
        have = ", ".join(OFFERED)
        raise ModuleNotFoundError(
            f"`{name}` is not in this page's Python, which {why}. It has {have}.", name=name
        )


def install(_: Nothing) -> Nothing:
    """Prepares the interpreter: an import that fails says which modules the page's Python has."""
    sys.meta_path.append(LaterArchives)
    return {}


def add_archive(given: Archive, data: bytes) -> Nothing:
    """Adds an archive of modules."""
    path = f"{FOLDER}/{given['name']}.zip"
    if path not in _added:
        os.makedirs(FOLDER, exist_ok=True)  # noqa: PTH103  # `pathlib` is slow to import
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(data)
        _added.append(path)
    return {}

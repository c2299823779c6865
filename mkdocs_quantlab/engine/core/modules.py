"""Which modules the page's Python has. The build, the error for any other, and the docs read this."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.core.protocol import Nothing

OFFERED = """
    abc array ast base64 binascii bisect builtins cmath codecs collections collections.abc colorsys contextlib copy csv
    dataclasses datetime decimal difflib enum fractions functools gc hashlib heapq html html.parser
    importlib.resources inspect io itertools json keyword linecache marshal math numbers operator pprint random re
    secrets statistics string struct sys textwrap time token tokenize traceback types typing unicodedata warnings
    weakref zipfile zlib
""".split()
"""What a quantizer written in the page may import, beside `mkdocs_quantlab.engine`."""


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


def install(_: Nothing) -> Nothing:
    """Prepares the interpreter: an import that fails says which modules the page's Python has."""
    sys.meta_path.append(LeftOut)
    return {}

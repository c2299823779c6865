"""Which files a site needs, and where they are in the package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.texts import ENGLISH, LANGUAGES, SCRIPTS, catalogue, primary
from mkdocs_quantlab.site.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterable

STATIC = Path(__file__).parent.parent / "static"
"""Filled by the build from `browser/` and npm's Pyodide and wllama."""

FOLDER = "assets/quantlab"
"""Where the files are in a site."""

SCRIPT = "quantlab.js"
STYLE = "quantlab.css"
INTERACT = "interact.js"
"""Marks that a reader can grab; a page fetches it where a figure has some."""
LAB = "lab.js"
CHAT = "chat.js"
ANSWERS = ("markdown.js", "svg.js", "tex.js", "highlight.js")
"""What a chat fetches to show answers: the first two before the first one, the others where one has formulas or code."""
COMPARE = "compare.js"
"""The chat's comparison; a page fetches it where a reader opens it."""
EVIDENCE = "evidence.js"
NOTICES = "notices.txt"
"""The licences of what others wrote in these files; it travels with them."""


WLLAMA = ("wllama/wllama.js", "wllama/wllama.wasm")
"""llama.cpp for models in the page."""


def static(name: str) -> Path:
    """A file of the package's for browsers.

    Raises:
        LabError: The package was not built.
    """
    if not (STATIC / name).is_file():
        raise LabError(
            "quantlab: this installation has no built browser files; in a checkout, run `make static`"
        )
    return STATIC / name


def files(pyodide: str, *, in_page: bool = True, languages: Iterable[str] = LANGUAGES) -> list[str]:
    """The files that a site with widgets needs, relative to `STATIC`.

    Args:
        pyodide: The option: `bundled` adds Pyodide and our archives, a URL only our archives, `off` neither.
        in_page: Some chat has models in the page.
        languages: Languages of pages.

    Raises:
        LabError: The package was not built.
    """
    static(SCRIPT)
    names = [SCRIPT, INTERACT, STYLE, LAB, CHAT, COMPARE, *ANSWERS, EVIDENCE, NOTICES]
    for language in sorted({primary(tag) for tag in languages} & set(LANGUAGES) - {ENGLISH}):
        groups = [group for group in SCRIPTS if group in catalogue(language)]
        names += [f"texts/{language}/{group}.js" for group in groups]
    if in_page:
        names += WLLAMA
    if pyodide != "off":
        names += ["worker.js", "editor.js", "files.js", "quantize.js"]
        names += ["live.js", "live_frame.html", "live_frame.js", "live_worker.js"]
        names += sorted(
            path.relative_to(STATIC).as_posix() for path in STATIC.glob("pyodide/*.zip")
        )
    if pyodide == "bundled":
        names += ["pyodide/pyodide.js", "pyodide/pyodide.asm.js", "pyodide/pyodide.asm.wasm"]
    for name in names:
        static(name)
    return names

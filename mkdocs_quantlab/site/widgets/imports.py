"""What a custom widget imports that the page's Python does not have: the build has more, and would not notice."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.modules import OFFERED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mkdocs_quantlab.engine.core.custom import Origin

# The archive has these because others need them.
_THERE = {*OFFERED, "__future__", "os", "os.path", "pathlib"}
_API, _INSIDE = "mkdocs_quantlab.api", "mkdocs_quantlab.engine"
_OURS = (_API, _INSIDE)


def missing(files: Iterable[Path], root: Path, origin: Origin, *, is_folder: bool) -> str:
    """The first import that fails in a page, as a line with its place; the empty text where there is none.

    Imports in a `try`, and those for type checkers, are passed over.

    Args:
        files: The widget's modules.
        root: The folder of widgets, or of the package.
        origin: How messages name the files.
        is_folder: Whether it is from the author's folder of widgets; else from a package.
    """
    for file in files:
        try:
            tree = ast.parse(file.read_bytes())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue  # the widget works, so it does not import this one
        for node in _imports(tree.body):
            for name in _names(node):
                problem = ""
                if isinstance(node, ast.ImportFrom) and node.level:
                    if is_folder:
                        problem = _beside(node, name, file.relative_to(root).with_suffix("").parts)
                elif not _is_there(name) and (
                    is_folder or name.partition(".")[0] != root.name.removesuffix(".py")
                ):
                    problem = _lacking(name)
                if problem:
                    return f"{origin.shown(str(file))}:{node.lineno}: {problem}"
    return ""


def outside_api(files: Iterable[Path], origin: Origin) -> str:
    """The first import of a part of this package whose names may change, as a line with its place; empty where there is none."""
    for file in files:
        try:
            tree = ast.parse(file.read_bytes())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in _imports(tree.body):
            for name in _names(node):
                if name == _INSIDE or name.startswith(f"{_INSIDE}."):
                    return (
                        f"{origin.shown(str(file))}:{node.lineno}: the names in `{name}` may change with any version: "
                        f"import from `{_API}`"
                    )
    return ""


def _lacking(name: str) -> str:
    """What to do about a module that the page's Python does not have."""
    top = name.partition(".")[0]
    if top in sys.stdlib_module_names:
        return (
            f"the page's Python has no module `{name}`: it leaves out this part of the standard library, and no package brings it; "
            "do without it, or import it in a `try`"
        )
    if top == "mkdocs_quantlab":
        return f"the page's Python has no module `{name}`: import from `{_API}`"
    return f"the page's Python has no module `{name}`: name its package in `REQUIRES`"


def _imports(body: Iterable[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.Try) or (
            isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        ):
            continue
        else:
            yield from _imports(
                each for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt)
            )


def _names(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """The modules that are imported; of `from . import a, b`, and `from mkdocs_quantlab import api`, the names."""
    if isinstance(node, ast.Import) or not node.module:
        yield from (alias.name for alias in node.names)
    elif node.module == "mkdocs_quantlab":
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    else:
        yield node.module


def _is_there(name: str) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in _OURS) or any(
        name == each or each.startswith(f"{name}.") for each in _THERE
    )


def _beside(node: ast.ImportFrom, name: str, place: tuple[str, ...]) -> str:
    """What is wrong with a relative import: the page has a widget's own files and those that begin with `_`."""
    first = (*place[: -node.level], *name.split("."))[0]
    if first == place[0] or first.startswith("_") or place[0].startswith("_"):
        return ""
    return f"`{first}` belongs to another widget, whose files this page may not have: rename it to `_{first}` to share it"

"""Runs inside Pyodide: compiles the standard library's needed part and the engine into archives, by name in `/archives`.

`python.zip` is what Python starts with: the modules of the standard library that Pyodide's boot and the engine import, unless they are
frozen into the WebAssembly, and the modules of the engine that most widgets need. What a widget or a method of the worker needs beside it is
in a part of its own, and `all.zip` has everything that `python.zip` has not. `/archives/parts.json` says which part each widget and method
needs.

Pyodide is started with `sitecustomize.py`, as it is in the page, so that what it imports is what its boot needs.

Reproducible: files in sorted order, with a fixed date, and bytecode that carries a hash of its source instead of a time.
"""

import ast
import importlib
import importlib.util
import json
import marshal
import sys
import zipfile
from collections.abc import Collection
from functools import cache
from importlib.machinery import FrozenImporter
from pathlib import Path

from sitecustomize import StandIn

from mkdocs_quantlab.engine.core.dispatch import METHODS
from mkdocs_quantlab.engine.core.modules import OFFERED
from mkdocs_quantlab.engine.core.texts import SCRIPTS

SOURCES = Path("/engine")
"""Where Python finds the engine."""
BOOT = frozenset(json.loads(Path("/boot.json").read_text("utf-8")))
"""The modules that Pyodide's boot imported."""
PACKAGE = "mkdocs_quantlab.engine"
START = (
    "sitecustomize",
    *(f"{PACKAGE}.{name}" for name in ("core.dispatch", "core.modules", "calls.live")),
)
"""What the worker imports before any call, and what is too small for a request of its own."""
CUSTOM = "mount"
"""The method that takes a custom widget, which may import anything: it and its module need `all.zip`."""
TEXTS = f"{PACKAGE.replace('.', '/')}/core/texts/__init__.py"
"""The module that reads the interface's texts from files beside it."""
TYPES = {"mkdocs_quantlab/engine/core/protocol.py"}
"""Modules for type checkers only, which the page's Python never imports."""
SKIPPED = "mkdocs_quantlab", "importlib.resources"
"""What is no module of the standard library, and what the engine imports only where a site is built."""
UNUSED = "ssl", "_ssl", "bz2", "lzma", "compression"
"""What Pyodide's boot imports where it is there: encryption of sockets, and what zip files are seldom compressed with."""
NEEDED = """
    encodings.ascii encodings.cp437 encodings.idna encodings.latin_1 encodings.unicode_escape encodings.utf_16
    encodings.utf_16_le encodings.utf_8_sig
""".split()
"""What those modules import only when they run: zipfile, for one, reads names in cp437."""

STAND_INS = [name for name, module in sys.modules.items() if isinstance(module, StandIn)]
"""Modules that are in `all.zip` with all that they import, in whose place the boot has others."""

STDLIB = next(f"{path}/" for path in sys.path if path.endswith(".zip"))
"""Where the interpreter has its standard library: `/lib/python314.zip/`, for one."""


def standard() -> set[str]:
    """Names in the standard library's archive of all modules imported so far, but for those that are in the WebAssembly, too."""
    modules = [
        m
        for m in list(sys.modules.values())
        if getattr(m, "__loader__", None) is not FrozenImporter
    ]
    files = (getattr(module, "__file__", None) or "" for module in modules)
    names = {file.removeprefix(STDLIB) for file in files if file.startswith(STDLIB)}
    return {name for name in names if name.removesuffix(".py").partition("/")[0] not in UNUSED}


def file_of(module: str) -> str | None:
    """The file of one of our modules below `SOURCES`; None for others."""
    for name in (f"{module.replace('.', '/')}.py", f"{module.replace('.', '/')}/__init__.py"):
        if (SOURCES / name).is_file():
            return name
    return None


def imports(tree: ast.AST) -> set[str]:
    """What a module may import, wherever in it that happens, but for type checkers only; for `from a import b` also `a.b`."""
    if isinstance(tree, ast.If) and "TYPE_CHECKING" in ast.dump(tree.test):
        return set()
    if isinstance(tree, ast.Import):
        return {alias.name for alias in tree.names}
    if isinstance(tree, ast.ImportFrom):
        return {str(tree.module), *(f"{tree.module}.{alias.name}" for alias in tree.names)}
    return set().union(*map(imports, ast.iter_child_nodes(tree)))


@cache
def imported(file: str) -> set[str]:
    """What one of our modules may import."""
    return imports(ast.parse((SOURCES / file).read_text("utf-8")))


def direct(module: str) -> set[str]:
    """Our modules that one of ours may import, and the packages that it is in."""
    found = imported(file_of(module) or "") | {module.rpartition(".")[0]}
    return {name for name in found if name and file_of(name)}


def closure(*modules: str) -> set[str]:
    """The files of our modules that these need, their own among them."""
    found: set[str] = set()
    left = set(modules)
    while left:
        found |= left
        left = set().union(*map(direct, left)) - found
    return {file for file in map(file_of, found) if file}


def forget(kept: Collection[str]) -> None:
    """Takes all other modules for not imported."""
    for name in set(sys.modules).difference(kept):
        del sys.modules[name]


@cache
def standard_for(name: str) -> set[str]:
    """Files of the standard library that an import adds; none where it is no module of it."""
    before = frozenset(sys.modules)
    known = standard()
    try:
        importlib.import_module(name)
    except ImportError:
        return set()
    added = standard() - known
    forget(before)  # the next one may import it, too
    return added


def compiled(name: str, source: bytes) -> bytes:
    """A `.pyc` that is never compared with its source; without assertions and docstrings."""
    code = compile(source, STDLIB + name, "exec", dont_inherit=True, optimize=2)
    head = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little")
    return head + importlib.util.source_hash(source) + marshal.dumps(code)


def texts(source: bytes) -> bytes:
    """A language's texts without those that only the page's scripts read."""
    groups = {name: group for name, group in json.loads(source).items() if name not in SCRIPTS}
    return json.dumps(groups, ensure_ascii=False, separators=(",", ":")).encode()


def units() -> dict[str, tuple[str, ...]]:
    """The modules of each widget, by its name, and of each method."""
    folders = sorted((SOURCES / PACKAGE.replace(".", "/") / "widgets").glob("*/widget.py"))
    found: dict[str, tuple[str, ...]] = {
        path.parent.name.replace("_", "-"): (f"{PACKAGE}.widgets.{path.parent.name}.widget",)
        for path in folders
    }
    return found | {
        method: (f"{PACKAGE}.{where.partition(':')[0]}",) for method, where in METHODS.items()
    }


def contents() -> tuple[dict[str, set[str]], dict[str, str]]:
    """Files by archive, and the part of each widget and method that needs one."""
    ours = {path.relative_to(SOURCES).as_posix() for path in SOURCES.rglob("*.py")} - TYPES
    later = {file_of(module) for module in units()[CUSTOM]}
    needs = {unit: closure(*modules) - later for unit, modules in units().items()}
    widgets = [files for unit, files in needs.items() if unit not in METHODS]
    start = closure(*START) - later
    start |= {file for file in ours if 2 * sum(file in files for files in widgets) > len(widgets)}
    forget(BOOT)  # what only this program imported
    # The engine needs little of the standard library that Pyodide's boot does not.
    for file in sorted(set().union(*needs.values())):
        importlib.import_module(
            file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        )
    boot = standard()

    def late(files: set[str]) -> set[str]:
        """What modules import only when they run: for a mistake's nearest name, for one."""
        names = set().union(*map(imported, files))
        return set().union(*(standard_for(each) for each in names if not each.startswith(SKIPPED)))

    archives = {"python": boot | start | late(start)}
    parts = {}
    for unit, files in needs.items():
        if unit == CUSTOM:
            parts[unit] = "all"
        elif not files <= start:
            parts[unit] = (
                METHODS[unit].partition(":")[0].rpartition(".")[2] if unit in METHODS else unit
            )
            own = files - start
            archives[parts[unit]] = (own | late(own)) - archives["python"]
    for name in STAND_INS:
        del sys.modules[name]
    for name in (*OFFERED, *NEEDED, *STAND_INS):
        importlib.import_module(name)
    archives["all"] = (standard() | ours) - archives["python"]
    languages = {path.relative_to(SOURCES).as_posix() for path in SOURCES.rglob("texts/*.json")}
    for names in archives.values():  # a module reads its files from the archive that it is in
        if TEXTS in names:
            names.update(languages)
    return archives, parts


def main() -> None:
    """Writes the archives."""
    library = zipfile.ZipFile("/python_stdlib.zip")

    @cache
    def made(name: str) -> bytes:
        source = (SOURCES / name).read_bytes() if (SOURCES / name).exists() else library.read(name)
        return compiled(name, source) if name.endswith(".py") else texts(source)

    archives, parts = contents()
    Path("/archives").mkdir()
    for archive, names in archives.items():
        with zipfile.ZipFile(
            f"/archives/{archive}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9
        ) as out:
            for name in sorted(names):
                info = zipfile.ZipInfo(
                    name + "c" if name.endswith(".py") else name, (2026, 1, 1, 0, 0, 0)
                )
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                out.writestr(info, made(name))
    Path("/archives/parts.json").write_text(json.dumps(parts), encoding="utf-8")


main()

"""Runs inside Pyodide: compiles the standard library's needed part and the engine into `/python.zip`.

Reproducible: files in sorted order, with a fixed date, and bytecode that carries a hash of its source instead of a time.
"""

import importlib
import importlib.util
import json
import marshal
import sys
import zipfile
from pathlib import Path

sys.path.insert(0, "/engine")
from mkdocs_quantlab.engine.core.modules import OFFERED  # the engine lies there
from mkdocs_quantlab.engine.core.texts import SCRIPTS

NEEDED = """
    encodings.ascii encodings.cp437 encodings.idna encodings.latin_1 encodings.unicode_escape encodings.utf_16
    encodings.utf_16_le encodings.utf_8_sig
""".split()
"""What those modules import only when they run: zipfile, for one, reads names in cp437."""

STDLIB = next(f"{path}/" for path in sys.path if path.endswith(".zip"))
"""Where the interpreter has its standard library: `/lib/python314.zip/`, for one."""


def loaded() -> set[str]:
    """Names in the standard library's archive of all modules imported so far."""
    files = (getattr(module, "__file__", None) or "" for module in list(sys.modules.values()))
    return {file.removeprefix(STDLIB) for file in files if file.startswith(STDLIB)}


def compiled(name: str, source: bytes) -> bytes:
    """A `.pyc` that is never compared with its source; without assertions and docstrings."""
    code = compile(source, STDLIB + name, "exec", dont_inherit=True, optimize=2)
    head = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little")
    return head + importlib.util.source_hash(source) + marshal.dumps(code)


def texts(source: bytes) -> bytes:
    """A language's texts without those that only the page's scripts read."""
    groups = {name: group for name, group in json.loads(source).items() if name not in SCRIPTS}
    return json.dumps(groups, ensure_ascii=False, separators=(",", ":")).encode()


def main() -> None:
    """Writes `/python.zip`."""
    for name in (*OFFERED, *NEEDED):
        importlib.import_module(name)
    sources = {}
    with zipfile.ZipFile("/python_stdlib.zip") as library:
        for name in sorted(loaded()):
            sources[name] = library.read(name)
    for path in sorted(Path("/engine").rglob("*.py")):
        sources[str(path.relative_to("/engine"))] = path.read_bytes()
    for path in sorted(Path("/engine/mkdocs_quantlab/engine/core/texts").glob("*.json")):
        sources[str(path.relative_to("/engine"))] = texts(path.read_bytes())
    with zipfile.ZipFile("/python.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for name, source in sorted(sources.items()):
            data = compiled(name, source) if name.endswith(".py") else source
            info = zipfile.ZipInfo(
                name + "c" if name.endswith(".py") else name, (2026, 1, 1, 0, 0, 0)
            )
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            out.writestr(info, data)


main()

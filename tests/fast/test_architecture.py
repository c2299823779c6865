"""Who may know whom: the rules of docs/contributing/architecture.md."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mkdocs_quantlab.engine.core.widget import built_in
from tests.paths import PACKAGE

# Beside the standard library and what is listed, a room may import itself. The longest name that fits is a module's room.
ENGINE = "mkdocs_quantlab.engine"
API = "mkdocs_quantlab.api"
WRITTEN = "mkdocs_quantlab.written"
MAY_IMPORT = {
    "engine": {ENGINE},
    "engine/core": set(),
    "engine/ggml": {f"{ENGINE}.core"},
    "engine/gguf": {f"{ENGINE}.core", f"{ENGINE}.ggml"},
    "engine/methods": {f"{ENGINE}.core", f"{ENGINE}.ggml"},
    "engine/drawing": {f"{ENGINE}.core"},
    "engine/answers": {f"{ENGINE}.core"},
    "engine/comparing": {f"{ENGINE}.core"},
    "engine/views": {f"{ENGINE}.{room}" for room in ("core", "ggml", "gguf", "methods", "drawing")},
    "engine/widgets": {API},
    "api": {ENGINE},
    "fast": {ENGINE, "numpy", "gguf"},
    "builtin_models": {ENGINE, WRITTEN, "mkdocs_quantlab.fast", "numpy"},
    "site": {
        ENGINE,
        "mkdocs_quantlab.fast",
        "mkdocs_quantlab.builtin_models",
        WRITTEN,
        "markdown",
        "packaging",
        "jinja2",
        "requests",
        "urllib3",
        "fsspec",
        "huggingface_hub",
    },
    "site/mkdocs": {"mkdocs_quantlab.site", "mkdocs", "jinja2", "yaml"},
    "site/doctor": {"mkdocs_quantlab", "mkdocs", "requests", "urllib3"},
    "cli": {"mkdocs_quantlab", "mkdocs", "click", "requests", "packaging", "pyodide_lock"},
    "testing": {ENGINE, "mkdocs_quantlab.site"},
    "course": {WRITTEN, "jinja2"},
    "endpoint": {"jinja2"},
}


WRITES = "write_text write_bytes copy copy2 copyfile copytree move savez NamedTemporaryFile".split()


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if (
                node.module == "mkdocs_quantlab"
            ):  # which imports nothing: what is meant is a part of it
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module


def modules():
    return [p for p in PACKAGE.rglob("*.py") if "static" not in p.parts]


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_rooms_know_only_whom_they_may(path):
    folder = path.relative_to(PACKAGE).parent
    if folder == Path():
        known = {
            "__init__.py": set(),
            "__main__.py": {*sys.stdlib_module_names, "mkdocs_quantlab"},
        }.get(path.name, sys.stdlib_module_names)
        assert {name.split(".")[0] for name in imports(path)} <= {*known}
        return
    room = next(
        name for name in ("/".join(folder.parts[:2]), folder.parts[0]) if name in MAY_IMPORT
    )
    # A widget is a folder that knows no other.
    own = "/".join(folder.parts[:3]) if room == "engine/widgets" else room
    allowed = MAY_IMPORT[room] | {"mkdocs_quantlab." + own.replace("/", ".")}
    if path.name == "errors.py" and room == "site":
        allowed.add("mkdocs")  # where it is installed
    for name in imports(path):
        if name.split(".")[0] in sys.stdlib_module_names:
            continue
        assert any(name == known or name.startswith(known + ".") for known in allowed), name


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in modules()
        if path.parts[len(PACKAGE.parts)] not in ("engine", "fast", "testing")
    ],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_files_are_written_whole(path):
    """What a command or a build leaves behind goes through `written.py`."""
    if path.name == "written.py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        assert name not in WRITES, f"{path}:{node.lineno}: `{name}`: use `write_whole`"
        if name in ("open", "fdopen"):
            for each in (*node.args, *(keyword.value for keyword in node.keywords)):
                mode = each.value if isinstance(each, ast.Constant) else ""
                assert not re.fullmatch(r"[rbt]*[wax+][rbt+]*", str(mode)), f"{path}:{node.lineno}"


@pytest.mark.parametrize("path", sorted((PACKAGE / "cli").glob("*.py")), ids=lambda path: path.name)
def test_commands_print_by_one_way(path):
    """What goes to a terminal goes through `terminal.py`, which escapes it."""
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"click\.s?echo\(|(?<![\w.])print\(|sys\.std\w+\.write", text)
    assert path.name == "terminal.py" or not found


def test_the_engine_loads_alone():
    """In a Python that has nothing but the standard library, as in the page."""
    code = (
        f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r})\n"
        "from mkdocs_quantlab.engine.gguf.model import Model\n"
        "from mkdocs_quantlab.engine.gguf.named import ModelOf\n"
        "from mkdocs_quantlab.engine.gguf.shapes import SHAPES\n"
        "from mkdocs_quantlab.engine.core.resources import Resources\n"
        "from mkdocs_quantlab.engine.core.widget import answer\n"
        "model = Model('tiny', 'tiny.gguf', 1, 99, 3, False, {}, {}, ())\n"
        "shape = SHAPES['Qwen2.5-0.5B']._replace(vocabulary=1000, layers=2).model('drawing')\n"
        "resources = Resources(['tiny'], {ModelOf('tiny'): model, ModelOf('drawing-uneven:F16'): shape})\n"
        f"assert all(answer(name, {{}}, resources)['html'] for name in {built_in()!r})\n"
        "assert not {'dataclasses', 'inspect', 'difflib', 'logging'} & set(sys.modules), 'slow imports'\n"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)


def test_the_extension_needs_no_mkdocs():
    """Zensical runs Markdown extensions, and no plugins."""
    code = (
        f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r})\n"
        "sys.modules['mkdocs'] = None\n"
        "from markdown import Markdown\n"
        "page = '<div data-quantization-explorer></div>'\n"
        "html = Markdown(extensions=['mkdocs_quantlab.site.markdown.extension:QuantlabExtension']).convert(page)\n"
        "assert '<quantlab-widget' in html, html\n"
        "from mkdocs_quantlab.site.errors import LabError\n"
        "try:\n"
        "    Markdown(extensions=['mkdocs_quantlab.site.markdown.extension:QuantlabExtension']).convert(page.replace('></', ' data-bits=\"9\"></'))\n"
        "except LabError as error:\n"
        "    assert 'the nearest is `8`' in str(error)\n"
        "else:\n"
        "    raise AssertionError\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

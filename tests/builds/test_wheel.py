"""What is in the wheel, and in the archive that the page's Python starts with."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import subprocess
import sys
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import mkdocs
import pytest

import mkdocs_quantlab
from mkdocs_quantlab.course import TEMPLATES
from mkdocs_quantlab.engine.core.widget import built_in
from mkdocs_quantlab.site.assets import STATIC, WLLAMA, files
from tests.paths import PACKAGE, ROOT

NOT_IN_SITES = {
    "@codemirror/streamparser",
    "@types/emscripten",
    "@types/trusted-types",
    "argparse",
    "crelt",
    "ws",
}
"""Packages that others depend on, and whose code is in none of the files: types, Node's sockets, what reads a command's arguments, and what esbuild finds unused."""
TEXTS = sorted((PACKAGE / "engine/core/texts").glob("*.json"))


@pytest.fixture(scope="module")
def wheel(wheel_file):
    with zipfile.ZipFile(wheel_file) as archive:
        yield archive


def test_the_wheel_holds_what_a_site_needs(wheel):
    names = set(wheel.namelist())
    assert {f"mkdocs_quantlab/static/{name}" for name in files("bundled")} <= names
    assert "mkdocs_quantlab/py.typed" in names
    info = f"mkdocs_quantlab-{mkdocs_quantlab.__version__}.dist-info"
    assert {f"{info}/licenses/LICENSE", f"{info}/licenses/THIRD_PARTY_NOTICES.md"} <= names


def test_notices_name_all_that_others_wrote(wheel):
    """With the versions of npm's lock file, and the full text of each licence."""
    notices = wheel.read("mkdocs_quantlab/static/notices.txt").decode()
    lock = json.loads((ROOT / "browser/package-lock.json").read_text(encoding="utf-8"))
    for path, package in lock["packages"].items():
        name = path.rpartition("node_modules/")[2]
        if name and not package.get("dev") and name not in NOT_IN_SITES:
            assert f"- {name} {package['version']}: {package['license']}\n" in notices
    listed = json.loads((ROOT / "browser/licences/parts.json").read_text(encoding="utf-8"))
    for package in listed.values():
        for part in package["parts"]:
            assert part["name"] in notices
    for text in (ROOT / "browser/licences").glob("*.txt"):
        assert text.read_text(encoding="utf-8").strip() in notices


def test_the_wheel_holds_nothing_else(wheel):
    expected = {
        f"mkdocs_quantlab/{p.relative_to(PACKAGE).as_posix()}" for p in PACKAGE.rglob("*.py")
    }
    expected |= {f"mkdocs_quantlab/static/{name}" for name in files("bundled")} | {
        "mkdocs_quantlab/py.typed",
        "mkdocs_quantlab/endpoint/nginx.conf.jinja",
        "mkdocs_quantlab/builtin_models/drawing-F16.gguf",
        "mkdocs_quantlab/builtin_models/drawing.imatrix.gguf",
        "mkdocs_quantlab/builtin_models/SHA256SUMS",
        "mkdocs_quantlab/course/widget.py.jinja",
        "mkdocs_quantlab/static/pyodide/info.json",
        "mkdocs_quantlab/static/pyodide/package.json",
    }
    expected |= {f"mkdocs_quantlab/course/{name}" for name in TEMPLATES.values()}
    expected |= {text.relative_to(ROOT).as_posix() for text in TEXTS}
    inside = {name for name in wheel.namelist() if name.startswith("mkdocs_quantlab/")}
    assert inside == expected


def test_entry_points_and_dependencies(wheel):
    info = f"mkdocs_quantlab-{mkdocs_quantlab.__version__}.dist-info"
    entry_points = wheel.read(f"{info}/entry_points.txt").decode()
    assert (
        "[markdown.extensions]\nquantlab = mkdocs_quantlab.site.markdown.extension:QuantlabExtension"
        in entry_points
    )
    assert (
        "[mkdocs.plugins]\nquantlab = mkdocs_quantlab.site.mkdocs.plugin:QuantlabPlugin"
        in entry_points
    )
    assert "[console_scripts]\nquantlab = mkdocs_quantlab.__main__:main" in entry_points
    metadata = Parser().parsestr(wheel.read(f"{info}/METADATA").decode())
    assert metadata["Requires-Python"] == ">=3.11"
    assert "mkdocs<2,>=1.6" in metadata.get_all("Requires-Dist")


def test_distributions_are_reproducible(wheel, tmp_path):
    """From the source distribution, whose own files are dated alike, comes the same wheel to the byte."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    [again] = tmp_path.glob("*.whl")
    assert again.read_bytes() == Path(wheel.filename).read_bytes()
    [sdist] = tmp_path.glob("*.tar.gz")
    first = sdist.read_bytes()
    subprocess.run([*command, "--sdist", str(ROOT)], check=True, capture_output=True)
    assert sdist.read_bytes() == first


def test_a_clean_environment_builds_a_course(wheel, tmp_path):
    """The wheel alone, beside what it depends on: nothing of the checkout is on the path."""
    venv.create(tmp_path / "venv", system_site_packages=False, with_pip=False)
    [ours] = (tmp_path / "venv/lib").glob("*/site-packages")
    wheel.extractall(ours)
    # What pip would install, from where the tests have it; the checkout's own .pth must not come along.
    for package in Path(mkdocs.__file__).parents[1].iterdir():
        if not package.name.startswith(("mkdocs_quantlab", "_editable", "__pycache__")):
            if package.suffix == ".pth" or (ours / package.name).exists():
                continue
            (ours / package.name).symlink_to(package)
    python = tmp_path / "venv/bin/python"
    environment = {"PATH": "", "PYTHONSAFEPATH": "1"}
    quantlab = "from mkdocs_quantlab.cli import main; main(prog_name='quantlab')"
    for command in (["-c", quantlab, "new", "course"], ["-m", "mkdocs", "build", "--strict"]):
        done = subprocess.run(
            [python, *command],
            cwd=tmp_path if "new" in command else tmp_path / "course",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "course/site/assets/quantlab/pyodide/python.zip").is_file()


def test_pyodides_files_are_npms_own():
    source = ROOT / "browser" / "node_modules" / "pyodide"
    names = {
        "pyodide.js": "pyodide.mjs",
        "pyodide.asm.js": "pyodide.asm.mjs",
        "pyodide.asm.wasm": "pyodide.asm.wasm",
    }
    for name, original in names.items():
        ours, theirs = (STATIC / "pyodide" / name).read_bytes(), (source / original).read_bytes()
        assert hashlib.sha256(ours).digest() == hashlib.sha256(theirs).digest()


def test_the_webassembly_is_npms_own():
    source = ROOT / "browser" / "node_modules" / "@wllama" / "wllama" / "esm" / "wasm"
    assert (STATIC / "wllama/wllama.wasm").read_bytes() == (source / "wllama.wasm").read_bytes()


def test_the_page_asks_no_other_servers():
    """wllama's script names some to fall back to; ours must not."""
    for name in ("chat.js", "wllama/wllama.js"):
        text = (STATIC / name).read_text(encoding="utf-8")
        assert not re.findall(r"https?://[\w.-]*(?:jsdelivr|huggingface|unpkg)[\w.]*", text)


def test_the_pinned_pyodide_is_the_one_that_is_built_in():
    package = json.loads((ROOT / "browser" / "package.json").read_text(encoding="utf-8"))
    version = package["dependencies"]["pyodide"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert version in (STATIC / "worker.js").read_text(encoding="utf-8")


def contents(path):
    """The files of an archive, by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def archives():
    """The files of each archive of Python modules."""
    return {path.name.partition(".")[0]: contents(path) for path in STATIC.glob("pyodide/*.zip")}


@pytest.fixture(scope="module")
def archive(archives):
    """All files."""
    return {name: data for part in archives.values() for name, data in part.items()}


def test_each_archive_is_a_part_of_the_two_that_have_everything(archives):
    parts = dict(archives)
    python = parts.pop("python")
    [everything] = [files for name, files in parts.items() if name.startswith("all-")]
    assert not python.keys() & everything.keys()
    assert len(parts) > len(built_in())
    for part in parts.values():
        assert part.items() <= everything.items()


def test_the_archives_hold_this_engine(archive):
    """Each module, made from the source that is here: a stale build would draw other figures than the site's."""
    modules = [
        PACKAGE / "__init__.py",
        *PACKAGE.glob("api/**/*.py"),
        *PACKAGE.glob("engine/**/*.py"),
    ]
    sources = {path.relative_to(ROOT).as_posix(): path for path in modules}
    del sources["mkdocs_quantlab/engine/core/protocol.py"]  # for type checkers only
    texts = {path.relative_to(ROOT).as_posix() for path in TEXTS}
    inside = {n for n in archive if n.startswith("mkdocs_quantlab/")}
    assert inside == {f"{name}c" for name in sources} | texts
    for name, path in sources.items():
        # A hash-based .pyc: magic number, flags, then the hash of the source.
        pinned = archive[f"{name}c"][8:16]
        assert pinned == _source_hash(path.read_bytes()), f"{name}: run `make static`"


def _source_hash(source):
    # What importlib.util.source_hash does, with the page's Python's magic number for our own.
    import _imp

    return _imp.source_hash(int.from_bytes(PAGE_MAGIC, "little"), source)


PAGE_MAGIC = (3627).to_bytes(2, "little") + b"\r\n"
"""CPython 3.14's bytecode magic number (`Include/internal/pycore_magic_number.h`)."""


def test_the_archives_are_bytecode_of_the_pages_python(archive):
    for name, data in archive.items():
        if name.startswith("mkdocs_quantlab/engine/core/texts/"):
            continue
        assert name.endswith(".pyc"), name
        head = data[:8]
        assert head[:4] == PAGE_MAGIC
        # Flags: a hash-based .pyc that is never compared with its source.
        assert head[4:] == b"\x01\x00\x00\x00"


def test_no_size_creeps_in():
    assert (STATIC / "pyodide" / "python.zip").stat().st_size < 600_000
    for path in STATIC.glob("pyodide/*-*.zip"):
        assert path.stat().st_size < (1_000_000 if path.name.startswith("all-") else 150_000)


def sent(*names):
    """Bytes of files, as servers send them."""
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names)


def test_a_chat_is_there_after_60_kb_of_its_script():
    assert sent("chat.js") < 60_000


def test_the_comparison_brings_nothing_that_the_chat_has():
    """It takes it from the chat's script, which has run: one class `EndpointError`, which `instanceof` knows."""
    chat, compare = (
        (STATIC / name).read_text(encoding="utf-8") for name in ("chat.js", "compare.js")
    )
    (lent,) = re.findall(r'Symbol\.for\("quantlab\.chat"\)\]=\[(.*?)\]', chat)
    taken = re.findall(r'Symbol\.for\("quantlab\.chat"\)\]\[(\d+)\]', compare)
    assert sorted(map(int, taken)) == list(range(len(lent.split(","))))
    assert not re.search(r"extends Error\b", compare)


@pytest.mark.parametrize(
    ("page", "words", "names"),
    [
        ("README.md", r"(\d+) kB of script and style", ["quantlab.js", "quantlab.css"]),
        ("docs/privacy.md", r"\((\d+) kB together, compressed", ["quantlab.js", "quantlab.css"]),
        ("docs/privacy.md", r"`interact.js` \((\d+) kB", ["interact.js"]),
        ("docs/privacy.md", r"`lab.js` \((\d+) kB", ["lab.js"]),
        ("docs/privacy.md", r"`files.js` \((\d+) kB", ["files.js"]),
        ("docs/privacy.md", r"`chat.js` \((\d+) kB", ["chat.js"]),
        ("docs/privacy.md", r"`compare.js` \((\d+) kB", ["compare.js"]),
        ("docs/privacy.md", r"`markdown.js` \((\d+) kB", ["markdown.js"]),
        ("docs/privacy.md", r"`svg.js` \((\d+) kB", ["svg.js"]),
        ("docs/privacy.md", r"`tex.js` \((\d+) kB", ["tex.js"]),
        ("docs/privacy.md", r"`highlight.js` \((\d+) kB", ["highlight.js"]),
        ("docs/privacy.md", r"`evidence.js` \((\d+) kB", ["evidence.js"]),
        ("docs/privacy.md", r"wllama.*?\((\d\.\d) MB, compressed", WLLAMA),
        ("docs/guide/model-in-the-page.md", r"llama.cpp .*?\| (\d\.\d) MB, compressed", WLLAMA),
        ("docs/privacy.md", r"`editor.js` \((\d+) kB", ["editor.js"]),
        ("docs/privacy.md", r"`quantize.js` \((\d+) kB", ["quantize.js"]),
        ("docs/guide/edit-the-quantizer.md", r"a script of (\d+) kB", ["editor.js"]),
    ],
)
def test_sizes_that_the_docs_name_are_those_of_the_files(page, words, names):
    [said] = re.findall(words, (ROOT / page).read_text(encoding="utf-8"))
    size = sent(*names)
    # To a tenth, or rounded to 1 kB: a sentence need not change with every line of a script.
    assert float(said) * (1e6 if "." in said else 1e3) == pytest.approx(size, rel=0.1, abs=500)

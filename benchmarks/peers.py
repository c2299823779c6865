"""The sites whose start is measured: ours, plain Pyodide, and peers, all on one Pyodide from the same server.

Peers come from the Python and npm registries that the machine is set up for, into a temporary folder. Nothing of them is
kept. What they fetch from content delivery networks is laid beside the page, so that all go the same way.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path
from typing import NamedTuple

from benchmarks import sites
from mkdocs_quantlab.site.assets import STATIC

ROOT = Path(__file__).parent.parent
PYODIDE = ROOT / "browser" / "node_modules" / "pyodide"
WHEEL = "mkdocs_quantlab-0-py3-none-any.whl"
TEXTS = {".html", ".js", ".mjs", ".css"}
DEADLINE = 300
"""Seconds that a registry may take."""


class Absent(Exception):  # noqa: N818  # it is no error that a peer is not there
    """Why something cannot be measured here."""


class Site(NamedTuple):
    """A built site.

    Attributes:
        name: What the tables call it.
        root: The folder to serve.
        path: The page, with what starts Python.
        ready: An expression that is true in the page once Python's first output is there.
        press: An expression that is called until then: a reader's click, where nothing starts without one.
    """

    name: str
    root: Path
    path: str
    ready: str
    press: str = "null"


def _run(*command: str | Path, cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
            timeout=DEADLINE,
            env=sites.QUIET,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Absent(f"`{Path(command[0]).name}` did not run: {error}") from None
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise Absent(f"`{Path(command[0]).name} {command[1]}` failed: {last}")
    return done.stdout.strip()


def _write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def ours(folder: Path) -> Site:
    """A lab's page, opened by a link to a state that no frame holds. Each page has a worker of its own."""
    return _ours(folder, "this plugin, instant navigation", "navigation.instant")


def ours_shared(folder: Path) -> Site:
    """The same page without instant navigation: the pages of a visit share a worker."""
    return _ours(folder, "this plugin, shared worker")


def _ours(folder: Path, name: str, *features: str) -> Site:
    lab = "# Lab\n\n<div data-quantization-explorer></div>\n"
    theme = {"name": "material", "font": False, "features": list(features)}
    configuration = sites.configuration(
        ["search", "quantlab"], theme=theme, site_url="http://127.0.0.1/"
    )
    sites.build(_write(folder, {"docs/index.md": lab, "mkdocs.yml": configuration}))
    return Site(
        name,
        folder / "site",
        "?quantlab-1.weight=0.5#quantlab-1",
        'document.querySelector("figure .quantlab-result")?.textContent.includes("weight 0.5 ")',
    )


PLAIN_PAGE = """
const worker = new Worker("/plain-worker.mjs", { type: "module" });
worker.onmessage = ({ data }) => { document.getElementById("figure").innerHTML = data; };
worker.onerror = (event) => console.error(event.message);
"""

PLAIN_WORKER = """
import { loadPyodide } from "/pyodide/pyodide.mjs";
const folder = new URL("/pyodide/", self.location).href;
const pyodide = await loadPyodide({ indexURL: folder, packageBaseUrl: folder });
LOAD
postMessage(pyodide.runPython(`
from mkdocs_quantlab.engine.core.widget import answer
answer("quantization-explorer", {"weight": "0.5"})["html"]
`));
"""

MICROPIP = f"""
await pyodide.loadPackage("micropip");
await pyodide.pyimport("micropip").install(new URL("/pyodide/{WHEEL}", self.location).href);
"""
WHEEL_ALONE = f'await pyodide.loadPackage(new URL("/pyodide/{WHEEL}", self.location).href);'


def plain(folder: Path) -> Site:
    """Pyodide as its manual starts it in a module worker, and the engine from a wheel."""
    page = '# Lab\n\n<figure id="figure"></figure>\n'
    script = {"path": "plain.js", "defer": True}
    configuration = sites.configuration(["search"], extra_javascript=[script])
    root = _write(folder, {"docs/index.md": page, "docs/plain.js": PLAIN_PAGE})
    sites.build(_write(root, {"mkdocs.yml": configuration}))
    with_micropip = core(folder / "site")
    load = MICROPIP if with_micropip else WHEEL_ALONE
    _write(folder / "site", {"plain-worker.mjs": PLAIN_WORKER.replace("LOAD", load)})
    how = "micropip" if with_micropip else "`loadPackage`, as micropip is not to be had here"
    return Site(
        f"plain `loadPyodide`, engine as a wheel through {how}",
        folder / "site",
        "",
        'document.querySelector("figure .quantlab-result")?.textContent.includes("weight 0.5 ")',
    )


def core(site: Path) -> bool:
    """Lays Pyodide's core, micropip and the engine's wheel into a site; false where micropip is not to be had."""
    if not PYODIDE.is_dir():
        raise Absent("Pyodide is not there: run `npm ci` in `browser`")
    folder = site / "pyodide"
    folder.mkdir()
    for name in ("js", "mjs", "asm.mjs", "asm.wasm"):
        shutil.copy(PYODIDE / f"pyodide.{name}", folder)
    shutil.copy(PYODIDE / "python_stdlib.zip", folder)
    lock = json.loads((PYODIDE / "pyodide-lock.json").read_text(encoding="utf-8"))
    with zipfile.ZipFile(folder / WHEEL, "w", zipfile.ZIP_DEFLATED) as wheel:
        package = STATIC.parent
        info = "mkdocs_quantlab-0.dist-info"
        wheel.write(package / "__init__.py", "mkdocs_quantlab/__init__.py")
        for file in sorted([*package.glob("api/**/*.py"), *package.glob("engine/**/*.py")]):
            wheel.write(file, str(Path("mkdocs_quantlab") / file.relative_to(package)))
        head = "Metadata-Version: 2.1\nName: mkdocs-quantlab\nVersion: 0\n"
        wheel.writestr(f"{info}/METADATA", head)
        kind = (
            "Wheel-Version: 1.0\nGenerator: benchmark\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/WHEEL", kind)
        wheel.writestr(f"{info}/RECORD", "")
    # npm's package has no wheels; the registry's file of the same version has another checksum than the lock's.
    entry = lock["packages"]["micropip"]
    download = ["--no-deps", "--only-binary", ":all:", "--python-version", "3.14"]
    wanted = f"micropip=={entry['version']}"
    try:
        _run(sys.executable, "-m", "pip", "download", *download, "--dest", folder, wanted)
    except Absent:
        (folder / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")
        return False
    file = next(folder.glob("micropip-*.whl"))
    entry |= {
        "file_name": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
    }
    (folder / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    return True


def markdown_exec(folder: Path) -> Site:
    """markdown-exec's Pyodide fence, run as soon as its Run button answers."""
    page = '# Lab\n\n```pyodide assets="yes"\nprint("READY", 6 * 7)\n```\n'
    configuration = sites.configuration(["search", "markdown-exec"])
    python = _environment(folder / "venv", "markdown-exec", "mkdocs-material")
    root = _write(folder, {"docs/index.md": page, "mkdocs.yml": configuration})
    _run(python, "-m", "mkdocs", "build", "--quiet", cwd=root)
    _localize(root / "site")
    if not core(root / "site"):
        raise Absent("it loads micropip, which is not to be had here")
    return Site(
        f"markdown-exec {_version(python, 'markdown-exec')}",
        root / "site",
        "",
        'document.querySelector(".pyodide-output")?.textContent.includes("READY 42")',
        # The button has its handler once Pyodide is there.
        '(() => { const run = document.querySelector("[id$=--run]"); '
        "if (run?.onclick && !run.pressed) { run.pressed = true; run.click(); } })()",
    )


PMT_OPTIONS = {
    "pyodide_macros": {
        "project": {"id": "measured"},
        "build": {"ides_id_hash_mode": "relative"},
    }
}


def pyodide_mkdocs_theme(folder: Path) -> Site:
    """pyodide-mkdocs-theme's editor that runs by itself."""
    page = "# Lab\n\n{{ IDE('one', AUTO_RUN=True) }}\n"
    code = '# --- PYODIDE:code --- #\nprint("READY", 6 * 7)\n'
    extensions = [
        *("md_in_html", "admonition", "attr_list", "pymdownx.details", "pymdownx.emoji"),
        *("pymdownx.highlight", "pymdownx.inlinehilite", "pymdownx.snippets"),
        *("pymdownx.superfences", "pymdownx.tabbed"),
        {"pymdownx.arithmatex": {"generic": True}},
    ]
    configuration = {
        "site_name": "Measured",
        "site_url": "http://127.0.0.1/",
        "theme": {"name": "pyodide-mkdocs-theme", "font": False},
        "plugins": ["search", PMT_OPTIONS],
        "markdown_extensions": extensions,
    }
    python = _environment(folder / "venv", "pyodide-mkdocs-theme")
    files = {
        "docs/index.md": page,
        "docs/one.py": code,
        "mkdocs.yml": json.dumps(configuration, indent=1),
    }
    root = _write(folder, files)
    _run(python, "-m", "mkdocs", "build", "--quiet", cwd=root)
    _localize(root / "site")
    core(root / "site")
    return Site(
        f"pyodide-mkdocs-theme {_version(python, 'pyodide-mkdocs-theme')}",
        root / "site",
        "",
        'document.querySelector(".py_mk_terminal, .terminal")?.textContent.replaceAll("\\u00a0", " ")'
        '.includes("READY 42")',
    )


def _environment(folder: Path, *packages: str) -> Path:
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    _run(python, "-m", "pip", "install", "--quiet", *packages)
    return python


def _version(python: Path, package: str) -> str:
    return _run(
        python, "-c", f"from importlib.metadata import version; print(version('{package}'))"
    )


CDN = re.compile(r"https://(?P<host>[\w.]+)/(?P<path>(?:npm|ajax/libs)/[\w./@+-]+)")
CORE = re.compile(r"https://[\w.]+/pyodide/v[\d.]+/full/")
NPM_OF = {"ace": "ace-builds", "highlight.js": "@highlightjs/cdn-assets"}
FOLDER_OF = {"ace": "src-min-noconflict/"}
MAIN_OF = {"jquery": "dist/jquery.min.js"}


def _localize(site: Path) -> None:
    """Puts files of the site in place of what its pages fetch from elsewhere."""
    for file in [f for f in site.rglob("*") if f.suffix in TEXTS]:
        text = file.read_text(encoding="utf-8")
        changed = CORE.sub("/pyodide/", text)
        # The peer's checksum is of the Pyodide it was made for.
        changed = re.sub(r'integrity: "sha256-[^"]*",', "", changed)
        changed = CDN.sub(lambda found: _fetched(site, found["path"]), changed)
        if changed != text:
            file.write_text(changed, encoding="utf-8")


def _fetched(site: Path, path: str) -> str:
    """The place in the site of a file that a network has at this path, as npm's registry gives it."""
    parts = path.split("/")
    if parts[0] == "npm":
        size = 2 if parts[1].startswith("@") else 1
        package, rest = "/".join(parts[1 : 1 + size]), "/".join(parts[1 + size :])
        rest = rest or MAIN_OF[package.rpartition("@")[0]]
    else:
        _, _, name, version, *below = parts
        package = f"{NPM_OF[name]}@{version}"
        rest = FOLDER_OF.get(name, "") + "/".join(below)
    folder = site / "npm" / re.sub(r"[@/]", "-", package)
    if not folder.exists():
        folder.mkdir(parents=True)
        try:
            archive = folder / _packed(package, folder)
        except Absent:
            # The registry may lack the very version: the newest of the same major one is as good a load.
            name, _, version = package.rpartition("@")
            archive = folder / _packed(f"{name}@{version.partition('.')[0]}", folder)
            print(f"{package} is not to be had here: {archive.stem} in its place", file=sys.stderr)
        with tarfile.open(archive) as packed:
            for member in packed.getmembers():
                member.name = member.name.partition("/")[2]
                if member.isfile() and Path(member.name).suffix in TEXTS:
                    packed.extract(member, folder, filter="data")
        archive.unlink()
    return f"/npm/{folder.name}/{rest}"


def _packed(package: str, folder: Path) -> str:
    """Fetches an npm package; the name of its archive. A range may hold several versions: the last counts."""
    return _run("npm", "pack", "--silent", package, cwd=folder).splitlines()[-1]


ALL = {
    "ours": ours,
    "ours-shared": ours_shared,
    "plain": plain,
    "pyodide-mkdocs-theme": pyodide_mkdocs_theme,
    "markdown-exec": markdown_exec,
}

"""The page's Python, run under Node on the browser files of the installed package."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mkdocs_quantlab.site.assets import STATIC

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mkdocs_quantlab.engine.core.widget import Widget
    from mkdocs_quantlab.site.widgets.archive import Archive

SCRIPT = """
import { readFileSync, readdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
const [folder, info, given, code, archive] = process.argv.slice(-5);
try {
  const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.js`).href);
  // By itself Pyodide would look for it under the name that npm's package has for it.
  const { default: createPyodideModule } = await import(pathToFileURL(`${folder}/pyodide.asm.js`).href);
  const python = await loadPyodide({
    createPyodideModule,
    indexURL: folder,
    stdLibURL: `${folder}/python.zip`,
    lockFileContents: { info: JSON.parse(info), packages: {} },
    packageBaseUrl: folder,
  });
  const { call } = python.pyimport("mkdocs_quantlab.engine.core.dispatch");
  call("start", "{}").destroy();
  const all = readdirSync(folder).find((name) => /^all-.*[.]zip$/.test(name));
  call("add_archive", JSON.stringify({ name: "all" }), new Uint8Array(readFileSync(`${folder}/${all}`))).destroy();
  python.globals.set("given", readFileSync(given, "utf8"));
  python.globals.set("archive", new Uint8Array(readFileSync(archive)));
  console.log(python.runPython(readFileSync(code, "utf8")));
} catch (error) {
  // Node prints the line that an error came from, which here is all of Pyodide.
  console.log(JSON.stringify(String(error.message)));
}
"""
CODE = """
import json
from mkdocs_quantlab.engine.core.mounts import mount, mounted
from mkdocs_quantlab.engine.core.widget import answer
asked = json.loads(given)
widget = asked["name"]
if asked["module"]:
    mount({"file": asked["file"]}, archive.to_bytes())
    widget = mounted(widget, asked["module"])
json.dumps([answer(widget, case)["html"] for case in asked["cases"]])
"""


def why_no_page(widget: Widget) -> str:
    """Why the page's Python cannot be asked for a widget's figures here; the empty text where it can."""
    if widget.requires:
        return "the widget requires packages"
    if not shutil.which("node"):
        return "Node is not installed"
    if not (STATIC / "pyodide" / "python.zip").is_file():
        return "this installation has no built browser files"
    return ""


def page_figures(
    name: str, archive: Archive | None, cases: Sequence[Mapping[str, str]]
) -> list[str]:
    """The figures that the page's Python draws.

    Args:
        name: The widget's name.
        archive: Its files, where it is not one of this package's.
        cases: Options of each figure.

    Raises:
        AssertionError: Python ended with an error; the message is its last lines.
    """
    asked = {
        "name": name,
        "cases": [dict(case) for case in cases],
        "module": archive.module if archive else "",
        "file": archive.name if archive else "",
    }
    folder = STATIC / "pyodide"
    info = (folder / "info.json").read_text(encoding="utf-8")
    with TemporaryDirectory() as below:
        files = {
            "given": json.dumps(asked).encode(),
            "code.py": CODE.encode(),
            "archive.zip": archive.data if archive else b"",
        }
        for path, content in files.items():
            Path(below, path).write_bytes(content)
        command = ["node", "--input-type=module", "-e", SCRIPT, "--", str(folder), info]
        done = subprocess.run(  # noqa: S603  # Node, with files of this package
            [*command, *(str(Path(below, path)) for path in files)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    assert done.returncode == 0, done.stderr[-2000:]
    figures: list[str] | str = json.loads(done.stdout.strip().splitlines()[-1])
    assert not isinstance(figures, str), f"the page's Python cannot draw it: {figures[-2000:]}"
    return figures

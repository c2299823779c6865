"""The wheel's build hook: fills `mkdocs_quantlab/static` from `browser/` and npm's pinned Pyodide."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BrowserBuildHook(BuildHookInterface[Any]):
    """Runs `npm ci` and `npm run build` in `browser/`, each where it has something to do.

    A source distribution already holds `static/`, so that installing from it needs no Node. An editable install leaves it
    to `make static`, so that the tests of Python alone need no Node either.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        is_built = (root / "mkdocs_quantlab" / "static" / "quantlab.js").exists()
        from_sdist = (root / "PKG-INFO").exists()
        if version == "editable" or (is_built and from_sdist):
            return
        browser = root / "browser"
        installed = browser / "node_modules" / ".package-lock.json"
        lock = browser / "package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
            subprocess.run(["npm", "ci"], cwd=browser, check=True)
        subprocess.run(["npm", "run", "build"], cwd=browser, check=True)

"""What a session of tests builds once, whichever of its processes needs it first."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from filelock import FileLock

from tests.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

ORIGIN = "http://origin.test"
"""The origin in addresses of shared sites. Each process has a server of its own, which writes its origin in place of this."""

QUIET = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}


class Shared:
    """A folder that all processes of a session share.

    Args:
        factory: pytest's own; with pytest-xdist each worker has a folder below the session's.
    """

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        own = factory.getbasetemp()
        self.folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shared"
        self.folder.mkdir(exist_ok=True)

    def once(self, name: str, content: str, make: Callable[[Path], None]) -> Path:
        """A folder that is made when it is first asked for.

        Args:
            name: Its name, for people.
            content: All that decides what is in it: other content has another folder.
            make: Fills the folder that it is given.
        """
        key = hashlib.sha256(content.encode()).hexdigest()[:16]
        folder = self.folder / f"{name}-{key}"
        with FileLock(f"{folder}.lock"):
            if not folder.exists():
                part = folder.with_suffix(".part")
                part.mkdir(exist_ok=True)
                make(part)
                part.rename(folder)
        return folder

    def site(self, name: str, files: dict[str, str], **environment: str) -> Path:
        """A site, built strictly from its sources, `mkdocs.yml` among them; gives the built files."""

        def make(folder: Path) -> None:
            for path, text in files.items():
                file = folder / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            _build(folder, folder / "site", environment)

        return self.once(name, repr((files, environment)), make) / "site"

    def docs(self) -> Path:
        """The project's documentation, built strictly, for the path `/repo/`."""
        home = {"SITE_URL": f"{ORIGIN}/repo/"}
        return self.once("docs", "", lambda folder: _build(ROOT, folder / "site", home)) / "site"

    def wheel(self) -> Path:
        """The wheel, built from the checkout."""

        def make(folder: Path) -> None:
            build = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
            _run([*build, "--outdir", str(folder), str(ROOT)], ROOT, {})

        [wheel] = self.once("wheel", "", make).glob("*.whl")
        return wheel


def _build(folder: Path, site: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    _run(command, folder, QUIET | environment)


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout

"""Builds of whole sites, through the engines' own commands, as an author runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shared import QUIET


def build_folder(folder, engine="mkdocs", *arguments, name="mkdocs.yml"):
    """Builds the site whose sources are in a folder, and gives the engine's exit code and output."""
    command = [str(Path(sys.executable).parent / engine), "build", "-f", name, *arguments]
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | QUIET,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="session")
def run_mkdocs():
    """Builds the site whose sources are in a folder: `run_mkdocs(folder, engine, *arguments)`."""
    return build_folder


@pytest.fixture
def build(project):
    """Builds a site and gives its exit code, its output and the folder of the built site."""

    def run(pages, config="plugins: [quantlab]", engine="mkdocs", *arguments):
        name = "zensical.yml" if engine == "zensical" else "mkdocs.yml"
        folder = project(pages, config, name)
        code, output = build_folder(folder, engine, *arguments, name=name)
        return code, output, folder / "site"

    return run


@pytest.fixture
def build_page(build):
    """Builds a site with one page, of one directive in line 3, and gives exit code, output and the page's HTML."""

    def run(directive, config):
        code, output, site = build({"docs/index.md": f"# Lab\n\n{directive}\n"}, config)
        index = site / "index.html"
        return code, output, index.read_text(encoding="utf-8") if index.is_file() else ""

    return run

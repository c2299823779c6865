"""What tests share."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pytest
from hypothesis import settings

from tests.paths import ROOT

pytest_plugins = ["tests.servers.fixtures"]

# Tests say what is computed, never how fast: a busy machine would fail them.
settings.register_profile("quantlab", deadline=None)
settings.load_profile("quantlab")


@pytest.fixture
def project(tmp_path):
    """Makes a site's sources: `project({"docs/index.md": "..."}, config)` gives the folder."""

    def make(pages, config="", name="mkdocs.yml"):
        files = {"docs/index.md": "# Home\n", **pages, name: "site_name: Course\n" + dedent(config)}
        for path, text in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return tmp_path

    return make


@pytest.fixture(scope="session")
def wheel_file(tmp_path_factory):
    """The wheel, built from the checkout."""
    out = tmp_path_factory.mktemp("wheel")
    root = ROOT
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    subprocess.run([*build, "--outdir", str(out), str(root)], check=True, capture_output=True)
    [wheel] = out.glob("*.whl")
    return wheel

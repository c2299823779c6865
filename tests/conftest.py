"""What tests share."""

from __future__ import annotations

import os
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, settings

from tests.shared import Shared

pytest_plugins = ["tests.servers.fixtures"]

# Commands print for the terminal that these describe, and tests look for whole lines. xdist sets the first.
for variable in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
    os.environ.pop(variable, None)

# Tests say what is computed, never how fast: a busy machine would fail them. `quick` has the same examples in each run, so
# that a change which has nothing to do with a failure never meets it; `make slow` looks for new ones.
BUSY = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("quick", **BUSY, max_examples=20, derandomize=True)
settings.register_profile("full", **BUSY, max_examples=300)
settings.load_profile("quick")


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
def shared(tmp_path_factory):
    """What all test processes of the session build once."""
    return Shared(tmp_path_factory)


@pytest.fixture(scope="session")
def docs(shared):
    """The project's own documentation, built."""
    return shared.docs()


@pytest.fixture(scope="session")
def wheel_file(shared):
    """The wheel, built from the checkout."""
    return shared.wheel()

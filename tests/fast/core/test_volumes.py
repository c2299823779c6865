"""Bytes are written alike in Python and in the page's scripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mkdocs_quantlab.engine.core.numbers import volume

CASES = json.loads((Path(__file__).parents[2] / "volumes.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("size", "written"), CASES)
def test_volumes(size, written):
    assert volume(size) == written

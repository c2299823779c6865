"""Which drawing of an answer counts: one rule for the marks (Python) and the chat (TypeScript)."""

from __future__ import annotations

import json

import pytest

from mkdocs_quantlab.engine.drawing.reading import find
from tests.paths import ROOT

CASES = json.loads((ROOT / "tests/drawing_in_text.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:30] or "empty")
def test_the_last_drawing_counts(case):
    assert find(case["text"]) == (case["drawing"] or "")

"""The kept results against llama.cpp itself."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.oracle import llama_quantize
from tests.oracle.recipes import FILE

LIVE = ("2 layers", "8 experts", "rows of 96, tied", "fused, one value head")


@pytest.mark.skipif(not llama_quantize.is_installed(), reason="npm's llama.cpp is not installed")
def test_kept_types_are_what_llama_cpp_writes() -> None:
    # A process of its own: xllamacpp's library, in this one, has the same symbols.
    done = subprocess.run(
        [sys.executable, "-m", "tests.oracle.recipes", *LIVE],
        capture_output=True,
        text=True,
        check=True,
    )
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    assert json.loads(done.stdout) == {name: kept[name] for name in LIVE}

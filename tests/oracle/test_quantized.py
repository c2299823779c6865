"""Whole files, as we quantize them and as llama.cpp does: byte by byte."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from mkdocs_quantlab.engine.gguf.quantize import quantized
from tests.oracle import llama_quantize
from tests.oracle.quantized import CASES, RECIPES, digest, source


@pytest.mark.skipif(not llama_quantize.is_installed(), reason="npm's llama.cpp is not installed")
def test_files_are_those_that_llama_cpp_writes(tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.oracle.quantized", str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    theirs = json.loads(done.stdout)
    ours = {
        f"{name}: {recipe}": digest(quantized(source(case), recipe))
        for name, case in CASES.items()
        for recipe in RECIPES
    }
    assert ours == theirs

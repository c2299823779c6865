"""The files in docs/models are what docs/demo_models.py makes."""

from __future__ import annotations

import subprocess
import sys

from mkdocs_quantlab.engine.gguf.model import Model
from mkdocs_quantlab.engine.gguf.ranges import read_file
from mkdocs_quantlab.engine.gguf.recipes import differences, plan
from tests.paths import ROOT

DOCS = ROOT / "docs"
FILES = sorted((DOCS / "models").glob("*.gguf"))


def test_they_are_made_again_byte_for_byte(tmp_path):
    subprocess.run([sys.executable, str(DOCS / "demo_models.py"), str(tmp_path)], check=True)
    assert [file.name for file in sorted(tmp_path.iterdir())] == [file.name for file in FILES]
    for file in FILES:
        assert (tmp_path / file.name).read_bytes() == file.read_bytes(), file.name


def test_they_are_small_and_follow_their_recipes():
    assert len(FILES) == 4
    assert sum(file.stat().st_size for file in FILES) < 3_000_000
    for file in FILES:
        model = Model.of_files("tiny", [(file.name, read_file(file))])
        recipe = file.stem.removeprefix("tiny-llama-")
        assert differences(plan(model, recipe).tensors, model.tensors) == []

"""A minute of training: it learns, and a run that was ended goes on as if it had not been."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMPARE = """
import sys, torch
a, b = (torch.load(name, weights_only=True)["network"] for name in sys.argv[1:])
assert a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)
"""


def run(*args: object) -> str:
    command = [sys.executable, *map(str, args)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def train(folder: Path, *, until: int) -> list[float]:
    """The validation losses that it tells."""
    said = run("-m", "models.drawing.train", "--steps", 32, "--until", until, "--folder", folder, "--threads", 1)  # fmt: skip
    return [float(number) for number in re.findall(r"validation loss ([\d.]+)", said)]


def test_training_learns_and_goes_on_where_it_was_ended(tmp_path):
    whole = train(tmp_path / "whole", until=32)
    parts = train(tmp_path / "parts", until=16) + train(tmp_path / "parts", until=32)
    assert whole[-1] == parts[-1]
    # A guess among 960 tokens costs 6.9.
    assert whole[-1] < parts[0] < 6.9
    run("-c", COMPARE, tmp_path / "whole" / "model.pt", tmp_path / "parts" / "model.pt")
    run("-m", "models.drawing.export", tmp_path / "whole" / "model.pt", tmp_path / "model.gguf")
    assert (tmp_path / "model.gguf").read_bytes()[:4] == b"GGUF"

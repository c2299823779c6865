"""A minute of training: it learns, and a run that was ended goes on as if it had not been."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from tests.paths import ROOT

torch = pytest.importorskip("torch", reason="training needs PyTorch: `make slow` installs it")

from models.drawing import train as training  # noqa: E402
from models.drawing.muon import Muon  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

# A limit for what hangs: half an hour is 20 times what an old processor takes.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def run(*args: object) -> str:
    command = [sys.executable, *map(str, args)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def train(folder: Path, *, until: int) -> list[float]:
    """The validation losses that it tells."""
    # float32 is the precision that every processor has.
    said = run("-m", "models.drawing.train", "--steps", 32, "--until", until, "--folder", folder, "--threads", 1, "--precision", "float32")  # fmt: skip
    return [float(number) for number in re.findall(r"validation loss ([\d.]+)", said)]


def test_training_learns_and_goes_on_where_it_was_ended(tmp_path):
    whole = train(tmp_path / "whole", until=32)
    parts = train(tmp_path / "parts", until=16) + train(tmp_path / "parts", until=32)
    assert whole[-1] == parts[-1]
    # A guess among 960 tokens costs 6.9.
    assert whole[-1] < parts[0] < 6.9
    one, other = (
        torch.load(tmp_path / name / "model.pt", weights_only=True)["network"]
        for name in ("whole", "parts")
    )
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    run("-m", "models.drawing.export", tmp_path / "whole" / "model.pt", tmp_path / "model.gguf")
    assert (tmp_path / "model.gguf").read_bytes()[:4] == b"GGUF"


def test_bfloat16_is_refused_on_a_processor_that_would_emulate_it(tmp_path, monkeypatch):
    avx2 = MappingProxyType({"avx2": True, "avx512_bf16": False, "architecture": "x86_64"})
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: avx2)
    with pytest.raises(training.PrecisionError, match="use `--precision float32`"):
        training.train(tmp_path / "run", 32, precision="bfloat16")
    assert not (tmp_path / "run").exists()
    training.check_precision("float32")


@pytest.mark.parametrize("name", ["avx512_bf16", "amx_bf16", "bf16"])
def test_bfloat16_is_taken_where_the_processor_has_it(monkeypatch, name):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: MappingProxyType({name: True}))
    training.check_precision("bfloat16")


@pytest.mark.parametrize("shape", [(24, 8), (8, 24), (16, 16)])
def test_muon_steps_as_pytorchs_own_does(shape):
    def steps(optimizer):
        torch.manual_seed(3)
        matrix = torch.nn.Parameter(torch.randn(shape))
        optimizer = optimizer([matrix], lr=0.01, weight_decay=0.05)
        for _ in range(3):
            matrix.grad = torch.randn(shape)
            optimizer.step()
        return matrix.detach()

    theirs = steps(partial(torch.optim.Muon, adjust_lr_fn="match_rms_adamw"))
    assert torch.equal(steps(partial(Muon, precision=torch.bfloat16)), theirs)
    # float32 rounds less, and changes a step by no more than bfloat16's 8 bits can.
    torch.testing.assert_close(
        steps(partial(Muon, precision=torch.float32)), theirs, atol=1e-3, rtol=0
    )

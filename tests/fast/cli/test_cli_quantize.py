"""The command `quantlab gguf quantize`."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest
from click.testing import CliRunner

from mkdocs_quantlab.builtin_models.imatrix import write_imatrix
from mkdocs_quantlab.cli import main
from mkdocs_quantlab.engine.gguf.header import Array
from mkdocs_quantlab.engine.gguf.quantize import quantized, read_everything
from tests.oracle.quantized import source
from tests.oracle.recipes import Case

FILE = source(Case(layers=1))


@pytest.fixture
def place(tmp_path):
    path = tmp_path / "in.gguf"
    path.write_bytes(FILE)
    return path


def run(*arguments):
    return CliRunner().invoke(main, ["gguf", "quantize", *map(str, arguments)])


def test_the_bytes_are_the_engines(place, tmp_path):
    out = tmp_path / "out.gguf"
    done = run(place, out, "q4_k_m", "--type", "attn_q=q4_0", "--type", "output=Q8_0")
    assert done.exit_code == 0, done.output
    made = quantized(FILE, "Q4_K_M", {"attn_q": "Q4_0", "output": "Q8_0"})
    assert out.read_bytes() == made
    assert f"({len(made):,} bytes)" in done.output
    assert {path.name for path in tmp_path.iterdir()} == {"in.gguf", "out.gguf"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has such a device")
def test_a_full_disk_is_that_of_the_result(place):
    done = run(place, "/dev/full", "Q4_K_M")
    assert done.exit_code == 2
    assert "/dev/full: No space left on device" in done.output


def test_an_importance_matrix_makes_another_file_that_says_so(place, tmp_path):
    names = [
        f"blk.0.{kind}.weight"
        for kind in "attn_q attn_k attn_v attn_output ffn_gate ffn_up".split()
    ]
    rising = array("f", range(1, 257))
    sums = dict.fromkeys(names, (rising, 4))
    imatrix = tmp_path / "some.imatrix.gguf"
    imatrix.write_bytes(write_imatrix(sums, "words", 3, 64))
    out = tmp_path / "out.gguf"
    done = run(place, out, "Q4_K_S", "--imatrix", imatrix)
    assert done.exit_code == 0, done.output
    made = out.read_bytes()
    assert made != quantized(FILE, "Q4_K_S")
    metadata = read_everything(lambda start, stop: made[start:stop], len(made)).metadata
    assert metadata["quantize.imatrix.file"] == "some.imatrix.gguf"
    assert isinstance(metadata["some.words"], Array)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Q4_0", "--type", "attn=Q4_0"], "found `attn=Q4_0` (did you mean `attn_"),
        (["Q4_0", "--type", "attn_q=Q4_X"], "found `attn_q=Q4_X` (did you mean `"),
        (["IQ1_S"], "'IQ1_S' is not one of"),
    ],
)
def test_wrong_usage_is_said(place, tmp_path, arguments, said):
    done = run(place, tmp_path / "out.gguf", *arguments)
    assert done.exit_code == 2
    assert said in done.output
    assert not (tmp_path / "out.gguf").exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (FILE[:-100], "bytes are missing"),
        (b"", "the file is empty"),
        (quantized(FILE, "Q8_0"), "is already Q8_0"),
    ],
)
def test_a_file_that_cannot_be_quantized_is_said_and_none_is_left(place, tmp_path, data, said):
    place.write_bytes(data)
    done = run(place, tmp_path / "out.gguf", "Q4_0")
    assert done.exit_code == 2
    assert said in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["in.gguf"]


def test_a_file_that_is_not_there_is_said(tmp_path):
    done = run(tmp_path / "none.gguf", tmp_path / "out.gguf", "Q4_0")
    assert done.exit_code == 2
    assert "none.gguf: No such file" in done.output


def test_a_file_is_not_written_over_itself(place):
    done = run(place, place, "Q4_0")
    assert done.exit_code == 2
    assert "IN and OUT are the same file" in done.output
    assert place.read_bytes() == FILE


def test_a_modelfile_on_request(place, tmp_path):
    done = run(place, tmp_path / "drawing-Q4_K_M.gguf", "q4_k_m", "--modelfile")
    assert done.exit_code == 0, done.output
    text = (tmp_path / "drawing-Q4_K_M.Modelfile").read_text(encoding="utf-8")
    assert text.splitlines() == [
        "# ollama create drawing:Q4_K_M -f drawing-Q4_K_M.Modelfile",
        "FROM ./drawing-Q4_K_M.gguf",
    ]

"""The command `quantlab gguf memory`, on files written with gguf-py."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from mkdocs_quantlab.cli import main

KEYS = {
    "block_count": 2,
    "context_length": 4096,
    "embedding_length": 256,
    "feed_forward_length": 512,
    "attention.head_count": 4,
    "attention.head_count_kv": 2,
}


@pytest.fixture
def file(tmp_path):
    """Writes a small model, and gives its path."""
    numpy = pytest.importorskip("numpy")
    gguf = pytest.importorskip("gguf")

    def write(architecture="llama", **changes):
        path = tmp_path / f"{architecture}.gguf"
        writer = gguf.GGUFWriter(path, architecture)
        for key, value in (KEYS | changes).items():
            writer.add_uint32(f"{architecture}.{key}", value)
        writer.add_tensor("token_embd.weight", numpy.zeros((1000, 256), numpy.float32))
        writer.add_tensor("blk.0.ffn_down.weight", numpy.zeros((256, 512), numpy.float16))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return str(path)

    return write


def run(*arguments):
    return CliRunner().invoke(main, ["gguf", "memory", *arguments])


def test_json_is_in_bytes(file):
    done = run(file(), "--json", "--context", "1000", "--cache", "q8_0", "--sequences", "2")
    assert done.exit_code == 0, done.output
    (found,) = json.loads(done.stdout)
    assert found["weights"] == 1000 * 256 * 4 + 256 * 512 * 2
    # Two layers, 1,024 cells, two sequences, 128 keys and 128 values of 8.5 bits.
    assert found["cache"] == 2 * 1024 * 2 * 256 * 8.5 / 8
    assert found["total"] == found["weights"] + found["cache"] + found["buffers"]
    assert found["fits"] is None


def test_values_may_have_another_type(file):
    done = run(file(), "--json", "--context", "256", "--cache", "f16", "--cache-v", "q4_0")
    assert json.loads(done.stdout)[0]["cache"] == 2 * 256 * 128 * (16 + 4.5) / 8


def test_the_status_says_whether_it_fits(file):
    path = file()
    fits, not_ = run(path, "--memory", "1"), run(path, "--memory", "0.001")
    assert (fits.exit_code, not_.exit_code) == (0, 1)
    assert "yes" in fits.output
    assert "4,096" in fits.output
    assert "no " in not_.output


def test_recipes(file):
    done = run(file(), "--memory", "1", "--recipes", "--json")
    rows = {row["recipe"]: row for row in json.loads(done.stdout)}
    assert rows["Q8_0"]["weights"] == (1000 * 256 + 256 * 512) * 8.5 / 8
    assert rows["Q8_0"]["cache"] == rows[None]["cache"]


@pytest.mark.parametrize(
    ("architecture", "arguments", "message"),
    [
        ("clip", [], "it is an image or audio encoder"),
        ("llamas", [], "did you mean `llama`?"),
        ("llama", ["--cache", "q6_k"], "'q6_k' is not one of"),
        ("llama", ["--memory", "0"], "is not in the range"),
    ],
)
def test_what_is_not_known_ends_with_status_2(file, architecture, arguments, message):
    done = run(file(architecture), *arguments)
    assert done.exit_code == 2
    assert message in done.output
    assert len(done.output.strip().splitlines()) <= 4


def test_a_file_that_is_not_there():
    done = run("nothing.gguf")
    assert done.exit_code == 2
    assert "nothing.gguf" in done.output

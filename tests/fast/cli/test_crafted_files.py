"""Whatever a file holds, a command has one line about it that names the file, and no traceback."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from mkdocs_quantlab import fast
from mkdocs_quantlab.cli import main
from mkdocs_quantlab.engine.gguf.ranges import read_file
from tests import crafted
from tests.crafted import FILES, IMATRICES, TAKEN

COMMANDS = {
    "show": ["show", "--tensors"],
    "show for programs": ["show", "--json"],
    "compare": ["compare"],
    "compare for programs": ["compare", "--json"],
    "recipes": ["recipe"],
    "recipe": ["recipe", "--recipe", "Q4_K_M"],
    "recipe for programs": ["recipe", "--imatrix", "--json"],
    "memory": ["memory", "--recipes", "--memory", "1"],
    "memory for programs": ["memory", "--json"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crafted")
    for name, content in (FILES | IMATRICES | TAKEN).items():
        (folder / name).write_bytes(content)
    return folder


def run(folder, monkeypatch, *arguments):
    """Runs a command in the folder, and checks what must hold of its output whatever the file."""
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(main, ["gguf", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    assert done.exit_code in (0, 1, 2)
    if "--json" not in arguments or done.exit_code == 2:
        assert all(line.isprintable() for line in done.output.split("\n")), done.output
    assert done.output.isascii() or not any(c in done.output for c in "\x9b\u202e\u2028")
    return done


def is_refused(done, name):
    """Whether there is one line of bounded length that names the file."""
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    assert name in line
    assert len(line) < 1000
    return True


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("command", COMMANDS)
def test_commands_that_read_headers(folder, monkeypatch, command, name):
    done = run(folder, monkeypatch, *COMMANDS[command], name)
    if done.exit_code == 2:
        assert is_refused(done, name)
    elif "--json" in COMMANDS[command]:
        assert json.loads(done.stdout)


@pytest.mark.parametrize("name", FILES)
def test_quantize(folder, monkeypatch, tmp_path, name):
    target = tmp_path / "out.gguf"
    done = run(folder, monkeypatch, "quantize", name, str(target), "Q4_K_M")
    if done.exit_code:
        errors = [line for line in done.stderr.splitlines() if not line.startswith("Quantizing")]
        assert len(errors) == 1
        assert name in errors[0]
        assert len(errors[0]) < 1000
    assert target.exists() is (done.exit_code == 0)
    assert len(list(tmp_path.iterdir())) == target.exists()


@pytest.fixture
def odd_places(tmp_path):
    """What has a file's name, and is none."""
    (tmp_path / "folder.gguf").mkdir()
    (tmp_path / "loop.gguf").symlink_to("loop.gguf")
    (tmp_path / "nowhere.gguf").symlink_to("gone.gguf")
    os.mkfifo(tmp_path / "pipe.gguf")
    return tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and links as POSIX has them")
@pytest.mark.parametrize("name", ["folder.gguf", "loop.gguf", "nowhere.gguf", "pipe.gguf"])
@pytest.mark.parametrize("command", ["show", "recipe", "memory", "quantize"])
def test_what_is_no_file(odd_places, monkeypatch, command, name):
    more = ("out.gguf", "Q4_K_M") if command == "quantize" else ()
    done = run(odd_places, monkeypatch, command, name, *more)
    assert done.exit_code == 2
    assert is_refused(done, name)


@pytest.mark.parametrize("imatrix", IMATRICES)
def test_importance_matrices(folder, monkeypatch, tmp_path, imatrix):
    target = tmp_path / "out.gguf"
    arguments = ("usual.gguf", str(target), "Q4_K_M", "--imatrix", imatrix)
    done = run(folder, monkeypatch, "quantize", *arguments)
    assert done.exit_code == 2
    assert is_refused(done, imatrix)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("imatrix", TAKEN)
def test_importance_matrices_that_are_taken(folder, monkeypatch, tmp_path, imatrix):
    target = tmp_path / "out.gguf"
    arguments = ("usual.gguf", str(target), "Q4_K_M", "--imatrix", imatrix)
    done = run(folder, monkeypatch, "quantize", *arguments)
    assert done.exit_code == 0, done.output
    assert target.is_file()


def test_each_of_stacked_matrices_has_its_own_importance(monkeypatch, tmp_path):
    """As llama-imatrix measures experts: a row of sums and a count for each."""
    monkeypatch.chdir(tmp_path)
    name = "blk.0.ffn_down_exps.weight"
    weights = np.random.default_rng(1).normal(size=(2, 4, 256)).astype(np.float16)
    content = crafted.file(tensors=[*crafted.LAYER, (name, (256, 4, 2), crafted.F16)])
    Path("experts.gguf").write_bytes(content[: -weights.nbytes] + weights.tobytes())
    sums = np.random.default_rng(2).uniform(1, 9, size=(2, 256)).astype(np.float32)
    Path("experts.imatrix").write_bytes(
        crafted.imatrix(
            [
                (f"{name}.in_sum2", (256, 2), crafted.F32, sums.tobytes()),
                (f"{name}.counts", (1, 2), crafted.F32, [4.0, 0.0]),
            ]
        )
    )
    arguments = ("experts.gguf", "out.gguf", "Q4_K_S", "--imatrix", "experts.imatrix")
    done = run(tmp_path, monkeypatch, "quantize", *arguments)
    assert done.exit_code == 0, done.output
    made = Path("out.gguf").read_bytes()
    (type_,) = {t.type_name for t in read_file("out.gguf").tensors if t.name == name}
    given = (sums[0] / 4, np.ones(256, np.float32))
    for each, importance in zip(weights, given, strict=True):
        assert fast.quantize(each, type_, importance).tobytes() in made


def named_in(folder, monkeypatch, tmp_path, name):
    """A folder whose configuration names a crafted file, which it has beside it."""
    monkeypatch.chdir(tmp_path)
    Path(name).symlink_to(folder / name)
    plugin = {"quantlab": {"models": {"a": name}}}
    Path("mkdocs.yml").write_text(json.dumps({"site_name": "Site", "plugins": [plugin]}))


@pytest.mark.parametrize("name", FILES)
def test_lock(folder, monkeypatch, tmp_path, name):
    named_in(folder, monkeypatch, tmp_path, name)
    done = run(tmp_path, monkeypatch, "lock")
    lock = Path("quantlab.lock")
    if done.exit_code:
        assert is_refused(done, name)
        assert not lock.exists()
        return
    assert done.stdout == "a: new\n1 model in quantlab.lock\n"
    # What is locked is read again as it was, whatever is in it, and without the file.
    assert run(tmp_path, monkeypatch, "lock", "--check").exit_code == 0
    Path(name).unlink()
    shown = run(tmp_path, monkeypatch, "show", "a", "--json")
    assert shown.exit_code == 0
    assert json.loads(shown.stdout)

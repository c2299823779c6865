"""Whatever a file holds, a command has one line about it that names the file, and no traceback."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from mkdocs_quantlab.cli import main
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

"""What authors and terminals do wrong is one line of every command, and never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from mkdocs_quantlab.cli import main
from tests.gguf_files import write_gguf

LATIN = "site_name: Größe\nplugins: [quantlab]\n".encode("latin-1")

COMMANDS = {
    "show": ["gguf", "show", "{}"],
    "compare": ["gguf", "compare", "{}", "good.gguf"],
    "memory": ["gguf", "memory", "{}"],
    "recipe": ["gguf", "recipe", "{}"],
    "quantize": ["gguf", "quantize", "{}", "out.gguf", "Q4_0"],
    "quantize imatrix": ["gguf", "quantize", "good.gguf", "out.gguf", "Q4_0", "--imatrix", "{}"],
    "gguf -f": ["gguf", "-f", "{}", "lock"],
    "doctor": ["doctor", "-f", "{}"],
    "nginx": ["endpoint", "nginx", "-f", "{}"],
    "nginx keys": [
        *["endpoint", "nginx", "--endpoint", "https://o.example.org", "--origin", "https://c.example.org"],
        *["--keys", "{}"],
    ],
    "new widget": ["new", "widget", "mine", "-f", "{}"],
    "new --model": ["new", "site", "course", "--model", "q4={}"],
    "widgets lock": ["widgets", "lock", "-f", "{}"],
    "widgets --wheel": ["widgets", "lock", "--wheel", "{}"],
    "widgets --pyodide": ["widgets", "lock", "--pyodide", "{}"],
    "export --model": ["export", "out", "--model", "{}"],
}  # fmt: skip
"""Commands that read a file."""

TARGETS = {
    "export": ["export", "{}"],
    "new": ["new", "{}"],
    "quantize": ["gguf", "quantize", "good.gguf", "{}", "Q4_0"],
}
"""Commands that write a file or a folder."""


def leaves(command, *above):
    """The commands without subcommands, by their words."""
    for name, each in getattr(command, "commands", {}).items():
        yield from leaves(each, *above, name)
    if not hasattr(command, "commands"):
        yield above


def test_every_command_is_tried():
    tried = {
        tuple(word for word in words if word.isalpha())
        for words in (*COMMANDS.values(), *TARGETS.values())
    }
    for leaf in leaves(main):
        wanted = ("new",) if leaf == ("new", "site") else leaf
        assert any(words[: len(wanted)] == wanted for words in tried), leaf


def missing(folder):
    return folder / "missing.gguf"


def directory(folder):
    (folder / "folder.gguf").mkdir()
    return folder / "folder.gguf"


def pipe(folder):
    os.mkfifo(folder / "pipe.gguf")
    return folder / "pipe.gguf"


def empty(folder):
    (folder / "empty.gguf").touch()
    return folder / "empty.gguf"


def latin(folder):
    (folder / "latin.gguf").write_bytes(LATIN)
    return folder / "latin.gguf"


def long(folder):
    return folder / f"{'x' * 300}.gguf"


def loop(folder):
    (folder / "loop.gguf").symlink_to("loop.gguf")
    return folder / "loop.gguf"


def below_a_file(folder):
    return folder / "good.gguf" / "sub"


def process(_folder):
    return Path("/proc/quantlab")


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, links and /proc")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_gguf(tmp_path / "good.gguf", "F32")
    return tmp_path


def refused(arguments):
    """Runs a command that cannot succeed, and gives its message."""
    done = CliRunner().invoke(main, arguments)
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == 2, done.output
    said = done.stderr.strip()
    assert "Traceback" not in said
    line = said.splitlines()[-1]
    assert line.startswith("Error: "), said
    assert len(line) > len("Error: ") + 10
    assert ": None" not in line
    return line


@pytest.mark.parametrize(
    "situation", [missing, directory, pipe, empty, latin, long, loop, below_a_file]
)
@pytest.mark.parametrize("command", COMMANDS)
def test_files_that_cannot_be_read(folder, command, situation):
    if (command, situation) in {("nginx keys", pipe), ("nginx keys", empty)}:
        pytest.skip("a shell makes a pipe of <(command), and an empty file has no keys")
    path = str(situation(folder))
    refused([each.replace("{}", path) for each in COMMANDS[command]])


@pytest.mark.parametrize("situation", [below_a_file, process, loop])
@pytest.mark.parametrize("command", TARGETS)
def test_places_that_cannot_be_written(folder, command, situation):
    path = str(situation(folder))
    refused([each.replace("{}", path) for each in TARGETS[command]])


def run(arguments, folder, **env):
    return subprocess.run(
        [sys.executable, "-c", "from mkdocs_quantlab.cli import main; main()", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])} | env,
        capture_output=True,
        check=False,
    )


def test_a_full_disk(folder):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", "from mkdocs_quantlab.cli import main; main()", "gguf", "show", "good.gguf"],
            cwd=folder,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "Error: No space left on device\n"


def test_an_output_of_another_encoding(folder):
    done = run(["gguf", "compare", "good.gguf"], folder, PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode("cp1252")
    done = run(["gguf", "show", "--json", "good.gguf"], folder, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout.isascii()


def test_a_name_that_the_locale_cannot_read(folder):
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = run(["new", "ü2".encode()], folder, **locale)
    assert done.returncode == 0, done.stderr
    assert "Ü2" in (folder / "ü2" / "mkdocs.yml").read_text(encoding="utf-8")


def test_standard_input_is_not_a_file(folder):
    done = subprocess.run(
        [sys.executable, "-c", "from mkdocs_quantlab.cli import main; main()", "gguf", "show", "/dev/stdin"],
        cwd=folder,
        input=(folder / "good.gguf").read_bytes(),
        capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(b"Error: `/dev/stdin`: this is not a regular file")


def colours(folder, **env):
    (folder / "mkdocs.yml").write_text("site_name: x\nplugins: [quantlab]\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["doctor"], env=env)
    return "\x1b[" in done.stdout


def test_colours_only_where_they_are_wanted(folder):
    assert not colours(folder)
    assert colours(folder, FORCE_COLOR="1")
    assert not colours(folder, FORCE_COLOR="1", NO_COLOR="1")


@pytest.mark.parametrize("width", [40, 60, 80])
def test_output_fits_the_terminal(folder, width):
    for command in (["gguf", "compare", "good.gguf"], ["gguf", "show", "good.gguf"], ["doctor"]):
        (folder / "mkdocs.yml").write_text("site_name: x\nplugins: [quantlab]\n", encoding="utf-8")
        done = CliRunner().invoke(main, command, env={"COLUMNS": str(width)})
        assert max(map(len, done.stdout.splitlines())) <= width, done.stdout
        assert done.exception is None or isinstance(done.exception, SystemExit)


def test_paths_that_are_written_for_another_machine(folder):
    text = "site_name: x\nplugins: [{quantlab: {models: {home: ~/q4.gguf, windows: 'models\\q4.gguf'}}}]\n"
    (folder / "mkdocs.yml").write_text(text, encoding="utf-8")
    assert "`~` is not replaced" in refused(["gguf", "show", "home"])
    assert "write `/` in place of" in refused(["gguf", "show", "windows"])


def test_a_lock_file_that_is_a_folder(folder):
    text = "site_name: x\nplugins: [{quantlab: {models: {q4: missing.gguf}}}]\n"
    (folder / "mkdocs.yml").write_text(text, encoding="utf-8")
    (folder / "quantlab.lock").mkdir()
    assert "quantlab.lock is not a file: remove it" in refused(["gguf", "show", "q4"])
    (folder / "mkdocs.yml").write_text(text.replace("missing", "good"), encoding="utf-8")
    refused(["gguf", "lock"])

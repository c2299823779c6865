"""The tutorial, from an empty folder and the wheel to a published course, by the commands that stand on its page."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import yaml

from tests.examples import fences
from tests.paths import ROOT

# A minute, most of it pip's.
pytestmark = pytest.mark.slow

PAGE = ROOT / "docs/guide/first-lab.md"
INSTALL, BEGIN, SERVE, CHECK, PUBLISH = (each.text for each in fences("sh", pages=(PAGE,)))
LISTED, MISTAKE = (each.text for each in fences("text", pages=(PAGE,)))
[LAB] = fences("markdown", pages=(PAGE,))
SAID = PAGE.read_text(encoding="utf-8")
# What the workflow asks GitHub, for the repository of the page.
GITHUB = {"github.repository_owner": "YOU", "github.event.repository.name": "course"}


class Reader:
    """Someone with a terminal and nothing but Python and git."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder = folder
        self.course = folder / "course"
        (folder / "bin").mkdir()
        (folder / "bin/python3").symlink_to(Path(sys.executable).resolve())
        # Of this package the registry may have another version.
        (folder / "constraints.txt").write_text(f"mkdocs-quantlab @ {wheel.as_uri()}\n", "utf-8")
        kept = {
            key: v for key, v in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL"))
        }
        author = {"GIT_AUTHOR_NAME": "Reader", "GIT_AUTHOR_EMAIL": "reader@example.org"}
        self.environment = {
            **kept,
            **author,
            **{key.replace("AUTHOR", "COMMITTER"): value for key, value in author.items()},
            "PATH": f"{folder / 'bin'}:/usr/bin:/bin",
            "PIP_CONSTRAINT": str(folder / "constraints.txt"),
            "NO_MKDOCS_2_WARNING": "1",
        }

    def tries(self, commands: str, folder: Path | None = None, **environment: str):
        """Runs commands, in the course and its environment where there is one already."""
        activate = self.course / ".venv/bin/activate"
        before = f". {activate}\n" if activate.exists() else ""
        return subprocess.run(
            ["bash", "-euc", before + commands],
            cwd=folder or (self.course if before else self.folder),
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )

    def does(self, commands: str, folder: Path | None = None, **environment: str) -> str:
        """Runs commands that have to succeed, and gives what they print."""
        done = self.tries(commands, folder, **environment)
        assert done.returncode == 0, done.stdout
        return done.stdout

    @contextmanager
    def serving(self, command: str):
        """Leaves a command running; gives the address, and the file of what it prints."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        log = self.folder / "log"
        program = self.course / ".venv/bin" / command.split(maxsplit=1)[0]
        with log.open("wb") as output:
            serving = subprocess.Popen(
                [program, *command.split()[1:], "--dev-addr", address],
                cwd=self.course,
                env=self.environment,
                stdout=output,
                stderr=output,
            )
        try:
            yield f"http://{address}", log
        finally:
            serving.terminate()
            serving.wait(10)


@pytest.fixture(scope="module")
def reader(tmp_path_factory, wheel_file):
    """One who has done the first step."""
    reader = Reader(tmp_path_factory.mktemp("reader"), wheel_file)
    asked = reader.tries(
        "python3 -m venv ask && ask/bin/pip download --quiet --no-deps -d got mkdocs"
    )
    if asked.returncode:
        pytest.skip(f"no package registry answers: {asked.stdout}")
    printed = reader.does(INSTALL)
    assert "Successfully installed " in printed
    return reader


def until(condition, log, seconds=300):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, log.read_text(encoding="utf-8")
        time.sleep(0.1)


def get(address):
    try:
        with urlopen(address, timeout=10) as page:
            return page.read().decode()
    except HTTPError as error:
        return str(error)


def test_the_page(reader):
    assert reader.does(BEGIN) == LISTED
    with reader.serving(SERVE) as (address, log):
        until(lambda: "Serving on" in log.read_text(encoding="utf-8"), log)
        assert "`Serving on http://127.0.0.1:8000/`" in SAID
        assert get(f"{address}/labs/lab-1/").count("<quantlab-widget") == 3
        lab = reader.course / LAB.title
        lab.write_text(LAB.text, encoding="utf-8")
        shown = f"{address}/labs/lab-2/"
        until(lambda: "<quantlab-widget" in get(shown), log)
        _it_shows_what_the_page_says(get(shown))
        [number, bits] = re.search(r'`(data-bits="9")` in line (\d+)', SAID).group(2, 1)
        lines = LAB.text.splitlines(keepends=True)
        lines[int(number) - 1] = re.sub(r'data-bits="\d"', bits, lines[int(number) - 1])
        lab.write_text("".join(lines), encoding="utf-8")
        until(lambda: MISTAKE in log.read_text(encoding="utf-8"), log)
        lab.write_text(LAB.text, encoding="utf-8")
        # MkDocs leaves out a line that it has printed before, such as the time of a build.
        until(lambda: "Reloading" in log.read_text(encoding="utf-8").rpartition(MISTAKE)[2], log)
    printed = reader.does(CHECK)
    assert "Documentation built in" in printed
    assert "WARNING" not in printed
    assert printed.endswith("\nAll is well.\n")
    _it_is_published(reader)


def _it_shows_what_the_page_says(html):
    assert "<h1>Lab 2 – One large weight</h1>" in html
    assert html.count("<quantlab-widget") == 2
    assert html.count("<section") == 4
    assert html.index("<quantlab-objectives") < html.index("<section")
    # Its answers, from the figure's table over all bit widths.
    zeros = dict(re.findall(r"<tr[^>]*><th[^>]*>(\d)</th><td>\d</td><td>(\d)</td>", html))
    assert {bits: zeros[bits] for bits in "456"} == {"4": "5", "5": "2", "6": "0"}
    assert "1. Five:" in LAB.text
    assert "2. Six:" in LAB.text


def _it_is_published(reader):
    """The workflow's own commands, in a fresh clone of what was pushed."""
    remote = reader.folder / "remote.git"
    reader.does(f"git init --quiet --bare {remote}")
    [theirs] = re.findall(r"https://github\.com/\S+", PUBLISH)
    reader.does(PUBLISH.replace(theirs, str(remote)))
    clone = reader.folder / "clone"
    reader.does(f"git clone --quiet --branch main {remote} {clone}")
    workflow = yaml.safe_load((clone / ".github/workflows/publish.yml").read_text("utf-8"))
    site_url = ""
    for step in workflow["jobs"]["build"]["steps"]:
        environment = {
            key: re.sub(r"\$\{\{ (.*?) \}\}", lambda name: GITHUB[name[1]], text)
            for key, text in step.get("env", {}).items()
        }
        site_url = environment.get("SITE_URL", site_url)
        if "run" in step:
            reader.does(step["run"], clone, **environment)
    assert f"`{site_url}labs/lab-2/`" in SAID
    html = (clone / "site/labs/lab-2/index.html").read_text(encoding="utf-8")
    assert f'<link rel="canonical" href="{site_url}labs/lab-2/">' in html


def test_what_is_installed(reader):
    """Entry points load, types are there, and all of it is the wheel's, not the checkout's."""
    program = """
import json
from importlib.metadata import entry_points
from importlib.resources import files

found = {}
for group in ("mkdocs.plugins", "markdown.extensions", "console_scripts"):
    [entry] = entry_points(group=group, name="quantlab")
    loaded = entry.load()
    found[group] = getattr(loaded, "__name__", None) or loaded.name
print(json.dumps([found, files("mkdocs_quantlab").joinpath("py.typed").is_file(), __import__("mkdocs_quantlab").__file__]))
"""
    printed = reader.does(f"python -c '{program}'")
    loaded, is_typed, file = yaml.safe_load(printed)
    assert loaded == {
        "mkdocs.plugins": "QuantlabPlugin",
        "markdown.extensions": "QuantlabExtension",
        "console_scripts": "main",
    }
    assert is_typed
    assert Path(file).is_relative_to(reader.course)
    assert "No broken requirements" in reader.does("pip check")

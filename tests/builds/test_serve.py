"""`mkdocs serve`: what it watches, and what it says."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from tests.fast.site.test_custom_widgets import SAMPLING
from tests.gguf_files import write_gguf


def test_a_model_that_changes_changes_the_page(project, tmp_path_factory):
    folder = project(
        {"docs/index.md": "# Lab\n\n<div data-gguf-compare></div>\n"},
        "plugins: [{quantlab: {models: {a: models/a.gguf}}}]",
    )
    (folder / "models").mkdir()
    write_gguf(folder / "models/a.gguf", layers=2)
    other = write_gguf(tmp_path_factory.mktemp("other") / "a.gguf", layers=3)
    with serving(folder) as (address, log):
        assert "a.gguf" in log.read_text(encoding="utf-8")
        before = _tensors(address)
        shutil.copy(other, folder / "models/a.gguf")
        _wait(lambda: _tensors(address) != before, log)
        assert _tensors(address) > before


def test_a_mistake_that_comes_back_is_told_again(project):
    page = "# Lab\n\n<div data-quantization-explorer data-bits='{}'></div>\n"
    folder = project({"docs/index.md": page.format(4)}, "plugins: [quantlab]")
    lab = folder / "docs/index.md"
    with serving(folder) as (_, log):
        for count in (1, 2):
            lab.write_text(page.format(9), encoding="utf-8")
            _wait(lambda: log.read_text(encoding="utf-8").count("found `9`") == count, log)  # noqa: B023
            lab.write_text(page.format(4), encoding="utf-8")
            _wait(lambda: "Reloading" in log.read_text("utf-8").rpartition("found `9`")[2], log)
        assert log.read_text(encoding="utf-8").count("found `9`") == 2


def test_a_custom_widget_that_changes_changes_the_page(project):
    """Its helpers too."""
    folder = project(
        {"docs/index.md": "# Lab\n\n<div data-sampling></div>\n"}, "plugins: [quantlab]"
    )
    below = folder / "widgets/sampling"
    below.mkdir(parents=True)
    widget = SAMPLING.replace("TITLE =", "from .words import WORD\n\nTITLE =").replace(
        '"p", shown', '"p", WORD'
    )
    (below / "widget.py").write_text(widget, encoding="utf-8")
    (below / "words.py").write_text("WORD = 'first'", encoding="utf-8")

    def shown():
        with urlopen(f"http://{address}/", timeout=10) as page:
            return re.search(r'quantlab-result">(.*?)<', page.read().decode())[1]

    with serving(folder) as (address, log):
        assert shown() == "first"
        (below / "words.py").write_text("WORD = 'other'", encoding="utf-8")
        _wait(lambda: shown() == "other", log)
        (below / "words.py").write_text("WORD = 1 / 0", encoding="utf-8")
        _wait(lambda: "words.py:1: ZeroDivisionError" in log.read_text(encoding="utf-8"), log)
        (below / "words.py").write_text("WORD = 'again'", encoding="utf-8")
        _wait(lambda: shown() == "again", log)
    assert not list(folder.rglob("__pycache__"))


@contextmanager
def serving(folder):
    """Runs `mkdocs serve`; gives its address, and the file of what it prints."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [str(Path(sys.executable).parent / "mkdocs"), "serve", "--dev-addr", address]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
    try:
        _wait(lambda: "Serving on" in log.read_text(encoding="utf-8"), log)
        yield address, log
    finally:
        process.terminate()
        process.wait(10)


def _tensors(address):
    with urlopen(f"http://{address}/", timeout=10) as page:
        return len(set(re.findall(rb"blk\.\d\.attn_q", page.read())))


def _wait(condition, log, seconds=300):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, log.read_text(encoding="utf-8")
        time.sleep(0.1)

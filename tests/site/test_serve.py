"""`mkdocs serve`: what it watches."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

from tests.gguf_files import write_gguf


def test_a_model_that_changes_changes_the_page(project, tmp_path_factory):
    folder = project(
        {"docs/index.md": "# Lab\n\n<div data-gguf-compare></div>\n"},
        "plugins: [{quantlab: {models: {a: models/a.gguf}}}]",
    )
    (folder / "models").mkdir()
    write_gguf(folder / "models/a.gguf", layers=2)
    other = write_gguf(tmp_path_factory.mktemp("other") / "a.gguf", layers=3)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [str(Path(sys.executable).parent / "mkdocs"), "serve", "--dev-addr", address]
    log = folder / "log"
    with log.open("wb") as output:
        serving = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
    try:
        _wait(lambda: "Serving on" in log.read_text(encoding="utf-8"), log)
        assert "a.gguf" in log.read_text(encoding="utf-8")
        before = _tensors(address)
        shutil.copy(other, folder / "models/a.gguf")
        _wait(lambda: _tensors(address) != before, log)
        assert _tensors(address) > before
    finally:
        serving.terminate()
        serving.wait(10)


def _tensors(address):
    with urlopen(f"http://{address}/", timeout=10) as page:
        return len(set(re.findall(rb"blk\.\d\.attn_q", page.read())))


def _wait(condition, log, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, log.read_text(encoding="utf-8")
        time.sleep(0.1)

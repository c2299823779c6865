"""The example of the guide to managed endpoints: its files, its command, and what the command prints."""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from mkdocs_quantlab.endpoint.dialects import load_request
from mkdocs_quantlab.endpoint.queue import waits

SITE = """\
site_name: Quantization, summer term
site_url: https://course.example.edu/
plugins:
  - quantlab:
      chat:
        endpoint: https://ollama.example.edu
        models: [batiai/gemma4-e2b:q4, batiai/gemma4-e2b:q6]
"""

KEYS = """\
monday   an-example-of-a-key-for-monday
tuesday  an-example-of-a-key-for-tuesday  # until June
"""

COMMAND = """\
quantlab endpoint nginx \\
  --upstream http://10.0.0.11:11434 --upstream http://10.0.0.12:11434 \\
  --keys class-keys.txt \\
  --certificate /etc/letsencrypt/live/ollama.example.edu/fullchain.pem \\
  --key /etc/letsencrypt/live/ollama.example.edu/privkey.pem
"""


def configuration() -> str:
    """What `COMMAND` prints in a folder with the two files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "docs").mkdir()
        (folder / "mkdocs.yml").write_text(SITE, encoding="utf-8")
        (folder / "class-keys.txt").write_text(KEYS, encoding="utf-8")
        _, *arguments = shlex.split(COMMAND.replace("\\\n", ""))
        code = "from mkdocs_quantlab.cli import main; main()"
        done = subprocess.run(  # noqa: S603  # the guide's own command
            [sys.executable, "-c", code, *arguments],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
    return done.stdout


def load_command() -> str:
    """What loads a model on one of the hosts before a lesson."""
    request = load_request("batiai/gemma4-e2b:q4")
    return f"curl http://10.0.0.11:11434/api/chat -d '{request}'\n"


def fenced(text: str, language: str, title: str = "") -> str:
    """A block of code, in Markdown."""
    return f"```{language}" + (f' title="{title}"' if title else "") + f"\n{text}```"


def waits_table(tokens: int, speed: float) -> str:
    """Mean and longest wait by class and places, in Markdown, for answers of so many tokens at so many a second."""
    places = [1, 2, 4, 8]
    rows = ["| Students | " + " | ".join(map(str, places)) + " |", "| ---: |" + " ---: |" * 4]
    for students in (10, 20, 30, 100):
        cells = [waits(students, count, tokens / speed) for count in places]
        shown = [f"{_time(each.mean)}, {_time(each.last)}" for each in cells]
        rows.append(f"| {students} | " + " | ".join(shown) + " |")
    return "\n".join(rows)


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"

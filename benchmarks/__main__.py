"""Runs benchmarks and keeps their results as data, which `docs/benchmarks.md` shows.

    python -m benchmarks [NAME ...]

Each benchmark is a module of its own, `python -m benchmarks.NAME`, that prints Markdown tables. Here it is run, and what it prints goes
to `benchmarks/results/NAME.json`, with the date, the commit, and a digest of the code that it measured: the docs say by themselves
where that code has changed since.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import NamedTuple

from benchmarks.report import RESULTS, ROOT, digest, machine, tables_of


class Benchmark(NamedTuple):
    """What is run, and what it measures."""

    arguments: tuple[str, ...]
    """Of the command."""
    code: tuple[str, ...]
    """Files and folders, relative to the repository, whose change makes the result old."""


_PACKAGE = "mkdocs_quantlab"
_START = (
    "browser/src/python",
    "browser/src/widget",
    "browser/build",
    "browser/package-lock.json",
    f"{_PACKAGE}/engine",
)
BENCHMARKS = {
    "startup": Benchmark(("--rounds", "4", "--throttled", "2"), _START),
    "page": Benchmark((), ("browser/src", f"{_PACKAGE}/engine")),
    "site_build": Benchmark(("30", "300"), (f"{_PACKAGE}/engine", f"{_PACKAGE}/site")),
    "gguf": Benchmark(("--slow",), (f"{_PACKAGE}/engine/gguf",)),
    "quantize": Benchmark((), (f"{_PACKAGE}/fast",)),
    "quantize_page": Benchmark((), (f"{_PACKAGE}/engine/ggml", f"{_PACKAGE}/engine/gguf")),
    "endpoint": Benchmark((), (f"{_PACKAGE}/endpoint",)),
    "chat": Benchmark(("--rounds", "40"), ("browser/src/chat",)),
    "hostile": Benchmark((), ("browser/src/chat", "browser/src/evidence")),
    "right_answers": Benchmark(
        (), (f"{_PACKAGE}/engine/answers", f"{_PACKAGE}/site/chat/checks.py")
    ),
    "in_page": Benchmark(("--rounds", "5"), ("browser/src/chat", "browser/package-lock.json")),
}
"""Every benchmark that the docs show, by the name of its module."""


def _commit() -> str:
    """The commit that is measured, with a plus sign where files differ from it."""

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    # The result of one benchmark changes nothing that the next one measures.
    results = f":!{RESULTS.relative_to(ROOT)}"
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", results)
    return git("rev-parse", "--short=10", "HEAD") + ("+" if changed else "")


def run(name: str) -> None:
    """Runs a benchmark and writes its result, or ends the program where it fails."""
    benchmark = BENCHMARKS[name]
    command = ["-m", f"benchmarks.{name}", *benchmark.arguments]
    print(f"python {' '.join(command)}", flush=True)
    facts = machine()
    commit = _commit()
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    print(done.stdout, flush=True)
    if done.returncode:
        raise SystemExit(f"benchmarks.{name} ended with {done.returncode}; its result is as before")
    lines, tables = tables_of(done.stdout)
    result = {
        "command": f"python {' '.join(command)}",
        "machine": lines[0] if lines and lines[0].count(",") > 1 else facts,
        "commit": commit,
        "code": {path: digest(path) for path in benchmark.code},
        "tables": tables,
        "lines": lines,
    }
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")


def main() -> None:
    """Runs those that are named, or all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME")
    for name in parser.parse_args().names or BENCHMARKS:
        run(name)


if __name__ == "__main__":
    main()

"""Adds to a small corpus those inputs of a large one that reach something new, the smallest first.

    python -m tests.fuzz.minimise LARGE SMALL

What an input reaches are the steps from line to line in the reader, and how it ends. libFuzzer's own `-merge=1` starts its
program anew, which it cannot with Python's.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

from mkdocs_quantlab.engine.gguf import reader
from tests.fuzz.gguf_input import run

FOLDER = str(Path(reader.__file__).parent)


def reached(data):
    """The steps that an input takes, and how it ends but for numbers and names."""
    steps = set()

    def trace(frame, event, _):
        if not frame.f_code.co_filename.startswith(FOLDER):
            return None
        before = None

        def line(frame, event, _):
            nonlocal before
            steps.add((frame.f_code.co_name, before, frame.f_lineno, event))
            before = frame.f_lineno
            return line

        return line

    sys.settrace(trace)
    try:
        end = run(data)
    finally:
        sys.settrace(None)
    steps.add(re.sub(r"[\d,]+|`.*`", "", end) if isinstance(end, str) else type(end).__name__)
    return steps


def main() -> None:
    large, small = map(Path, sys.argv[1:])
    small.mkdir(parents=True, exist_ok=True)
    seen = set()
    for path in small.iterdir():
        seen |= reached(path.read_bytes())
    added = 0
    for data in sorted({path.read_bytes() for path in large.iterdir()}, key=lambda d: (len(d), d)):
        new = reached(data) - seen
        if new:
            seen |= new
            (small / hashlib.sha256(data).hexdigest()[:12]).write_bytes(data)
            added += 1
    print(f"{added} inputs added")


if __name__ == "__main__":
    main()

"""Feeds the header reader files that a fuzzer makes, led by which of the reader's code they reach.

    pip install atheris
    python -m tests.fuzz.gguf_header CORPUS [libFuzzer's options, such as -max_total_time=600]

The first byte of an input chooses what is wanted of the file and how it is handed over; the rest is the file. Anything but a header
or a `GgufError` is a find. `tests/fuzz/corpus` holds what was found and what reaches the most code, and
`tests/fast/gguf/test_corpus.py` replays it.
"""

from __future__ import annotations

import sys

from tests.fuzz.gguf_input import run


def main() -> None:
    import atheris

    with atheris.instrument_imports(include=["mkdocs_quantlab.engine.gguf"]):
        import mkdocs_quantlab.engine.gguf.model
        import mkdocs_quantlab.engine.gguf.reader  # noqa: F401

    atheris.Setup(sys.argv, run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

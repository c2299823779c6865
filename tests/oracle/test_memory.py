"""What the golden answers say is what llama.cpp says now: the library that the xllamacpp wheel carries, asked again."""

from __future__ import annotations

import json

import pytest

from tests.oracle.memory_cases import FILE, REAL, cases
from tests.oracle.reference import library

ASKED = ("Llama-3.1-8B", "Gemma-3-27B", "Kimi-K2.5", "gemma3n", "gemma4", "jamba", "glm-dsa")
"""A few of them, for time; `python -m tests.oracle.memory_cases` asks about all."""


@pytest.mark.parametrize("name", ASKED)
def test_llama_cpp_still_says_so(name):
    pytest.importorskip("gguf", reason="metadata are written with gguf-py")
    if library() is None:
        pytest.skip("the xllamacpp wheel, which carries llama.cpp, is not installed here")
    from tests.oracle.llama_memory import ask

    answers = json.loads(FILE.read_text(encoding="utf-8"))["answers"]
    assert ask(*cases()[name]) == answers[name]


def test_sources_are_named():
    assert all(each["source"] for each in REAL.values())

"""Replays what the fuzzer found, without the fuzzer."""

from __future__ import annotations

from collections import Counter

import pytest

from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.header import Header
from mkdocs_quantlab.engine.gguf.ranges import read_ranges
from tests.fuzz.gguf_input import run
from tests.gguf_samples import seeds
from tests.paths import ROOT

CORPUS = sorted((ROOT / "tests/fuzz/corpus").iterdir())


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_an_input_of_the_corpus_is_read_or_refused(path):
    assert run(path.read_bytes())


@pytest.mark.parametrize("name", seeds())
def test_a_seed_is_read_or_refused(name):
    assert run(seeds()[name])


def test_the_corpus_has_files_of_both_kinds():
    kinds = Counter(type(run(path.read_bytes())) for path in CORPUS)
    assert kinds[Header] > 5
    assert kinds[str] > 30


def test_a_find_is_noticed(monkeypatch):
    """The harness itself: what is neither a header nor a refusal gets through."""

    def broken(*_):
        raise IndexError

    monkeypatch.setattr("mkdocs_quantlab.engine.gguf.reader.check_data", broken)
    with pytest.raises(IndexError):
        run(seeds()["v3"])
    with pytest.raises(GgufError):
        read_ranges(lambda start, stop: b"", 0)

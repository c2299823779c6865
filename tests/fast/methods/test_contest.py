"""The contest of formats: its weights, its judge, and what does not count."""

from __future__ import annotations

import json
import math
import random
import re
import statistics
from types import ModuleType

import pytest

from mkdocs_quantlab.engine.core.live_code import EditError, defined, source
from mkdocs_quantlab.engine.core.widget import answer, widget
from mkdocs_quantlab.engine.ggml import decode, encode
from mkdocs_quantlab.engine.ggml.measured import DISTRIBUTIONS, SNR, SPREAD
from mkdocs_quantlab.engine.methods import challenge

NAME = "quantization-challenge"
STARTS = widget(NAME).live.objects
ABSMAX8 = source(STARTS["absmax8"])


def drawn(seed=1):
    return challenge.draw(random.Random(seed))


def made(code):
    """What the code defines, with its own names, as in an interpreter of its own."""
    return defined(ModuleType("start"), code)


def encoded(code, weights=None):
    return challenge.encode_all(made(code), weights or drawn())


def decoded(code, blocks):
    return challenge.decode_all(made(code), blocks)


def run(code, seed=1):
    blocks = encoded(code, drawn(seed))
    return challenge.judge(drawn(seed), blocks, decoded(code, blocks))


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_weights_are_of_the_spread_that_ggml_was_measured_with(distribution):
    some = [w for seed in range(20) for block in drawn(seed)[distribution] for w in block]
    assert statistics.fmean(some) == pytest.approx(0, abs=SPREAD / 50)
    assert statistics.pstdev(some) == pytest.approx(SPREAD, rel=0.06)
    assert challenge.draw() != challenge.draw()


@pytest.mark.parametrize("start", STARTS)
def test_a_starting_code_runs_and_is_what_the_figure_shows(start):
    """From its text as in the page, and as a module as when the site is built."""
    html = answer(NAME, {"start": start})["html"]
    for score in run(source(STARTS[start])):
        assert f"<td>{score.bits:.3f}</td><td>{score.snr:.2f} dB</td>" in html


def test_ggmls_own_format_scores_as_it_was_measured():
    for place, (name, before) in enumerate(drawn(5).items()):
        data = [encode("Q4_K", block) for block in before]
        after = [decode("Q4_K", block) for block in data]
        score = challenge.score(name, before, data, after)
        assert score.bits == 4.5
        assert score.snr == pytest.approx(SNR["Q4_K"][place], abs=0.6)


def test_an_own_run_is_shown_with_its_rival():
    code = "import struct\nencode = lambda w: struct.pack('<256e', *w)\ndecode = lambda d: struct.unpack('<256e', d)"
    weights = drawn(9)
    blocks = encoded(code, weights)
    values = [json.dumps(blocks), json.dumps(decoded(code, blocks))]
    html = answer(NAME, {}, run={"inputs": json.dumps(weights), "values": values})["html"]
    assert re.search(r"Your code keeps <strong>7[345]\.", html)
    assert "at 16.000 bits each" in html
    assert "F16" in html


CHEATS = [
    ("kept = []\ndef encode(w):\n    kept.append(w)\n    return b''\ndef decode(d):\n    return kept.pop(0)", "IndexError: pop from empty list"),
    ("def encode(w):\n    return [float(x) for x in w]\ndecode = list", "`encode` returned a list; it must return bytes"),
    ("class Fat(bytes): pass\ndef encode(w):\n    fat = Fat()\n    fat.w = w\n    return fat\ndef decode(d):\n    return d.w", "AttributeError"),
    ("def encode(w):\n    return bytes(3000)\ndecode = list", "`encode` returned 3,000 bytes for 256 weights; the maximum is 2,048"),
    ("def encode(w):\n    return b''\ndef decode(d):\n    return [0.0] * 255", "`decode` returned 255 numbers; it must return 256"),
    ("def encode(w):\n    return b''\ndef decode(d):\n    return [float('nan')] * 256", "not finite"),
    ("def encode(w):\n    return b''\ndef decode(d):\n    return [1e39] * 256", "beyond float32"),
    ("def encode(w):\n    return b''\ndef decode(d):\n    return ['x'] * 256", "ValueError"),
    ("def encode(w):\n    return b''", "does not define a function `decode`"),
    ("def encode(", "SyntaxError"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "message"), CHEATS)
def test_what_does_not_count(code, message):
    """Each half with its own names, as in two interpreters."""
    with pytest.raises(EditError) as caught:
        decoded(code, encoded(code))
    assert message in str(caught.value)


def test_an_error_has_its_line():
    with pytest.raises(EditError) as caught:
        encoded("x = 1\ndef encode(w):\n    return 1 / 0\n")
    assert caught.value.line == 3


def test_nothing_at_all_keeps_nothing():
    code = "def encode(w):\n    return b''\ndef decode(d):\n    return [0.0] * 256"
    for score in run(code):
        assert (score.bits, score.snr) == (0, 0)
    assert all(math.isfinite(s.snr) for s in run(ABSMAX8))


def test_lengths_that_differ_are_counted():
    """Else a block's length would be a free byte."""
    code = (
        "n = 0\ndef encode(w):\n    global n\n    n += 1\n    return bytes(n % 2)\n"
        "def decode(d):\n    return [0.0] * 256"
    )
    for score in run(code):
        assert score.bits == 8 * (challenge.BLOCKS // 2 + 2 * challenge.BLOCKS) / (
            256 * challenge.BLOCKS
        )


def test_a_class_cannot_lie_about_its_length():
    code = (
        "class Thin(bytes):\n    def __len__(self):\n        return 0\n"
        "def encode(w):\n    return Thin(3000)"
    )
    with pytest.raises(EditError, match="returned 3,000 bytes"):
        encoded(code)


def test_the_encoder_is_given_floats_whatever_json_made_of_them():
    code = "def encode(weights):\n    return bytes([sum(type(w) is float for w in weights) - 1])\n"
    assert encoded(code, {"own": [[0] * 255 + [0.5]]}) == {"own": ["ff"]}

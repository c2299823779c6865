"""The widgets' figures: what they say, and that they say it safely."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_quantlab.engine import widgets
from mkdocs_quantlab.engine.html import Html, attribute, join, tag
from mkdocs_quantlab.engine.options import OptionError
from mkdocs_quantlab.engine.widgets import FRAME_BUDGET, NAMES, answer, frames, widget

EXPLORER, GRID = "quantization-explorer", "quantization-grid-explorer"


class Outline(HTMLParser):
    """Checks nesting, and keeps text by element."""

    VOID = ("input", "br")

    def __init__(self, html):
        super().__init__()
        self.stack = []
        self.cells = []
        self.items = []
        self.feed(html)
        self.close()
        assert not self.stack

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.stack.append(tag)
        if "data-item" in dict(attrs):
            self.items.append(dict(attrs)["data-item"])

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        self.cells.append(data)


def text(html):
    return " ".join("".join(Outline(html).cells).split())


@pytest.mark.parametrize(
    ("bits", "value", "q"),
    [(2, "0.000000", 0), (4, "0.130029", 1), (6, "0.146806", 5), (8, "0.157672", 22)],
)
def test_explorer_states_the_reconstruction(bits, value, q):
    html = answer(EXPLORER, {"bits": str(bits)})["html"]
    assert f"is stored as the integer {q} and read back as <strong>{value}</strong>" in html


def test_explorer_writes_the_arithmetic_with_the_very_numbers():
    said = text(answer(EXPLORER, {})["html"])
    for line in (
        "0.9102 / (2^(4-1) - 1) = 0.9102 / 7 = 0.130029",
        "round(0.156347 / 0.130029) = 1",
        "1 * 0.130029 = 0.130029",
        "|0.130029 - 0.156347| = 0.026318",
        "4 bits have 16 patterns; this rule uses 15 of them: -8 is never stored",
        "Halves round away from zero",
    ):
        assert line in said


def test_explorer_draws_every_value_that_can_be_stored():
    for bits in range(2, 9):
        html = answer(EXPLORER, {"bits": str(bits)})["html"]
        ticks = re.search(r'<path d="((?:M-?\d+ 0v1)+)"', html)[1]
        assert ticks.count("v1") == 2**bits - 1


@pytest.mark.parametrize(
    ("weight", "sentence"),
    [
        (
            "0.9102",
            "is stored as the integer 7 and read back as <strong>0.910200</strong>: exactly.",
        ),
        (
            "-0.9102",
            "is stored as the integer -7 and read back as <strong>-0.910200</strong>: exactly.",
        ),
        ("0", "is stored as the integer 0 and read back as <strong>0.000000</strong>: exactly."),
        (
            "-0.1",
            "is stored as the integer -1 and read back as <strong>-0.130029</strong>: 0.030029 (30.0 %) too small.",
        ),
    ],
)
def test_explorer_at_its_edges(weight, sentence):
    assert sentence in answer(EXPLORER, {"weight": weight})["html"]


def test_explorer_weight_is_at_most_the_largest():
    with pytest.raises(OptionError, match=r"takes a number from -0\.5 to 0\.5; found `0\.6`"):
        answer(EXPLORER, {"max": "0.5", "weight": "0.6"})
    assert answer(EXPLORER, {"max": "0.5"})["bounds"] == {"weight": (-0.5, 0.5)}


def test_grid_states_the_result():
    assert text(answer(GRID, {})["html"]).startswith(
        "Stored at 4 bits with 1 scale, 16 weights become 10 distinct values (5 of them zero), with an RMSE of "
        "0.03897 and a signal-to-noise ratio of 20.18 dB, in 12 bytes: 2.67 times smaller than 16 bits each."
    )


def test_grid_counts_every_scale():
    said = text(answer(GRID, {"block": "4"})["html"])
    assert "16 × 4 bits + 4 scales × 32 bits = 192 bits = 24 bytes" in said


def test_grid_shows_bfloat16_words():
    html = answer(GRID, {"bits": "16"})["html"]
    assert '<li class="p8" data-item="w0">3f69</li>' in html
    assert "upper 16 bits of float32(0.91), to nearest even = 0x3f69" in html


@pytest.mark.parametrize("preset", ["gaussian", "laplace", "outlier"])
def test_grid_draws_presets_from_the_seed(preset):
    values = answer(GRID, {"preset": preset, "count": "32", "seed": "7"})["values"]
    assert len(values["weights"].split()) == 32
    assert (
        values["weights"]
        == answer(GRID, {"preset": preset, "count": "32", "seed": "7"})["values"]["weights"]
    )
    assert (
        values["weights"]
        != answer(GRID, {"preset": preset, "count": "32", "seed": "8"})["values"]["weights"]
    )


def test_grid_with_the_readers_weights():
    values = answer(GRID, {"weights": "1 -2.5 3e-1"})["values"]
    assert (values["preset"], values["count"], values["weights"]) == ("own", "3", "1 -2.5 0.3")


def test_grid_of_zeros_is_exact():
    assert "signal-to-noise ratio of exact" in answer(GRID, {"weights": "0 0 0"})["html"]


def test_toy_layer_takes_no_seed():
    with pytest.raises(OptionError, match="`seed` needs a `preset` that is drawn"):
        answer(GRID, {"seed": "3"})


@pytest.mark.parametrize("name", NAMES)
def test_frames_are_what_the_engine_draws(name):
    found = widget(name)
    primary = getattr(found.options, found.options.primary)
    drawn = frames(found, {})
    assert set(drawn) == {str(c) for c in primary.choices} - {str(primary.default)}
    assert sum(map(len, drawn.values())) <= FRAME_BUDGET
    for value, html in drawn.items():
        assert html == answer(name, {primary.name: value})["html"]


def test_frames_stop_at_the_budget_with_the_nearest_first():
    drawn = frames(widget(GRID), {"weights": " ".join(["0.123"] * 200), "bits": "4"})
    assert list(drawn)[:1] in (["3"], ["5"], [])
    assert sum(map(len, drawn.values())) <= FRAME_BUDGET


@given(
    bits=st.sampled_from([*range(2, 9), 16]),
    block=st.sampled_from(["layer", "4", "8", "16", "32"]),
    weights=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40),
)
def test_grid_is_well_formed_for_any_weights(bits, block, weights):
    strings = {"bits": str(bits), "block": block, "weights": " ".join(map(repr, weights))}
    outline = Outline(answer(GRID, strings)["html"])
    assert {f"w{i}" for i in range(len(weights))} <= set(outline.items)


@given(bits=st.integers(2, 8), largest=st.floats(1e-6, 1000), share=st.floats(-1, 1))
def test_explorer_is_well_formed_for_any_weight(bits, largest, share):
    weight = largest * share
    Outline(
        answer(EXPLORER, {"bits": str(bits), "max": repr(largest), "weight": repr(weight)})["html"]
    )


def test_every_module_of_a_widget_is_listed():
    from importlib.resources import files

    modules = {p.name[:-3] for p in files(widgets).iterdir() if p.name.endswith(".py")} - {
        "__init__"
    }
    assert modules == {name.replace("-", "_") for name in NAMES}


def test_an_unknown_widget_is_refused():
    with pytest.raises(KeyError):
        widget("__init__")


def test_html_is_escaped_unless_it_says_it_is_html():
    assert tag("p", "<b>", Html("<i>"), None, class_='"') == '<p class="&quot;">&lt;b&gt;<i></p>'
    assert join("&", tag("br")) == "&amp;<br>"
    assert tag("input", hidden=True, disabled=False, data_x=0) == '<input hidden data-x="0">'
    assert attribute("""{"a":"it's"}""") == """'{"a":"it&#39;s"}'"""

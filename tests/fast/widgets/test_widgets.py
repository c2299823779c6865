"""The widgets' figures: what they say, and that they say it safely."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_quantlab.engine.core import widget as widgets
from mkdocs_quantlab.engine.core.html import Html, join, tag
from mkdocs_quantlab.engine.core.resources import Resources
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.core.widget import (
    FRAME_BUDGET,
    WidgetError,
    answer,
    built_in,
    frames,
    widget,
)
from mkdocs_quantlab.engine.ggml import bits_of_weight, encode, ggml_type, scale_search
from mkdocs_quantlab.engine.gguf.named import ModelOf
from mkdocs_quantlab.engine.methods import samples
from mkdocs_quantlab.engine.methods.schemes import SCHEMES
from tests.oracle.recipes import CASES

EXPLORER, GRID = "quantization-explorer", "quantization-grid-explorer"
BLOCK = "quantization-block"


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
        "4 bits have 16 patterns; 15 values are used",
        "Halves round away from zero",
    ):
        assert line in said


def test_explorer_draws_every_value_that_can_be_stored():
    for bits in range(2, 9):
        html = answer(EXPLORER, {"bits": str(bits)})["html"]
        ticks = re.search(r'<path d="((?:M[\d.]+ 0v1)+)"', html)[1]
        assert ticks.count("v1") == 2**bits - 1
    html = answer(EXPLORER, {"scheme": "fp8-e4m3"})["html"]
    assert html.count(" 0v1") == 253


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"scheme": "affine", "min": "-0.1"},
            "(Affine, minimum) the weight 0.156347 is stored as the integer 4",
        ),
        (
            {"scheme": "nf4"},
            "(NF4) the weight 0.156347 is stored as the code 9 and read back as <strong>0.146479</strong>",
        ),
        (
            {"scheme": "fp4", "weight": "-0.5"},
            "(FP4 E2M1) the weight -0.5 is stored as the code 0xd and read back as <strong>-0.455100</strong>",
        ),
        ({"scheme": "zero-point", "min": "0.1", "weight": "0.5"}, "is stored as the integer 8 and"),
    ],
)
def test_explorer_with_other_schemes(options, sentence):
    html = answer(EXPLORER, options)["html"]
    assert sentence in html


def test_every_scheme_is_in_the_table_of_schemes():
    said = text(answer(GRID, {"bits": "5"})["html"])
    for scheme in SCHEMES.values():
        width = 5 if 5 in scheme.widths else scheme.widths[-1]
        assert f"{scheme.label}{width}" in said


@pytest.mark.parametrize(
    ("name", "options"),
    [(EXPLORER, {"scheme": "nf4", "bits": "3"}), (GRID, {"scheme": "fp8-e4m3", "bits": "8"})],
)
def test_a_scheme_of_one_width_leaves_no_choice_of_bits(name, options):
    with pytest.raises(
        OptionError, match=f"`scheme` `{options['scheme']}` and `bits` exclude each other"
    ):
        answer(name, options)
    assert answer(name, {"scheme": options["scheme"]})["values"]["bits"] in ("4", "8")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min": "0.95"}, r"`min` is smaller than `max`, which is 0\.9102; found `0\.95`"),
        ({"min": "0.2"}, r"takes a number from 0\.2 to 0\.9102; found `0\.156347`"),
    ],
)
def test_explorer_range(options, message):
    with pytest.raises(OptionError, match=message):
        answer(EXPLORER, {"scheme": "affine", **options})


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
    assert (values["preset"], values["count"], values["weights"]) == ("custom", "3", "1 -2.5 0.3")


def test_grid_of_zeros_is_exact():
    assert "signal-to-noise ratio of exact" in answer(GRID, {"weights": "0 0 0"})["html"]


def test_toy_layer_takes_no_seed():
    with pytest.raises(OptionError, match="`seed` needs a `preset` that is drawn"):
        answer(GRID, {"seed": "3"})


# The one widget that always shows a model.
RESOURCES = Resources((), {ModelOf("drawing-uneven:F16"): CASES["8 layers"].model()})


@pytest.mark.parametrize("name", [n for n in built_in() if widget(n).options.primary])
def test_frames_are_what_the_engine_draws(name):
    found = widget(name)
    primary = getattr(found.options, found.options.primary)
    found_in = RESOURCES if name == "gguf-quantize" else None
    drawn = frames(found, {}, found_in)
    assert drawn
    assert set(drawn) <= {str(c) for c in primary.choices} - {str(primary.default)}
    assert sum(map(len, drawn.values())) <= FRAME_BUDGET
    for value, html in drawn.items():
        assert html == answer(name, {primary.name: value}, found_in)["html"]


@pytest.mark.parametrize("name", [EXPLORER, GRID])
def test_every_bit_width_has_a_frame(name):
    found = widget(name)
    assert len(frames(found, {})) == len(found.options.bits.choices) - 1


def test_frames_leave_out_what_the_authors_options_refuse():
    drawn = frames(widget(BLOCK), {"weights": " ".join(["0.5"] * 32)})
    assert "Q4_1" in drawn
    assert "Q4_K" not in drawn


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


def items(html):
    """What each item lights, by name, with the runs written out."""

    def expand(names):
        for name in names.split():
            letter, first, last = re.fullmatch(r"([a-z])(\d+)(?:-(\d+))?", name).groups()
            yield from (f"{letter}{i}" for i in range(int(first), int(last or first) + 1))

    found = re.findall(r'data-item="(\w+)"(?: data-lights="([^"]*)")?', html)
    return {name: set(expand(lights)) for name, lights in found}


@pytest.mark.parametrize("name", widget(BLOCK).options.format.choices)
def test_block_ties_weights_to_their_bits(name):
    """A weight lights exactly the bits that it depends on, and these light it."""
    lights = items(answer(BLOCK, {"format": name})["html"])
    size = ggml_type(name).block_size
    for weight in range(size):
        mine = lights[f"w{weight}"]
        assert mine == {
            run for run, owners in lights.items() if run[0] == "r" and f"w{weight}" in owners
        }
        widths = {(b.byte, b.low) for b in bits_of_weight(name, weight)}
        assert len(mine) == len(widths)


@pytest.mark.parametrize("name", widget(BLOCK).options.format.choices)
def test_block_shows_the_very_bytes(name):
    weights = samples.gaussian(ggml_type(name).block_size, 1)
    data = encode(name, weights)
    html = answer(BLOCK, {"format": name})["html"]
    shown = re.findall(r'<span class="quantlab-byte"><b>(..)</b>(.*?)</span>', html)
    assert bytes(int(byte, 16) for byte, _ in shown) == data
    bits = ["".join(re.findall(r">([01]+)</i>", inside)) for _, inside in shown]
    assert bits == [f"{byte:08b}" for byte in data]
    assert data[:16].hex(" ") in html


def test_block_writes_the_arithmetic_of_each_weight():
    html = answer(BLOCK, {"format": "Q8_0", "weights": "1 " + "0.5 " * 31})["html"]
    # The scale is 1/127 in float16.
    said = "d * q = 0.007873535 * 64 = 0.503906; it was 0.500000, error +0.003906"
    assert f"weight 1 in Q8_0: {said}" in html


@pytest.mark.parametrize("name", ["Q4_0", "Q4_K", "Q3_K", "Q6_K", "IQ4_XS", "MXFP4", "TQ1_0"])
def test_block_arithmetic_comes_out_as_written(name):
    html = answer(BLOCK, {"format": name, "preset": "laplace"})["html"]
    written = re.findall(
        r'data-detail="weight \d+ in \w+: [^=]+ = ([^=]+) = ([-0-9.e]+); it was', html
    )
    assert len(written) == ggml_type(name).block_size
    for steps, value in written:
        assert eval(steps) == pytest.approx(float(value), abs=2e-6)


def test_block_of_two_formats():
    html = answer(BLOCK, {"format": "MXFP4", "compare": "Q4_K"})["html"]
    assert "<strong>MXFP4</strong> stores 32 weights in 17 bytes, 4.25 bits each" in html
    assert "<strong>Q4_K</strong> stores 256 weights in 144 bytes, 4.5 bits each" in html
    Outline(html)


def test_block_plots_the_search_of_a_k_quant():
    html = answer(BLOCK, {"format": "Q4_K", "sub": "3"})["html"]
    trials = scale_search("Q4_K", samples.gaussian(256, 1))[3]
    assert f"The search for the scale of sub-block 3: {len(trials)} trials" in html
    assert html.count("<circle") == len(trials)
    assert html.count('class="is-best"') == 1
    assert "The search for the scale" not in answer(BLOCK, {"format": "IQ4_XS"})["html"]


@pytest.mark.parametrize("weights", ["0 " * 256, "0.25 " * 256, "-1e6 " * 256, "1e-30 " * 256])
@pytest.mark.parametrize("name", widget(BLOCK).options.format.choices)
def test_block_of_odd_weights(name, weights):
    html = answer(BLOCK, {"format": name, "weights": weights})["html"]
    Outline(html)
    assert ("RMSE of inf" in html) == ("stored as infinity" in html)


def test_block_needs_a_whole_block():
    with pytest.raises(
        OptionError, match=r"must fill a block of Q4_K, which holds 256 weights; found 3 weights"
    ):
        answer(BLOCK, {"format": "q4_k", "weights": "1 2 3"})


def test_an_unknown_widget_is_refused():
    for name in ("__init__", "quantization-blok", ""):
        with pytest.raises(
            WidgetError, match=f"there is no widget `{name}`.*; the widgets are `gguf-"
        ):
            widget(name)
    with pytest.raises(WidgetError, match="did you mean `quantization-block`"):
        widget("quantization-blok")


def test_an_error_of_an_import_inside_a_widget_is_not_taken_for_its_absence(monkeypatch):
    def fail(name):
        raise ModuleNotFoundError("No module named 'numpy'", name="numpy")

    monkeypatch.setattr(widgets.importlib, "import_module", fail)
    with pytest.raises(ModuleNotFoundError, match="numpy"):
        widget("quantization-block")


def test_html_is_escaped_unless_it_says_it_is_html():
    assert tag("p", "<b>", Html("<i>"), None, class_='"') == '<p class="&quot;">&lt;b&gt;<i></p>'
    assert join("&", tag("br")) == "&amp;<br>"
    assert tag("input", hidden=True, disabled=False, data_x=0) == '<input hidden data-x="0">'

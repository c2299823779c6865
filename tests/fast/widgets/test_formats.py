"""The comparison of formats: its figures against other people's, and that it is drawn well whatever is asked for."""

from __future__ import annotations

import json
import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_quantlab.engine.core import plots
from mkdocs_quantlab.engine.core.form import form
from mkdocs_quantlab.engine.core.resources import Resources
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.core.widget import answer, widget
from mkdocs_quantlab.engine.ggml import TYPES
from mkdocs_quantlab.engine.ggml.measured import BY_GGML, DISTRIBUTIONS, SNR
from mkdocs_quantlab.engine.gguf.mixtures import MIXTURES, Mixture, mixture
from mkdocs_quantlab.engine.methods.rate import DECIBEL_PER_BIT, gaussian_limit, headroom
from mkdocs_quantlab.engine.views.published import (
    FAMILIES,
    GENERATIONS,
    LLAMA_2_70B,
    LLAMA_3_8B,
)
from mkdocs_quantlab.engine.views.ratios import RatiosOf
from tests.fast.widgets.test_widgets import Outline, text

FORMATS = "quantization-formats"

# Bits per weight, and dB on Gaussian, Laplace and t4 weights: an independent measurement with ggml's C
# (d99724f, through ctypes) over another sample of 64 x 4096 weights.
KNOWN = {
    "Q8_0": (8.5, 45.41, 43.45, 42.74),
    "Q6_K": (6.5625, 34.99, 33.29, 32.79),
    "Q5_1": (6.0, 28.43, 27.05, 26.87),
    "Q5_K": (5.5, 28.83, 27.39, 27.16),
    "Q5_0": (5.5, 27.37, 25.44, 24.74),
    "Q4_1": (5.0, 22.13, 20.76, 20.54),
    "Q4_K": (4.5, 22.92, 21.47, 21.23),
    "IQ4_NL": (4.5, 22.35, 21.11, 20.60),
    "Q4_0": (4.5, 21.30, 19.42, 18.74),
    "IQ4_XS": (4.25, 22.28, 21.04, 20.52),
    "MXFP4": (4.25, 18.85, 17.99, 17.68),
    "Q3_K": (3.4375, 16.39, 15.10, 14.72),
    "IQ3_S": (3.4375, 17.27, 16.23, 15.77),
    "IQ3_XXS": (3.0625, 14.80, 14.21, 13.76),
    "Q2_K": (2.625, 10.54, 9.27, 9.30),
    "IQ2_S": (2.5625, 12.07, 10.59, 10.15),
    "IQ2_XS": (2.3125, 10.45, 9.67, 9.21),
    "Q2_0": (2.25, 2.87, 2.76, 2.73),
    "IQ2_XXS": (2.0625, 9.25, 8.31, 7.68),
    "TQ2_0": (2.0625, 1.85, 1.60, 1.47),
    "IQ1_M": (1.75, 6.91, 6.36, 6.04),
    "IQ1_S": (1.5625, 6.27, 5.30, 4.74),
    "Q1_0": (1.125, 4.41, 3.05, 3.06),
}


@pytest.mark.parametrize("name", KNOWN)
def test_measured_ratios_are_those_of_another_sample(name):
    bits, *levels = KNOWN[name]
    assert TYPES[name].bits_per_weight == bits
    assert SNR[name] == pytest.approx(levels, abs=0.1)


def test_every_type_of_weights_was_measured():
    assert set(SNR) == set(TYPES) - {"Q8_1", "Q8_K"}
    assert {n for n in SNR if not TYPES[n].can_encode} == BY_GGML
    for name, levels in SNR.items():
        limit = gaussian_limit(TYPES[name].bits_per_weight)
        assert len(levels) == len(DISTRIBUTIONS)
        if name != "F32":
            above = [headroom(d) for d in DISTRIBUTIONS]
            assert all(level < limit + a for level, a in zip(levels, above, strict=True)), name


def test_the_limit_and_what_lies_above_it():
    assert pytest.approx(6.0206, abs=1e-4) == DECIBEL_PER_BIT
    assert headroom("gaussian") == pytest.approx(0, abs=1e-12)
    # Laplace in closed form; t by its entropy integrated numerically.
    assert headroom("laplace") == pytest.approx(10 * math.log10(math.pi / math.e))
    step = 1e-3
    density = [3 / 8 / (1 + (i * step) ** 2 / 4) ** 2.5 for i in range(1, 400_000)]
    entropy = -2 * step * math.fsum(p * math.log(p) for p in density) - step * 3 / 8 * math.log(
        3 / 8
    )
    expected = 10 * math.log10(2 * math.pi * math.e * 2 / math.exp(2 * entropy))
    assert headroom("student-t4") == pytest.approx(expected, abs=1e-4)


def row_of(html, name):
    return re.search(rf'<tr data-item="{name}".*?</tr>', html)[0]


def test_sizes_are_those_of_the_parameters():
    html = answer(FORMATS, {"parameters": "8030261312", "formats": "Q4_K Q8_0"})["html"]
    assert 8_030_261_312 * 4.5 / 8 == 4_517_021_988
    assert "8030261312 × 4.5 / 8 = 4,517,021,988 bytes" in row_of(html, "Q4_K")
    assert "<td>4.52</td><td>4.21</td>" in row_of(html, "Q4_K")
    assert "<td>8.53</td><td>7.95</td>" in row_of(html, "Q8_0")
    html = answer(FORMATS, {"parameters": "1e6", "formats": "Q1_0"})["html"]
    assert "<td>0.000141</td><td>0.000131</td>" in row_of(html, "Q1_0")
    html = answer(FORMATS, {"parameters": "1e13", "formats": "F32"})["html"]
    assert "<td>40,000</td><td>37,253</td>" in row_of(html, "F32")


def test_the_sentence_names_best_and_worst():
    said = text(answer(FORMATS, {"formats": "Q4_0 Q4_K F32"})["html"])
    assert said.startswith(
        "On Gaussian weights, Q4_K comes nearest to the Gaussian limit of these 2 formats "
        "(22.93 dB at 4.5 bits a weight, 4.16 dB below it) and Q4_0 stays farthest from it"
    )
    said = text(answer(FORMATS, {"formats": "Q4_K", "distribution": "laplace"})["html"])
    assert said.startswith(
        "On Laplace weights, Q4_K keeps 21.47 dB at 4.5 bits a weight, 5.62 dB below the Gaussian limit."
    )


def test_an_exact_format_has_no_point():
    html = answer(FORMATS, {"formats": "F32"})["html"]
    assert text(html).startswith("F32 gives every weight back exactly")
    assert "<svg" not in html
    assert "<td>exact</td><td>–</td>" in row_of(html, "F32")


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("bits", ["Q4_K", "MXFP4", "IQ3_S", "Q3_K"]),
        ("snr", ["Q4_K", "MXFP4", "IQ3_S", "Q3_K"]),
        ("name", ["IQ3_S", "MXFP4", "Q3_K", "Q4_K"]),
    ],
)
def test_rows_are_sorted(sort, order):
    html = answer(FORMATS, {"formats": "Q3_K IQ3_S MXFP4 Q4_K", "sort": sort})["html"]
    assert re.findall(r'<tr data-item="(\w+)"', html) == order


def test_sorting_by_ratio_is_not_sorting_by_bits():
    html = answer(FORMATS, {"formats": "NVFP4 IQ4_XS", "sort": "snr"})["html"]
    assert re.findall(r'<tr data-item="(\w+)"', html) == ["IQ4_XS", "NVFP4"]


def test_other_distributions_say_whose_limit_is_drawn():
    for distribution, most in (("laplace", "0.63"), ("student-t4", "0.73")):
        said = text(answer(FORMATS, {"distribution": distribution})["html"])
        assert "The line is the limit for Gaussian weights of the same variance, not for" in said
        assert f"by at most {most} dB" in said
    assert "not for" not in text(answer(FORMATS, {})["html"])


def test_published_figures_stand_apart_with_their_source():
    html = answer(FORMATS, {"formats": "Q4_K MXFP4"})["html"]
    ours, published = html.split("<details>")
    assert "q4_K_S" not in ours
    assert "Perplexity" not in ours
    for said in ("Llama 3 8B", "f364eb6f", "RTX 4090", "February 2025", "tools/perplexity"):
        assert said in published
    assert re.findall(r'<th scope="row">(\w+)</th><td>(\w+)</td><td>(.*?)</td>', published) == [
        ("q4_K_S", "Q4_K", "10m tokens"),
        ("q4_K_S", "Q4_K", "none"),
    ]
    assert "<td>4.37</td><td>4.67</td><td>6.5005</td><td>+0.2689</td><td>0.04314</td>" in published
    assert "<details>" not in answer(FORMATS, {"formats": "MXFP4"})["html"]


def test_published_figures_are_consistent():
    rows = LLAMA_3_8B.rows
    assert [p.divergence for p in rows] == sorted(p.divergence for p in rows)
    for family, original in ((LLAMA_3_8B, 6.231634), (LLAMA_2_70B, 3.4313)):
        for row in family.rows:
            # The source takes the increase over the same original.
            assert row.perplexity - row.increase == pytest.approx(original, abs=5e-6)
            if row.type:
                bits = TYPES[row.type].bits_per_weight
                assert family.bits_per_weight(row) > bits - 0.02
    by_name = {row.recipe: row for row in rows if not row.imatrix}
    for pair in GENERATIONS:
        row = by_name[pair.recipe]
        assert pair.divergence[1] == pytest.approx(row.divergence, abs=1e-6)
        assert pair.ratio[1] == pytest.approx(row.perplexity / 6.231634, abs=2e-5)


def test_one_row_stands_for_a_type():
    for family in FAMILIES.values():
        chosen = [(row.type, bool(row.imatrix)) for row in family.rows if row.type]
        assert len(chosen) == len(set(chosen))


def test_footnotes_come_with_what_they_are_about():
    said = text(answer(FORMATS, {"formats": "Q4_K"})["html"])
    assert "*" not in said.replace("d * sc * q - dmin * m", "")
    assert "NVFP4" not in said
    said = text(answer(FORMATS, {"formats": "IQ2_S NVFP4"})["html"])
    assert "12.07 dB *" in said or "12.08 dB *" in said
    assert "* Encoded by ggml itself" in said
    assert "Weights with a standard deviation of 1 give 20.43 dB" in said


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([*SNR, *MIXTURES]), min_size=1, unique=True),
    st.sampled_from(DISTRIBUTIONS),
    st.floats(1e6, 1e13),
)
def test_any_choice_of_formats_is_well_formed(names, distribution, parameters):
    given_options = {
        "formats": ";".join(names),
        "distribution": distribution,
        "parameters": repr(parameters),
    }
    html = answer(FORMATS, given_options)["html"]
    items = Outline(html).items
    drawn = [name for name in names if name != "F32"]
    assert sorted(items) == sorted(names + drawn)
    for place in re.findall(r' (?:x|cx|x1|x2)="([-\d.]+)%"', html):
        assert 0 <= float(place) <= 100
    for place in re.findall(r' (?:y|cy|y1|y2)="([-\d.]+)"', html):
        assert 0 <= float(place) <= plots.HEIGHT


@given(
    st.lists(
        st.tuples(st.floats(10, 95), st.floats(20, 400), st.text("abcQK_", min_size=2, max_size=8)),
        min_size=5,
        max_size=25,
    )
)
def test_labels_that_are_always_seen_do_not_touch(drawn):
    points = [plots.Point(name, x, y, name, name) for x, y, name in drawn]
    boxes = {plots.WIDE: [], plots.NARROW: []}
    for p, (side, seen) in zip(points, plots._place(points), strict=True):
        for width, hides in (
            (plots.WIDE, {"is-hidden"}),
            (plots.NARROW, {"is-hidden", "is-roomy"}),
        ):
            if seen not in hides:
                boxes[width].append(plots._label_box(p.x / 100 * width, p.y, side, p.name))
    for found in boxes.values():
        for i, a in enumerate(found):
            assert not any(plots._touch(a, b) for b in found[:i])


def test_most_formats_have_their_names_beside_them():
    html = answer(FORMATS, {"formats": " ".join(n for n in SNR if n != "F32")})["html"]
    assert html.count('class="is-hidden"') <= len(SNR) / 2


def test_a_recipe_stands_among_the_types():
    html = answer(FORMATS, {"formats": "q4_k_m Q4_K Q6_K", "parameters": "8030261312"})["html"]
    assert re.findall(r'<tr data-item="(\w+)"', html) == ["Q6_K", "Q4_K_M", "Q4_K"]
    row = row_of(html, "Q4_K_M")
    assert "<td>4.8944</td><td>23.79 dB</td><td>5.68 dB</td><td>4.91</td><td>4.58</td>" in row
    assert "recipe: 80.9 % Q4_K, 19.1 % Q6_K" in row
    assert "Q4_K_M: recipes. Which tensors get which type depends on the model" in text(html)
    published = html.split("<details>")[1]
    assert re.findall(r'<th scope="row">(\w+)</th>', published) == [
        *("q6_K", "q4_K_M", "q4_K_M", "q4_K_S", "q4_K_S")
    ]
    # The original's Q2_K with other importance matrices is not asked for by naming the type.
    assert answer(FORMATS, {"formats": "Q2_K"})["html"].count(">q2_K<") == 2


def test_noise_of_a_mixture_adds_up():
    half = Mixture("", 0, {"Q4_K": 0.5, "Q6_K": 0.25, "F32": 0.25})
    assert half.snr({"Q4_K": 20, "Q6_K": math.inf}) == pytest.approx(10 * math.log10(200))
    assert half.snr({"Q4_K": 20, "Q6_K": 30}) == pytest.approx(-10 * math.log10(0.00525))
    for name in MIXTURES:
        found = mixture(name)
        assert math.fsum(found.shares.values()) == pytest.approx(1)
        bits = math.fsum(TYPES[t].bits_per_weight * share for t, share in found.shares.items())
        assert found.bits == pytest.approx(bits)


KEY = "f16:blk.0.ffn_up.weight"
MEASURED = {name: level for name, (level, *_) in SNR.items() if name not in BY_GGML}


def of_tensor(snr=MEASURED, type_="F16", row=256, **options):
    found = {"type": type_, "shape": [row, 4], "rms": 0.02, "snr": snr}
    given = Resources(["f16"], {RatiosOf(KEY): found}).to_json()
    resources = Resources.from_json(json.loads(json.dumps(given)))
    return answer(FORMATS, {"tensor": KEY, **options}, resources)


# What travels is JSON, which has no infinity.
EXACT = {"F32": None, "F16": None}


def test_on_a_tensor_the_limit_is_no_bound():
    drawn = of_tensor(MEASURED | EXACT, formats="Q4_0 Q4_K F32")
    said = text(drawn["html"])
    assert said.startswith(
        "On blk.0.ffn_up.weight of f16, Q4_K does best against the Gaussian limit of these 2 formats "
        "(22.93 dB at 4.5 bits a weight, 4.16 dB below it) and Q4_0 worst"
    )
    assert "SNR measured on the 1,024 weights of blk.0.ffn_up.weight of f16" in said
    assert "root mean square 0.02" in said
    assert "The file stores the tensor as F16." in said
    assert "a yardstick and no bound" in said
    for claim in (
        "Shannon's lower bound",
        "no code of so many bits",
        "standard deviation",
        " lost",
    ):
        assert claim not in drawn["html"]
    assert drawn["values"]["distribution"] == "tensor"
    assert "checked" not in re.search(r"<fieldset.*?</fieldset>", form_of(drawn), re.DOTALL)[0]


def form_of(drawn):
    found = widget(FORMATS)
    options = found.options({}, None)
    options.values["distribution"] = drawn["values"]["distribution"]
    return form(options)


def test_a_quantized_tensor_is_said_to_be_one():
    said = text(of_tensor(MEASURED | {"Q4_0": None}, "Q4_0")["html"])
    assert (
        "The file stores the tensor as Q4_0: the ratios are against the weights that this" in said
    )


def test_a_format_may_stand_above_the_line():
    html = of_tensor({"Q2_K": 40.0, "Q4_K": 30.0})["html"]
    assert "-24.20 dB" in row_of(html, "Q2_K")
    assert "24.20 dB above the limit" in html
    for place in re.findall(r' (?:y|cy|y1|y2)="([-\d.]+)"', html):
        assert 0 <= float(place) <= plots.HEIGHT


def test_a_format_without_figure_says_why():
    snr = {name: level for name, level in MEASURED.items() if TYPES[name].block_size <= 64}
    del snr["MXFP4"]
    html = of_tensor(snr, row=64, formats="IQ2_XS Q4_K MXFP4 Q4_0", sort="snr")["html"]
    assert "<td>ggml only</td><td>–</td>" in row_of(html, "IQ2_XS")
    assert "<td>blocks of 256, rows of 64</td><td>–</td>" in row_of(html, "Q4_K")
    assert "<td>beyond its range</td><td>–</td>" in row_of(html, "MXFP4")
    assert re.findall(r'<tr data-item="(\w+)"', html)[0] == "Q4_0", "those without come last"
    assert "Only ggml encodes IQ1 to IQ3" in text(html)
    html = of_tensor(MEASURED, formats="IQ3_XS Q4_K_S")["html"]
    assert "<td>IQ3_S: ggml only</td><td>–</td>" in row_of(html, "IQ3_XS")
    assert "<td>23." in row_of(html, "Q4_K_S")
    html = of_tensor(snr, row=64, formats="IQ2_XS")["html"]
    assert text(html).startswith("None of these formats was measured")
    assert "<svg" not in html


def test_several_formats_may_be_exact():
    html = of_tensor(EXACT, formats="F32 F16")["html"]
    assert text(html).startswith("Each of F32, F16 gives every weight back exactly.")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("f16:other", "`tensor`: `f16:other` is not in the data of this figure"),
        ("other", "`tensor`: a tensor is named as in `f16:blk.0.ffn_up.weight`; found `other`"),
    ],
)
def test_another_tensor_is_not_at_hand(given, message):
    with pytest.raises(OptionError, match=re.escape(message)):
        of_tensor(tensor=given)

"""The figure of what models take: its rows, its sentence, and what it refuses."""

from __future__ import annotations

import re

import pytest

from mkdocs_quantlab.engine.core.resources import Resources
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.core.widget import FRAME_BUDGET, frames, widget
from mkdocs_quantlab.engine.gguf.header import Tensor
from mkdocs_quantlab.engine.gguf.named import ModelOf
from mkdocs_quantlab.engine.gguf.shapes import SHAPES
from tests.oracle.memory_cases import REAL, model

WIDGET = widget("model-memory")
TENSORS = (
    Tensor("token_embd.weight", (5376, 262144), 8, 0),
    Tensor("blk.0.ffn_down.weight", (21504, 5376), 8, 0),
)


def resources():
    """A model with windows, a larger copy of it, one whose cache is not known, and one with short heads."""
    gemma = model(REAL["Gemma-3-27B"]["metadata"], "gemma")._replace(tensors=TENSORS)
    large = gemma._replace(name="large", tensors=TENSORS * 20)
    alien = gemma._replace(
        name="alien", metadata=gemma.metadata | {"general.architecture": "alien"}
    )
    short = model(REAL["Gemma-3-27B"]["metadata"] | {"gemma3.attention.key_length": 80}, "short")
    short = short._replace(tensors=TENSORS)
    models = (gemma, large, alien, short)
    return Resources([each.name for each in models], {ModelOf(each.name): each for each in models})


def rendered(**strings):
    return WIDGET.render(WIDGET.options(strings, resources()))


def rows(html):
    body = html.split("<tbody>")[1].split("</tbody>")[0]
    return [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall("<tr.*?</tr>", body)
    ]


def sentence(html):
    return re.sub("<.*?>", "", html.split("</figcaption>")[0])


def test_recipes_of_a_shape():
    found = rows(rendered(recipes="F16 Q4_K_M", memory="8"))
    # 8,030,261,312 weights at 4.8944 bits, and 128 KiB for each token.
    assert [row[0] for row in found] == ["F16", "Q4_K_M"]
    assert found[1][1:3] == [f"{8_030_261_312 * 4.8944 / 8 / 2**30:.2f}", "1.00"]


def test_one_model_is_shown_as_it_is_and_by_recipe():
    found = rows(rendered(models="gemma", recipes="Q8_0 Q4_0", context="131072"))
    assert [row[0] for row in found] == ["gemma", "Q8_0", "Q4_0"]
    # Its tensors are of Q8_0.
    assert found[0][1:] == found[1][1:]
    assert found[0][2] == "10.61"


def test_several_models_are_shown_as_they_are():
    assert [row[0] for row in rows(rendered(models="large gemma"))] == ["large", "gemma"]


def test_the_sentence_names_what_fits():
    assert sentence(rendered(models="large gemma", memory="7")).startswith(
        "gemma, with the most weights of the 1 of 2 that fit, takes "
    )
    assert sentence(rendered(models="large gemma", memory="100")).startswith("large, with the most")
    assert "does not fit in 1 GiB" in sentence(rendered(models="large gemma", memory="1"))
    assert "for each of 4 sequences" in sentence(rendered(sequences="4"))


def test_sizes_add_up():
    for row in rows(rendered(memory="10", context="32768")):
        *parts, total = (float(cell) for cell in row[1:5])
        assert sum(parts) == pytest.approx(total, abs=0.011)
        left = float(row[5].split()[0]) * (1 if row[5].endswith("left") else -1)
        assert 10 - total == pytest.approx(left, abs=0.011)


def test_the_arithmetic_can_be_followed():
    html = rendered(models="gemma", recipes="Q8_0", context="131072", cache="q8_0")
    lines = re.findall(r"<li>Cache: (.*?)</li>", html)
    assert len(lines) == 2
    for line in lines:
        formula, size = line.removesuffix(" bytes").split(" = ")
        formula = re.sub(r"layers? with (?:the whole context|a window)|tokens|bits", "", formula)
        formula = re.sub(r"of (?:keys|values)", "", formula).replace(",", "").replace("×", "*")
        assert eval(formula) == int(size.replace(",", ""))


def test_a_context_beyond_what_the_model_was_made_for_is_said():
    said = "longer than what these were made for: gemma (made for 131,072)"
    assert said in rendered(models="gemma large", context="262144")
    assert said not in rendered(models="gemma large", context="131072")


@pytest.mark.parametrize(
    ("strings", "message"),
    [
        ({"models": "alien"}, "`models`: `alien`: the architecture `alien` is not known here"),
        ({"models": "short", "cache": "q8_0"}, "`cache`: `short`: `q8_0` stores keys in blocks"),
        ({"models": "gema"}, "did you mean `gemma`?"),
    ],
)
def test_what_is_refused(strings, message):
    with pytest.raises(OptionError) as caught:
        rendered(**strings)
    assert message in str(caught.value)


@pytest.mark.parametrize("shape", SHAPES)
def test_all_contexts_come_with_the_page(shape):
    others = frames(WIDGET, {"shape": shape})
    assert sum(map(len, others.values())) < FRAME_BUDGET
    assert set(others) == set(map(str, WIDGET.options.context.choices)) - {"8192"}

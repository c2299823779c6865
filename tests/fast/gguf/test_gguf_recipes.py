"""llama.cpp's recipes: against published figures, and against files that llama.cpp wrote."""

from __future__ import annotations

import json

import pytest

from mkdocs_quantlab.engine.gguf.comparison import shares
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.file_types import RECIPES
from mkdocs_quantlab.engine.gguf.recipes import differences, plan, plans
from mkdocs_quantlab.engine.gguf.shapes import SHAPES
from tests.oracle.recipes import CASES, FILE, short

LLAMA = SHAPES["Llama-3.1-8B"].model("llama")

# Llama-3.1-8B in llama.cpp's tools/quantize/README.md.
PUBLISHED = {
    "IQ1_S": 2.0042, "IQ1_M": 2.1460, "IQ2_XXS": 2.3824, "IQ2_XS": 2.5882, "IQ2_S": 2.7403, "IQ2_M": 2.9294,
    "IQ3_XXS": 3.2548, "IQ3_XS": 3.4977, "IQ3_S": 3.6606, "IQ3_M": 3.7628, "IQ4_XS": 4.4597, "IQ4_NL": 4.6818,
    "Q2_K_S": 2.9697, "Q2_K": 3.1593, "Q3_K_S": 3.6429, "Q3_K_L": 4.2979, "Q4_K_S": 4.6672, "Q4_K_M": 4.8944,
    "Q5_K_S": 5.5704, "Q5_K_M": 5.7036, "Q6_K": 6.5633, "Q8_0": 8.5008, "F16": 16.0005,
}  # fmt: skip


@pytest.mark.parametrize("recipe", PUBLISHED)
def test_bits_per_weight_are_the_published_ones(recipe) -> None:
    # Those that need an importance matrix, and no other, were made with one.
    imatrix = plan(LLAMA, recipe).is_refused
    assert round(plan(LLAMA, recipe, imatrix=imatrix).bits_per_weight, 4) == PUBLISHED[recipe]


@pytest.mark.parametrize("case", CASES)
def test_types_are_those_in_files_that_llama_cpp_wrote(case) -> None:
    real = json.loads(FILE.read_text(encoding="utf-8"))[case]
    assert set(real) == set(RECIPES)
    model = CASES[case].model()
    for recipe, pair in real.items():
        for imatrix, types in zip((False, True), pair, strict=True):
            planned = plan(model, recipe, imatrix=imatrix)
            found = short({tensor.name: tensor.type for tensor in planned.tensors})
            assert (None if planned.is_refused else found) == types, (recipe, imatrix)


def test_every_rule_has_a_reason_and_fallbacks_say_what_they_replace() -> None:
    planned = plan(SHAPES["Qwen2.5-0.5B"].model("q"), "Q4_K_M")
    why = {entry.tensor.name: entry.why for entry in planned.assigned}
    assert all(why.values())
    assert "blocks of 256: Q5_0 instead of Q4_K" in why["blk.0.attn_q.weight"]
    assert why["blk.0.attn_q.bias"] == "stays as it is: it has one dimension"
    assert why["token_embd.weight"].startswith("the output matrix")


def test_shares_of_a_mixture_are_the_known_ones() -> None:
    parts = {share.type: share for share in shares(plan(LLAMA, "Q4_K_M").tensors)}
    assert round(100 * parts["Q4_K"].parameters / LLAMA.parameters, 2) == 80.92
    assert round(100 * parts["Q6_K"].parameters / LLAMA.parameters, 2) == 19.08


def test_a_planned_file_is_padded_and_larger_than_its_tensors() -> None:
    planned = plan(CASES["rows of 96"].model(), "Q4_0")
    assert planned.padded % 32 == 0
    assert planned.padded > planned.size


def test_plans_are_sorted_and_complete() -> None:
    found = plans(LLAMA, imatrix=True)
    assert {each.recipe for each in found} == set(RECIPES)
    assert [each.size for each in found] == sorted((each.size for each in found), reverse=True)
    assert found[0].recipe == "F32"


# Parameters as Hugging Face counts them, and the rope factors that llama.cpp's converter adds (64, 64 and 32).
@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("Llama-3.1-8B", 8_030_261_248 + 64),
        ("Llama-3.1-70B", 70_553_706_496 + 64),
        ("Llama-3.2-1B", 1_235_814_400 + 32),
        ("Llama-2-7B", 6_738_415_616),
        ("Mistral-7B-v0.1", 7_241_732_096),
        ("TinyLlama-1.1B", 1_100_048_384),
        ("Qwen2.5-0.5B", 494_032_768),
        ("Qwen2.5-7B", 7_615_616_512),
    ],
)
def test_shapes_have_the_parameters_of_the_models(name, parameters) -> None:
    assert SHAPES[name].model(name).parameters == parameters


def test_differences_name_tensors_of_another_type() -> None:
    small, medium = plan(LLAMA, "Q4_K_S").tensors, plan(LLAMA, "Q4_K_M").tensors
    found = differences(small, medium)
    assert {planned.name for planned, _ in found} <= {
        f"blk.{layer}.{kind}.weight" for layer in range(32) for kind in ("attn_v", "ffn_down")
    }
    assert all(planned.name == real.name and planned.type != real.type for planned, real in found)
    assert differences(small, small) == []


@pytest.mark.parametrize("key", ["llama.attention.head_count", "llama.block_count"])
def test_metadata_that_the_rules_ask_for_must_be_there(key) -> None:
    metadata = {k: v for k, v in LLAMA.metadata.items() if k != key}
    with pytest.raises(GgufError, match=f"needs a whole number as `{key}`; found nothing"):
        plan(LLAMA._replace(metadata=metadata), "Q4_K_M")

"""The widget that shows recipes."""

from __future__ import annotations

import re

import pytest

from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.core.widget import FRAME_BUDGET, frames, widget
from mkdocs_quantlab.engine.gguf.file_types import RECIPES
from mkdocs_quantlab.engine.gguf.recipes import plan
from mkdocs_quantlab.engine.gguf.shapes import SHAPES
from tests.gguf_models import model, resources

RECIPE = widget("gguf-recipe")


def text(strings, *models):
    """What a reader without script reads."""
    html = RECIPE.render(RECIPE.options(strings, resources(*models)))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def named(**types):
    """A model with the metadata that recipes ask for."""
    return model("q4", "q4.gguf", llama__attention__head_count=4, layers=8, more=types)


def test_the_result_states_size_bits_and_shares() -> None:
    said = text({})
    assert "Q4_K_M stores Llama-3.1-8B in 4.91 GB, 4.8944 bits per weight" in said
    assert "80.9 % of the weights are Q4_K and 19.1 % Q6_K" in said


def test_a_second_recipe_is_put_in_relation() -> None:
    assert "Q4_K_S takes 4.68 GB, 4.6672 bits per weight: 4.64 % less." in text(
        {"compare": "Q4_K_S"}
    )


def test_rules_are_written_out_with_their_layers() -> None:
    said = text({})
    assert (
        "attn_v of layers 0-3, 6, 9, 12, 15, 18, 21, 24, 27-31: Q6_K, 6.5625 bits: one of" in said
    )


def test_every_tensor_is_on_the_map_once() -> None:
    html = RECIPE.render(RECIPE.options({}))
    cells = 0
    for path in re.findall(r'<path d="([^"]*)" class="bits', html):
        for height in re.findall(r"v(\d+)", path):
            cells += (int(height) + 1) // 12
    assert cells == len(SHAPES["Llama-3.1-8B"].model("").tensors)


def test_all_recipes_are_listed_by_size() -> None:
    html = RECIPE.render(RECIPE.options({"imatrix": "yes"}))
    table = html[html.index("the largest first") :]
    listed = re.findall(r'<th scope="row">([^<]*)</th><td>([\d.]+)</td><td>([\d.]+)</td>', table)
    assert {name for name, _, _ in listed} == set(RECIPES)
    sizes = [float(size) for _, _, size in listed]
    assert sizes == sorted(sizes, reverse=True)


def test_recipes_that_are_refused_say_so() -> None:
    refused = "refuses to make IQ2_XXS without an importance matrix"
    assert refused in text({"recipe": "IQ2_XXS"})
    assert "refuses" not in text({"recipe": "IQ2_XXS", "imatrix": "yes"})


def test_numbers_replace_those_of_the_shape() -> None:
    given = RECIPE.options({"shape": "Llama-3.2-1B", "layers": "4", "tied": "no"})
    assert (given.layers, given.embedding, given.kv_heads) == (4, 2048, 8)
    made = given.described()
    assert made.name == "Llama-3.2-1B with 4 layers, embeddings not tied"
    assert {t.name for t in made.tensors} >= {"output.weight", "blk.3.attn_q.weight"}
    assert "blk.4.attn_q.weight" not in {t.name for t in made.tensors}


def test_shared_heads_change_types() -> None:
    few, many = (RECIPE.options({"kv_heads": n, "recipe": "Q2_K"}).described() for n in ("8", "16"))

    def values(described):
        made = plan(described, "Q2_K").tensors
        return {t.type_name for t in made if "attn_v" in t.name}

    assert values(few) == {"Q4_K"}
    assert values(many) == {"Q3_K"}


def test_a_file_that_is_its_recipe_is_confirmed() -> None:
    own = named(general__file_type=15)
    made = plan(own, "Q4_K_M")
    own = own._replace(tensors=made.tensors, metadata=own.metadata | {"general.file_type": 15})
    said = text({"model": "q4"}, own)
    assert (
        f"q4.gguf: each of its {len(own.tensors)} tensors has the type that Q4_K_M gives it" in said
    )


def test_a_file_that_differs_names_its_tensors() -> None:
    own = named()
    own = own._replace(
        tensors=plan(own, "Q4_K_S").tensors, metadata=own.metadata | {"general.file_type": 15}
    )
    said = text({"model": "q4", "recipe": "Q8_0"}, own)
    assert "q4.gguf says that it is Q4_K_M; " in said
    assert "blk.1.attn_v.weight Q5_K for Q4_K" in said


def test_the_controls_have_the_numbers_of_the_file() -> None:
    given = RECIPE.options({"model": "q4"}, resources(named()))
    assert (given.shape, given.layers, given.heads, given.vocabulary) == ("file", 8, 4, 1000)
    assert given.tied == "yes"


def test_frames_keep_to_the_budget() -> None:
    made = frames(RECIPE, {})
    assert len(made) >= 4
    assert sum(map(len, made.values())) <= FRAME_BUDGET


@pytest.mark.parametrize(
    ("strings", "message"),
    [
        ({"heads": "33"}, "`heads` takes a divisor of `embedding`, 4096; found `33`; the nearest is `32`"),
        ({"kv_heads": "5"}, "`kv_heads` takes a divisor of `heads`, 32; found `5`; the nearest is `4`"),
        ({"model": "q4", "layers": "3"}, "exclude each other"),
        ({"recipe": "Q4_K"}, "found `Q4_K` (did you mean"),
        ({"model": "q5"}, "`model`: `q5` is not"),
    ],
)  # fmt: skip
def test_what_is_not_taken_says_what_is(strings, message) -> None:
    with pytest.raises(OptionError, match=re.escape(message)):
        RECIPE.options(strings, resources(named()))


def test_a_model_without_what_rules_ask_is_refused() -> None:
    with pytest.raises(
        OptionError, match=r"needs a whole number as `llama\.attention\.head_count`"
    ):
        text({"model": "q4"}, model("q4"))


def test_a_shape_in_the_place_of_a_file_is_told() -> None:
    name = next(iter(SHAPES))
    with pytest.raises(OptionError, match=rf"`{re.escape(name)}` is a shape: use `shape`"):
        RECIPE.options({"model": name}, resources(named()))

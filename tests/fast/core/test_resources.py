"""What figures come with."""

from __future__ import annotations

import json

import pytest

from mkdocs_quantlab.engine.core.fields import ModelNames
from mkdocs_quantlab.engine.core.form import control
from mkdocs_quantlab.engine.core.resources import Resources
from mkdocs_quantlab.engine.core.schema import OptionError, Options
from mkdocs_quantlab.engine.gguf.header import Array, Tensor
from mkdocs_quantlab.engine.gguf.model import Model
from mkdocs_quantlab.engine.gguf.named import ModelOf, named_model, named_models

TINY = Model(
    name="q4",
    file="tiny-Q4_K_M.gguf",
    parts=1,
    size=1000,
    version=3,
    big_endian=False,
    metadata={
        "general.architecture": "llama",
        "tokenizer.ggml.tokens": Array("string", 3, 27),
        "some.numbers": Array("uint32", 2, 8, (1, 2), ("ab",)),
    },
    types={
        "general.architecture": "string",
        "tokenizer.ggml.tokens": "array",
        "some.numbers": "array",
    },
    tensors=(Tensor("output.weight", (256, 4), 12, 0), Tensor("odd", (7,), 99, 576)),
)


class Chosen(Options):
    models = ModelNames("names of models", 2, label="Models", help="Which.")
    primary = ""


def resources():
    return Resources.from_json(
        json.loads(json.dumps(Resources(["q4"], {ModelOf("q4"): TINY}).to_json()))
    )


def test_a_model_survives_the_way_into_the_page():
    assert named_model(resources(), "q4") == TINY


def test_numbers_that_json_has_not():
    """JavaScript refuses what Python's json writes for them."""
    odd = {"a": float("nan"), "b": float("-inf"), "c": Array("float32", 1, 4, (float("inf"),))}
    text = json.dumps(TINY._replace(metadata=odd).to_json(), allow_nan=False)
    back = Model.from_json(json.loads(text)).metadata
    assert str(back["a"]) == "nan"
    assert back["b"] == float("-inf")
    assert back["c"].values == (float("inf"),)


def test_sizes_of_tensors():
    known, unknown = TINY.tensors
    assert (known.type_name, known.parameters, known.size) == ("Q4_K", 1024, 4 * 144)
    assert (unknown.type_name, unknown.parameters, unknown.size) == ("type 99", 7, None)
    assert TINY.parameters == 1031


def test_none_named_means_all():
    assert named_models(Chosen({}, resources()), "models") == [TINY]
    assert named_models(Chosen({"models": "q4"}, resources()), "models") == [TINY]


@pytest.mark.parametrize(
    ("text", "given", "message"),
    [
        ("q44", resources(), "did you mean `q4`?); the models are `q4`"),
        ("q5", None, "the site names no models"),
        ("", None, "`models` takes names of models, at most 2, separated by spaces; found none"),
    ],
)
def test_what_is_not_there(text, given, message):
    with pytest.raises(OptionError, match="models") as caught:
        named_models(Chosen({"models": text}, given), "models")
    assert message in str(caught.value)
    assert caught.value.option == "models"


@pytest.mark.parametrize(
    ("text", "message"),
    [("a b c", "which is 3"), ("a a", "names `a` twice")],
)
def test_too_many_and_twice(text, message):
    with pytest.raises(OptionError, match=message):
        Chosen({"models": text})


def test_where_nothing_has_a_name_there_is_no_control():
    assert control(Chosen.models, Chosen()) == ""
    assert 'type="text"' in control(Chosen.models, Chosen({}, resources()))


def test_offsets_that_follow_from_sizes_do_not_travel():
    parts = TINY._replace(
        tensors=(
            *TINY.tensors,
            Tensor("after", (64,), 0, 576),  # of an unknown type's size nothing is known
            Tensor("padded", (3,), 0, 832),
            Tensor("aligned", (3,), 0, 864),
            Tensor("next.part", (3,), 0, 0),
        )
    )
    found = json.loads(json.dumps(parts.to_json()))
    assert [len(tensor) for tensor in found["tensors"]] == [3, 3, 3, 3, 3, 4]
    assert Model.from_json(found) == parts

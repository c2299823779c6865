"""The built-in models: what there is, that it is what is listed, and what llama.cpp writes."""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys

import numpy as np
import pytest

from mkdocs_quantlab import builtin_models
from mkdocs_quantlab.builtin_models import files, made
from mkdocs_quantlab.builtin_models.files import F16, FOLDER
from mkdocs_quantlab.builtin_models.made import imatrix_of, make
from mkdocs_quantlab.builtin_models.uneven import exponents, uneven
from mkdocs_quantlab.builtin_models.weights import read_weights
from mkdocs_quantlab.engine.gguf.file_types import RECIPES
from mkdocs_quantlab.engine.gguf.writer import write
from tests.oracle import llama_quantize


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder, and a process that remembers nothing."""
    monkeypatch.setattr(files, "_cache", lambda: tmp_path / "models")
    files._data.cache_clear()
    yield tmp_path / "models"
    files._data.cache_clear()


def digest(content):
    return hashlib.sha256(content).hexdigest()


def test_each_file_is_the_one_that_is_listed():
    """`python -m mkdocs_quantlab.builtin_models` writes the list; a change of weights, encoders or rules shows here."""
    assert {name: digest(make(name)) for name in builtin_models.names()} == builtin_models.sums()


@pytest.mark.skipif(not llama_quantize.is_installed(), reason="npm's llama.cpp is not installed")
def test_llama_cpp_writes_the_same_bytes():
    """Whole files: order, metadata, padding and every block, with and without importance matrix."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.models.as_llama_quantize"],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    quantized = {name for name in builtin_models.names() if not name.endswith(":F16")}
    assert found.keys() == quantized
    assert found == {name: builtin_models.sums()[name] for name in quantized}


def test_the_files_in_the_package_are_few_and_small():
    size = sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file())
    assert size < 12_000_000


def test_names_are_of_recipes():
    assert len(set(builtin_models.names())) == len(builtin_models.names())
    for name in builtin_models.names():
        model, _, recipe = name.partition(":")
        assert model in builtin_models.MODELS
        assert recipe.removesuffix("-imatrix") in RECIPES


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("drawing:q4_k_m", "drawing:Q4_K_M"),
        ("drawing-uneven:Q3_KS", "drawing-uneven:Q3_K_S"),
        ("drawing:Q3_K_S-imatrx", "drawing:Q3_K_S-imatrix"),
    ],
)
def test_an_unknown_name_is_told_the_nearest(asked, nearest):
    with pytest.raises(builtin_models.BuiltinModelError, match=f"did you mean `{nearest}`"):
        builtin_models.data(asked)


def test_metadata_say_what_a_file_is():
    for name in builtin_models.names():
        metadata = read_weights(builtin_models.data(name)).model.metadata
        assert metadata["general.license"].lower() == "mit"
        assert metadata["general.name"]
        said = str(metadata["general.description"])
        assert ("rescaled on purpose" in said) == name.startswith("drawing-uneven:")
        assert ("quantize.imatrix.file" in metadata) == name.endswith("-imatrix")


def test_what_is_read_is_written_again():
    content = F16.read_bytes()
    weights = read_weights(content)
    tensors = [(tensor, weights.data[tensor.name]) for tensor in weights.model.tensors]
    assert write(weights.metadata, weights.types, tensors) == content


def floats(weights, tensor):
    code = {"F16": "<f2", "F32": "<f4"}[tensor.type_name]
    return np.frombuffer(weights.data[tensor.name], code).reshape(tensor.shape[::-1])


def test_the_twin_is_exact_but_for_the_smallest_weights():
    before, after = (
        read_weights(F16.read_bytes()),
        read_weights(builtin_models.data("drawing-uneven:F16")),
    )
    changes = exponents(before.model)
    rounded = total = 0
    for tensor in before.model.tensors:
        x, y = (floats(each, tensor).astype(np.float64) for each in (before, after))
        change = changes.get(tensor.name)
        power = np.zeros(x.shape)
        if change and change.columns:
            power += np.array(change.columns)
        if change and change.rows:
            power += np.array(change.rows)[:, None]
        wanted = x * np.exp2(power)
        wrong = y != wanted
        # What F16 rounds is below its normal numbers, and by half of its smallest step.
        assert (np.abs(wanted[wrong]) < 2.0**-14).all(), tensor.name
        assert (np.abs(y - wanted) <= 2.0**-25).all(), tensor.name
        rounded += int(wrong.sum())
        total += x.size
    assert 0 < rounded < 0.02 * total


def test_what_the_twin_multiplies_the_next_matrix_undoes():
    model = read_weights(F16.read_bytes()).model
    changes = exponents(model)
    metadata = model.metadata
    heads = metadata["llama.attention.head_count"]
    shared = heads // metadata["llama.attention.head_count_kv"]
    for layer in range(metadata["llama.block_count"]):
        part = {
            kind: changes[f"blk.{layer}.{kind}.weight"]
            for kind in "attn_norm attn_q attn_k attn_v attn_output ffn_norm ffn_gate ffn_up ffn_down".split()
        }
        for norm, readers in (
            ("attn_norm", ("attn_q", "attn_k", "attn_v")),
            ("ffn_norm", ("ffn_gate", "ffn_up")),
        ):
            for reader in readers:
                assert part[reader].columns == [-k for k in part[norm].columns]
        assert part["ffn_down"].columns == [-k for k in part["ffn_up"].rows]
        values, output = part["attn_v"].rows, part["attn_output"].columns
        size = len(output) // heads
        for column, k in enumerate(output):
            head, place = divmod(column, size)
            assert k == -values[head // shared * size + place]
    assert changes["output.weight"].columns == [-k for k in changes["output_norm.weight"].columns]


def test_the_twins_importance_weighs_the_same_errors():
    """Importance times squared weight, summed over inputs, is what a block of zeros would cost: it is the original's."""
    before, after = (
        read_weights(builtin_models.data(f"{model}:F16")) for model in builtin_models.MODELS
    )
    first, second = (imatrix_of(model).importance for model in builtin_models.MODELS)
    assert first.keys() == second.keys()
    changes = exponents(before.model)
    for tensor in before.model.tensors:
        if tensor.name not in first:
            continue
        cost = []
        for weights, importance in ((before, first), (after, second)):
            squares = np.square(floats(weights, tensor).astype(np.float64))
            cost.append((squares * np.array(importance[tensor.name])).sum(axis=1))
        rows = np.exp2(2.0 * np.array(changes[tensor.name].rows or [0] * len(cost[0])))
        np.testing.assert_allclose(cost[1], cost[0] * rows, rtol=1e-4)


def test_sigma_is_the_dial():
    def spread(sigma):
        drawn = exponents(read_weights(F16.read_bytes()).model, sigma)["blk.0.ffn_up.weight"].rows
        return math.sqrt(sum(k * k for k in drawn) / len(drawn)) * math.log(2)

    assert spread(0.5) == pytest.approx(0.5, rel=0.15)
    assert spread(1.0) == pytest.approx(1.0, rel=0.15)
    assert uneven(F16.read_bytes(), 0.5) != uneven(F16.read_bytes(), 0.5, seed=6)


def test_a_file_is_kept_and_found_again(cache, monkeypatch):
    name = "drawing:Q2_K"
    place = builtin_models.path(name)
    assert place.parent.parent == cache
    assert digest(place.read_bytes()) == builtin_models.sums()[name]
    files._data.cache_clear()
    monkeypatch.setattr(made, "make", None)  # not made a second time
    assert builtin_models.data(name) == place.read_bytes()


def test_a_damaged_file_in_the_cache_is_made_anew(cache):
    name = "drawing:Q2_K"
    place = builtin_models.path(name)
    place.write_bytes(place.read_bytes()[:-1])
    files._data.cache_clear()
    assert digest(builtin_models.data(name)) == builtin_models.sums()[name]
    assert digest(place.read_bytes()) == builtin_models.sums()[name]


def test_no_cache_is_needed(cache):
    cache.write_text("a file where the folder should be")
    place = builtin_models.path("drawing:Q2_K")
    assert digest(place.read_bytes()) == builtin_models.sums()["drawing:Q2_K"]

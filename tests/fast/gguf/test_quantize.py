"""Whole files quantized: types by group, what is noted, pieces, errors."""

from __future__ import annotations

import math
import struct

import pytest

from mkdocs_quantlab.engine.core.protocol import Piece
from mkdocs_quantlab.engine.ggml import TYPES, decode, encode
from mkdocs_quantlab.engine.gguf import quantize
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.file_types import FILE_TYPES, RECIPES
from mkdocs_quantlab.engine.gguf.header import place
from mkdocs_quantlab.engine.gguf.quantize import (
    CHOICES,
    GROUPS,
    SECONDS,
    encoded,
    made_here,
    prepare,
    quantized,
    read_everything,
)
from mkdocs_quantlab.engine.gguf.recipes import plan
from mkdocs_quantlab.engine.methods.error import snr
from tests.gguf_samples import everything
from tests.oracle.quantized import source
from tests.oracle.recipes import CASES, Case

FILE = source(Case(layers=2))


def header(data):
    return read_everything(lambda start, stop: data[start:stop], len(data))


def types(data):
    """The type of each tensor, by name."""
    return {tensor.name: tensor.type_name for tensor in header(data).tensors}


def content(data, name):
    found = header(data)
    tensor = next(tensor for tensor in found.tensors if tensor.name == name)
    return data[found.data_start + tensor.offset :][: tensor.size]


def halves(data):
    return list(struct.unpack(f"<{len(data) // 2}e", data))


def test_every_group_has_the_type_it_is_given():
    given = dict(zip(GROUPS, CHOICES, strict=False))
    assert len(given) == len(GROUPS) == 9
    made = quantized(FILE, "Q4_0", given)
    kinds = {"token_embd.weight": "token_embd", "output.weight": "output"}
    for name, type_ in types(made).items():
        group = kinds.get(name, place(name).kind)
        assert type_ == given.get(group, "F32"), name
        before = content(FILE, name)
        if type_ not in ("F32", "F16"):
            assert content(made, name) == encode(type_, halves(before)), name
        else:
            assert content(made, name) == before


def test_a_type_whose_blocks_do_not_fit_has_llama_cpps_stand_in():
    made = types(
        quantized(
            source(Case(layers=1, rows=96, down=352)), "F16", {"attn_q": "Q4_K", "ffn_down": "Q6_K"}
        )
    )
    assert made["blk.0.attn_q.weight"] == "Q5_0"
    assert made["blk.0.ffn_down.weight"] == "Q8_0"


@pytest.mark.parametrize(
    ("recipe", "given", "named"),
    [
        ("Q4_K_M", {}, "Q4_K_M"),
        ("Q4_K_S", {}, "Q4_K_S"),
        ("Q8_0", {"output": "Q8_0"}, "Q8_0"),
        # By hand what a recipe gives.
        ("F16", dict.fromkeys(GROUPS, "Q8_0"), "Q8_0"),
        ("F16", {}, "F16"),
        # Mixtures: what most weights are.
        ("Q8_0", {"ffn_up": "Q4_0", "ffn_gate": "Q4_0", "ffn_down": "Q4_0", "attn_q": "Q4_0"}, "Q4_0"),
        ("Q4_0", {"output": "Q8_0"}, "Q4_0"),
        ("F16", dict.fromkeys(GROUPS, "Q4_K"), "Q4_K_S"),
    ],
)  # fmt: skip
def test_the_file_type_says_no_more_than_is_so(recipe, given, named):
    job = prepare(header(FILE), recipe, given)
    assert job.file_type == named
    metadata = header(job.head + bytes(job.size)).metadata
    assert FILE_TYPES[metadata["general.file_type"]] == named
    assert metadata["general.quantization_version"] == 2


def test_metadata_stay_as_they_were_but_what_is_noted():
    before, after = header(FILE), header(quantized(FILE, "Q5_0"))
    noted = {"general.file_type", "general.quantization_version"}
    assert list(after.metadata) == [
        *(k for k in before.metadata if k not in noted),
        *sorted(noted, reverse=True),
    ]
    kept = [key for key in before.metadata if key not in noted]
    assert [after.metadata[key] for key in kept] == [before.metadata[key] for key in kept]
    assert [after.types[key] for key in kept] == [before.types[key] for key in kept]


def test_pieces_are_the_file_whatever_their_size(monkeypatch):
    whole = quantized(FILE, "Q5_1")
    monkeypatch.setattr(quantize, "MAX_PIECE_WEIGHTS", 256)
    job = prepare(header(FILE), "Q5_1", {})
    assert (
        max(piece["weights"] for piece in job.pieces if piece["source"] != piece["target"]) == 256
    )
    assert quantized(FILE, "Q5_1") == whole
    assert job.size == len(whole)


def test_the_sums_of_a_piece_are_its_error():
    weights = halves(content(FILE, "blk.0.ffn_up.weight"))
    data = struct.pack(f"<{len(weights)}e", *weights)
    for name in ("Q8_0", "Q4_1", "Q3_K", "MXFP4"):
        made = encoded(
            Piece(
                tensor="x",
                start=0,
                stop=len(data),
                source="F16",
                target=name,
                weights=len(weights),
                padding=0,
            ),
            data,
        )
        found = 10 * math.log10(made.power / made.noise)
        assert found == pytest.approx(snr(weights, decode(name, made.data)), abs=1e-4)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_recipe_that_is_made_here_has_only_types_that_are_encoded_here(case):
    for recipe in RECIPES:
        found = {tensor.type_name for tensor in plan(case.model(), recipe).tensors}
        assert not made_here(recipe) or all(TYPES[name].can_encode for name in found), recipe


def test_what_may_be_chosen_can_be_encoded_and_has_its_time():
    assert all(TYPES[name].can_encode and name in SECONDS for name in CHOICES)


def infinite(data):
    """The file with a weight that is no number."""
    start = header(data).data_start + next(
        t.offset for t in header(data).tensors if t.name == "blk.1.attn_k.weight"
    )
    return data[:start] + struct.pack("<e", math.inf) + data[start + 2 :]


@pytest.mark.parametrize(
    ("data", "given", "said"),
    [
        (infinite(FILE), {}, "`blk.1.attn_k.weight` has a weight that is not finite"),
        (quantized(FILE, "Q8_0"), {}, "is already Q8_0; only F32, F16, BF16 can be quantized"),
        (FILE, {"ffn_up": "IQ2_XS"}, "would be IQ2_XS, which cannot be encoded here; these types can: Q8_0, Q6_K"),
        (FILE[:-40], {}, "bytes are missing"),
        (everything(big_endian=True), {}, "the file is big-endian"),
        (b"GGUF" + bytes(3), {}, "the file ends within it"),
    ],
)  # fmt: skip
def test_what_cannot_be_quantized_is_said(data, given, said):
    with pytest.raises(GgufError, match=said):
        quantized(data, "Q4_0", given)

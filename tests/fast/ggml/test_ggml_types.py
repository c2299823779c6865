from __future__ import annotations

import pytest

from mkdocs_quantlab.engine.ggml import (
    ROLES,
    TYPES,
    GgmlError,
    UnknownTypeError,
    bits_of_block,
    ggml_type,
    ggml_type_of_id,
)


@pytest.mark.parametrize("entry", TYPES.values(), ids=TYPES)
def test_fields_fill_the_block(entry) -> None:
    offset = 0
    for field in entry.fields:
        assert field.offset == offset
        assert field.size % field.length == 0
        assert field.holds
        offset += field.size
    assert offset == entry.block_bytes
    assert entry.block_size % entry.sub_block == 0


def test_ids_and_names_are_unique_and_in_order() -> None:
    ids = [entry.id for entry in TYPES.values()]
    assert ids == sorted(set(ids))
    assert [entry.name for entry in TYPES.values()] == list(TYPES)
    assert all(ggml_type_of_id(entry.id) is entry for entry in TYPES.values())


@pytest.mark.parametrize(
    ("name", "bits"),
    [
        ("F32", 32), ("F16", 16), ("BF16", 16), ("Q4_0", 4.5), ("Q4_1", 5), ("Q5_0", 5.5),
        ("Q5_1", 6), ("Q8_0", 8.5), ("Q8_1", 9), ("Q2_K", 2.625), ("Q3_K", 3.4375), ("Q4_K", 4.5),
        ("Q5_K", 5.5), ("Q6_K", 6.5625), ("Q8_K", 9.125), ("IQ2_XXS", 2.0625), ("IQ2_XS", 2.3125),
        ("IQ2_S", 2.5625), ("IQ3_XXS", 3.0625), ("IQ3_S", 3.4375), ("IQ1_S", 1.5625),
        ("IQ1_M", 1.75), ("IQ4_NL", 4.5), ("IQ4_XS", 4.25), ("TQ1_0", 1.6875), ("TQ2_0", 2.0625),
        ("MXFP4", 4.25), ("NVFP4", 4.5), ("Q1_0", 1.125), ("Q2_0", 2.25),
    ],
)  # fmt: skip
def test_bits_per_weight(name, bits) -> None:
    assert TYPES[name].bits_per_weight == bits


def test_every_type_is_covered_by_that_table() -> None:
    assert len(TYPES) == 30


def test_case_does_not_matter() -> None:
    assert ggml_type("q4_k") is TYPES["Q4_K"]
    assert ggml_type("iq2_xxs") is TYPES["IQ2_XXS"]


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("Q4_KM", "Q4_K"), ("q5k", "Q5_K"), ("IQ4XS", "IQ4_XS"), ("bfloat16", "BF16")],
)
def test_unknown_names_are_answered_with_the_nearest(wrong, near) -> None:
    with pytest.raises(
        UnknownTypeError, match=f"{wrong!r} is not a ggml type; the nearest name is {near}$"
    ):
        ggml_type(wrong)


def test_ids_without_weights_are_unknown() -> None:
    with pytest.raises(GgmlError, match=r"^4 is not the id"):
        ggml_type_of_id(4)


def test_sources_name_ggmls_structs() -> None:
    assert TYPES["Q4_K"].source == "ggml-common.h: block_q4_K"
    assert TYPES["IQ2_XXS"].source == "ggml-common.h: block_iq2_xxs"
    assert TYPES["MXFP4"].source == "ggml-common.h: block_mxfp4"


def test_roles_of_all_layouts_are_explained() -> None:
    for name in TYPES:
        assert {run.bits.role for run in bits_of_block(name)} <= set(ROLES)

"""The registry of ggml types: all parts of every type are there, and a part that is not is named."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from mkdocs_quantlab import fast
from mkdocs_quantlab.engine.ggml import (
    FAMILIES,
    MODULES,
    TYPES,
    GgmlType,
    MissingPartError,
    batch,
    bits_of_block,
    decode,
    encode,
    ggml_type,
    ggml_type_of_id,
    register,
    types,
)
from mkdocs_quantlab.engine.ggml.codebooks import grid
from mkdocs_quantlab.engine.ggml.layout import Bits
from mkdocs_quantlab.engine.ggml.measured import SNR
from mkdocs_quantlab.engine.ggml.terms import arithmetic, terms_of_weight
from mkdocs_quantlab.engine.gguf.file_types import FILE_TYPES, RECIPES, base_type, ftype_number
from mkdocs_quantlab.engine.gguf.quantize import CHOICES, FLOATS, SECONDS
from mkdocs_quantlab.engine.gguf.recipe_rules import fall_back
from mkdocs_quantlab.fast import dequantize, quantize
from mkdocs_quantlab.fast.arrays import ARRAYS

ROOT = Path(__file__).parents[3]


def layout(weight: int) -> list[Bits]:
    return [Bits("q", weight, 2 + weight // 4, weight % 4 * 2, 2, 0), Bits("d", 0, 0, 0, 8, 0)]


def made_up(**parts) -> GgmlType:
    given = {
        "block_size": 16,
        "fields": "d f16 1 scale\nqs u8 4 2-bit steps",
        "formula": "d * (q - 1)",
        "family": "legacy",
    }
    return GgmlType(__name__, 99, "Q3_0", **given | parts)


@pytest.fixture
def registered():
    """Registers a made-up type for one test."""
    by_name, by_id = dict(TYPES), dict(types._BY_ID)

    def add(**parts) -> GgmlType:
        entry = made_up(**parts)
        register(entry)
        return entry

    yield add
    TYPES.clear()
    TYPES.update(by_name)
    types._BY_ID.clear()
    types._BY_ID.update(by_id)


@pytest.mark.parametrize("entry", TYPES.values(), ids=TYPES)
def test_every_type_has_all_parts(entry) -> None:
    assert entry.family in FAMILIES
    assert ggml_type_of_id(entry.id) is ggml_type(entry.name.lower()) is entry
    assert entry.module in {module.__name__ for module in MODULES}
    assert all(0 <= run.bits.byte < entry.block_bytes for run in bits_of_block(entry.name))
    assert len(decode(entry.name, bytes(entry.block_bytes))) == entry.block_size
    assert terms_of_weight(entry.name, bytes(entry.block_bytes), 0)
    assert arithmetic(entry.name, bytes(entry.block_bytes), entry.block_size - 1)
    assert ("values[" in entry.formula) == (entry.values is not None)
    assert ("grid[" in entry.formula) == (entry.grid is not None)
    assert ARRAYS[entry.name].decode
    assert entry.can_encode == bool(ARRAYS[entry.name].encode or ARRAYS[entry.name].search)
    if entry.family == "activation":
        assert not entry.can_encode
        assert not entry.ftypes
        assert entry.name not in SNR
    else:
        assert entry.ftypes
        assert len(SNR[entry.name]) == 3
    if entry.seconds is not None:
        assert encode(entry.name, [0.0] * entry.block_size)
    for name, number in entry.ftypes.items():
        assert (FILE_TYPES[number], base_type(name), ftype_number(name)) == (
            name,
            entry.name,
            number,
        )
        assert (name in RECIPES) == entry.in_llama_quantize
    if entry.fallback:
        assert TYPES[entry.fallback].block_size < entry.block_size


def test_no_table_knows_a_type_that_is_not_registered() -> None:
    assert ARRAYS.keys() == TYPES.keys()
    assert SNR.keys() <= TYPES.keys()
    assert batch.ENCODERS.keys() | batch.DECODERS.keys() <= TYPES.keys()
    assert {base_type(recipe) for recipe in RECIPES} <= TYPES.keys()
    assert set(CHOICES) < SECONDS.keys()
    assert FLOATS == ("F32", "F16", "BF16")


def test_the_docstring_of_fast_lists_what_is_encoded() -> None:
    listed = set(
        re.findall(
            r"\b(?:B?F|T?Q|IQ|MXFP|NVFP)\d\w*",
            fast.__doc__.partition("Encodes ")[2].partition(".")[0],
        )
    )
    assert listed == {name for name, entry in TYPES.items() if entry.can_encode} - {"F32"}
    with_importance = fast.__doc__.partition("Encodes ")[2].partition("with and without")[0]
    assert set(with_importance.replace(" and", ",").rstrip(", ").split(", ")) == {
        name for name, codec in ARRAYS.items() if codec.takes_importance
    }


def test_choices_and_recipes_begin_with_more_bits() -> None:
    for names in (RECIPES, CHOICES):
        bits = [TYPES[base_type(name)].bits_per_weight for name in names]
        assert bits == sorted(bits, reverse=True)


def test_a_registered_type_is_in_the_table_by_its_id(registered) -> None:
    entry = registered(layout=layout, decode=lambda block: [float(x) for x in block[2:]] * 4)
    assert list(TYPES)[-1] == "Q3_0"
    assert [other.id for other in TYPES.values()] == sorted(other.id for other in TYPES.values())
    assert (entry.block_bytes, entry.bits_per_weight, entry.sub_block) == (6, 3, 16)
    assert entry.source == "ggml-common.h: block_q3_0"
    assert decode("q3_0", b"\0\0\1\2\3\4") == [1, 2, 3, 4] * 4
    assert batch.decode_run("Q3_0", b"\0\0\1\2\3\4") == [1, 2, 3, 4] * 4
    assert len(bits_of_block("Q3_0")) == 17
    bits_of_block.cache_clear()


def test_a_type_with_a_layout_only_says_what_it_lacks(registered) -> None:
    registered(layout=layout)
    data = np.zeros(6, np.uint8)
    weights = [0.0] * 16
    for call, part, where in (
        (lambda: decode("Q3_0", bytes(6)), "decoder", "`decode` is not registered in "),
        (lambda: encode("Q3_0", weights), "encoder", "`encode` is not registered in "),
        (lambda: batch.encode_run("Q3_0", weights), "encoder", ""),
        (lambda: batch.decode_run("Q3_0", bytes(6)), "decoder", ""),
        (lambda: dequantize(data, "Q3_0"), "array decoder", ".*mkdocs_quantlab/fast/arrays.py"),
        (lambda: quantize(weights, "Q3_0"), "array encoder", ".*mkdocs_quantlab/fast/arrays.py"),
    ):
        with pytest.raises(MissingPartError, match=f"^Q3_0 has no {part}: {where}"):
            call()
    assert terms_of_weight("Q3_0", bytes(6), 0)


def test_the_file_that_registers_the_type_is_named(registered) -> None:
    registered()
    with pytest.raises(MissingPartError, match=r"^Q3_0 has no layout of its bits: ") as error:
        bits_of_block("Q3_0")
    assert (error.value.name, error.value.part) == ("Q3_0", "layout of its bits")
    with pytest.raises(
        MissingPartError, match=r"mkdocs_quantlab/engine/ggml/iquants\.py$"
    ) as error:
        encode("IQ2_XS", [0.0] * 256)
    named = str(error.value).rpartition(" ")[2]
    assert (ROOT / named).is_file()


@pytest.mark.parametrize(
    ("formula", "role", "part"),
    [("d * values[q]", "q", "list of values"), ("d * grid[index][j]", "index", "codebook")],
)
def test_a_formula_without_its_numbers_says_so(registered, formula, role, part) -> None:
    registered(formula=formula, layout=lambda weight: [Bits(role, weight, 2, 0, 2, 0)])
    with pytest.raises(MissingPartError, match=f"^Q3_0 has no {part}: "):
        terms_of_weight("Q3_0", bytes(6), 0)


def test_a_name_or_an_id_is_registered_once(registered) -> None:
    registered()
    for again in (
        made_up(),
        GgmlType(__name__, 0, "Q9_9", **PLAIN),
        GgmlType(__name__, 98, "F32", **PLAIN),
    ):
        with pytest.raises(ValueError, match="a ggml type is registered twice"):
            register(again)


PLAIN = {"block_size": 1, "fields": "value f32 1 number", "formula": "value", "family": "float"}


def test_a_family_has_a_heading() -> None:
    with pytest.raises(
        ValueError, match="Q3_0 has the family 'legcy'; the families are float, legacy"
    ):
        register(made_up(family="legcy"))
    assert "Q3_0" not in TYPES


def test_a_file_type_that_no_type_registers_is_named() -> None:
    with pytest.raises(
        MissingPartError, match=r"^Q3_0 has no number: no ggml type registers it in"
    ):
        ftype_number("Q3_0")


def test_rows_that_do_not_divide_get_f16_where_no_fallback_is_registered(registered) -> None:
    registered()
    assert fall_back("Q3_0", "why", 24)[0] == "F16"
    assert fall_back("Q4_K", "why", 64)[0] == "Q5_0"


def test_iq1_m_has_the_codebook_of_iq1_s() -> None:
    codebook = TYPES["IQ1_M"].grid
    assert codebook
    assert codebook() == grid("IQ1_S")

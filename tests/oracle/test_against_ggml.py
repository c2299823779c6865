"""The engine and the numpy encoders against ggml's own C, byte for byte."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_quantlab.engine.ggml import TYPES, decode, encode
from mkdocs_quantlab.fast import dequantize, quantize
from tests.oracle.golden import WITH_IMATRIX
from tests.oracle.samples import KINDS, random_bytes, sample

ENCODED = [name for name, entry in TYPES.items() if entry.can_encode]
DECODED = [name for name in TYPES if name != "Q8_1"]  # ggml has no decoder for it
SINGLES = st.floats(width=32, allow_nan=False, allow_infinity=False)


def bits(values) -> np.ndarray:
    """The bits of float32 values; all NaN are alike."""
    array = np.asarray(values, np.float32).reshape(-1).copy()
    array[np.isnan(array)] = np.nan
    return array.view(np.uint32)


@st.composite
def blocks(draw, size: int, count: int = 1) -> list[float]:
    """Weights of a drawn kind, some of them replaced by drawn ones."""
    weights = sample(draw(st.sampled_from(list(KINDS))), size * count, draw(st.integers(0, 2**32)))
    places = st.tuples(st.integers(0, size * count - 1), SINGLES)
    for place, weight in draw(st.lists(places, max_size=6)):
        weights[place] = weight
    return weights


@pytest.mark.parametrize("name", TYPES)
def test_the_table_has_ggmls_sizes(ggml, name) -> None:
    entry = TYPES[name]
    reference, block_size, block_bytes = ggml.block(entry.id)
    assert reference.casefold() == name.casefold()
    assert (block_size, block_bytes) == (entry.block_size, entry.block_bytes)
    assert ggml.requires_imatrix(entry.id) == entry.imatrix_required


@pytest.mark.parametrize("name", ENCODED)
def test_engine_encodes_as_ggml(ggml, name) -> None:
    entry = TYPES[name]
    for seed in range(3):
        for kind in KINDS:
            weights = sample(kind, entry.block_size * 2, seed)
            expected = ggml.quantize(weights, entry.id).tobytes()
            assert encode(name, weights) == expected, (kind, seed)


@pytest.mark.parametrize("name", ENCODED)
def test_engine_encodes_as_ggml_whatever_the_weights(ggml, name) -> None:
    entry = TYPES[name]

    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(blocks(entry.block_size))
    def check(weights) -> None:
        assert encode(name, weights) == ggml.quantize(weights, entry.id).tobytes()

    check()


@pytest.mark.parametrize("name", DECODED)
def test_both_decode_as_ggml(ggml, name) -> None:
    entry = TYPES[name]
    data = random_bytes(entry.block_bytes * 200, seed=entry.id)
    expected = bits(ggml.dequantize(list(data), entry.id))
    np.testing.assert_array_equal(bits(decode(name, data)), expected)
    rows = np.frombuffer(data, np.uint8).reshape(4, -1)
    np.testing.assert_array_equal(bits(dequantize(rows, name)), expected)


@pytest.mark.parametrize("name", DECODED)
def test_engine_decodes_as_ggml_whatever_the_bytes(ggml, name) -> None:
    entry = TYPES[name]

    @settings(max_examples=20, deadline=None, derandomize=True)
    @given(st.binary(min_size=entry.block_bytes, max_size=entry.block_bytes))
    def check(data) -> None:
        expected = bits(ggml.dequantize(list(data), entry.id))
        np.testing.assert_array_equal(bits(decode(name, data)), expected)

    check()


@pytest.mark.parametrize("name", ENCODED)
def test_numpy_encodes_as_ggml(ggml, name) -> None:
    entry = TYPES[name]
    for kind in KINDS:
        for rows, row_blocks in ((1, 1), (1, 2), (7, 3)):
            size = rows * row_blocks * entry.block_size
            weights = np.array(sample(kind, size, rows), np.float32).reshape(rows, -1)
            expected = ggml.quantize(weights, entry.id)
            np.testing.assert_array_equal(quantize(weights, name), expected, err_msg=kind)


@pytest.mark.parametrize("name", ENCODED)
def test_numpy_encodes_as_ggml_over_many_blocks(ggml, name) -> None:
    entry = TYPES[name]
    rng = np.random.default_rng(entry.id)
    spread = 10.0 ** rng.integers(-9, 5, (640, 1))
    weights = (rng.standard_t(4, (640, 1024)) * spread).astype(np.float32)
    np.testing.assert_array_equal(quantize(weights, name), ggml.quantize(weights, entry.id))


@pytest.mark.parametrize("name", ENCODED)
def test_numpy_encodes_as_ggml_whatever_the_weights(ggml, name) -> None:
    entry = TYPES[name]

    @settings(max_examples=20, deadline=None, derandomize=True)
    @given(blocks(entry.block_size, 4))
    def check(weights) -> None:
        array = np.array(weights, np.float32).reshape(2, -1)
        np.testing.assert_array_equal(quantize(array, name), ggml.quantize(array, entry.id))

    check()


@pytest.mark.parametrize("share_of_zeros", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("name", WITH_IMATRIX)
def test_numpy_encodes_as_ggml_with_importance(ggml, name, share_of_zeros) -> None:
    entry = TYPES[name]
    rng = np.random.default_rng(entry.id)
    columns = 3 * 256
    for kind in KINDS:
        weights = np.array(sample(kind, 5 * columns), np.float32).reshape(5, columns)
        imatrix = rng.exponential(size=columns).astype(np.float32)
        imatrix[rng.random(columns) < share_of_zeros] = 0
        expected = ggml.quantize(weights, entry.id, imatrix)
        np.testing.assert_array_equal(quantize(weights, name, imatrix), expected, err_msg=kind)


@pytest.mark.parametrize("name", WITH_IMATRIX)
def test_numpy_encodes_as_ggml_with_importance_over_many_blocks(ggml, name) -> None:
    entry = TYPES[name]
    rng = np.random.default_rng(entry.id)
    weights = (rng.standard_normal((300, 1024)) * rng.lognormal(size=(300, 1))).astype(np.float32)
    imatrix = rng.lognormal(sigma=2, size=1024).astype(np.float32)
    expected = ggml.quantize(weights, entry.id, imatrix)
    np.testing.assert_array_equal(quantize(weights, name, imatrix), expected)


@pytest.mark.parametrize(
    "name", ["Q8_0", "F16", "BF16", "TQ1_0", "TQ2_0", "MXFP4", "NVFP4", "Q1_0", "Q2_0"]
)
def test_ggml_too_ignores_the_importance_of_types_without_a_search(ggml, name) -> None:
    entry = TYPES[name]
    weights = np.array(sample("bell", 512), np.float32).reshape(1, -1)
    imatrix = np.abs(np.array(sample("heavy", 512), np.float32))
    expected = ggml.quantize(weights, entry.id, imatrix)
    np.testing.assert_array_equal(quantize(weights, name, imatrix), expected)

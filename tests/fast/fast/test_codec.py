from __future__ import annotations

import base64
import doctest
import tracemalloc

import numpy as np
import pytest

import mkdocs_quantlab.fast
from mkdocs_quantlab.engine.ggml import (
    TYPES,
    GgmlError,
    MissingPartError,
    NotFiniteError,
    UnknownTypeError,
    WrongLengthError,
    decode,
    encode,
)
from mkdocs_quantlab.fast import dequantize, quantize
from mkdocs_quantlab.fast.codec import CHUNK_WEIGHTS
from tests.oracle import golden
from tests.oracle.samples import KINDS

GOLDEN = golden.load()
ENCODED = [name for name, entry in TYPES.items() if entry.can_encode]


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


@pytest.mark.parametrize("name", ENCODED)
def test_quantizes_to_the_golden_bytes(name) -> None:
    golden.check_encoded(name, lambda weights: quantize(weights, name).tobytes())


@pytest.mark.parametrize("name", GOLDEN["with_imatrix"])
def test_quantizes_with_importance_to_the_golden_bytes(name) -> None:
    weights = golden.weights_of(TYPES[name], golden.WHOLE)
    data = quantize(weights, name, golden.importance_of(len(weights)))
    assert data.tobytes() == base64.b64decode(GOLDEN["with_imatrix"][name])


@pytest.mark.parametrize("name", GOLDEN["decoded"])
def test_dequantizes_to_the_golden_weights(name) -> None:
    data = np.frombuffer(golden.bytes_of(TYPES[name]), np.uint8)
    weights = dequantize(data, name)
    assert golden.digest_of_floats(weights.tolist()) == GOLDEN["decoded"][name]


@pytest.mark.parametrize("name", ENCODED)
def test_is_the_engine_on_arrays(name) -> None:
    entry = TYPES[name]
    for seed, kind in enumerate(KINDS):
        weights = golden.sample(kind, 3 * entry.block_size, seed + 100)
        assert quantize(weights, name).tobytes() == encode(name, weights), kind


def test_q8_1_is_read_as_the_engine_reads_it() -> None:
    data = golden.bytes_of(TYPES["Q8_1"])
    expected = np.array(decode("Q8_1", data), np.float32)
    np.testing.assert_array_equal(dequantize(np.frombuffer(data, np.uint8), "Q8_1"), expected)


def test_shapes_follow_the_last_axis() -> None:
    data = quantize(normal(2, 3, 512), "Q4_K")
    assert data.shape == (2, 3, 288)
    assert data.dtype == np.uint8
    again = dequantize(data, "q4_k")
    assert again.shape == (2, 3, 512)
    assert again.dtype == np.float32
    assert quantize(normal(0, 512), "Q4_K").shape == (0, 288)
    assert dequantize(np.empty((0, 288), np.uint8), "Q4_K").shape == (0, 512)


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int8, ">f4"])
def test_all_real_types_are_taken(dtype) -> None:
    weights = (normal(4, 256) * 20).astype(dtype)
    expected = quantize(weights.astype(np.float32), "Q6_K")
    np.testing.assert_array_equal(quantize(weights, "Q6_K"), expected)


@pytest.mark.parametrize("name", ["Q4_K", "Q8_0"])
def test_arrays_need_not_be_contiguous(name) -> None:
    weights = normal(1024, 4, 512)
    for view in (
        weights[::2],
        weights[:, 1],
        weights[..., ::2],
        weights[..., ::-1],
        weights.T[:, :, :256],
    ):
        expected = quantize(np.ascontiguousarray(view), name)
        np.testing.assert_array_equal(quantize(view, name), expected)
    data = quantize(weights, name)[::2]
    np.testing.assert_array_equal(dequantize(data, name), dequantize(data.copy(), name))


@pytest.mark.parametrize("name", ["Q3_K", "IQ4_NL", "Q5_1"])
def test_pieces_and_threads_make_no_difference(name) -> None:
    weights = normal(1, 3 * CHUNK_WEIGHTS + 512)
    whole = quantize(weights, name)
    np.testing.assert_array_equal(quantize(weights, name, threads=3), whole)
    cut = [quantize(part, name) for part in np.split(weights, [512, CHUNK_WEIGHTS + 256], axis=1)]
    np.testing.assert_array_equal(np.concatenate(cut, axis=1), whole)
    np.testing.assert_array_equal(dequantize(whole, name, threads=2), dequantize(whole, name))


def test_importance_belongs_to_columns_in_every_piece() -> None:
    weights = normal(1600, 768)
    imatrix = np.linspace(0, 3, 768)
    whole = quantize(weights, "Q2_K", imatrix, threads=2)
    np.testing.assert_array_equal(whole[1500], quantize(weights[1500], "Q2_K", imatrix))


def test_memory_mapped_files_go_in_and_out(tmp_path) -> None:
    weights = normal(600, 1024)
    weights.tofile(tmp_path / "weights")
    source = np.memmap(tmp_path / "weights", np.float32, "r", shape=weights.shape)
    target = np.memmap(tmp_path / "data", np.uint8, "w+", shape=(600, 576))
    assert quantize(source, "Q4_K", out=target) is target
    np.testing.assert_array_equal(target, quantize(weights, "Q4_K"))
    back = np.memmap(tmp_path / "back", np.float32, "w+", shape=weights.shape)
    dequantize(target, "Q4_K", out=back)
    np.testing.assert_array_equal(back, dequantize(np.asarray(target), "Q4_K"))


@pytest.mark.parametrize(
    "name", ["Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_XS", "Q4_0", "MXFP4", "NVFP4"]
)
def test_memory_does_not_grow_with_the_array(name) -> None:
    weights = normal(4 * 1024, 256)
    quantize(weights[:1024], name)
    peaks = []
    for rows in (1024, 4 * 1024):
        out = np.empty((rows, 256 // TYPES[name].block_size * TYPES[name].block_bytes), np.uint8)
        tracemalloc.start()
        quantize(weights[:rows], name, out=out)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.1
    assert peaks[1] <= 4 * 4 * CHUNK_WEIGHTS


@pytest.mark.parametrize("name", TYPES)
def test_memory_does_not_grow_with_the_bytes(name) -> None:
    entry = TYPES[name]
    data = np.zeros((4 * CHUNK_WEIGHTS // entry.block_size, entry.block_bytes), np.uint8)
    out = np.empty((len(data), entry.block_size), np.float32)
    dequantize(data[:1], name)  # codebooks are unpacked once
    tracemalloc.start()
    dequantize(data, name, out=out)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 4 * 4 * CHUNK_WEIGHTS


def test_wrong_calls_say_what_is_wrong(tmp_path) -> None:
    with pytest.raises(UnknownTypeError, match=r"the nearest name is Q4_K$"):
        quantize(normal(256), "Q4_K_M")
    with pytest.raises(MissingPartError, match=r"^IQ1_S has no array encoder: "):
        quantize(normal(256), "IQ1_S")
    with pytest.raises(
        WrongLengthError, match="Q4_K has blocks of 256 weights; a last axis of 255"
    ):
        quantize(normal(4, 255), "Q4_K")
    with pytest.raises(WrongLengthError, match="Q4_K has blocks of 144 bytes; a last axis of 145"):
        dequantize(np.zeros(145, np.uint8), "Q4_K")
    with pytest.raises(GgmlError, match="array of real numbers, not complex64"):
        quantize(normal(256).astype(np.complex64), "Q4_K")
    with pytest.raises(GgmlError, match="array of real numbers"):
        quantize(np.float32(1), "F32")
    with pytest.raises(GgmlError, match="array of uint8, not int8"):
        dequantize(np.zeros(144, np.int8), "Q4_K")
    with pytest.raises(GgmlError, match=r"contiguous array of uint8 of shape \(144,\)"):
        quantize(normal(256), "Q4_K", out=np.empty(143, np.uint8))


def test_wrong_importance_is_refused() -> None:
    with pytest.raises(
        GgmlError, match=r"imatrix has the shape \(256,\); the weights need \(512,\)"
    ):
        quantize(normal(2, 512), "Q4_K", np.ones(256))
    for value in (-1, np.nan, np.inf):
        with pytest.raises(GgmlError, match="negative or not finite"):
            quantize(normal(256), "Q4_K", np.full(256, value))


@pytest.mark.parametrize("threads", [1, 2])
def test_weights_that_are_not_finite_are_named(threads) -> None:
    weights = normal(1030, 512)
    weights[1027, 5] = np.nan
    with pytest.raises(
        NotFiniteError,
        match=f"weight {1027 * 512 + 5} .* is nan in float32, which Q4_K cannot hold",
    ):
        quantize(weights, "Q4_K", threads=threads)
    assert np.isnan(dequantize(quantize(weights, "BF16"), "BF16")[1027, 5])
    with pytest.raises(NotFiniteError, match=r"weight 0 .* is inf in float32"):
        quantize(np.full(256, 1e300), "Q4_K")


def test_the_example_of_the_docstring_is_true() -> None:
    result = doctest.testmod(mkdocs_quantlab.fast)
    assert result.attempted >= 5
    assert not result.failed

"""Tensors of files against those of a reference."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # the type of a field
from typing import NamedTuple

import gguf
import numpy as np
import pytest

from mkdocs_quantlab.engine.ggml import GgmlError
from mkdocs_quantlab.engine.gguf.header import Tensor
from mkdocs_quantlab.fast import accuracy, dequantize, quantize
from mkdocs_quantlab.fast.codec import CHUNK_WEIGHTS
from mkdocs_quantlab.fast.files import BINS, errors, histogram, pieces, trial


class Located(NamedTuple):
    path: Path
    start: int
    tensor: Tensor
    big_endian: bool = False


@pytest.fixture(scope="module")
def weights():
    rng = np.random.default_rng(5)
    return {
        "wide": rng.standard_normal((300, 1024), dtype=np.float32),  # more than one piece
        "small": rng.standard_t(4, (4, 256)).astype(np.float32),
        "norm": np.ones(64, np.float32),
    }


@pytest.fixture(scope="module")
def files(weights, tmp_path_factory):
    """The same weights in three files, written and located by gguf."""

    def write(name, type_):
        path = tmp_path_factory.mktemp("files") / f"{name}.gguf"
        writer = gguf.GGUFWriter(path, "llama")
        for tensor, values in weights.items():
            if values.ndim == 1 or type_ == "F32":
                writer.add_tensor(tensor, values)
            else:
                number = gguf.GGMLQuantizationType[type_]
                data = quantize(values, type_)
                writer.add_tensor(tensor, data, raw_dtype=number)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        found = gguf.GGUFReader(path).tensors
        return {
            t.name: Located(
                path,
                int(t.data_offset),
                Tensor(t.name, tuple(map(int, t.shape)), int(t.tensor_type), 0),
            )
            for t in found
        }

    return {type_: write(type_, type_) for type_ in ("F32", "Q4_K", "Q8_0")}


def test_weights_come_in_pieces(files, weights):
    found = list(pieces(files["F32"]["wide"]))
    assert [len(piece) for piece in found] == [CHUNK_WEIGHTS, 300 * 1024 - CHUNK_WEIGHTS]
    assert np.array_equal(np.concatenate(found), weights["wide"].reshape(-1))


@pytest.mark.parametrize("type_", ["Q4_K", "Q8_0"])
def test_errors_are_those_of_quantizing(files, weights, type_):
    found = dict(errors(files[type_], files["F32"]))
    assert list(found) == ["wide", "small", "norm"]
    for name in ("wide", "small"):
        expected = accuracy(weights[name], type_)
        assert found[name] == pytest.approx(expected, rel=1e-9)
    assert found["norm"].rmse == 0
    assert found["norm"].bits_per_weight == 32


def test_only_what_both_have_in_one_shape(files):
    reference = dict(files["F32"])
    del reference["wide"]
    small = reference["small"]
    reference["small"] = small._replace(tensor=small.tensor._replace(shape=(1024,)))
    assert [name for name, _ in errors(files["Q4_K"], reference)] == ["norm"]
    norm = reference["norm"]
    reference["norm"] = norm._replace(tensor=norm.tensor._replace(type=26))
    assert list(errors(files["Q4_K"], reference)) == []


def test_a_histogram_counts_every_weight(files, weights):
    found = histogram(files["Q4_K"]["small"], files["F32"]["small"])
    values = weights["small"].reshape(-1)
    reach = 4 * np.sqrt(np.mean(values.astype(np.float64) ** 2))
    assert found["high"] == pytest.approx(reach)
    assert found["low"] == -found["high"]
    assert (
        sum(found["before"]) + found["beyond"][0]
        == values.size
        == sum(found["after"]) + found["beyond"][1]
    )
    assert found["beyond"][0] == int((np.abs(values) > reach).sum()) > 0
    middle = np.abs(values) < reach / BINS
    assert found["before"][BINS // 2] == int(middle.sum())


@pytest.mark.parametrize("stored", ["F32", "Q8_0"])
def test_a_trial_is_quantizing_what_the_file_gives(files, weights, stored):
    given = weights["wide"]
    if stored != "F32":
        given = dequantize(quantize(given, stored), stored)
    found = trial(files[stored]["wide"], ["F32", "Q8_0", "Q4_K", "NVFP4"])
    assert found.rms == pytest.approx(np.sqrt(np.mean(given.astype(np.float64) ** 2)))
    for name, measured in found.accuracy.items():
        assert measured == pytest.approx(accuracy(given, name), rel=1e-9)
    assert trial(files[stored]["wide"], found.accuracy, threads=3) == found
    assert found.accuracy["F32"].rmse == 0
    assert (found.accuracy["Q8_0"].rmse == 0) == (stored == "Q8_0")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0.0, "all weights of `x` are 0"),
        (np.inf, "`x` has weights that are not finite"),
        (np.nan, "`x` has weights that are not finite"),
    ],
)
def test_weights_without_ratio(tmp_path, value, message):
    path = tmp_path / "x.bin"
    values = np.full(CHUNK_WEIGHTS + 256, value and 1, np.float32)
    values[-3] = value
    values.tofile(path)
    stored = Located(path, 0, Tensor("x", (256, values.size // 256), 0, 0))
    with pytest.raises(GgmlError, match=message):
        trial(stored, ["Q4_0"])


def test_what_cannot_be_decoded_or_compared(files):
    small = files["F32"]["small"]
    with pytest.raises(GgmlError, match="`small` has the type I32, which cannot be decoded here"):
        list(pieces(small._replace(tensor=small.tensor._replace(type=26))))
    with pytest.raises(GgmlError, match="is big-endian; weights are read from little-endian"):
        list(pieces(small._replace(big_endian=True)))
    with pytest.raises(GgmlError, match="has the shape"):
        histogram(small, files["F32"]["wide"])

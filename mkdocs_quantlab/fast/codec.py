"""Quantizing and dequantizing arrays of any size, piece by piece."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from mkdocs_quantlab.engine.ggml.errors import (
    GgmlError,
    NotFiniteError,
    WrongLengthError,
)
from mkdocs_quantlab.engine.ggml.types import ggml_type
from mkdocs_quantlab.fast.arrays import array_codec, required
from mkdocs_quantlab.fast.search import sequential_sum

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import ArrayLike, NDArray

    from mkdocs_quantlab.engine.ggml.types import GgmlType

    Floats = NDArray[Any]  # float32
    Bytes = NDArray[Any]  # uint8

CHUNK_WEIGHTS = 1024 * 256
"""Weights that are worked on at a time by each thread."""

# The searches hold about six arrays of a tile's size: half a megabyte each keeps most of them in the cache,
# and is enough for numpy's calls to cost little. gguf holds up to thirty.
_SEARCH_TILE_WEIGHTS = 512 * 256
_PLAIN_TILE_WEIGHTS = 64 * 256
_ROW_TILE_WEIGHTS = 256 * 256
_DECODED_WEIGHTS = 256 * 256


def quantize(
    array: ArrayLike,
    name: str,
    imatrix: ArrayLike | None = None,
    *,
    threads: int = 1,
    out: Bytes | None = None,
) -> Bytes:
    """The bytes that ggml writes for an array of weights.

    They are those of ggml's x86-64 reference, which is what `llama-quantize` writes there. Work goes on in
    pieces of 262,144 weights: memory in use beside input and output is about four times such a piece (1 MiB)
    a thread, however large the array; it may be memory-mapped. (Q4_0, Q4_1, Q5_0 and Q5_1 with importance need
    whole rows, about 24 bytes a weight of a row.)

    Args:
        array: Weights of any real type and any shape; the last axis holds whole blocks. They are rounded to
            float32 first.
        name: A ggml type; case does not matter.
        imatrix: The importance of each column of the last axis, at least 0, as llama-imatrix measures it.
            Types that ggml encodes without one (Q8_0, TQ1_0, MXFP4 and others) ignore it.
        threads: Number of pieces worked on at once.
        out: Where to put the bytes, as a memory-mapped file; of the returned shape, contiguous.

    Returns:
        An array of the same shape but for the last axis, which has the bytes of a row.

    Raises:
        UnknownTypeError: There is no such type.
        MissingPartError: The type has no encoder here; only ggml encodes it.
        WrongLengthError: The last axis is not a whole number of blocks.
        NotFiniteError: A weight is NaN, infinite or beyond float32.
        GgmlError: `imatrix` or `out` do not fit.
    """
    entry = ggml_type(name)
    codec = array_codec(entry.name)
    if codec.search is None:
        required(entry.name, "array encoder", codec.encode)
    weights = np.asanyarray(array)
    rows = _check_weights(entry, weights)
    importance = None if imatrix is None else _check_imatrix(entry, imatrix, rows)
    blocks_per_row = rows // entry.block_size
    shape = (*weights.shape[:-1], blocks_per_row * entry.block_bytes)
    result = _check_out(out, shape, np.dtype(np.uint8))
    blocks_out = result.reshape(-1, entry.block_bytes)

    def encoded(blocks: Floats, number: int) -> Bytes:
        """The data of blocks, `number` that of the first in the whole array."""
        if codec.search is None:
            return required(entry.name, "array encoder", codec.encode)(blocks)
        weight = None
        if importance is not None:
            weight = importance[np.arange(number, number + len(blocks)) % blocks_per_row]
        return codec.search(blocks, weight)

    def work(first: int, piece: NDArray[np.generic]) -> None:
        flat = np.ascontiguousarray(piece).reshape(-1)
        step = _SEARCH_TILE_WEIGHTS if codec.search else _PLAIN_TILE_WEIGHTS
        with np.errstate(all="ignore"):
            for start in range(0, flat.size, step):
                tile = flat[start : start + step].astype(np.float32, copy=False)
                number = first + start // entry.block_size
                _check_finite(entry, tile, number * entry.block_size)
                blocks = tile.reshape(-1, entry.block_size)
                blocks_out[number : number + len(blocks)] = encoded(blocks, number)

    def work_on_rows(first: int, piece: NDArray[np.generic]) -> None:
        assert importance is not None
        assert codec.search_rows is not None
        with np.errstate(all="ignore"):
            tile = np.ascontiguousarray(piece, np.float32).reshape(-1, rows)
            _check_finite(entry, tile.reshape(-1), first * rows)
            energy = sequential_sum(np.ascontiguousarray(np.square(tile).T))
            mean_square = np.repeat(energy / np.float32(rows), blocks_per_row)
            blocks = tile.reshape(-1, entry.block_size)
            weight = np.tile(importance, (len(tile), 1))
            data = codec.search_rows(blocks, weight, mean_square)
            number = first * blocks_per_row
            blocks_out[number : number + len(blocks)] = data

    if importance is not None and codec.search_rows is not None:
        # Their searches need whole rows; a few at a time, as memory goes.
        pieces = _pieces(weights, rows, max(1, _ROW_TILE_WEIGHTS // rows))
        _run(work_on_rows, pieces, threads)
    else:
        per_chunk = CHUNK_WEIGHTS // entry.block_size
        _run(work, _pieces(weights, entry.block_size, per_chunk), threads)
    return result


def dequantize(
    data: ArrayLike, name: str, *, threads: int = 1, out: Floats | None = None
) -> Floats:
    """The float32 weights that ggml reads from bytes.

    Args:
        data: Bytes (uint8) of any shape; the last axis holds whole blocks. It may be memory-mapped.
        name: A ggml type; case does not matter.
        threads: Number of pieces worked on at once.
        out: Where to put the weights; of the returned shape, float32, contiguous.

    Returns:
        An array of the same shape but for the last axis, which has the weights of a row. Infinite and NaN
        scales give such weights.

    Raises:
        UnknownTypeError: There is no such type.
        MissingPartError: The type has no decoder here.
        WrongLengthError: The last axis is not a whole number of blocks.
        GgmlError: `data` are not bytes, or `out` does not fit.
    """
    entry = ggml_type(name)
    decode = required(entry.name, "array decoder", array_codec(entry.name).decode)
    source = np.asanyarray(data)
    if source.dtype != np.uint8 or not source.ndim:
        raise GgmlError(
            f"dequantize takes an array of uint8, not {source.dtype} of shape {source.shape}"
        )
    if source.shape[-1] % entry.block_bytes:
        raise WrongLengthError(
            f"{entry.name} has blocks of {entry.block_bytes} bytes; a last axis of {source.shape[-1]} "
            "is not a whole number of them"
        )
    row = source.shape[-1] // entry.block_bytes * entry.block_size
    result = _check_out(out, (*source.shape[:-1], row), np.dtype(np.float32))
    blocks_out = result.reshape(-1, entry.block_size)

    def work(first: int, piece: NDArray[np.generic]) -> None:
        blocks = np.ascontiguousarray(piece, np.uint8).reshape(-1, entry.block_bytes)
        with np.errstate(all="ignore"):
            blocks_out[first : first + len(blocks)] = decode(blocks)

    per_piece = _DECODED_WEIGHTS // entry.block_size
    _run(work, _pieces(source, entry.block_bytes, per_piece), threads)
    return result


def _check_weights(entry: GgmlType, weights: NDArray[np.generic]) -> int:
    """Length of the last axis, checked."""
    if weights.dtype.kind not in "fiu" or not weights.ndim:
        raise GgmlError(
            f"quantize takes an array of real numbers, not {weights.dtype} of shape {weights.shape}"
        )
    if weights.shape[-1] % entry.block_size:
        raise WrongLengthError(
            f"{entry.name} has blocks of {entry.block_size} weights; a last axis of {weights.shape[-1]} "
            "is not a whole number of them"
        )
    return int(weights.shape[-1])


def _check_imatrix(entry: GgmlType, imatrix: ArrayLike, row: int) -> Floats | None:
    """The importance of a row in blocks, or None for a type that ignores it."""
    importance = np.ascontiguousarray(imatrix, np.float32)
    if importance.shape != (row,):
        raise GgmlError(f"imatrix has the shape {importance.shape}; the weights need ({row},)")
    if not np.isfinite(importance).all() or (importance < 0).any():
        raise GgmlError("imatrix has a value that is negative or not finite")
    if not array_codec(entry.name).takes_importance:
        return None
    return importance.reshape(-1, entry.block_size)


def _check_out(
    out: NDArray[Any] | None, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> NDArray[Any]:
    if out is None:
        return np.empty(shape, dtype)
    if out.shape != shape or out.dtype != dtype or not out.flags.c_contiguous:
        raise GgmlError(
            f"out must be a contiguous array of {dtype} of shape {shape}, not {out.dtype} of shape {out.shape}"
        )
    return out


def _check_finite(entry: GgmlType, weights: Floats, first: int) -> None:
    """Refuse weights that ggml would make a meaningless block of; `first` is the place of the first."""
    finite = np.isfinite(weights)
    if entry.family == "float" or finite.all():
        return
    place = int(finite.argmin())
    raise NotFiniteError(
        f"weight {first + place} (counted in row order) is {weights[place]} in float32, "
        f"which {entry.name} cannot hold"
    )


def _pieces(
    array: NDArray[np.generic], block: int, per_chunk: int
) -> Iterator[tuple[int, NDArray[np.generic]]]:
    """Runs of whole blocks in row order, each with the number of its first block.

    Of an array that is not contiguous they are views of several rows, so that no copy of all of it is made.
    """
    if array.flags.c_contiguous or array.ndim == 1:
        flat = array.reshape(-1) if array.flags.c_contiguous else array
        for first in range(0, flat.size // block, per_chunk):
            yield first, flat[first * block : (first + per_chunk) * block]
        return
    per_part = array[0].size // block
    if per_part <= per_chunk:
        parts = per_chunk // max(1, per_part)
        for first in range(0, len(array), parts):
            yield first * per_part, array[first : first + parts]
        return
    for number, part in enumerate(array):
        for first, piece in _pieces(part, block, per_chunk):
            yield number * per_part + first, piece


def _run(
    work: Callable[[int, NDArray[np.generic]], None],
    pieces: Iterator[tuple[int, NDArray[np.generic]]],
    threads: int,
) -> None:
    """Do all pieces, some at once; the first error stops the rest."""
    if threads <= 1:
        for first, piece in pieces:
            work(first, piece)
        return
    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(work, first, piece) for first, piece in pieces]
        try:
            for future in futures:
                future.result()
        finally:
            pool.shutdown(cancel_futures=True)

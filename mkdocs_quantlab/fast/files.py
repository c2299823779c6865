"""What quantization did to the weights of a file, or would do: tensors against a reference or in other types, piece by piece."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from mkdocs_quantlab.engine.ggml.errors import GgmlError
from mkdocs_quantlab.engine.ggml.types import TYPES
from mkdocs_quantlab.fast.accuracy import Errors
from mkdocs_quantlab.fast.codec import CHUNK_WEIGHTS, dequantize, quantize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from mkdocs_quantlab.engine.core.protocol import Histogram
    from mkdocs_quantlab.engine.gguf.header import Tensor
    from mkdocs_quantlab.fast.accuracy import Accuracy

    Floats = NDArray[Any]  # float32

BINS = 81
"""Bins of a histogram."""
REACH = 4.0
"""How far a histogram goes on both sides, in root mean squares of the reference's weights."""


class Stored(Protocol):
    """A tensor in a file on disk."""

    @property
    def path(self) -> Path: ...
    @property
    def start(self) -> int:
        """The first byte of its data in the file."""

    @property
    def tensor(self) -> Tensor: ...
    @property
    def big_endian(self) -> bool: ...


class Trial(NamedTuple):
    """What several types would make of one tensor."""

    rms: float
    """Root mean square of its weights."""
    accuracy: dict[str, Accuracy]
    """By the type's name."""


def pieces(stored: Stored) -> Iterator[Floats]:
    """The weights of a tensor in file order, 262,144 at a time.

    Raises:
        GgmlError: The type is not known here, or the file is big-endian.
    """
    tensor = stored.tensor
    if stored.big_endian:
        raise GgmlError(
            f"{stored.path.name} is big-endian; weights are read from little-endian files"
        )
    entry, size = TYPES.get(tensor.type_name), tensor.size
    if entry is None or size is None:
        raise GgmlError(
            f"`{tensor.name}` has the type {tensor.type_name}, which cannot be decoded here"
        )
    data = np.memmap(stored.path, np.uint8, "r", stored.start, (size,))
    step = CHUNK_WEIGHTS // entry.block_size * entry.block_bytes
    for first in range(0, len(data), step):
        yield dequantize(data[first : first + step], entry.name)


def errors(
    tensors: Mapping[str, Stored], reference: Mapping[str, Stored]
) -> Iterator[tuple[str, Accuracy]]:
    """The accuracy of every tensor that both files have in one shape, as far as types are known here.

    In the order of the first file. It takes memory for one piece of each, however large they are.
    """
    for name, stored in tensors.items():
        other = reference.get(name)
        if other is None or other.tensor.shape != stored.tensor.shape:
            continue
        if not {stored.tensor.type_name, other.tensor.type_name} <= TYPES.keys():
            continue
        sums = Errors()
        for x, y in zip(pieces(other), pieces(stored), strict=True):
            sums.add(x, y)
        yield name, sums.accuracy(8 * (stored.tensor.size or 0) / stored.tensor.parameters)


def trial(stored: Stored, names: Iterable[str], *, threads: int = 1) -> Trial:
    """What each of several types would keep of a tensor, whatever type the file stores it in.

    It takes memory for one piece and what each type makes of it, however large the tensor is.

    Args:
        stored: The tensor.
        names: ggml types. Rows must be whole blocks of each.
        threads: Number of types tried at once.

    Raises:
        GgmlError: The file's type cannot be decoded, one of `names` cannot be encoded, or the weights have no such figures:
            one of them is not finite, or all are 0.
    """
    by_name = {name: Errors() for name in names}
    power = 0.0
    with ThreadPoolExecutor(threads) as pool:
        for x in pieces(stored):
            power += float(np.square(x, dtype=np.float64).sum())
            if not math.isfinite(power):
                raise GgmlError(f"`{stored.tensor.name}` has weights that are not finite")
            decoded = pool.map(partial(_there_and_back, x), by_name)
            for sums, y in zip(by_name.values(), decoded, strict=True):
                sums.add(x, y)
    if not power:
        raise GgmlError(f"all weights of `{stored.tensor.name}` are 0")
    return Trial(
        math.sqrt(power / stored.tensor.parameters),
        {name: sums.accuracy(TYPES[name].bits_per_weight) for name, sums in by_name.items()},
    )


def _there_and_back(weights: Floats, name: str) -> Floats:
    return dequantize(quantize(weights, name), name)


def histogram(stored: Stored, reference: Stored) -> Histogram:
    """How the weights of a tensor lie before and after, up to `REACH` root mean squares of the reference on either side of 0.

    Raises:
        GgmlError: The shapes differ, or a type cannot be decoded.
    """
    if stored.tensor.shape != reference.tensor.shape:
        raise GgmlError(
            f"`{stored.tensor.name}` has the shape {stored.tensor.shape}, in the reference {reference.tensor.shape}"
        )
    power = sum(float(np.square(x, dtype=np.float64).sum()) for x in pieces(reference))
    reach = REACH * math.sqrt(power / reference.tensor.parameters) or 1.0
    counts = []
    for each in (reference, stored):
        total = np.zeros(BINS, np.int64)
        for x in pieces(each):
            total += np.histogram(x, BINS, (-reach, reach))[0]
        counts.append(total.tolist())
    before, after = counts
    size = stored.tensor.parameters
    return {
        "low": -reach,
        "high": reach,
        "before": before,
        "after": after,
        "beyond": [size - sum(before), size - sum(after)],
    }

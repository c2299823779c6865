"""What quantization does to an array, in numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mkdocs_quantlab.engine.ggml.errors import GgmlError
from mkdocs_quantlab.engine.ggml.types import ggml_type
from mkdocs_quantlab.fast.codec import CHUNK_WEIGHTS, dequantize, quantize

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class Accuracy(NamedTuple):
    """How far decoded weights are from the original ones."""

    rmse: float
    """Root mean square error, in the unit of the weights."""
    relative_rmse: float
    """The same over the root mean square of the weights; NaN where all weights are 0."""
    max_error: float
    """The largest absolute error."""
    snr_db: float
    """Signal to noise ratio in decibels, `-20 log10(relative_rmse)`; infinite without error."""
    bits_per_weight: float
    zeros: float
    """Share of decoded weights that are exactly 0."""


class Errors:
    """Sums over pieces of weights, from which their accuracy follows."""

    def __init__(self) -> None:
        self.size = 0
        self.signal = self.noise = self.largest = 0.0
        self.zeros = 0

    def add(self, original: NDArray[Any], decoded: NDArray[Any]) -> None:
        """Takes in a piece: two arrays of one shape with one axis."""
        x, y = original.astype(np.float64), decoded.astype(np.float64)
        self.size += x.size
        self.zeros += int(np.count_nonzero(y == 0))
        # Not `x @ x`: BLAS splits that among as many threads as there are cores, and the last digits depend on their number.
        self.signal += float(np.square(x).sum())
        x -= y
        self.noise += float(np.square(x).sum())
        self.largest = max(self.largest, float(np.absolute(x).max()))

    def accuracy(self, bits_per_weight: float) -> Accuracy:
        """What the pieces come to."""
        relative = math.sqrt(self.noise / self.signal) if self.signal else math.nan
        return Accuracy(
            rmse=math.sqrt(self.noise / self.size),
            relative_rmse=relative,
            max_error=self.largest,
            snr_db=-20 * math.log10(relative) if relative else math.inf,
            bits_per_weight=bits_per_weight,
            zeros=self.zeros / self.size,
        )


def compare(original: ArrayLike, decoded: ArrayLike, bits_per_weight: float = math.nan) -> Accuracy:
    """Measure decoded weights against the original ones, in double precision and piece by piece.

    Args:
        original: The weights, of any shape.
        decoded: What was read back, of the same shape.
        bits_per_weight: Handed through.

    Raises:
        GgmlError: The shapes differ, or there are no weights.
    """
    a, b = np.asanyarray(original), np.asanyarray(decoded)
    if a.shape != b.shape or not a.size:
        raise GgmlError(
            f"cannot compare weights of shape {a.shape} with weights of shape {b.shape}"
        )
    flat_a, flat_b = a.reshape(-1), b.reshape(-1)
    errors = Errors()
    for start in range(0, a.size, CHUNK_WEIGHTS):
        errors.add(flat_a[start : start + CHUNK_WEIGHTS], flat_b[start : start + CHUNK_WEIGHTS])
    return errors.accuracy(bits_per_weight)


def accuracy(
    array: ArrayLike, name: str, imatrix: ArrayLike | None = None, *, threads: int = 1
) -> Accuracy:
    """Quantize weights, read them back, and measure what was lost.

    Args:
        array: As for `quantize`.
        name: A ggml type.
        imatrix: As for `quantize`.
        threads: As for `quantize`.

    Raises:
        GgmlError: As `quantize` and `compare` do.
    """
    data = quantize(array, name, imatrix, threads=threads)
    decoded = dequantize(data, name, threads=threads)
    return compare(array, decoded, ggml_type(name).bits_per_weight)

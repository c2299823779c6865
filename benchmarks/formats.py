"""Measures every type that ggml stores weights in, and writes what the formats widget shows.

    python -m benchmarks.formats

writes `mkdocs_quantlab/engine/ggml/measured.py`. It needs numpy, gguf, ruff and the xllamacpp wheel on x86-64,
whose ggml encodes the types that `mkdocs_quantlab.fast` only decodes. `tests/fast/fast/test_formats.py` and
`tests/oracle/test_formats.py` measure again.
"""

from __future__ import annotations

import math
import random
import statistics
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import mkdocs_quantlab
from mkdocs_quantlab.engine.ggml import TYPES
from mkdocs_quantlab.fast import compare, dequantize, quantize

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tests.oracle.reference import Ggml

ROWS, COLUMNS = 64, 4096
SEED = 42
SPREAD = 0.02
"""Standard deviation of the weights; of the size that it has in the matrices of a language model."""

OUT = Path(mkdocs_quantlab.__file__).parent / "engine" / "quant" / "ggml" / "measured.py"

_NORMAL = statistics.NormalDist()


def _laplace(u: float) -> float:
    """Scale b has the standard deviation sqrt(2) b."""
    return math.copysign(1 / math.sqrt(2), u - 0.5) * -math.log(2 * min(u, 1 - u))


def _student_t4(u: float) -> float:
    """Four degrees of freedom have an inverse in closed form, and the variance 2."""
    alpha = 4 * u * (1 - u)
    q = math.cos(math.acos(math.sqrt(alpha)) / 3) / math.sqrt(alpha)
    return math.copysign(2 * math.sqrt(max(0.0, q - 1)), u - 0.5) / math.sqrt(2)


DISTRIBUTIONS: dict[str, Callable[[float], float]] = {
    "gaussian": _NORMAL.inv_cdf,
    "laplace": _laplace,
    "student-t4": _student_t4,
}
"""The inverse of each distribution function, for the variance 1."""

STORED = [name for name, entry in TYPES.items() if entry.family != "activation"]
"""Types that weights are stored in; the other two are of activations."""


def sample(distribution: str, spread: float = SPREAD) -> NDArray[np.float32]:
    """The weights. Python's generator promises the same numbers in every version, numpy's does not."""
    rng = random.Random(SEED)
    inverse = DISTRIBUTIONS[distribution]
    # random() may be 0, where the inverse has no value; the middle of its 2**53 steps never is.
    drawn = (inverse(rng.random() + 2**-54) for _ in range(ROWS * COLUMNS))
    weights = np.fromiter(drawn, np.float64, ROWS * COLUMNS) * spread
    return weights.astype(np.float32).reshape(ROWS, COLUMNS)


def ours(weights: NDArray[np.float32], name: str) -> float:
    """Signal-to-noise ratio in dB, by `mkdocs_quantlab.fast`."""
    return compare(weights, dequantize(quantize(weights, name), name)).snr_db


def theirs(ggml: Ggml, weights: NDArray[np.float32], name: str) -> float:
    """Signal-to-noise ratio in dB, by ggml's encoder and decoder; types with codebooks get flat importance."""
    imatrix = None if TYPES[name].can_encode else np.ones(COLUMNS, np.float32)
    data = ggml.quantize(weights, TYPES[name].id, imatrix)
    decoded = ggml.dequantize(data, TYPES[name].id).reshape(weights.shape)
    return compare(weights, decoded).snr_db


def main() -> None:
    """Measures and writes."""
    from tests.oracle.reference import Ggml, library  # noqa: PLC0415 - tests import this module

    path = library()
    if path is None:
        sys.exit("the xllamacpp wheel is not installed")
    ggml = Ggml(path)

    def snr(weights: NDArray[np.float32], name: str) -> str:
        x = ours(weights, name) if TYPES[name].can_encode else theirs(ggml, weights, name)
        return "inf" if math.isinf(x) else f"{x:.3f}"

    samples = [sample(distribution) for distribution in DISTRIBUTIONS]
    units = [sample(distribution, 1.0) for distribution in DISTRIBUTIONS]
    lines = [
        '"""Signal-to-noise ratios of ggml\'s types, as measured. Generated: do not edit.',
        "",
        "Made by `python -m benchmarks.formats`, which says of what.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from math import inf",
        "",
        f"DISTRIBUTIONS = {tuple(DISTRIBUTIONS)!r}",
        '"""The order of the figures below."""',
        "",
        f"ROWS, COLUMNS, SEED, SPREAD = {ROWS}, {COLUMNS}, {SEED}, {SPREAD}",
        '"""The sample: its shape, and the standard deviation of its distribution."""',
        "",
        f'GGML = "xllamacpp {version("xllamacpp")}"',
        '"""Whose ggml encoded `BY_GGML`."""',
        "",
        f"BY_GGML = frozenset({' '.join(n for n in STORED if not TYPES[n].can_encode)!r}.split())",
        '"""Types encoded by ggml itself, all weights of equal importance; the others by `mkdocs_quantlab.fast`."""',
        "",
        "SNR = {",
        *(f'"{n}": ({", ".join(snr(w, n) for w in samples)}),' for n in STORED),
        "}",
        '"""Decibel."""',
        "",
        "SNR_OF_UNIT_SPREAD = {",
        *(f'"{n}": ({", ".join(snr(w, n) for w in units)}),' for n in ("MXFP4", "NVFP4")),
        "}",
        '"""The same weights 1 / SPREAD times as large, for types whose 8-bit scales do not follow that."""',
    ]
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(OUT)], check=True)


if __name__ == "__main__":
    main()

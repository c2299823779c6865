"""How fast whole arrays are quantized, against ggml's C in the same run.

    python -m benchmarks.quantize            # all types with a search
    python -m benchmarks.quantize Q4_K Q8_0  # some

Prints a Markdown table. The first column of figures is the speed of ggml's C on one thread in million weights
a second; the others are ratios to it, so that 1.00 is as fast: one thread in processor time, which a busy machine
disturbs less, two threads in time on the clock. All are of the best of several alternating runs. Memory is what is
allocated beside input and output, over the MiB that a piece of 262,144 weights takes. Needs the xllamacpp wheel.
"""

from __future__ import annotations

import argparse
import sys
import time
import tracemalloc
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mkdocs_quantlab.engine.ggml import TYPES, ggml_type
from mkdocs_quantlab.fast import quantize
from mkdocs_quantlab.fast.arrays import ARRAYS
from mkdocs_quantlab.fast.codec import CHUNK_WEIGHTS
from tests.oracle.reference import Ggml, library

if TYPE_CHECKING:
    from collections.abc import Callable

AIMS = {
    "Q2_K": (0.75, 1.0),
    "Q3_K": (0.35, None),
    "Q4_K": (0.75, 1.0),
    "Q5_K": (0.75, 1.0),
    "Q6_K": (0.6, None),
}
"""Ratios to reach with one thread and with two."""


def weights_like_a_models(rows: int, columns: int) -> np.ndarray:
    """Normal weights whose spread differs from row to row and column to column, with a few outliers."""
    rng = np.random.default_rng(1)
    weights = rng.standard_normal((rows, columns), dtype=np.float32)
    weights *= 0.02 * rng.lognormal(0, 0.3, (rows, 1)).astype(np.float32)
    weights *= rng.lognormal(0, 0.2, columns).astype(np.float32)
    outliers = rng.random(weights.shape) < 0.001
    weights[outliers] = 0.02 * rng.standard_t(3, int(outliers.sum()))
    return weights


class Times(NamedTuple):
    """Seconds of the best run."""

    clock: float
    processor: float


def best_times(runs: list[Callable[[], object]], repeats: int) -> list[Times]:
    """The fastest of several runs each, in turns, so that a busy moment hits all alike."""
    best = [Times(float("inf"), float("inf"))] * len(runs)
    for _ in range(repeats):
        for number, run in enumerate(runs):
            clock, processor = time.perf_counter(), time.process_time()
            run()
            clock, processor = time.perf_counter() - clock, time.process_time() - processor
            old = best[number]
            best[number] = Times(min(old.clock, clock), min(old.processor, processor))
    return best


def peak_memory(run: Callable[[], object]) -> float:
    """Bytes allocated at once, over those of a piece of float32 weights."""
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / (4 * CHUNK_WEIGHTS)


def row(ggml: Ggml, name: str, weights: np.ndarray, repeats: int) -> str:
    """One line of the table."""
    entry = ggml_type(name)
    columns = weights.shape[1]
    imatrix = np.asarray(np.random.default_rng(2).exponential(size=columns), np.float32)
    out = np.empty((len(weights), columns // entry.block_size * entry.block_bytes), np.uint8)
    searched = ARRAYS[entry.name].takes_importance
    runs: list[Callable[[], object]] = [
        lambda: ggml.quantize(weights, entry.id),
        lambda: quantize(weights, name, out=out),
        lambda: quantize(weights, name, threads=2, out=out),
    ]
    if searched:
        runs.append(lambda: ggml.quantize(weights, entry.id, imatrix))
        runs.append(lambda: quantize(weights, name, imatrix, out=out))
    reference, one, two, *guided = best_times(runs, repeats)
    aim_one, aim_two = AIMS.get(entry.name, (None, None))
    cells = [
        entry.name,
        f"{weights.size / reference.processor / 1e6:.1f}",
        f"{reference.processor / one.processor:.2f}" + (f" (aim {aim_one})" if aim_one else ""),
        f"{reference.clock / two.clock:.2f}" + (f" (aim {aim_two})" if aim_two else ""),
        f"{guided[0].processor / guided[1].processor:.2f}" if guided else "",
        f"{peak_memory(runs[1]):.1f}",
    ]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("types", nargs="*", default=list(AIMS), metavar="TYPE")
    parser.add_argument(
        "--rows", type=int, default=1024, help="rows of 4096 weights (default 1024)"
    )
    parser.add_argument("--repeats", type=int, default=5, help="runs of each (default 5)")
    arguments = parser.parse_args()
    path = library()
    if path is None:
        sys.exit("ggml's C library is not at hand: pip install xllamacpp")
    for name in arguments.types:
        if not ggml_type(name).can_encode:
            known = ", ".join(key for key, entry in TYPES.items() if entry.can_encode)
            sys.exit(f"{name} cannot be encoded; these can: {known}")
    weights = weights_like_a_models(arguments.rows, 4096)
    print(f"{weights.size / 1e6:.1f} million weights, numpy {np.__version__}\n")
    print("| type | ggml C, M weights/s | one thread | two threads | with imatrix | memory |")
    print("|---|---|---|---|---|---|")
    ggml = Ggml(path)
    for name in arguments.types:
        print(row(ggml, name, weights, arguments.repeats), flush=True)


if __name__ == "__main__":
    main()

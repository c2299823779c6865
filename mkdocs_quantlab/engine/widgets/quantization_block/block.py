"""A block in a format: its bytes, and for each bit the weights that depend on it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.api import series
from mkdocs_quantlab.api.ggml import bits_of_block, decode, encode, ggml_type
from mkdocs_quantlab.api.methods import rmse, snr

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mkdocs_quantlab.api.ggml import Bits
    from mkdocs_quantlab.api.gguf import Stored


class Run(NamedTuple):
    """Bits of one byte that belong together, and the weights that depend on them."""

    bits: Bits
    weights: tuple[int, ...]
    place: int
    """Its place among the block's runs, in file order."""


class Block:
    """The first weights, as many as a block holds, in a format.

    Args:
        name: The format.
        weights: At least one block of weights.
        number: Which of the figure's blocks it is. Bits and fields are named apart; weights are the same ones.
        stored: What a file has of these weights. A block of its type is shown as it is there: nothing is known of the
            weights that it was made from.
    """

    def __init__(
        self, name: str, weights: Sequence[float], number: int, stored: Stored | None = None
    ) -> None:
        self.entry = ggml_type(name)
        self.name = name
        self.prefix = "rs"[number]
        self.field_prefix = "fg"[number]
        self.weights = weights[: self.entry.block_size]
        self.is_stored = stored is not None and stored.type == name
        self.data = stored.first if stored and self.is_stored else encode(name, self.weights)
        self.values = decode(name, self.data)
        self.rmse = rmse(self.weights, self.values)
        self.snr = snr(self.weights, self.values)
        self.worst = max(abs(v - w) for w, v in zip(self.weights, self.values, strict=True))
        self.runs = self._runs()
        self.runs_of_weight: list[list[Run]] = [[] for _ in self.weights]
        for run in self.runs:
            for weight in run.weights:
                self.runs_of_weight[weight].append(run)

    def _runs(self) -> list[Run]:
        """Runs in file order, the highest bits of a byte first, as a byte is written."""
        key = lambda run: (run.bits.byte, -run.bits.low)  # noqa: E731
        result = []
        for index, (_, same) in enumerate(groupby(sorted(bits_of_block(self.name), key=key), key)):
            # Five base-3 digits share all bits of a byte: one run of five weights.
            group = list(same)
            weights = sorted({weight for run in group for weight in run.weights})
            result.append(Run(group[0].bits, tuple(weights), index))
        return result

    @property
    def scales(self) -> int:
        """How many sub-blocks have a scale of their own."""
        return self.entry.block_size // self.entry.sub_block

    def pattern(self, run: Run) -> str:
        """The bits of a run as they stand in the block."""
        value = self.data[run.bits.byte] >> run.bits.low & (1 << run.bits.width) - 1
        return format(value, f"0{run.bits.width}b")


def item_ranges(letter: str, indices: Iterable[int]) -> str:
    """Names of items, runs of them in short: `w0-31 w64`."""
    parts = []
    start = end = None
    for i in sorted(indices):
        if end is not None and i == end + 1:
            end = i
            continue
        if start is not None:
            parts.append(f"{letter}{start}" + (f"-{end}" if end != start else ""))
        start = end = i
    if start is not None:
        parts.append(f"{letter}{start}" + (f"-{end}" if end != start else ""))
    return " ".join(parts)


def sub_block_hue(sub: int, subs: int) -> str:
    """Class of a sub-block's colour, of so many."""
    return series(sub if subs > 1 else 0)

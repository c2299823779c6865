"""One weight, quantized and read back."""

from __future__ import annotations

from functools import lru_cache

from mkdocs_quantlab.api import number, plain
from mkdocs_quantlab.api.methods import difference, relative
from mkdocs_quantlab.api.methods.schemes import ANY, SCHEMES
from mkdocs_quantlab.api.methods.stored import StoredWeight, neighbours, place, stored_weight

WIDTHS = ANY


class Step:
    """The weight at one bit width; stored by the reader's code where it is edited."""

    def __init__(
        self, weight: float, scheme: str, bits: int, made: StoredWeight, *, edited: bool = False
    ) -> None:
        self.bits = bits
        self.weight = weight
        self.scheme = SCHEMES[scheme]
        self.edited = edited
        self.stored, self.kept, self.levels, near, self.holds = made
        self.value = self.stored.value
        self.near = dict(zip(neighbours(self.levels, self.value), near, strict=True))
        self.error = abs(difference(weight, self.value))
        self.relative = relative(weight, self.value)
        self.difference = f"|{number(self.value)} - {plain(weight)}| = {number(self.error)}"

    @property
    def pattern(self) -> str:
        """The stored bits, a negative integer as two's complement."""
        return format(self.stored.q & (2**self.bits - 1), f"0{self.bits}b")

    @property
    def place(self) -> int:
        """Which of the levels the weight is stored as."""
        return place(self.levels, self.value)


# Every frame of a page shows the figures of all bit widths.
@lru_cache(maxsize=4 * len(WIDTHS))
def step_of(weight: float, low: float, high: float, scheme: str, bits: int) -> Step:
    """As the engine's own scheme stores it."""
    made = stored_weight(SCHEMES[scheme], weight, low, high, bits)
    return Step(weight, scheme, bits, made)

"""The formats and recipes that the figure compares, with what was measured of each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.api import count, plain
from mkdocs_quantlab.api.ggml import BY_GGML, TYPES
from mkdocs_quantlab.api.methods import gaussian_limit
from mkdocs_quantlab.api.recipes import MIXTURES, MODEL, mixture

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mkdocs_quantlab.api.ggml import GgmlType
    from mkdocs_quantlab.engine.widgets.quantization_formats.widget import Options


class Format(NamedTuple):
    """A type or a recipe, with what was measured of it."""

    name: str
    shares: Mapping[str, float]
    """The types that it is made of, and of each its share of the weights."""
    bits: float
    snr: float
    """Decibel; infinite for an exact copy, NaN where it was not measured."""
    why: str
    """Why it was not measured."""
    size: float
    """Bytes."""
    formula: str
    """How a weight is read back."""
    layout: str
    """What it is made of, in a line."""
    counted: str
    """How its bits are counted."""

    @property
    def limit(self) -> float:
        """The Gaussian limit of its bits, in dB. It bounds mixtures too: to share bits out unevenly never helps there."""
        return gaussian_limit(self.bits)

    @property
    def by_ggml(self) -> bool:
        """Whether only ggml encodes it, or a part of it."""
        return bool(self.shares.keys() & BY_GGML)

    @property
    def is_mixture(self) -> bool:
        return len(self.shares) > 1

    @property
    def loss(self) -> float:
        """Decibel below the limit."""
        return self.limit - self.snr

    @property
    def is_exact(self) -> bool:
        return math.isinf(self.snr)

    @property
    def is_measured(self) -> bool:
        return not math.isnan(self.snr)

    @property
    def has_loss(self) -> bool:
        """Neither an exact copy nor without a figure."""
        return math.isfinite(self.snr)


def formats_of(given: Options) -> list[Format]:
    """The formats in the order asked for."""
    found = [
        _mixture(given, name) if name in MIXTURES else _type(given, name) for name in given.formats
    ]

    def level(f: Format) -> float:
        return f.snr if f.is_measured else -math.inf

    keys: dict[str, Callable[[Format], tuple[float | str, ...]]] = {
        "bits": lambda f: (-f.bits, -level(f), f.name),
        "snr": lambda f: (-level(f), f.bits, f.name),
        "name": lambda f: (f.name,),
    }
    return sorted(found, key=keys[given.sort])


def _type(given: Options, name: str) -> Format:
    entry = TYPES[name]
    bits = entry.bits_per_weight
    return Format(
        name,
        {name: 1.0},
        bits,
        given.ratios.snr.get(name, math.nan),
        given.ratios.missing.get(name, ""),
        given.parameters * bits / 8,
        entry.formula,
        layout(entry),
        f"8 × {count(entry.block_bytes, 'byte')} / {count(entry.block_size, 'weight')} = {plain(bits)} bits a weight",
    )


def _mixture(given: Options, name: str) -> Format:
    recipe = mixture(name)
    parts = recipe.of_matrices
    missing = [type_ for type_ in parts if type_ not in given.ratios.snr]
    shares = ", ".join(f"{100 * share:.1f} % {type_}" for type_, share in parts.items())
    return Format(
        name,
        parts,
        recipe.bits,
        math.nan if missing else recipe.snr(given.ratios.snr),
        f"{missing[0]}: {given.ratios.missing[missing[0]]}" if missing else "",
        given.parameters * recipe.bits / 8,
        "",
        f"recipe: {shares}",
        f"{shares} of {MODEL}, and its vectors in F32: {recipe.bits:.4f} bits a weight",
    )


def layout(entry: GgmlType) -> str:
    """A block in a line: its weights, its bytes, and its fields in file order with their bytes."""
    if entry.block_size == 1:
        return f"1 weight in {count(entry.block_bytes, 'byte')}"
    fields = ", ".join(f"{field.name} {field.size}" for field in entry.fields)
    subs = entry.block_size // entry.sub_block
    shared = f" ({subs} × {entry.sub_block})" if subs > 1 else ""
    return f"{entry.block_size} weights{shared} in {entry.block_bytes} bytes: {fields}"

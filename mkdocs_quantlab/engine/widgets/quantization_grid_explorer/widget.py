"""A toy layer: a handful of weights as they are stored, as they are read back, and the error between."""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from mkdocs_quantlab import api
from mkdocs_quantlab.api import (
    Choice,
    Editable,
    Html,
    Integer,
    OptionError,
    cells,
    count,
    decibel,
    fact,
    facts,
    join,
    note,
    result,
    row,
    shade,
    short,
    table,
    tag,
    view,
)
from mkdocs_quantlab.api.methods import TOY, difference, rmse, snr
from mkdocs_quantlab.api.methods.schemes import CLASSES, SCHEMES, bits_of, fitted
from mkdocs_quantlab.api.views import weight_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.api.methods.schemes import Scheme

TITLE = "Toy-layer explorer"

WIDTHS = (*range(2, 9), 16)
MOST = 256


EDITABLE = Editable("scheme", CLASSES)


class Options(api.Options):
    """Options of `data-quantization-grid-explorer`."""

    primary = "bits"

    bits = Choice(
        4,
        {bits: "bf16" if bits == 16 else str(bits) for bits in WIDTHS},
        label="Bits",
        help="Bits that each weight is stored in; 16 stores bfloat16 words, without a scale.",
    )
    scheme = weight_fields.scheme(
        [name for name in SCHEMES if name != "bf16"],
        "How a weight is turned into the bits that are stored.",
    )
    view = Choice(
        "stored",
        {"stored": "Stored", "reconstructed": "Reconstructed", "error": "Error"},
        label="Show",
        help="What the grid shows: stored integers (or words), reconstructed weights, or their error.",
        in_page=True,
    )
    block = Choice(
        "layer",
        {"layer": "Layer"} | {str(n): str(n) for n in (4, 8, 16, 32, 64)},
        label="Weights per scale",
        help="How many consecutive weights share a scale: all of the layer, or blocks of this size.",
    )
    preset = weight_fields.preset(
        "toy",
        {"toy": "Toy layer"} | weight_fields.LABELS,
        "The toy layer's 16 weights, or weights drawn from `seed`.",
        excluding={"toy": ("count", "seed")},
    )
    count = Integer(
        16,
        1,
        MOST,
        label="Count",
        help="How many weights a drawn preset has.",
        excludes=("weights",),
    )
    seed = weight_fields.seed()
    weights = weight_fields.weights(
        TOY,
        MOST,
        "The layer's weights, instead of a preset.",
        ("preset", "count", "seed"),
    )

    def per_scale(self, count: int) -> int:
        """How many of so many weights share a scale."""
        return count if self.block == "layer" else int(self.block)

    def check(self) -> None:
        widths = SCHEMES[self.scheme].widths
        if self.bits == 16:
            self.values["scheme"] = "symmetric"
        elif self.bits not in widths:
            self.values["bits"] = widths[0]
        if "weights" in self.given:
            self.values["preset"] = "own"
        elif self.preset in weight_fields.DRAWN:
            self.values["weights"] = tuple(weight_fields.DRAWN[self.preset](self.count, self.seed))
        else:
            for name in ("count", "seed"):
                if name in self.given:
                    known = ", ".join(f"`{p}`" for p in weight_fields.DRAWN)
                    raise OptionError(f"`{name}` needs a `preset` that is drawn: {known}", name)
        self.values["count"] = len(self.weights)


def scheme_at(name: str, bits: int) -> Scheme:
    """The scheme of that name; 16 bits are none but bfloat16's."""
    return SCHEMES["bf16" if bits == 16 else name]


class Layer:
    """The weights, stored by one scheme at one bit width."""

    def __init__(self, weights: tuple[float, ...], scheme: str, bits: int, block: int) -> None:
        self.weights = weights
        self.scheme = scheme_at(scheme, bits)
        self.bits = bits
        self.block = block
        self.fits, self.kept = fitted(self.scheme, weights, bits, block)
        self.stored = [self.fits[i // block].store(w) for i, w in enumerate(weights)]
        self.values = [stored.value for stored in self.stored]
        self.errors = [difference(w, v) for w, v in zip(weights, self.values, strict=True)]
        self.rmse = rmse(weights, self.values)
        self.snr = snr(weights, self.values)
        self.distinct = len(set(self.values))
        self.zeros = self.values.count(0)
        self.size = bits_of(len(weights), bits, self.kept)
        self.bytes = math.ceil(self.size / 8)
        self.compression = len(weights) * 16 / self.size

    def largest_error(self, i: int) -> float:
        """What the error of weight i is measured against: half a step, or the largest error there is."""
        step = self.fits[i // self.block].step
        return step / 2 if step else max(map(abs, self.errors))

    def arithmetic(self, i: int) -> str:
        """How weight i is stored and read back."""
        return f"{self.stored[i].arithmetic}; error {self.errors[i]:+.6f}"

    def beside(self) -> list[str]:
        """What is kept beside the weights: how many of each kind, of how many bits."""
        kinds = Counter((kept.name, kept.bits) for kept in self.kept)
        return [f"{count(n, name)} × {bits} bits" for (name, bits), n in kinds.items()]


# Every frame of a page shows the figures of all bit widths.
_layer = lru_cache(maxsize=2 * (len(WIDTHS) + len(SCHEMES)))(Layer)


def _how(layer: Layer) -> str:
    """How the layer is stored, for the sentence."""
    if layer.bits == 16:
        return "as bfloat16 words"
    kinds = Counter(kept.name for kept in layer.kept)
    beside = " and ".join(count(n, name) for name, n in kinds.items())
    name = "" if layer.scheme is SCHEMES["symmetric"] else f" ({layer.scheme.label})"
    return f"at {layer.bits} bits{name} with {beside}"


def _against(layer: Layer) -> str:
    """The size to that of 16 bits a weight; what is kept beside few weights may be more than is saved."""
    if layer.compression < 1:
        return f"{1 / layer.compression:.2f} times larger"
    return f"{layer.compression:.2f} times smaller"


def _sentence(layer: Layer) -> Html:
    n = len(layer.weights)
    zeros = f"{layer.zeros} of them zero" if layer.zeros else "none of them zero"
    return result(
        f"Stored {_how(layer)}, {count(n, 'weight')} ",
        "becomes " if n == 1 else "become ",
        tag("strong", count(layer.distinct, "distinct value")),
        f" ({zeros}), with an RMSE of {layer.rmse:.5f} and a signal-to-noise ratio of {decibel(layer.snr)}, ",
        f"in {count(layer.bytes, 'byte')}: {_against(layer)} than 16 bits each.",
    )


def _grid(name: str, caption: str, entries: Sequence[tuple[str, float]]) -> Html:
    columns = 4 if len(entries) <= 16 else 8 if len(entries) <= 64 else 16
    numbers = cells(caption, [(text, shade(share)) for text, share in entries], columns)
    return view(Options.view, name, numbers, caption=caption)


def _views(layer: Layer) -> Html:
    largest = max(map(abs, layer.weights)) or 1.0
    everything = range(len(layer.weights))
    shares = [value / largest for value in layer.values]
    return join(
        _grid(
            "stored",
            f"Stored {layer.fits[0].holds}",
            [(layer.stored[i].code, shares[i]) for i in everything],
        ),
        _grid(
            "reconstructed",
            "Reconstructed weights",
            [(short(layer.values[i]), shares[i]) for i in everything],
        ),
        _grid(
            "error",
            "Error: reconstructed minus original",
            [
                (short(layer.errors[i]), layer.errors[i] / (layer.largest_error(i) or 1.0))
                for i in everything
            ],
        ),
    )


def _size(layer: Layer) -> str:
    parts = " + ".join([f"{len(layer.weights)} × {layer.bits} bits", *layer.beside()])
    return f"{parts} = {layer.size:,} bits = {count(layer.bytes, 'byte')}"


# Every frame has these rows for all bit widths, and for all schemes.
@lru_cache(maxsize=4 * len(WIDTHS))
def _width_row(
    weights: tuple[float, ...], scheme: str, bits: int, block: int, *, current: bool
) -> Html:
    layer = _layer(weights, scheme, bits, block)
    return row(
        "bf16" if bits == 16 else str(bits),
        str(layer.distinct),
        str(layer.zeros),
        f"{layer.rmse:.5f}",
        decibel(layer.snr),
        str(layer.bytes),
        f"{layer.compression:.2f}×",
        item=f"b{bits}",
        detail=_size(layer),
        current=current,
    )


@lru_cache(maxsize=8 * len(SCHEMES))
def _scheme_row(
    weights: tuple[float, ...], scheme: str, bits: int, block: int, *, current: bool
) -> Html:
    layer = _layer(weights, scheme, bits, block)
    return row(
        layer.scheme.label,
        str(bits),
        f"{layer.size / len(weights):.2f}",
        f"{layer.rmse:.5f}",
        decibel(layer.snr),
        current=current,
    )


def _widths(given: Options, block: int) -> Html | None:
    widths = [bits for bits in WIDTHS if bits == 16 or bits in SCHEMES[given.scheme].widths]
    if len(widths) == 2:
        return None
    return table(
        "The same weights at every bit width",
        ("Bits", "Distinct", "Zeros", "RMSE", "SNR", "Bytes", "Smaller"),
        (
            _width_row(given.weights, given.scheme, bits, block, current=bits == given.bits)
            for bits in widths
        ),
    )


def _schemes(given: Options, block: int) -> Html:
    """The same weights by every scheme, at the chosen width where the scheme has it."""
    chosen = "bf16" if given.bits == 16 else given.scheme
    return table(
        "The same weights by every scheme",
        ("Scheme", "Bits", "Bits per weight", "RMSE", "SNR"),
        (
            _scheme_row(
                given.weights,
                name,
                given.bits if given.bits in scheme.widths else scheme.widths[-1],
                block,
                current=name == chosen,
            )
            for name, scheme in SCHEMES.items()
        ),
    )


def _each(layer: Layer) -> Html:
    return tag(
        "details",
        tag("summary", "The arithmetic of every weight"),
        tag(
            "ol",
            (
                tag("li", layer.arithmetic(i), data_detail_of=f"w{i}")
                for i in range(len(layer.weights))
            ),
        ),
    )


def render(given: Options) -> Html:
    """The figure: result, grid in three views, figures, and the tables over bit widths and schemes."""
    block = given.per_scale(len(given.weights))
    layer = _layer(given.weights, given.scheme, given.bits, block)
    kept = [f"{kept.name} {kept.value}" for kept in layer.kept]
    return join(
        _sentence(layer),
        _views(layer),
        facts(
            fact("Distinct values", str(layer.distinct)),
            fact("Zeros", f"{layer.zeros} of {len(layer.weights)}"),
            fact("RMSE", f"{layer.rmse:.5f}"),
            fact("SNR", decibel(layer.snr)),
            fact("Against 16 bits", _against(layer)),
            fact("Size", _size(layer), wide=True),
            fact(
                "Beside the weights",
                "; ".join(kept[:8]) + "; …" * (len(kept) > 8) or "nothing",
                wide=True,
            ),
        ),
        _widths(given, block),
        _schemes(given, block),
        _each(layer),
        note(layer.scheme.rule),
    )

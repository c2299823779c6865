"""A toy layer: a handful of weights as they are stored, as they are read back, and the error between."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine import drawn, options
from mkdocs_quantlab.engine.figures import cells, fact, facts, note, result, row, shade, table, view
from mkdocs_quantlab.engine.html import Html, join, tag
from mkdocs_quantlab.engine.numbers import count, decibel, number, plain, short
from mkdocs_quantlab.engine.options import Choice, OptionError, Whole
from mkdocs_quantlab.engine.quant import samples
from mkdocs_quantlab.engine.quant.error import difference, rmse, snr
from mkdocs_quantlab.engine.quant.ggml.float32 import bfloat16_bytes, bfloat16_value
from mkdocs_quantlab.engine.quant.uniform import quantize

if TYPE_CHECKING:
    from collections.abc import Sequence

TITLE = "Toy-layer explorer"

WIDTHS = (*range(2, 9), 16)
MOST = 256
SCALE_BITS = 32
"""A scale is counted as one float32."""


class Options(options.Options):
    """Options of `data-quantization-grid-explorer`."""

    primary = "bits"

    bits = Choice(
        4,
        {bits: "bf16" if bits == 16 else str(bits) for bits in WIDTHS},
        label="Bits",
        help="Bits that each weight is stored in; 16 stores bfloat16 words, without a scale.",
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
        {"layer": "Layer"} | {str(n): str(n) for n in (4, 8, 16, 32)},
        label="Weights per scale",
        help="How many consecutive weights share a scale: all of the layer, or blocks of this size.",
    )
    preset = drawn.preset(
        "toy",
        {"toy": "Toy layer"} | drawn.LABELS,
        "The toy layer's 16 weights, or weights drawn from `seed`.",
        excluding={"toy": ("count", "seed")},
    )
    count = Whole(
        16,
        1,
        MOST,
        label="Count",
        help="How many weights a drawn preset has.",
        excludes=("weights",),
    )
    seed = drawn.seed()
    weights = drawn.weights(
        samples.TOY,
        MOST,
        "The layer's weights, instead of a preset.",
        ("preset", "count", "seed"),
    )

    def check(self) -> None:
        if "weights" in self.given:
            self.values["preset"] = "own"
        elif self.preset in drawn.DRAWN:
            self.values["weights"] = tuple(drawn.DRAWN[self.preset](self.count, self.seed))
        else:
            for name in ("count", "seed"):
                if name in self.given:
                    known = ", ".join(f"`{p}`" for p in drawn.DRAWN)
                    raise OptionError(f"`{name}` needs a `preset` that is drawn: {known}", name)
        self.values["count"] = len(self.weights)


class Layer:
    """The weights at one bit width."""

    def __init__(self, weights: tuple[float, ...], bits: int, block: int) -> None:
        self.weights = weights
        self.bits = bits
        self.block = block
        if bits == 16:
            self.scales: list[float] = []
            words = [bfloat16_bytes(w) for w in weights]
            self.q = [int.from_bytes(word, "little") for word in words]
            self.values = [bfloat16_value(word) for word in words]
        else:
            self.scales, self.q, self.values = quantize(weights, bits, block)
        self.errors = [difference(w, v) for w, v in zip(weights, self.values, strict=True)]
        self.rmse = rmse(weights, self.values)
        self.snr = snr(weights, self.values)
        self.distinct = len(set(self.values))
        self.zeros = self.values.count(0)
        self.size = len(weights) * bits + len(self.scales) * SCALE_BITS
        self.bytes = math.ceil(self.size / 8)
        self.compression = len(weights) * 16 / self.size

    def stored(self, i: int) -> str:
        """The stored integer, or the bfloat16 word in hexadecimal."""
        return f"{self.q[i]:04x}" if self.bits == 16 else str(self.q[i])

    def largest_error(self, i: int) -> float:
        """What the error of weight i is measured against: half a step, or the largest error there is."""
        if self.scales:
            return self.scales[i // self.block] / 2
        return max(map(abs, self.errors))

    def arithmetic(self, i: int) -> str:
        """How weight i is stored and read back."""
        w, value, error = plain(self.weights[i]), number(self.values[i]), f"{self.errors[i]:+.6f}"
        if self.bits == 16:
            return f"upper 16 bits of float32({w}), to nearest even = 0x{self.q[i]:04x} = {value}; error {error}"
        scale = number(self.scales[i // self.block])
        return f"round({w} / {scale}) = {self.q[i]}; {self.q[i]} * {scale} = {value}; error {error}"


# Every frame of a page shows the figures of all bit widths.
_layer = lru_cache(maxsize=2 * len(WIDTHS))(Layer)


def _sentence(layer: Layer) -> Html:
    n = len(layer.weights)
    how = (
        "as bfloat16 words"
        if layer.bits == 16
        else f"at {layer.bits} bits with {count(len(layer.scales), 'scale')}"
    )
    zeros = f"{layer.zeros} of them zero" if layer.zeros else "none of them zero"
    return result(
        f"Stored {how}, {count(n, 'weight')} ",
        "becomes " if n == 1 else "become ",
        tag("strong", count(layer.distinct, "distinct value")),
        f" ({zeros}), with an RMSE of {layer.rmse:.5f} and a signal-to-noise ratio of {decibel(layer.snr)}, ",
        f"in {count(layer.bytes, 'byte')}: {layer.compression:.2f} times smaller than 16 bits each.",
    )


def _grid(name: str, caption: str, entries: Sequence[tuple[str, float]]) -> Html:
    columns = 4 if len(entries) <= 16 else 8 if len(entries) <= 64 else 16
    return view(
        name, caption, cells(caption, [(text, shade(share)) for text, share in entries], columns)
    )


def _views(layer: Layer) -> Html:
    largest = max(map(abs, layer.weights)) or 1.0
    everything = range(len(layer.weights))
    kind = "words, hexadecimal" if layer.bits == 16 else "integers"
    shares = [value / largest for value in layer.values]
    return join(
        _grid("stored", f"Stored {kind}", [(layer.stored(i), shares[i]) for i in everything]),
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
    parts = f"{len(layer.weights)} × {layer.bits} bits"
    if layer.scales:
        parts += f" + {count(len(layer.scales), 'scale')} × {SCALE_BITS} bits"
    return f"{parts} = {layer.size:,} bits = {count(layer.bytes, 'byte')}"


@lru_cache(maxsize=4 * len(WIDTHS))
def _row(weights: tuple[float, ...], bits: int, block: int, *, current: bool) -> Html:
    layer = _layer(weights, bits, block)
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


def _widths(given: Options, block: int) -> Html:
    return table(
        "The same weights at every bit width",
        ("Bits", "Distinct", "Zeros", "RMSE", "SNR", "Bytes", "Smaller"),
        (_row(given.weights, bits, block, current=bits == given.bits) for bits in WIDTHS),
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
    """The figure: result, grid in three views, figures, and the table over all bit widths."""
    block = len(given.weights) if given.block == "layer" else int(given.block)
    layer = _layer(given.weights, given.bits, block)
    scales = " ".join(number(scale) for scale in layer.scales[:8]) + " …" * (len(layer.scales) > 8)
    return join(
        _sentence(layer),
        _views(layer),
        facts(
            fact("Distinct values", str(layer.distinct)),
            fact("Zeros", f"{layer.zeros} of {len(layer.weights)}"),
            fact("RMSE", f"{layer.rmse:.5f}"),
            fact("SNR", decibel(layer.snr)),
            fact("Against 16 bits", f"{layer.compression:.2f} times smaller"),
            fact("Size", _size(layer), wide=True),
            fact("Scale" if len(layer.scales) == 1 else "Scales", scales or "none", wide=True),
        ),
        _widths(given, block),
        _each(layer),
        note(
            "bfloat16 keeps the upper half of a float32, rounded to nearest even: 8 bits of exponent, 7 of fraction."
            if given.bits == 16
            else f"scale = max(|w|) / {2 ** (given.bits - 1) - 1}; halves round away from zero, as in ggml; "
            f"{-(2 ** (given.bits - 1))} is never stored, so one of {2**given.bits} patterns is wasted."
        ),
    )

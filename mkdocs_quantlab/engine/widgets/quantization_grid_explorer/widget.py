"""A toy layer: a handful of weights as they are stored, as they are read back, and the error between."""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from mkdocs_quantlab import api
from mkdocs_quantlab.api import (
    Choice,
    Html,
    Integer,
    OptionError,
    cells,
    count,
    decibel,
    fact,
    facts,
    in_place_of,
    join,
    note,
    result,
    row,
    shade,
    short,
    table,
    tag,
    view,
    yours,
)
from mkdocs_quantlab.api.methods import TOY, difference, rmse_and_snr
from mkdocs_quantlab.api.methods.schemes import SCHEMES, bits_of
from mkdocs_quantlab.api.methods.stored import StoredLayer, stored_layer
from mkdocs_quantlab.api.views import weight_fields
from mkdocs_quantlab.engine.widgets.quantization_grid_explorer.live import LIVE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mkdocs_quantlab.api.methods.schemes import Scheme

__all__ = ["LIVE", "TITLE", "Options", "render"]

TITLE = "Toy-layer explorer"

WIDTHS = (*range(2, 9), 16)
MAX_WEIGHTS = 256


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
        MAX_WEIGHTS,
        label="Count",
        help="How many weights a drawn preset has.",
        excludes=("weights",),
    )
    seed = weight_fields.seed()
    weights = weight_fields.weights(
        TOY,
        MAX_WEIGHTS,
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
            self.values["preset"] = "custom"
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
    """The weights, stored by one scheme at one bit width; by the reader's code where `edited` is what it gave."""

    def __init__(
        self,
        weights: tuple[float, ...],
        scheme: str,
        bits: int,
        block: int,
        edited: StoredLayer | None = None,
    ) -> None:
        self.weights = weights
        self.scheme = scheme_at(scheme, bits)
        self.bits = bits
        self.block = block
        self.edited = edited is not None
        made = edited or stored_layer(self.scheme, weights, bits, block)
        self.stored, self.kept, self.steps, self.holds = made
        self.values = [stored.value for stored in self.stored]
        self.errors = [difference(w, v) for w, v in zip(weights, self.values, strict=True)]
        self.rmse, self.snr = rmse_and_snr(weights, self.errors)
        self.distinct = len(set(self.values))
        self.zeros = self.values.count(0)
        self.size = bits_of(len(weights), bits, self.kept)
        self.bytes = math.ceil(self.size / 8)
        self.compression = len(weights) * 16 / self.size

    def largest_error(self, i: int) -> float:
        """What the error of weight i is measured against: half a step, or the largest error there is."""
        step = self.steps[i // self.block]
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
        in_place_of(layer.scheme.label if layer.edited else None),
        f"{'s' if layer.edited else 'S'}tored {_how(layer)}, {count(n, 'weight')} ",
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
            f"Stored {layer.holds}",
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


def _width_row(layer: Layer, *, current: bool) -> Html:
    return row(
        "bf16" if layer.bits == 16 else str(layer.bits),
        str(layer.distinct),
        str(layer.zeros),
        f"{layer.rmse:.5f}",
        decibel(layer.snr),
        str(layer.bytes),
        f"{layer.compression:.2f}×",
        item=f"b{layer.bits}" + "-edited" * layer.edited,
        detail=_size(layer),
        current=current,
        edited=layer.edited,
    )


def _scheme_row(layer: Layer, *, current: bool) -> Html:
    return row(
        layer.scheme.label,
        str(layer.bits),
        f"{layer.size / len(layer.weights):.2f}",
        f"{layer.rmse:.5f}",
        decibel(layer.snr),
        current=current,
        edited=layer.edited,
    )


# Every frame has these rows for all bit widths, and for all schemes.
@lru_cache(maxsize=12 * len(SCHEMES))
def _row(
    weights: tuple[float, ...], scheme: str, bits: int, block: int, *, widths: bool, current: bool
) -> Html:
    """A row of the engine's own."""
    layer = _layer(weights, scheme, bits, block)
    return (_width_row if widths else _scheme_row)(layer, current=current)


def _widths(given: Options, layer: Layer) -> Html | None:
    widths = [bits for bits in WIDTHS if bits == 16 or bits in SCHEMES[given.scheme].widths]
    if len(widths) == 2:
        return None

    def rows() -> Iterator[Html]:
        for bits in widths:
            current = bits == given.bits and not layer.edited
            yield _row(given.weights, given.scheme, bits, layer.block, widths=True, current=current)
            if bits == given.bits and layer.edited:
                yield _width_row(layer, current=True)

    return table(
        "The same weights at every bit width",
        ("Bits", "Distinct", "Zeros", "RMSE", "SNR", "Bytes", "Smaller"),
        rows(),
    )


def _schemes(given: Options, layer: Layer) -> Html:
    """The same weights by every scheme, at the chosen width where the scheme has it."""
    chosen = "bf16" if given.bits == 16 else given.scheme

    def rows() -> Iterator[Html]:
        for name, scheme in SCHEMES.items():
            bits = given.bits if given.bits in scheme.widths else scheme.widths[-1]
            current = name == chosen and not layer.edited
            yield _row(given.weights, name, bits, layer.block, widths=False, current=current)
            if name == chosen and layer.edited:
                yield _scheme_row(layer, current=True)

    return table(
        "The same weights by every scheme",
        ("Scheme", "Bits", "Bits per weight", "RMSE", "SNR"),
        rows(),
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


def render(given: Options, edited: StoredLayer | None = None) -> Html:
    """The figure: result, grid in three views, figures, and the tables over bit widths and schemes.

    Args:
        given: The options.
        edited: What the reader's code gave in place of the scheme; the tables show it beside the scheme itself.
    """
    block = given.per_scale(len(given.weights))
    asked = given.weights, given.scheme, given.bits, block
    layer = Layer(*asked, edited) if edited else _layer(*asked)
    kept = [f"{kept.name} {kept.value}" for kept in layer.kept]
    return join(
        _sentence(layer),
        yours(
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
            edited=layer.edited,
        ),
        _widths(given, layer),
        _schemes(given, layer),
        yours(_each(layer), edited=layer.edited),
        note("The original: " if layer.edited else None, layer.scheme.rule),
    )

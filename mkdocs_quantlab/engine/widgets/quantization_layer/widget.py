"""A small linear layer quantized three ways, to see that the nearest weights do not give the nearest output."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab import api
from mkdocs_quantlab.api import (
    Choice,
    Html,
    Integer,
    Real,
    cells,
    count,
    decibel,
    in_place_of,
    join,
    note,
    percent,
    plain,
    plots,
    result,
    row,
    shade,
    short,
    table,
    tag,
    tight,
    view,
    yours,
)
from mkdocs_quantlab.api.methods import Matrix, layer, product
from mkdocs_quantlab.api.views import weight_fields
from mkdocs_quantlab.engine.widgets.quantization_layer.live import LIVE, best

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mkdocs_quantlab.api.methods.layer import Sample, Scaled, Step
    from mkdocs_quantlab.engine.widgets.quantization_layer.live import Edited

__all__ = ["LIVE", "TITLE", "Options", "render"]

TITLE = "Layer explorer"

ROWS, COLUMNS, INPUTS = 8, 16, 64
METHODS = {"rtn": "Nearest", "gptq": "GPTQ", "awq": "AWQ"}
SPOKEN = {"rtn": "rounding to nearest", "gptq": "GPTQ", "awq": "AWQ"}
SCALE_BITS = 16
"""A scale is counted as one float16, a zero point as one stored weight; AWQ's channel scales go into the layer before."""


class Options(api.Options):
    """Options of `data-quantization-layer`."""

    primary = "method"

    method = Choice(
        "gptq",
        METHODS,
        label="Method",
        help="How the weights are rounded: each to its nearest step, by GPTQ, or by AWQ.",
    )
    bits = Choice(
        3, {bits: str(bits) for bits in (2, 3, 4, 8)}, label="Bits", help="Bits per weight."
    )
    view = Choice(
        "error",
        {"error": "Weight error", "reconstructed": "Weights now"},
        label="Show",
        help="What the matrix shows.",
        in_page=True,
    )
    step = Integer(
        COLUMNS,
        0,
        COLUMNS,
        label="Columns rounded",
        help="How far GPTQ has come: the columns that are rounded already.",
        slider=True,
    )
    correlation = Real(
        0.9,
        0,
        0.99,
        label="Correlation",
        help="How much neighbouring input channels go together, from 0, not at all.",
        slider=True,
    )
    hot = Real(
        1,
        1,
        100,
        label="Hot channel",
        help="How many times larger the inputs of one channel are than those of the others.",
        slider=True,
    )
    group = Choice(
        "row",
        {"row": "Row", "8": "8", "4": "4"},
        label="Weights per scale",
        help="How many weights of a row share a scale and a zero point.",
    )
    order = Choice(
        "left",
        {"left": "Left to right", "falling": "Largest inputs first"},
        label="GPTQ's order",
        help="Which column GPTQ rounds next: the one to the right, or the one with the largest inputs that are left.",
    )
    seed = weight_fields.seed()

    @property
    def per_scale(self) -> int:
        """How many weights of a row share a scale."""
        return COLUMNS if self.group == "row" else int(self.group)

    def sample(self) -> Sample:
        """The layer, and its inputs."""
        return layer.sample(
            ROWS, COLUMNS, INPUTS, correlation=self.correlation, hot=self.hot, seed=self.seed
        )


class Method(NamedTuple):
    """What a method made of the layer."""

    name: str
    weights: Matrix
    rmse: float
    """Of the weights."""
    error: float
    """Mean squared error of the output, on the inputs that the method saw."""
    fresh: float
    """The same on inputs that it never saw."""


class Layer:
    """The sample layer and what the three methods make of it."""

    def __init__(self, sample: Sample, bits: int, group: int, *, falling: bool) -> None:
        self.bits = bits
        self.group = group
        self.sample = sample
        weights, inputs, _ = sample
        self.steps: list[Step] = layer.gptq(weights, inputs, bits, group, falling=falling)
        self.tried: list[Scaled] = layer.awq(weights, inputs, bits, group)
        self.methods = {
            "rtn": self.method("rtn", layer.round_to_nearest(weights, bits, group)),
            "gptq": self.method("gptq", self.steps[-1].weights),
            "awq": self.method("awq", best(self.tried).weights),
        }
        outputs = product(weights, inputs)
        self.signal = layer.weight_error(outputs, [[0.0] * INPUTS for _ in outputs])

    def method(self, name: str, rounded: Matrix) -> Method:
        """What the layer is with these weights."""
        weights, inputs, fresh = self.sample
        return Method(
            name,
            rounded,
            math.sqrt(layer.weight_error(weights, rounded)),
            layer.output_error(weights, rounded, inputs),
            layer.output_error(weights, rounded, fresh),
        )

    def snr(self, error: float) -> float:
        """An output error as a signal-to-noise ratio in dB."""
        if error == 0:
            return math.inf
        return 10 * math.log10(self.signal / error)

    @property
    def bits_per_weight(self) -> float:
        """Scales and zero points included."""
        return self.bits + (SCALE_BITS + self.bits) / self.group


# Frames and a slider over the columns ask for the same layer again and again.
@lru_cache(maxsize=4)
def _layer(
    bits: int, group: int, *, correlation: float, hot: float, order: str, seed: int
) -> Layer:
    sample = layer.sample(ROWS, COLUMNS, INPUTS, correlation=correlation, hot=hot, seed=seed)
    return Layer(sample, bits, group, falling=order == "falling")


class Shown:
    """The chosen method: the engine's, or what the reader's code gave in its place."""

    def __init__(self, given: Options, made: Layer, edited: Edited | None) -> None:
        self.edited = edited is not None
        self.method = made.methods[given.method]
        self.tried: Sequence[Scaled] = made.tried
        steps: Sequence[Step] = made.steps
        if edited:
            self.method = made.method(given.method, edited.weights)
            self.tried, steps = edited.tried, edited.steps
        self.weights, self.done = self.method.weights, list(range(COLUMNS))
        if given.method == "gptq":
            self.done, self.weights = steps[given.step]


def _share(error: float, nearest: float) -> float:
    """An error as a share of rounding to nearest's, which an edited quantizer may make nothing."""
    if nearest == 0:
        return math.inf if error else 1.0
    return error / nearest


def _sentence(given: Options, made: Layer, shown: Shown) -> Html:
    chosen, nearest = shown.method, made.methods["rtn"]
    # The code stands in for the method, so that the sentence does not call it by the method's name.
    whose = in_place_of(METHODS[given.method] if shown.edited else None)
    head = f"{'a' if shown.edited else 'A'}t {count(given.bits, 'bit')} a weight, "
    spoken = "it" if shown.edited else SPOKEN[given.method]
    if given.method == "rtn":
        others = ", ".join(
            f"{METHODS[name]} {percent(_share(made.methods[name].error, chosen.error))}"
            for name in ("gptq", "awq")
        )
        return result(
            whose,
            head,
            f"{spoken} leaves an output with ",
            tag("strong", decibel(made.snr(chosen.error))),
            f" signal-to-noise ratio. Of its squared error at the output, {others} are left, with as many bits.",
        )
    weights = _share(chosen.rmse, nearest.rmse)
    return result(
        whose,
        head,
        f"{spoken} leaves ",
        tag("strong", percent(_share(chosen.error, nearest.error))),
        " of the squared output error of rounding to nearest, though its weights are ",
        f"{weights:.2f} times as far off"
        if weights >= 1.005
        else "as near to the original ones"
        if weights > 0.995
        else f"nearer to the original ones ({weights:.2f} times as far off)",
        f": {decibel(made.snr(chosen.error))} against {decibel(made.snr(nearest.error))}.",
    )


def _matrix(name: str, caption: str, values: Matrix, done: list[int]) -> Html:
    largest = max(abs(value) for line in values for value in line) or 1.0
    entries = [(tight(value), shade(value / largest)) for line in values for value in line]
    marked = [column in done for _ in values for column in range(COLUMNS)]
    numbers = cells(caption, entries, COLUMNS, marked=marked, matrix=True)
    return view(Options.view, name, numbers, caption=caption)


def _views(given: Options, made: Layer, shown: Shown) -> Html:
    before = made.sample.weights
    now, done = shown.weights, shown.done
    errors = [
        [b - a for a, b in zip(line, other, strict=True)]
        for line, other in zip(before, now, strict=True)
    ]
    state = f", {len(done)} of {COLUMNS} columns rounded" if given.method == "gptq" else ""
    return join(
        _matrix("error", f"Weight error{state}", errors, done),
        _matrix("reconstructed", f"Weights now{state}", now, done),
        tag(
            "details",
            tag("summary", "Every weight, before and now"),
            tag(
                "ol",
                (
                    tag(
                        "li",
                        f"row {r + 1}, column {c + 1}: {plain(before[r][c])} ",
                        "rounded to" if c in done else "moved to",
                        f" {short(now[r][c])}, by {errors[r][c]:+.4f}",
                        data_detail_of=f"w{r * COLUMNS + c}",
                    )
                    for r in range(ROWS)
                    for c in range(COLUMNS)
                ),
            ),
        ),
    )


def _table(made: Layer, shown: Shown) -> Html:
    nearest = made.methods["rtn"]

    def line(m: Method, *, current: bool, edited: bool) -> Html:
        return row(
            METHODS[m.name],
            f"{m.rmse:.4f}",
            decibel(made.snr(m.error)),
            decibel(made.snr(m.fresh)),
            percent(_share(m.error, nearest.error)),
            current=current,
            edited=edited,
        )

    def rows() -> Iterator[Html]:
        for m in made.methods.values():
            is_chosen = m.name == shown.method.name
            yield line(m, current=is_chosen and not shown.edited, edited=False)
            if is_chosen and shown.edited:
                yield line(shown.method, current=True, edited=True)

    return table(
        f"The three methods, each with {made.bits_per_weight:.2f} bits per weight",
        ("Method", "Weight RMSE", "Output SNR", "On fresh inputs", "Error to nearest's"),
        rows(),
    )


def _search(tried: Sequence[Scaled]) -> Html:
    """AWQ's trials: the output error at each exponent."""
    least = best(tried)
    return tag(
        "div",
        tag(
            "p",
            f"AWQ's search: the output error for {len(tried)} exponents from 0, which is rounding to nearest, to "
            f"{tried[-1].exponent:g}. The best is {least.exponent:g}. All weights have the same number of bits.",
        ),
        plots.trials(
            [
                plots.Trial(
                    t.error,
                    f"exponent {t.exponent:g}: output error {percent(_share(t.error, tried[0].error))} of rounding to nearest; "
                    f"channel scales from {short(min(t.scales))} to {short(max(t.scales))}",
                )
                for t in tried
            ],
            tried.index(least),
            0.0,
            ("exponent 0", f"{tried[-1].exponent:g}"),
            f"Output error at {len(tried)} exponents; the least is at {least.exponent:g}.",
        ),
        class_="quantlab-search",
    )


def _how(given: Options) -> Html:
    if given.method == "rtn":
        return note(
            "Each weight goes to the nearest of the steps between its row's smallest and largest weight. No inputs are looked at."
        )
    if given.method == "gptq":
        return note(
            "GPTQ rounds column by column and lets the columns that are left take up the error of the one just rounded, as "
            "far as their inputs go together: H = 2/N X Xᵀ is the Hessian of this layer's own output error, not of the model's loss. "
            "With inputs that have nothing in common there is nothing to take up, and GPTQ is rounding to nearest. "
            "It fits the inputs it saw: what it gains must be read on fresh ones. A column that comes late has taken up the errors of all before it "
            "and leaves its own to few: with a hot channel, take the largest inputs first (act-order)."
        )
    return note(
        "AWQ multiplies the weights of channels with large inputs by a factor before rounding and divides it out again, so that "
        "they keep more of their precision; which power of the inputs' size serves best is found by trying. No weight has more bits "
        "than another."
    )


def render(given: Options, edited: Edited | None = None) -> Html:
    """The figure: result, the matrix in three views, the methods side by side, and AWQ's search.

    Args:
        given: The options.
        edited: What the reader's code gave in place of the method; the table shows it beside the method itself.
    """
    made = _layer(
        given.bits,
        given.per_scale,
        correlation=given.correlation,
        hot=given.hot,
        order=given.order,
        seed=given.seed,
    )
    shown = Shown(given, made, edited)
    return join(
        _sentence(given, made, shown),
        yours(_views(given, made, shown), edited=shown.edited),
        _table(made, shown),
        yours(_search(shown.tried), edited=shown.edited) if given.method == "awq" else None,
        _how(given),
        note(
            f"{ROWS} × {COLUMNS} Gaussian weights; {INPUTS} inputs to calibrate on and {INPUTS} fresh ones, drawn from the seed. "
            "Sources: GPTQ, arXiv 2210.17323; AWQ, arXiv 2306.00978."
        ),
    )

"""A tiny network, quantized after training and trained with its rounding, and why its own scales must be kept."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab import api
from mkdocs_quantlab.api import (
    Choice,
    Html,
    Integer,
    Real,
    join,
    note,
    percent,
    result,
    row,
    short,
    table,
    tag,
)
from mkdocs_quantlab.api.methods import training
from mkdocs_quantlab.api.methods.training import HIDDEN, Network, Point, Trained
from mkdocs_quantlab.api.views import weight_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

TITLE = "Training with rounding"

WIDTHS = range(2, 9)
POINTS, FRESH = 80, 400
PLAIN_STEPS = 250
"""Steps of plain training before the ways part."""
SIDE = 24
"""Cells to a side of a decision picture."""
EDGE = 1.8
"""The pictures show coordinates from -EDGE to EDGE."""


class Options(api.Options):
    """Options of `data-quantization-qat`."""

    primary = "bits"

    bits = Choice(
        3, {bits: str(bits) for bits in WIDTHS}, label="Bits", help="Bits per stored weight."
    )
    steps = Integer(
        150,
        10,
        500,
        label="Further steps",
        help=f"Steps of training after the first {PLAIN_STEPS}, with the rounding or without.",
        slider=True,
    )
    noise = Real(
        0.12,
        0,
        0.5,
        label="Noise",
        help="How far the points are scattered from their half circles.",
        slider=True,
    )
    # One that goes as most do; the docs have the mean over many.
    seed = weight_fields.seed(6)


class Way(NamedTuple):
    """One of the networks that are compared."""

    name: str
    network: Network
    loss: float
    seen: float
    """Share of the training points that it gets right."""
    fresh: float
    """Share of points that it never saw."""


class Course:
    """The plain training, which all bit widths share."""

    def __init__(self, steps: int, noise: float, seed: int) -> None:
        self.points = training.moons(POINTS, noise, seed)
        self.unseen = training.moons(FRESH, noise, seed + 1_000_000)
        self.begun = training.train(Network.random(seed), self.points, PLAIN_STEPS)
        self.plain = training.train(self.begun.network, self.points, steps)

    def way(self, name: str, network: Network) -> Way:
        """A network, judged."""
        return Way(
            name,
            network,
            network.gradient(self.points)[0],
            network.accuracy(self.points),
            network.accuracy(self.unseen),
        )


class Comparison:
    """What becomes of the network at a bit width."""

    def __init__(self, course: Course, steps: int, bits: int) -> None:
        rounding = training.symmetric(bits)
        self.trained: Trained = training.train(course.begun.network, course.points, steps, rounding)
        plain = course.plain.network
        aware = self.trained.network.rounded(rounding)
        self.plain = course.way("Not quantized", plain)
        self.after = course.way("Quantized after training", plain.rounded(rounding))
        self.aware = course.way("Trained with rounding", aware)
        self.other = course.way(
            "The same, stored with other scales", aware.rounded(training.extreme(bits))
        )

    @property
    def ways(self) -> tuple[Way, ...]:
        """All networks, the unquantized one first."""
        return self.plain, self.after, self.aware, self.other


_course = lru_cache(maxsize=2)(Course)


@lru_cache(maxsize=2 * len(WIDTHS))
def _comparison(steps: int, noise: float, seed: int, bits: int) -> Comparison:
    return Comparison(_course(steps, noise, seed), steps, bits)


def _sentence(given: Options, made: Comparison) -> Html:
    return result(
        f"At {given.bits} bits the network that was quantized after training gets ",
        tag("strong", percent(made.after.fresh)),
        " of fresh points right, the one trained with its rounding ",
        tag("strong", percent(made.aware.fresh)),
        f"; without quantization it is {percent(made.plain.fresh)}. Stored with scales other than those it was trained with, "
        f"the trained one falls to {percent(made.other.fresh)}."
        if made.other.fresh < made.aware.fresh
        else f"; without quantization it is {percent(made.plain.fresh)}.",
    )


def _cell(value: float) -> float:
    """Which cell a coordinate is in, counted in cells from the left or the top."""
    return (value + EDGE) / (2 * EDGE) * SIDE


def _picture(way: Way, points: Sequence[Point]) -> Html:
    """Where the network says which class, under the points it was trained on."""
    runs = []
    for line in range(SIDE):
        y = EDGE - (line + 0.5) * 2 * EDGE / SIDE
        start: int | None = None
        for column in range(SIDE + 1):
            x = (column + 0.5) * 2 * EDGE / SIDE - EDGE
            inside = column < SIDE and way.network.output(x, y) > 0
            if inside and start is None:
                start = column
            elif not inside and start is not None:
                runs.append(f"M{start} {line}h{column - start}v1h{start - column}z")
                start = None
    dots = (
        tag(
            "path",
            d="".join(
                f"M{_cell(p.x):.1f} {SIDE - _cell(p.y):.1f}h0" for p in points if p.label == label
            ),
            class_="is-positive" if label > 0 else "is-negative",
        )
        for label in (1, -1)
    )
    return tag(
        "figure",
        tag(
            "svg",
            tag("path", d="".join(runs), class_="quantlab-ground"),
            dots,
            viewBox=f"0 0 {SIDE} {SIDE}",
            role="img",
            aria_label=f"{way.name}: where the network says which class; {percent(way.fresh)} of fresh points are right.",
        ),
        tag("p", f"{way.name}: {percent(way.fresh)}"),
    )


def _curve(losses: Sequence[float], top: float, steps: int, class_: str) -> Html:
    # Of steps that lie too close to be told apart, the largest loss: no peak is left out.
    window = _window(steps)
    peaks = [
        max(range(start, min(start + window, steps)), key=losses.__getitem__)
        for start in range(0, steps, window)
    ]
    points = " ".join(
        f"{100 * i / (steps - 1):.1f},{100 - 100 * losses[i] / top:.1f}"
        for i in [*peaks, steps - 1]
    )
    return tag("polyline", points=points, class_=class_)


def _window(steps: int) -> int:
    return max(1, steps // 60)


def _losses(course: Course, made: Comparison, steps: int) -> Html:
    plain, aware = course.plain.losses, made.trained.losses
    top = max(*plain, *aware)
    window = _window(steps)
    return tag(
        "div",
        tag(
            "p",
            f"Loss over the further {steps} steps, from 0 to {short(top)}"
            + (f", the largest of every {window}" if window > 1 else "")
            + ": plain training, dashed, and training with the rounding, whose curve is ragged because a weight that crosses the middle "
            "between two steps jumps.",
        ),
        tag(
            "svg",
            _curve(plain, top, steps, "is-plain"),
            _curve(aware, top, steps, "is-aware"),
            viewBox="0 0 100 100",
            preserveAspectRatio="none",
            width="100%",
            role="img",
            aria_label=f"Loss of plain training from {plain[0]:.3f} to {plain[-1]:.3f}, with rounding from {aware[0]:.3f} to {aware[-1]:.3f}.",
        ),
        class_="quantlab-losses",
    )


def render(given: Options) -> Html:
    """The figure: result, decision pictures, table, loss curves."""
    course = _course(given.steps, given.noise, given.seed)
    made = _comparison(given.steps, given.noise, given.seed, given.bits)
    weights = 3 * HIDDEN
    return join(
        _sentence(given, made),
        tag("div", (_picture(way, course.points) for way in made.ways), class_="quantlab-pictures"),
        table(
            f"The same {PLAIN_STEPS} steps of training, then {given.steps} more",
            ("Network", "Loss", "Training points right", "Fresh points right"),
            (
                row(way.name, f"{way.loss:.4f}", percent(way.seen), percent(way.fresh))
                for way in made.ways
            ),
        ),
        _losses(course, made, given.steps),
        note(
            f"{POINTS} points to train on, {FRESH} fresh ones; {HIDDEN} hidden units, {weights} quantized weights, with one scale for the "
            "first layer and one for the second; biases are not quantized. Training with rounding passes the gradient through the rounding "
            "as if it were not there (the straight-through estimator, arXiv 1308.3432). Both went on for as many steps. "
            "One seed proves nothing: at few bits some turn out the other way."
        ),
        note(
            "Other scales: the weights that were trained to lie on multiples of one scale are rounded again with the rule of ggml's Q4_0, "
            "which stores the weight of the largest magnitude as the most negative integer. Its steps do not meet the trained ones. A "
            "checkpoint of quantization-aware training has to be stored with the scales it was trained with."
        ),
    )

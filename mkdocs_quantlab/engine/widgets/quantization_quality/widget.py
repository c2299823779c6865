"""What quantization does to whole models: what others published, and what was evaluated of the built-in models."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab import api
from mkdocs_quantlab.api import Choice, Html, join, note, plots, result, row, short, table, tag
from mkdocs_quantlab.api.plots import BOTTOM, LEFT, RIGHT, TOP, Point
from mkdocs_quantlab.api.views import drawing_quality
from mkdocs_quantlab.api.views.published import (
    ADDRESS,
    GENERATIONS,
    SOURCE,
    TEXT,
    Published,
    published_table,
)
from mkdocs_quantlab.api.views.published import FAMILIES as PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TITLE = "Measured quality"

FAMILIES = PUBLISHED | drawing_quality.families()
"""Models by name."""


class Measure(NamedTuple):
    """A figure that was measured."""

    label: str
    meaning: str
    """What it says and what not, in a sentence or two."""
    of: Callable[[Published], float | None]
    unit: str = ""
    is_share: bool = False
    """It is in percent; any other is shown on a logarithmic scale."""


MEASURES = {
    "increase": Measure(
        "Perplexity increase",
        "Perplexity is the inverse of the geometric mean of the probabilities that a model gives the right next tokens of a text. The "
        "increase is over the same model's in 16 bits; perplexities of different models say nothing about each other, and one text "
        "says little about answers.",
        lambda p: p.increase,
    ),
    "divergence": Measure(
        "KL divergence",
        "The mean Kullback-Leibler divergence says how far the probabilities of all next tokens are from those of the same model in 16 bits, "
        "right or wrong. It is zero only where the two are the same, while perplexity can stay by luck.",
        lambda p: p.divergence,
        " nat",
    ),
    "change": Measure(
        "Change of probability",
        "The root mean square of the change in the right next token's probability. It counts a change for the better like one for the worse.",
        lambda p: p.change,
        " points",
    ),
    "right": Measure(
        "Right drawings",
        "The share of drawings with every mark right, of scenes that training never saw, at temperature 0. It says what probabilities "
        "do not: whether an answer is usable. It is of one small model and its one task.",
        lambda p: p.drawn and p.drawn.greedy.percent,
        " %",
        is_share=True,
    ),
}


class Options(api.Options):
    """Options of `data-quantization-quality`."""

    primary = "model"

    model = Choice(
        "llama-3-8b",
        {name: family.name for name, family in FAMILIES.items()},
        label="Model",
        help="The model that was measured.",
    )
    measure = Choice(
        "divergence",
        {name: measure.label for name, measure in MEASURES.items()},
        label="Measure",
        help="What the picture shows; where there is none for the model, the perplexity's increase. Right drawings are of the drawing models.",
    )

    def check(self) -> None:
        if all(MEASURES[self.measure].of(p) is None for p in FAMILIES[self.model].rows):
            self.values["measure"] = "increase"


MOST_BITS = 9
"""The picture's right end: 16-bit files, far from all others, are in the table only."""


def _shown(given: Options) -> list[tuple[Published, float]]:
    """The rows that the picture shows, with their figure. A logarithmic scale has no place for 0 or less."""
    measure, family = MEASURES[given.measure], FAMILIES[given.model]
    return [
        (row, value)
        for row in family.rows
        if family.bits_per_weight(row) <= MOST_BITS
        and (value := measure.of(row)) is not None
        and (value > 0 or measure.is_share)
    ]


def _sentence(given: Options, shown: Sequence[tuple[Published, float]]) -> Html:
    family, measure = FAMILIES[given.model], MEASURES[given.measure]
    if measure.is_share:
        return drawing_quality.sentence(family)
    by_name = {row.recipe: (row, value) for row, value in reversed(shown) if not row.imatrix}
    if given.model in PUBLISHED:
        (high, most), (low, least) = by_name["q2_K"], by_name["q6_K"]
    else:
        (high, most), *_, (low, least) = by_name.values()
    bits = family.bits_per_weight
    return result(
        f"{family.name}: from {high.recipe}, {bits(high):.2f} bits per weight, to {low.recipe}, {bits(low):.2f} bits, the {_whose(given)} "
        f"{measure.label[0].lower() + measure.label[1:] if not measure.label.startswith('KL') else measure.label} falls from {short(most)}{measure.unit} to ",
        tag("strong", f"{short(least)}{measure.unit}"),
        f", {most / least:,.0f} times less.",
    )


def _whose(given: Options) -> str:
    return "published" if given.model in PUBLISHED else "measured"


def _picture(given: Options, shown: Sequence[tuple[Published, float]]) -> Html:
    family, measure = FAMILIES[given.model], MEASURES[given.measure]
    drawn = sorted(shown, key=lambda pair: (family.bits_per_weight(pair[0]), pair[1]))
    scale = _percent() if measure.is_share else _logarithmic([value for _, value in drawn])

    def x(row: Published) -> float:
        return LEFT + (RIGHT - LEFT) * family.bits_per_weight(row) / MOST_BITS

    points = [
        Point(
            row.recipe,
            x(row),
            scale.y(value),
            f"{row.label}: {measure.label} {short(value)}{measure.unit} at {family.bits_per_weight(row):.2f} bits per weight",
            f"p{family.rows.index(row)}",
            class_="is-imatrix" if row.imatrix else None,
        )
        for row, value in drawn
    ]
    bars = [
        plots.interval(x(row), *map(scale.y, row.drawn.greedy.interval))
        for row, _ in drawn
        if measure.is_share and row.drawn
    ]
    better = "higher" if measure.is_share else "lower"
    return plots.plot(
        plots.rules(scale.levels),
        tag("g", bars),
        plots.scatter(points),
        plots.axis(
            [
                (LEFT + (RIGHT - LEFT) * bits / MOST_BITS, str(bits))
                for bits in range(MOST_BITS + 1)
            ],
            "Bits per weight of the file",
            f"{measure.label}, {scale.name}",
        ),
        spoken=f"{measure.label} against bits per weight for {len(points)} files of {family.name}; the {better}, the nearer to the original.",
    )


class _Scale(NamedTuple):
    """The picture's vertical axis."""

    name: str
    y: Callable[[float], float]
    """The place of a value, in pixels."""
    levels: list[tuple[float, str]]
    """Lines across: their places and labels."""


def _percent() -> _Scale:
    def y(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * value / 100

    return _Scale("in percent", y, [(y(share), f"{share} %") for share in range(0, 101, 25)])


def _logarithmic(values: Sequence[float]) -> _Scale:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))

    def y(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (math.log10(value) - low) / (high - low)

    levels = [(y(10.0**power), f"{10.0**power:g}") for power in range(low, high + 1)]
    return _Scale("logarithmic", y, levels)


def _rows(given: Options) -> Html:
    family = FAMILIES[given.model]
    published = published_table(
        f"As published: {family.name} on {TEXT}", family, family.rows, without="Mostly", keyed=True
    )
    return tag("details", tag("summary", f"All {len(family.rows)} rows as published"), published)


def _generations() -> Html:
    return tag(
        "details",
        tag("summary", "The same recipe, two generations of a model"),
        table(
            "Llama 2 7B and Llama 3 8B",
            (
                "Recipe",
                "Perplexity ratio, 2 7B",
                "3 8B",
                "KL divergence, 2 7B",
                "3 8B",
                "Same top token, 2 7B",
                "3 8B",
            ),
            (
                row(
                    g.recipe,
                    *(f"{ratio:.4f}" for ratio in g.ratio),
                    *(f"{divergence:.5f}" for divergence in g.divergence),
                    *(f"{share:.2f} %" for share in g.same_top),
                )
                for g in GENERATIONS
            ),
        ),
        note(
            "The newer model loses more at every recipe but q8_0's perplexity. A figure of one model does not carry over to another."
        ),
    )


def render(given: Options) -> Html:
    """The figure: result, picture, what the measure says, the tables, the source."""
    shown = _shown(given)
    family = FAMILIES[given.model]
    is_published = given.model in PUBLISHED
    return join(
        _sentence(given, shown),
        _picture(given, shown),
        note("Hollow points are files that were made with an importance matrix.")
        if any(p.imatrix for p, _ in shown)
        else None,
        note(
            MEASURES[given.measure].meaning,
            None
            if MEASURES[given.measure].is_share
            else " No such number is a share of “quality kept”, and none says how an answer to a question of yours will change.",
        ),
        _rows(given) if is_published else drawing_quality.tables(family),
        _generations() if is_published else drawing_quality.notes(family),
        note(
            "Source: ",
            tag("a", SOURCE, href=ADDRESS),
            f"; {family.how}. Bits per weight: size over {family.parameters:,} parameters.",
        )
        if is_published
        else None,
    )

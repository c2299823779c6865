"""A comparison of models that the chat exported: what differs, by how much, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab import api
from mkdocs_quantlab.api import (
    Choice,
    OptionError,
    Text,
    count,
    did_you_mean,
    join,
    note,
    percent,
    row,
    table,
    tag,
)
from mkdocs_quantlab.api.comparing import MEASURES, RIGHT, ComparisonOf, chance, result
from mkdocs_quantlab.engine.widgets.model_comparison.picture import answers_by_prompt, strips, which

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from mkdocs_quantlab.api import Html
    from mkdocs_quantlab.api.comparing import Figure, Record, Result

TITLE = "Comparison of models"

MAX_LISTED = 8
"""So many numbers are listed in a table; of more it has their median."""


class Options(api.Options):
    """Options of `data-model-comparison`."""

    primary = ""

    file = Text(
        "",
        label="File",
        help="The comparison that the chat exported as JSON; a path is relative to the folder of `mkdocs.yml`.",
        in_form=False,
    )
    measure = Choice(
        "right",
        {name: each.label for name, each in MEASURES.items()},
        label="Measure",
        help="The measure to show; the first that the run has where left out.",
        in_page=True,
    )
    record: Record | None
    result: Result

    def check(self) -> None:
        """Reads the comparison, and chooses a measure that it has.

        Raises:
            OptionError: The file cannot be read, or has no such measure.
        """
        self.record = None
        if not self.file:
            return
        try:
            self.record = self.resources.find(ComparisonOf(self.file))
        except LookupError as error:
            raise OptionError(f"`file`: {error.args[0]}", "file") from None
        self.result = result(self.record)
        names = list(self.result.figures)
        if self.measure in names:
            return
        if "measure" in self.given:
            known = ", ".join(f"`{name}`" for name in names) or "no measure at all"
            raise OptionError(
                f"`measure`: this comparison has no `{self.measure}`"
                f"{did_you_mean(self.measure, names)}; it has {known}",
                "measure",
            )
        self.values["measure"] = next(iter(names), "right")

    def absent(self) -> Mapping[str, Collection[str]]:
        """Measures that nothing in the run could have."""
        if not self.record:
            return {}
        return {"measure": [name for name in MEASURES if name not in self.result.figures]}


def render(given: Options) -> Html:
    """The figure: the result, what else may explain it, a picture of each measure, and the numbers."""
    record = given.record
    if record is None:
        return api.result("This figure shows a comparison that the chat exported. ", tag("code", "data-file"), " names its file.")  # fmt: skip
    found = given.result
    return join(
        api.result(found.sentence),
        [tag("p", each, class_="quantlab-note quantlab-caution") for each in found.cautions],
        note(" ".join(found.more)) if found.more else None,
        [_view(record, name, figures) for name, figures in found.figures.items()],
        tag(
            "details",
            tag("summary", "Numbers"),
            _measures(record, found),
            [note(each) for each in found.remarks],
            _models(record),
            tag(
                "p",
                f"{count(len(record.prompts), 'prompt')}, {count(len(record.seeds), 'seed')}"
                + ("" if record.temperature is None else f", temperature {api.plain(record.temperature)}")
                + ".",
                class_="quantlab-note",
            ),
        ),
    )  # fmt: skip


def _view(record: Record, name: str, figures: Sequence[Figure]) -> Html:
    """The picture of a measure."""
    caption = MEASURES[name].label
    if MEASURES[name].is_share:
        return api.view(Options.measure, name, answers_by_prompt(record, figures), caption=caption)
    caption += f": one dot for {which(figures)}"
    if any(RIGHT in each.values for figure in figures for each in figure.answers):
        caption += ", open where it is wrong"
    return api.view(Options.measure, name, strips(record, figures), caption=caption)


def _measures(record: Record, found: Result) -> Html:
    chances: dict[str, list[str]] = {}
    for test in found.tests:
        chances.setdefault(test.measure, []).append(chance(test.swaps.p))
    return table(
        "Measures",
        ["Measure", *record.models, "By chance"],
        [
            row(
                MEASURES[name].label,
                *map(_numbers, figures),
                ", ".join(chances.get(name, [])) or "–",
            )
            for name, figures in found.figures.items()
        ],
    )


def _numbers(figure: Figure) -> str:
    """A measure of one model; few numbers are listed as they are."""
    if not figure.answers:
        return "–"
    if figure.measure.is_share:
        of = f"{figure.hits} of {len(figure.answers)}"
        if figure.interval is None:
            return of
        low, high = figure.interval
        return f"{of} ({100 * low:.0f} to {100 * high:.0f} %)"
    decimals = figure.measure.decimals
    values = [f"{x:.{decimals}f}" for x in figure.values]
    if len(values) <= MAX_LISTED:
        return ", ".join(values)
    if figure.interval:
        low, high = figure.interval
        return f"mean {figure.mean:.{max(1, decimals)}f} ({low:.{max(1, decimals)}f} to {high:.{max(1, decimals)}f})"
    numbers = figure.values
    return f"median {_median(numbers):.{decimals}f}, {min(numbers):.{decimals}f} to {max(numbers):.{decimals}f}"


def _median(numbers: list[float]) -> float:
    ordered = sorted(numbers)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def _models(record: Record) -> Html | None:
    """What the server told of the models."""
    cards = record.cards
    if not any(cards):
        return None
    rows = [
        row("Quantization", *((card.quantization if card else "") or "–" for card in cards)),
        row("Weights by type", *(_types(card.weights) if card else "–" for card in cards)),
    ]
    rows += [
        row(tag("code", each.key), *(value or "–" for value in each.values))
        for each in record.differences
    ]
    return table("Models, as the server describes them", ["", *record.models], rows)


def _types(weights: Mapping[str, int]) -> str:
    """The share of the weights that each type stores."""
    total = sum(weights.values()) or 1
    parts = sorted(weights.items(), key=lambda each: -each[1])
    return ", ".join(f"{name} {percent(number / total)}" for name, number in parts) or "–"

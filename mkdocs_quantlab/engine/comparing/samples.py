"""Which answers of a record count, and which form pairs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.comparing.measures import MEASURES, Measure
from mkdocs_quantlab.engine.comparing.statistics import Interval, mean_interval, share_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.engine.comparing.record import Answer, Record

MIN_FOR_MEAN = 12
"""A mean of fewer numbers has no interval: the numbers themselves say more."""


class Samples(NamedTuple):
    """The answers that count: no controls, and a text that a model gave with every seed only once."""

    answers: Sequence[Sequence[Answer]]
    """For each model."""
    unmoved: Sequence[int]
    """Models that gave the same text with every seed, to one prompt at least."""

    def pairs(self, one: int, other: int) -> list[tuple[Answer, Answer]]:
        """The answers of two models to the same prompt with the same seed."""
        seeds = {(each.prompt, each.seed): each for each in self.answers[other]}
        return [
            (each, seeds[each.prompt, each.seed])
            for each in self.answers[one]
            if (each.prompt, each.seed) in seeds
        ]


def samples(record: Record) -> Samples:
    """The answers of a record that count."""
    by_prompt: dict[tuple[int, int], list[Answer]] = {}
    for each in sorted(record.answers, key=lambda each: (each.model, each.prompt, each.seed)):
        if not each.is_control:
            by_prompt.setdefault((each.model, each.prompt), []).append(each)
    answers: list[list[Answer]] = [[] for _ in record.models]
    unmoved = set()
    for (model, _), found in by_prompt.items():
        if len(found) > 1 and len({each.text for each in found}) == 1:
            # The same text again is no new evidence.
            unmoved.add(model)
            answers[model].append(found[0])
        else:
            answers[model].extend(found)
    return Samples(answers, sorted(unmoved))


class Figure(NamedTuple):
    """A measure of one model's answers."""

    measure: Measure
    answers: Sequence[Answer]
    """Those that have it."""
    interval: Interval | None
    """Clopper and Pearson's of a share. Student's of a mean, only of many answers to one prompt, and not where it would reach below
    zero: the numbers are too uneven for it."""

    @property
    def values(self) -> list[float]:
        """The measure of each answer."""
        return [each.values[self.measure.name] for each in self.answers]

    @property
    def hits(self) -> int:
        """How many answers have the property that a share counts."""
        return round(sum(self.values))

    @property
    def mean(self) -> float:
        """The mean; of a share the share."""
        return math.fsum(self.values) / len(self.answers)


def figure(name: str, answers: Sequence[Answer]) -> Figure:
    """A measure of one model's answers."""
    measure = MEASURES[name]
    own = [each for each in answers if name in each.values]
    values = [each.values[name] for each in own]
    interval = None
    if measure.is_share:
        interval = share_interval(round(sum(values)), len(own)) if own else None
    elif len(own) >= MIN_FOR_MEAN and len({each.prompt for each in own}) == 1:
        interval = mean_interval(values)
        if interval and interval.low < 0:
            interval = None
    return Figure(measure, own, interval)


def present(answers: Sequence[Sequence[Answer]]) -> list[str]:
    """The names of the measures that the answers of a run could have: no SVG where none was written, no loop where none ended in one."""
    every = [each for own in answers for each in own]
    found = []
    for name, measure in MEASURES.items():
        values = [each.values[name] for each in every if name in each.values]
        if measure.of_svg and not any(each.values.get("svg") for each in every):
            continue
        if values and (name == "right" or any(values)):
            found.append(name)
    return found

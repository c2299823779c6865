"""What a comparison shows: what differs, by how much, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.comparing.measures import MEASURES, RIGHT
from mkdocs_quantlab.engine.comparing.samples import figure, present, samples
from mkdocs_quantlab.engine.comparing.statistics import (
    LEVEL,
    MAX_NEEDED,
    Swaps,
    findable,
    needed,
    sign_test,
    swap_test,
)
from mkdocs_quantlab.engine.core.texts import EN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mkdocs_quantlab.engine.comparing.record import Answer, Record
    from mkdocs_quantlab.engine.comparing.samples import Figure
    from mkdocs_quantlab.engine.core.texts import Words


class Test(NamedTuple):
    """A test of two models for a difference in one measure."""

    measure: str
    one: int
    other: int
    """The second model, by its position; the first is the one with more."""
    pairs: int
    only_one: int
    """Of a share: the pairs in which only the first model's answer has it."""
    only_other: int
    swaps: Swaps
    found: bool
    """Whether the difference is found: at the level of the test, after all before it in the order were found."""


class Result(NamedTuple):
    """What a comparison shows."""

    sentence: str
    """What differs, by how much and how sure that is."""
    more: Sequence[str]
    """Further sentences: what else differs, and what the run could not find."""
    cautions: Sequence[str]
    """Why the result may come from something else than the weights."""
    remarks: Sequence[str]
    """What is to be known of the numbers."""
    figures: Mapping[str, Sequence[Figure]]
    """By measure, for each model; only measures that the run could have."""
    tests: Sequence[Test]
    """Of every two models in every measure that can be tested, in the order of the tests."""


def result(record: Record, words: Words = EN) -> Result:
    """What a record shows.

    Every two models are tested for a difference in one measure after the other, in the order of `MEASURES`, and a measure is only tested
    if all before it differ: so a model that is compared with itself is called different in at most 5 % of runs, however many measures
    there are. With more than two models the level is shared among the pairs of models (Bonferroni).
    """
    counted = samples(record)
    names = present(counted.answers)
    figures = {name: [figure(name, own) for own in counted.answers] for name in names}
    every_two = [
        (one, other) for one in range(len(record.models)) for other in range(one + 1, len(record.models))
    ]  # fmt: skip
    level = LEVEL / max(1, len(every_two))
    tests = [
        test
        for one, other in every_two
        for test in _tests(counted.pairs(one, other), one, other, names, level)
    ]
    said = _Said(record.models, figures, level, words)
    sentences = said.sentences(tests)
    return Result(
        sentences[0],
        [*sentences[1:], *said.unmoved(counted.unmoved)],
        [*said.besides(record), *said.controls(record)],
        said.durations(names),
        figures,
        tests,
    )


def _tests(
    pairs: Sequence[tuple[Answer, Answer]], one: int, other: int, names: Sequence[str], level: float
) -> list[Test]:
    tests = []
    found = True
    for name in names:
        both = [
            (a.values[name], b.values[name])
            for a, b in pairs
            if name in a.values and name in b.values
        ]
        # Where all values are the same, no naming differs from another.
        if (
            not MEASURES[name].tested
            or len(both) < 2
            or len({v for each in both for v in each}) < 2
        ):
            continue
        differences = [a - b for a, b in both]
        only_one, only_other = sum(d > 0 for d in differences), sum(d < 0 for d in differences)
        is_share = MEASURES[name].is_share
        swaps = sign_test(only_one, only_other) if is_share else swap_test(differences)
        found = found and swaps.p <= level
        test = Test(name, one, other, len(both), only_one, only_other, swaps, found)
        if sum(differences) < 0:
            test = test._replace(one=other, other=one, only_one=only_other, only_other=only_one)
        tests.append(test)
    return tests


def chance(p: float) -> str:
    """A probability as a percentage."""
    percent = p * 100
    if percent < 0.1:
        return "less than 0.1 %"
    return f"{percent:.1f} %" if percent < 10 else f"{percent:.0f} %"


class _Said:
    """The sentences about a record."""

    def __init__(
        self,
        models: Sequence[str],
        figures: Mapping[str, Sequence[Figure]],
        level: float,
        words: Words,
    ) -> None:
        self.models = models
        self.figures = figures
        self.level = level
        self.words = words

    def sentences(self, tests: Sequence[Test]) -> list[str]:
        """What differs, and what the run could not find; the result first."""
        words = self.words
        if len(self.models) < 2:
            return [words("comparison.one_model"), *self._shares()]
        found = [test for test in tests if test.found]
        # What was found in right answers before all else, pair by pair.
        found.sort(key=lambda test: list(MEASURES).index(test.measure))
        sentences = [self._differs(test) for test in found]
        undecided = [test for test in tests if test.measure == RIGHT and not test.found]
        sentences += [self._undecided(test) for test in undecided]
        if RIGHT in self.figures:
            if not any(test.measure == RIGHT for test in tests):
                sentences.insert(0, self._all_alike())
            sentences += self._size(tests)
        elif found:
            sentences.append(words("comparison.no_rules"))
        else:
            sentences.append(self._nothing_found(tests))
        return sentences

    def _nothing_found(self, tests: Sequence[Test]) -> str:
        """Nothing says which answers are right, and the first measure that was tested does not differ."""
        if not tests:
            return self.words("comparison.no_pairs")
        label = self.words(MEASURES[tests[0].measure].key)
        return self.words("comparison.no_rules_no_difference", measure=label[0].lower() + label[1:])

    def _shares(self) -> list[str]:
        return [
            self.words("comparison.one_right", model=model, **self._counts(RIGHT, i, "one"))
            for i, model in enumerate(self.models)
            if RIGHT in self.figures
        ]

    def _counts(self, name: str, model: int, which: str) -> dict[str, object]:
        figure = self.figures[name][model]
        return {f"{which}_hits": figure.hits, f"{which}_count": len(figure.answers)}

    def _values(self, test: Test) -> dict[str, object]:
        both = {"one": test.one, "other": test.other}
        measure = MEASURES[test.measure]
        values: dict[str, object] = {which: self.models[model] for which, model in both.items()}
        for which, model in both.items():
            if measure.is_share:
                values |= self._counts(test.measure, model, which)
            else:
                mean = self.figures[test.measure][model].mean
                values[f"{which}_mean"] = f"{mean:.{max(1, measure.decimals)}f}"
        return values | {"chance": chance(test.swaps.p)}

    def _differs(self, test: Test) -> str:
        return self.words(MEASURES[test.measure].more, **self._values(test))

    def _undecided(self, test: Test) -> str:
        is_even = test.only_one == test.only_other
        key = "comparison.even" if is_even else "comparison.undecided"
        return self.words(key, **self._values(test))

    def _all_alike(self) -> str:
        """No two answers of a pair differ in being right, or there are too few pairs."""
        figures = self.figures[RIGHT]
        hits, count = sum(each.hits for each in figures), sum(len(each.answers) for each in figures)
        if hits not in (0, count):
            return self.words("comparison.no_pairs")
        return self.words("comparison.all_right" if hits else "comparison.all_wrong", count=count)

    def _size(self, tests: Sequence[Test]) -> list[str]:
        """What a run of this size could find, and how many more answers would settle what it did not."""
        own = [test for test in tests if test.measure == RIGHT]
        sentences = []
        for test in own:
            if test.found or test.only_one == test.only_other:
                continue
            pairs = needed(test.pairs, test.only_one, test.only_other, self.level)
            values = {"one": self.models[test.one], "other": self.models[test.other]}
            if pairs is None:
                values["count"] = f"{MAX_NEEDED:,}"
                sentences += [self.words("comparison.not_to_settle", **values)]
            else:
                more = max(1, pairs - test.pairs)
                sentences += [self.words("comparison.to_settle", **values, count=more, total=pairs)]
        if own and not all(test.found for test in own):
            pairs = min(test.pairs for test in own)
            difference = findable(pairs, self.level)
            if difference is None:
                sentences += [self.words("comparison.finds_nothing", count=pairs)]
            else:
                low, high = round(50 - 50 * difference), round(50 + 50 * difference)
                sentences += [self.words("comparison.finds", count=pairs, low=low, high=high)]
        return sentences

    def unmoved(self, models: Sequence[int]) -> list[str]:
        """Which models gave one text with every seed."""
        if not models:
            return []
        named = self.listed([self.models[each] for each in models])
        return [self.words("comparison.unmoved", models=named)]

    def durations(self, names: Sequence[str]) -> list[str]:
        """Why durations are not tested."""
        has = any(not MEASURES[name].tested for name in names) and len(self.models) > 1
        return [self.words("comparison.durations")] if has else []

    def besides(self, record: Record) -> list[str]:
        """In what the models differ besides their weights."""
        sentences = []
        if record.differences:
            keys = self.listed([each.key for each in record.differences[:8]])
            sentences += [self.words("comparison.besides", keys=keys)]
        elif len(self.models) > 1 and not all(record.cards):
            sentences += [self.words("comparison.not_told")]
        guessed = [
            model for model, card in zip(self.models, record.cards, strict=True) if card and card.other_template
        ]  # fmt: skip
        if guessed:
            sentences += [self.words("comparison.other_template", models=self.listed(guessed))]
        sentences += [
            self.words("comparison.unused", model=model, settings=self.listed(unused))
            for model, unused in zip(self.models, record.unused, strict=True)
            if unused
        ]
        return sentences

    def controls(self, record: Record) -> list[str]:
        """Whether the server gave the same answer when it was asked once more with the same seed."""
        first = {
            (each.model, each.prompt, each.seed): each.text
            for each in record.answers
            if not each.is_control
        }
        other = []
        for each in record.answers:
            before = first.get((each.model, each.prompt, each.seed))
            if each.is_control and before is not None and before != each.text:
                other.append(self.models[each.model])
        return (
            [self.words("comparison.control_differs", models=self.listed(other))] if other else []
        )

    def listed(self, names: Sequence[str]) -> str:
        """Names in a sentence."""
        *before, last = names
        if not before:
            return last
        return self.words("comparison.and", before=", ".join(before), last=last)

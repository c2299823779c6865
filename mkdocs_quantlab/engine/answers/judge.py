"""Whether an answer keeps the rules, and why."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_quantlab.engine.answers import text as texts
from mkdocs_quantlab.engine.answers.numerals import Numeral, numerals, prepared, spaced
from mkdocs_quantlab.engine.answers.rules import JUDGING, Rules, parse
from mkdocs_quantlab.engine.core.foreign import shown
from mkdocs_quantlab.engine.core.numbers import plain as plain_number
from mkdocs_quantlab.engine.core.texts import EN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.engine.core import protocol
    from mkdocs_quantlab.engine.core.texts import Words

MAX_ANSWER = 100_000
"""Characters of an answer that is judged."""
MAX_DEPTH = 500
"""Lists and objects of JSON within each other; each takes a part of the stack, which is small in a page."""
QUOTED = 60
"""Characters of an answer that a reason repeats."""


class Verdict(NamedTuple):
    """Whether an answer is right."""

    right: bool
    reason: str
    """One sentence."""


def judge(rules: Rules, answer: str, words: Words = EN) -> Verdict:
    """Whether an answer is right.

    Reasoning that a model wrote before its answer, between marks such as `<think>`, is not judged.

    Args:
        rules: What a right answer has.
        answer: The answer, as the model wrote it.
        words: The texts of the reason.

    Returns:
        The verdict; its reason is that of the first rule that the answer does not keep, or of the first rule.
    """
    if len(answer) > MAX_ANSWER:
        return Verdict(
            False, words("answers.too_long", characters=f"{len(answer):,}", limit=f"{MAX_ANSWER:,}")
        )
    answer = texts.without_reasoning(answer)
    if not answer:
        return Verdict(False, words("answers.empty"))
    judged = _Judged(rules, answer, words)
    verdicts: list[Verdict] = [getattr(judged, name)() for name in JUDGING if name in rules.given]
    return next((verdict for verdict in verdicts if not verdict.right), verdicts[0])


class _Judged:
    """An answer, judged by each rule: a method for each of `JUDGING`."""

    def __init__(self, rules: Rules, answer: str, words: Words) -> None:
        self.rules = rules
        self.answer = answer
        self.say = words
        self.plain = texts.plain(answer, rules.exact)

    def _has(self, text: str) -> bool:
        return texts.contains(self.plain, texts.plain(text, self.rules.exact))

    def _quoted(self, text: str) -> str:
        return self.say("answers.quoted", text=shown(text, QUOTED))

    def _listed(self, found: Sequence[str], key: str) -> str:
        quoted = [self._quoted(text) for text in found]
        if len(quoted) == 1:
            return quoted[0]
        joined = {
            "or": self.say("answers.either", others=", ".join(quoted[:-1]), last=quoted[-1]),
            "and": self.say("answers.both", others=", ".join(quoted[:-1]), last=quoted[-1]),
        }
        return joined[key]

    def contains(self) -> Verdict:
        wanted = self.rules.contains
        for text in wanted:
            if self._has(text):
                return Verdict(True, self.say("answers.contains", texts=self._quoted(text)))
        return Verdict(False, self.say("answers.lacks", texts=self._listed(wanted, "or")))

    def contains_all(self) -> Verdict:
        wanted = self.rules.contains_all
        for text in wanted:
            if not self._has(text):
                return Verdict(False, self.say("answers.lacks", texts=self._quoted(text)))
        return Verdict(True, self.say("answers.contains", texts=self._listed(wanted, "and")))

    def equals(self) -> Verdict:
        wanted = self.rules.equals
        found = self._quoted(self.answer)
        if any(self.plain == texts.plain(text, self.rules.exact) for text in wanted):
            return Verdict(True, self.say("answers.equals", found=found))
        wanted_texts = self._listed(wanted, "or")
        return Verdict(False, self.say("answers.differs", found=found, texts=wanted_texts))

    def without(self) -> Verdict:
        for text in self.rules.without:
            if self._has(text):
                return Verdict(False, self.say("answers.contains", texts=self._quoted(text)))
        wanted = self._listed(self.rules.without, "or")
        return Verdict(True, self.say("answers.lacks", texts=wanted))

    def number(self) -> Verdict:
        rules, words = self.rules, self.say
        found = self._numbers()
        if not found and rules.unit:
            units = self._listed(rules.unit, "or")
            return Verdict(False, words("answers.no_unit", units=units))
        if not found:
            return Verdict(False, words("answers.no_number"))
        wanted = plain_number(rules.number or 0)
        for value in found:
            if self._is_right(value):
                return Verdict(True, self._number_is(value, wanted, is_right=True))
        return Verdict(False, self._number_is(found[0], wanted, is_right=False))

    def _number_is(self, value: float, wanted: str, *, is_right: bool) -> str:
        found = plain_number(value)
        match self.rules.which, is_right:
            case "any", True:
                return self.say("answers.has_number", found=found)
            case "any", False:
                return self.say("answers.lacks_number", wanted=wanted)
            case "first", True:
                return self.say("answers.first_number", found=found)
            case "first", False:
                return self.say("answers.first_number_not", found=found, wanted=wanted)
            case _, True:
                return self.say("answers.last_number", found=found)
            case _:
                return self.say("answers.last_number_not", found=found, wanted=wanted)

    def _is_right(self, value: float) -> bool:
        wanted = self.rules.number or 0
        size, is_percent = self.rules.tolerance
        tolerance = abs(wanted) * size / 100 if is_percent else size
        # Fifteen digits are what a float holds of a decimal number.
        return abs(value - wanted) <= tolerance + 1e-15 * max(abs(value), abs(wanted), tolerance)

    def _numbers(self) -> list[float]:
        """The values that the number which counts can have."""
        text = prepared(self.answer)
        found = [each for each in numerals(text, self.rules.decimal) if self._has_unit(text, each)]
        joined = [each for each in spaced(text) if self._has_unit(text, each)]
        if self.rules.which == "any" or not found:
            return [value for each in (*found, *joined) for value in each.readings]
        if self.rules.which == "first":
            first = found[0]
            more = [each for each in joined if each.start == first.start]
        else:
            first = found[-1]
            more = [each for each in joined if each.stop == first.stop]
        return [value for each in (first, *more) for value in each.readings]

    def _has_unit(self, text: str, number: Numeral) -> bool:
        units = self.rules.unit
        if not units:
            return True
        longest = max(map(len, units))
        fold = str if "case" in self.rules.exact else str.casefold
        after = fold(
            text[number.stop : number.stop + longest + 8].lstrip(" \u00a0\u2009\u202f*_`-\\")
        )
        before = fold(
            text[max(0, number.start - longest - 4) : number.start].rstrip(" \u00a0*_`\\")
        )
        return any(_begins(after, fold(unit)) or before.endswith(fold(unit)) for unit in units)

    def regex(self) -> Verdict:
        pattern = self.rules.regex
        assert pattern
        is_right = pattern.is_in(self.answer)
        key = "answers.matches" if is_right else "answers.no_match"
        return Verdict(is_right, self.say(key, pattern=shown(pattern.source, QUOTED)))

    def json(self) -> Verdict:
        for part in (self.answer, *texts.fences(self.answer)):
            try:
                found = _parsed(part)
                break
            except ValueError:
                continue
        else:
            return Verdict(False, self.say("answers.no_json"))
        keys = self.rules.json
        if keys and not isinstance(found, dict):
            return Verdict(False, self.say("answers.no_object"))
        for key in keys:
            if key not in found:
                return Verdict(False, self.say("answers.lacks_key", name=self._quoted(key)))
        if not keys:
            return Verdict(True, self.say("answers.is_json"))
        return Verdict(True, self.say("answers.has_keys", keys=self._listed(keys, "and")))

    def words(self) -> Verdict:
        return self._counted("words", texts.count_words(self.answer))

    def lines(self) -> Verdict:
        return self._counted("lines", texts.count_lines(self.answer))

    def items(self) -> Verdict:
        return self._counted("items", texts.count_items(self.answer))

    def _counted(self, name: str, count: int) -> Verdict:
        wanted = self.rules.values[name]
        found = {
            "words": self.say("answers.n_words", count=count),
            "lines": self.say("answers.n_lines", count=count),
            "items": self.say("answers.n_items", count=count),
        }[name]
        if count in wanted:
            return Verdict(True, self.say("answers.has_count", found=found))
        asked = getattr(Rules, name).format(wanted)
        return Verdict(False, self.say("answers.has_other_count", found=found, wanted=asked))


def _begins(text: str, unit: str) -> bool:
    following = text[len(unit) : len(unit) + 1]
    return text.startswith(unit) and not (unit[-1].isalnum() and following.isalnum())


def _parsed(text: str) -> Any:
    depth = 0
    for bracket in re.finditer(r"[\[\]{}]", text):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > MAX_DEPTH:
            raise ValueError
    return json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> object:
    raise ValueError(constant)  # `NaN` and `Infinity` are Python's, not JSON's


def judge_answers(given: protocol.JudgeAnswers) -> protocol.Judged:
    """Judges answers by a rule that an author or a reader wrote."""
    rules = parse(given["rule"])
    verdicts = [judge(rules, answer) for answer in given["answers"]]
    return {
        "rule": str(rules),
        "verdicts": [{"right": right, "reason": reason} for right, reason in verdicts],
    }

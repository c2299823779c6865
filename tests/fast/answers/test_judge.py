"""Right or wrong, and the sentence that says why."""

from __future__ import annotations

import json

import pytest
import yaml

from mkdocs_quantlab.engine.answers.judge import MAX_ANSWER, judge
from mkdocs_quantlab.engine.answers.rules import Rules, parse, read
from mkdocs_quantlab.engine.core.dispatch import call
from mkdocs_quantlab.engine.core.schema import OptionError

CASES = [
    ("contains: Paris", "It is PARIS!", True, "The answer contains “Paris”."),
    ("contains: Paris", "Comparison", False, "The answer does not contain “Paris”."),
    ("contains: [Rome, Roma]", "Roma.", True, "The answer contains “Roma”."),
    ("contains: [a, b, c]", "d", False, "The answer does not contain “a”, “b” or “c”."),
    ("contains: 巴黎", "法国的首都是巴黎。", True, "The answer contains “巴黎”."),
    ("contains: ete", "L'ÉTÉ", True, "The answer contains “ete”."),
    ("contains: été, exact: accents", "L'ete", False, "The answer does not contain “été”."),
    ("contains: e\u0301te\u0301, exact: accents", "ÉTÉ", True, "The answer contains “e\u0301te\u0301”."),
    ("contains: Paris, exact: case", "PARIS", False, "The answer does not contain “Paris”."),
    ('contains: "a, b", exact: punctuation', "a b", False, "The answer does not contain “a, b”."),
    ("contains: Straße", "STRASSE", True, "The answer contains “Straße”."),
    ("contains_all: [red, blue]", "blue, red", True, "The answer contains “red” and “blue”."),
    ("contains_all: [red, blue]", "red", False, "The answer does not contain “blue”."),
    ("without: [red, blue]", "green", True, "The answer does not contain “red” or “blue”."),
    ("without: [red, blue]", "blue", False, "The answer contains “blue”."),
    ("equals: Paris", "**Paris**.", True, "The answer is “**Paris**.”."),
    ("equals: Paris", "It is Paris", False, "The answer is “It is Paris”, not “Paris”."),
    ("number: 391", "17 × 23 = 391", True, "The last number in the answer is 391."),
    ("number: 391", "391 is 17 × 23", False, "The last number in the answer is 23, not 391."),
    ("number: 391, which: first", "391 = 17 × 23", True, "The first number in the answer is 391."),
    ("number: 391, which: first", "3", False, "The first number in the answer is 3, not 391."),
    ("number: 17, which: any", "17 × 23", True, "The answer contains the number 17."),
    ("number: 18, which: any", "17 × 23", False, "The answer does not contain the number 18."),
    ("number: 391", "None.", False, "The answer contains no number."),
    ("number: 1234", "1,234", True, "The last number in the answer is 1234."),
    ("number: 1.234", "1,234", True, "The last number in the answer is 1.234."),
    ("number: 1.234, decimal: point", "1,234", False, "The last number in the answer is 1234, not 1.234."),
    ("number: 12345", "12 345", True, "The last number in the answer is 12345."),
    ("number: 345", "12 345", True, "The last number in the answer is 345."),
    ("number: 12345, which: first", "12 345 is it", True, "The first number in the answer is 12345."),
    ("number: 0.3", "0.1 + 0.2", False, "The last number in the answer is 0.2, not 0.3."),
    ("number: 3.14, tolerance: 0.01", "3,15", True, "The last number in the answer is 3.15."),
    ("number: 3.14, tolerance: 0.01", "3.16", False, "The last number in the answer is 3.16, not 3.14."),
    ("number: 200, tolerance: 1 %", "202", True, "The last number in the answer is 202."),
    ("number: 42, unit: km", "42 km in 3 h", True, "The last number in the answer is 42."),
    ("number: 42, unit: km", "42 kmh", False, "No number in the answer has the unit “km”."),
    ("number: 5, unit: [€, euros]", "€5", True, "The last number in the answer is 5."),
    ("number: 5, unit: %", "5 %", True, "The last number in the answer is 5."),
    ("regex: '^\\d{3}$'", "391", True, r"The answer matches the pattern ^\d{3}$."),
    ("regex: '^\\d{3}$'", "3915", False, r"The answer does not match the pattern ^\d{3}$."),
    ("json: []", "[1, 2]", True, "The answer is valid JSON."),
    ("json: []", "{'a': 1}", False, "The answer is not valid JSON."),
    ("json: []", "[NaN]", False, "The answer is not valid JSON."),
    ("json: []", "[" * 90_000, False, "The answer is not valid JSON."),
    ("json: [a, b]", 'Here:\n```json\n{"a": 1, "b": 2}\n```\nDone.', True, "The JSON in the answer has the keys “a” and “b”."),
    ("json: [a, b]", '{"a": 1}', False, "The JSON in the answer does not have the key “b”."),
    ("json: a", "[1]", False, "The JSON in the answer is not an object."),
    ("words: 3", "Don't re-read it.", True, "The answer has 3 words."),
    ("words: at most 2", "one two three", False, "The answer has 3 words, not at most 2."),
    ("words: 2 to 4", "one", False, "The answer has 1 word, not 2 to 4."),
    ("lines: at least 2", "one\n\ntwo", True, "The answer has 2 lines."),
    ("items: 3", "Here:\n1. a\n   - inner\n2. b\n3. c", True, "The answer has 3 list items."),
    ("items: 3", "a, b, c", False, "The answer has 0 list items, not 3."),
    ("contains: Paris, words: 1", "It is Paris", False, "The answer has 3 words, not 1."),
    ("contains: Paris, words: 3", "It is Paris", True, "The answer contains “Paris”."),
    ("words: 1", "  \n", False, "The answer is empty."),
    ("number: 4", "<think>Is it 5?</think>4", True, "The last number in the answer is 4."),
    ("number: 5", "<think>It is 5", False, "The answer is empty."),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "answer", "right", "reason"), CASES)
def test_verdicts(rule, answer, right, reason):
    assert judge(parse(rule), answer) == (right, reason)


@pytest.mark.parametrize("rule", sorted({case[0] for case in CASES}))
def test_a_rule_is_written_as_it_is_read(rule):
    rules = parse(rule)
    assert parse(str(rules)).values.keys() == rules.values.keys()
    assert str(parse(f"{{{rules}}}")) == str(rules)
    # YAML reads the same.
    assert str(read(yaml.safe_load(f"{{{rules}}}"))) == str(rules)


def test_texts_that_need_quotes_keep_what_they_are():
    texts = [
        "a, b",
        'say "no"',
        "it's",
        "[x]",
        "a|b",
        "yes",
        "5",
        "back\\slash",
        "{",
        "a\n2",
        "a: b",
        "-",
        "# x",
    ]
    for text in texts:
        rules = read({"contains": [text], "exact": ["punctuation"]})
        assert parse(str(rules)).contains == (text,)
        assert read(yaml.safe_load(f"{{{rules}}}")).contains == (text,)


def test_long_answers_are_wrong():
    verdict = judge(parse("contains: a"), "a " * MAX_ANSWER)
    assert not verdict.right
    assert "200,000 characters" in verdict.reason


def test_a_reason_repeats_little_of_an_answer():
    verdict = judge(parse("equals: x"), "y\x1b[31m" * 9000)
    assert len(verdict.reason) < 150
    assert "\x1b" not in verdict.reason


@pytest.mark.parametrize(
    "answer",
    ["1 " * 45_000, "1," * 45_000, "123 " * 24_000, "x10^" * 24_000, "```\n" * 24_000, "- a\n" * 24_000, "<think>" * 14_000, "a" * 99_999],
    ids=lambda answer: answer[:5],
)  # fmt: skip
def test_long_answers_take_no_time(answer):
    """Quadratic work on any of them would hang the test."""
    rule = "contains: [aaaaab, b], number: 7, unit: [kg], regex: '(a+)+b', json: [x], words: 1, lines: 1, items: 1"
    assert not judge(parse(rule), answer).right


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("nubmer: 3", "unknown rule `nubmer` (did you mean `number`?)"),
        ("number: 3,5", "found `5`; put a value with a comma into quotes"),
        ("number: '3,5'", "decimals have a point, as in `3.5`"),
        ("number: x", "`number` takes a number; found `x`"),
        ("tolerance: 3, words: 2", "`tolerance` needs a `number`"),
        ("exact: case, words: 2", "`exact` needs texts"),
        ("tolerance: 3", "a rule has one of `contains`"),
        ("number: 3, tolerance: -1", "`tolerance` takes a number from 0"),
        ("number: 3, which: lsat", "(did you mean `last`?)"),
        ("words: five", "as in `5`, `at most 5`"),
        ("words: 5 to 3", "the first number is the larger one"),
        ("contains: ...", "add `exact: punctuation`"),
        ("contains: []", "found nothing"),
        ("regex: (a", "`(` is not closed"),
        ("regex: [a-z]", "found a list"),
        ('contains: "a', "a quote is not closed"),
        ("{number: 3", "found the end"),
        ("number: 3}", "found `}`"),
        ("number: 3, number: 4", "`number` is given twice"),
        ("Paris", "a rule is `name: value`; found `Paris`"),
        ("", "found the end"),
        ("a" * 3000, "at most 2,000 characters"),
    ],
)
def test_a_mistake_is_named(rule, says):
    with pytest.raises(OptionError) as caught:
        parse(rule)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"contains": True}, "put it in quotes"),
        ({"contains": ["a", False]}, "put it in quotes"),
        ({"number": [1]}, "found a list"),
        ({"contains": {"a": 1}}, "found a mapping"),
        ({"number": None}, "found nothing"),
    ],
)
def test_mistakes_in_yaml(given, says):
    with pytest.raises(OptionError) as caught:
        read(given)
    assert says in str(caught.value)


def test_the_worker_judges():
    params = {"rule": "{words: 2, number: 5}", "answers": ["It's 5", "no"]}
    answer = json.loads(call("judge_answers", json.dumps(params))[0])["answer"]
    assert answer["rule"] == "number: 5, words: 2"
    assert [each["right"] for each in answer["verdicts"]] == [True, False]
    error = json.loads(call("judge_answers", json.dumps(params | {"rule": "x: 1"}))[0])["error"]
    assert "unknown rule `x`" in error["message"]


def test_every_rule_has_its_words():
    assert all(field.help and field.allowed for field in Rules.fields())

"""What a comparison shows: its sentences, and what they promise."""

from __future__ import annotations

import random

import pytest

from mkdocs_quantlab.engine.comparing.record import of_data
from mkdocs_quantlab.engine.comparing.result import result
from mkdocs_quantlab.engine.comparing.statistics import power
from tests.comparisons import answer, comparison, rights


def shown(data):
    return result(of_data(data))


def test_a_difference_is_one_sentence_with_its_size_and_its_chance():
    found = shown(rights("1" * 18 + "0" * 6, "1" * 6 + "0" * 18, prompts=4))
    # 12 pairs of one direction: 2 / 4096.
    assert found.sentence == (
        "q8 is right more often than q4: in 18 of 24 answers against 6 of 24, a difference that chance alone would give in less than "
        "0.1 % of comparisons."
    )
    assert [(test.measure, test.pairs, test.only_one, test.only_other, test.found) for test in found.tests] == [
        ("right", 24, 12, 0, True)
    ]  # fmt: skip
    assert not found.more


def test_no_difference_says_what_would_settle_it_and_what_the_run_could_find():
    found = shown(rights("111110", "101000"))
    assert found.sentence == (
        "This run does not show that q8 is right more often than q4: 5 of 6 answers against 2 of 6 are right, a difference that chance "
        "alone would give in 25 % of comparisons."
    )
    assert found.more == [
        "If answers go on like this, about 11 more answers of each model, 17 in total, would show that q8 is right more often than q4.",
        "With 6 pairs of answers, a run finds a difference of 0 % against 100 % right in nine of ten cases, and often misses smaller ones.",
    ]


def test_equal_shares_are_no_difference():
    found = shown(rights("110", "101"))
    assert found.sentence == (
        "This run shows no difference in right answers between q8 and q4: 2 of 3 against 2 of 3."
    )
    assert found.more == ["3 pairs of answers are too few to find any difference in right answers."]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (("111", "111"), "All 6 answers are right, so this run shows no difference between the models."),
        (("000", "000"), "None of the 6 answers is right, so this run shows no difference between the models."),
        (("1", "0"), "This run has too few answers to compare the models: it needs at least two pairs of answers to the same prompt with the same seed."),
        (("110",), "This run has one model, so there is nothing to compare."),
    ],
)  # fmt: skip
def test_what_cannot_differ(rows, sentence):
    assert shown(rights(*rows)).sentence == sentence


def words(*rows, **other):
    """A comparison in which no rule judges, of answers with so many words."""
    models = ("q8", "q2")
    return comparison(
        [answer(models[m], seed=i + 1, words=n, speed=9, **other) for m, row in enumerate(rows) for i, n in enumerate(row)]
    )  # fmt: skip


def test_without_rules_the_next_measure_is_tested():
    found = shown(words(range(10, 18), range(20, 28)))
    assert found.sentence == (
        "q2 writes more words than q8: 23.5 against 13.5 on average, a difference that chance alone would give in 0.8 % of comparisons."
    )
    assert found.more[0] == "No rule of this run says which answers are right."
    assert "Durations are not tested" in found.remarks[0]
    found = shown(words([10, 12], [11, 11]))
    assert found.sentence == (
        "No rule of this run says which answers are right, and the models do not differ in the measure “words” by more than chance alone "
        "explains."
    )


def test_other_measures_are_tested_after_right_answers_only():
    """The words of all pairs differ, but right answers come first and do not."""
    data = rights("10101010", "01010101")
    for i, each in enumerate(data["answers"]):
        each["measures"] = {"words": i + 1}
    found = shown(data)
    assert [(test.measure, test.found) for test in found.tests] == [("right", False), ("words", False)]  # fmt: skip
    assert found.tests[1].swaps.p < 0.01
    for each in data["answers"][8:]:
        each["verdict"]["right"] = False
    for each in data["answers"][:8]:
        each["verdict"]["right"] = True
    assert [test.found for test in shown(data).tests] == [True, True]


def test_one_text_with_every_seed_counts_once():
    data = rights("1" * 6, "0" * 6)
    for each in data["answers"]:
        each["text"] = each["model"]
    found = shown(data)
    assert [len(each.answers) for each in found.figures["right"]] == [1, 1]
    assert not found.tests
    assert found.more[-1] == "With every seed, the same text came from q8 and q4: of such answers to a prompt only one counts."  # fmt: skip


def test_with_several_models_the_level_is_shared_among_their_pairs():
    # 6 pairs of one direction: 3.1 %, enough between two models and not between three.
    assert shown(rights("111111", "000000")).tests[0].found
    found = shown(rights("111111", "000000", "111111"))
    assert [test.found for test in found.tests] == [False, False]
    found = shown(rights("1" * 8, "0" * 8, "1" * 8))
    assert found.sentence.startswith("q8 is right more often than q4: in 8 of 8 answers against 0 of 8")  # fmt: skip
    assert found.more[0].startswith("q2 is right more often than q4")


def test_what_nothing_in_the_run_could_have_is_left_out():
    none = {"svg": 0, "wellFormed": 0, "viewBox": 0, "limit": 0, "loop": 0, "repetition": 0}
    data = comparison([answer("q8", **none, words=3), answer("q2", **none, words=4)])
    assert list(shown(data).figures) == ["words"]
    data["answers"][0]["measures"] |= {"svg": 1, "elements": 4, "wellFormed": 1}
    assert list(shown(data).figures) == ["svg", "wellFormed", "words", "elements"]


def test_uneven_numbers_have_no_interval():
    def interval(values):
        return shown(words(values, values)).figures["words"][0].interval

    assert interval([1, 90, 2, 150, 3, 4]) is None
    assert interval([1, 900] + [1] * 10) is None, "it would reach below zero"
    assert interval(range(20, 32)) == pytest.approx((23.209, 27.791), abs=1e-3)


def test_the_control_is_no_sample_and_tells_whether_answers_repeat():
    data = rights("10", "01")
    data["answers"].append(answer("q8", control=True, text="another", right=True))
    found = shown(data)
    assert len(found.figures["right"][0].answers) == 2
    assert found.cautions[-1] == (
        "With the same question and the same seed once more, another answer came from q8: this server does not repeat its answers."
    )


def test_what_differs_besides_the_weights_is_named():
    card = {"metadata": {"a": 1}, "tensors": [], "added": {"SYSTEM": "Be brief."}}
    data = rights("10", "01", cards=[{"metadata": {"a": 1}, "tensors": []}, card])
    data["answers"][0]["unused"] = ["seed", "temperature"]
    assert shown(data).cautions == [
        "These models differ in more than their weights, in SYSTEM. A difference between their answers may come from that.",
        "For q8, the server did not use these settings: seed and temperature.",
    ]
    assert shown(rights("10", "01")).cautions == [
        "The server did not tell the prompt templates and parameters of all models, so they may differ in more than their weights."
    ]


def simulated(runs, seeds, chances):
    """The share of runs that call any difference, of models whose answers are right and long by chance."""
    source = random.Random(7)
    called = 0
    for _ in range(runs):
        answers = [
            answer(model, prompt, seed, right=source.random() < chance, words=source.randrange(90), tokens=source.randrange(90))
            for model, chance in zip(("q8", "q2"), chances, strict=True)
            for prompt in range(2)
            for seed in range(seeds)
        ]  # fmt: skip
        found = shown(comparison(answers, prompts=("one", "two")))
        called += any(test.found for test in found.tests)
    return called / runs


def test_a_model_against_itself_is_seldom_called_different():
    assert simulated(400, 4, (0.5, 0.5)) <= 0.05


@pytest.mark.slow
def test_a_model_against_itself_is_called_different_in_at_most_5_percent_of_5000_runs():
    assert simulated(5000, 5, (0.5, 0.5)) <= 0.05


@pytest.mark.slow
def test_5000_runs_find_25_against_75_percent_as_often_as_was_computed():
    """The exact power, at least 0.9, within three standard errors."""
    exact = power(24, 0.75 * 0.75, 0.25 * 0.25)
    error = (exact * (1 - exact) / 5000) ** 0.5
    assert simulated(5000, 12, (0.75, 0.25)) == pytest.approx(exact, abs=3 * error)

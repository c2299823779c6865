"""Exported comparisons are read, and a broken one is one error with its place."""

from __future__ import annotations

import copy
import json

import pytest

from mkdocs_quantlab.engine.comparing.foreign import RecordError
from mkdocs_quantlab.engine.comparing.record import EXCERPT, MAX_BYTES, Verdict, of_data, read
from mkdocs_quantlab.engine.comparing.resource import ComparisonOf
from tests.comparisons import answer, comparison, rights


def test_an_answer_is_read():
    data = comparison(
        [
            answer("q8", right=True, words=5, speed=None, later=9, text="Paris"),
            answer("q2", control=True, words=7.5),
        ]
    )
    record = read(json.dumps(data).encode())
    assert record.models == ["q8", "q2"]
    assert record.temperature == 0.7
    one, other = record.answers
    assert (one.model, one.prompt, one.seed, one.is_control, one.excerpt) == (
        0,
        0,
        0,
        False,
        "Paris",
    )
    assert one.values == {"words": 5, "right": 1}
    assert one.verdict == Verdict(True, "It contains “Paris”.", "contains “Paris”")
    assert (other.model, other.is_control, other.values, other.verdict) == (1, True, {"words": 7.5}, None)  # fmt: skip


def test_the_marks_of_a_drawing_are_a_verdict():
    mark = {"name": "parts", "label": "Parts", "right": False, "said": ["A wheel is missing"]}
    both = {**mark, "name": "place"}
    data = comparison(
        [
            {**answer("q8"), "marks": {"all": False, "marks": [mark, both]}},
            {**answer("q2"), "marks": {"examples": ["Draw a bicycle."]}},
        ]
    )
    one, other = of_data(data).answers
    assert one.verdict == Verdict(False, "A wheel is missing.", "")
    assert one.values["right"] == 0
    assert other.verdict is None


def card(**changed):
    return {
        "name": "m",
        "quantization": "Q8_0",
        "parameters": "135M",
        "metadata": {"general.architecture": "llama", "general.file_type": 7},
        "tensors": [
            {"name": "a", "type": "Q8_0", "shape": [32, 4]},
            {"name": "b", "type": "F32", "shape": [32]},
        ],
        **changed,
    }


def test_cards_say_in_what_models_differ_besides_their_weights():
    metadata = {"general.architecture": "llama", "general.file_type": 10}
    other = card(quantization="Q2_K", metadata=metadata, added={"TEMPLATE": "{{ .Prompt }}"})
    record = of_data(comparison([], cards=[card(), other]))
    one, two = record.cards
    assert one.quantization == "Q8_0"
    assert one.weights == {"Q8_0": 128, "F32": 32}
    assert [each.key for each in record.differences] == ["TEMPLATE"]
    assert (one.other_template, two.other_template) == (False, True)
    assert of_data(comparison([], cards=[card(), None])).differences == []


def broken(change):
    data = rights("10", "01", cards=[card(), None])
    data["answers"][1]["unused"] = ["seed"]
    data["answers"][0]["marks"] = {"all": True, "marks": [{"said": []}]}
    data["answers"][3]["measures"] = {"words": 3, "loop": 0}
    of_data(copy.deepcopy(data))
    change(data)
    return data


CASES = {
    'answers[3].measures.words: takes a number; found `"three"`': lambda d: d["answers"][3]["measures"].update(words="three"),
    "answers[3].measures.words: takes a number from 0; found `-1`": lambda d: d["answers"][3]["measures"].update(words=-1),
    "answers[3].measures.words: takes a finite number; found `Infinity`": lambda d: d["answers"][3]["measures"].update(words=float("inf")),
    "answers[3].measures.loop: takes 0 or 1; found `2`": lambda d: d["answers"][3]["measures"].update(loop=2),
    'answers[2].model: takes one of `models`; found `"q3"`': lambda d: d["answers"][2].update(model="q3"),
    "answers[2].prompt: takes the position of a prompt, from 0 to 0; found `1`": lambda d: d["answers"][2].update(prompt=1),
    "answers[2].settings.seed: takes one of `seeds`; found `9`": lambda d: d["answers"][2]["settings"].update(seed=9),
    "answers[2].settings: takes an object; found nothing": lambda d: d["answers"][2].pop("settings"),
    "answers[1]: takes each answer once; found a second answer of this model to this prompt with this seed": lambda d: d["answers"][1]["settings"].update(seed=1),
    "answers[0].text: takes a string; found `7`": lambda d: d["answers"][0].update(text=7),
    "answers[0].isControl: takes true or false; found `0`": lambda d: d["answers"][0].update(isControl=0),
    'answers[0].verdict.right: takes true or false; found `"yes"`': lambda d: d["answers"][0]["verdict"].update(right="yes"),
    "answers[0].unused: takes a list; found `an object`": lambda d: d["answers"][0].update(unused={}),
    "answers: takes a list; found nothing": lambda d: d.pop("answers"),
    "models: takes a list of 1 to 8; found a list of 0": lambda d: d.update(models=[]),
    "models: takes each value once; found one of them twice": lambda d: d.update(models=["q8", "q8"]),
    "labels: takes a list of 2; found a list of 1": lambda d: d.update(labels=["q8"]),
    "cards[0].tensors[1].shape[0]: takes a whole number; found `0.5`": lambda d: d["cards"][0]["tensors"][1].update(shape=[0.5]),
    "prompts[0]: takes a string; found `an object`": lambda d: d.update(prompts=[{}]),
    "settings.temperature: takes a number; found `true`": lambda d: d.update(settings={"temperature": True}),
    'format: takes `quantlab-comparison-1`, as the chat exports a comparison; found `"quantlab-comparison-9"`': lambda d: d.update(format="quantlab-comparison-9"),
    "format: takes `quantlab-comparison-1`, as the chat exports a comparison; found nothing": lambda d: d.clear(),
}  # fmt: skip


@pytest.mark.parametrize("message", CASES)
def test_what_is_wrong_has_its_place(message):
    with pytest.raises(RecordError) as caught:
        of_data(broken(CASES[message]))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "line 1, column 2: this is not JSON: Expecting property name enclosed in double quotes"),
        (b"\xff\xfe\x00", "byte 0: the file is not text in UTF-8"),
        (b"[1]", "the file: takes an object; found `a list of 1`"),
        (b"[" * 100_000, "the file is nested too deeply for a comparison"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "the file has a number that is too long"),
        (b" " * (MAX_BYTES + 1), "the file has 32,000,001 bytes; a comparison has at most 32,000,000"),
    ],
)  # fmt: skip
def test_what_is_no_comparison_at_all(data, message):
    with pytest.raises(RecordError) as caught:
        read(data)
    assert str(caught.value) == message


def test_an_error_shows_foreign_text_short_and_escaped():
    with pytest.raises(RecordError) as caught:
        of_data({"format": "\x1b[2J" + "x" * 5000})
    assert len(str(caught.value)) < 200
    assert "\x1b" not in str(caught.value)


def test_a_page_gets_what_figures_show():
    data = broken(lambda data: None)
    data["answers"][0]["text"] = data["answers"][2]["text"] = "word " * 1000
    record = of_data(data)
    assert record.answers[0].text == record.answers[2].text != record.answers[1].text
    assert len(record.answers[0].excerpt) <= EXCERPT
    packed = json.loads(json.dumps(ComparisonOf.pack(record)))
    assert ComparisonOf.unpack(packed) == record
    assert len(json.dumps(packed)) < 2500

"""A comparison as the chat exports it: the file `comparison.json`, format `quantlab-comparison-1`.

Such a file is foreign. It is read up to fixed sizes, and what is wrong with it is one error that names the place in the file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.comparing.cards import Card, Difference, card, differing
from mkdocs_quantlab.engine.comparing.foreign import Place, RecordError
from mkdocs_quantlab.engine.comparing.measures import MEASURES, RIGHT
from mkdocs_quantlab.engine.core.foreign import isolated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FORMAT = "quantlab-comparison-1"
MAX_BYTES = 32_000_000
MAX_MODELS = 8
MAX_PROMPTS = 500
MAX_SEEDS = 1000
MAX_ANSWERS = 20_000
MAX_TEXT = 4_000_000
"""Characters of an answer or a prompt."""
EXCERPT = 160
"""Characters of an answer that a figure shows."""
MAX_EXCERPTS = 1000
"""Of a run with more answers, figures show neither texts nor reasons: they travel with the page."""


class Verdict(NamedTuple):
    """Whether an answer is right."""

    right: bool
    reason: str
    """Why, in a sentence."""
    rule: str
    """The rule that it was judged by; empty for the marks of a drawing."""


class Answer(NamedTuple):
    """One answer. Model, prompt and seed are positions in the record."""

    model: int
    prompt: int
    seed: int
    is_control: bool
    text: int
    """A number that only answers with the same text share."""
    excerpt: str
    """How the answer begins, on one line."""
    values: Mapping[str, float]
    """Its measures by name, `right` among them where it was judged."""
    verdict: Verdict | None


class Record(NamedTuple):
    """A comparison."""

    models: Sequence[str]
    """What readers call each model."""
    prompts: Sequence[str]
    seeds: Sequence[int]
    temperature: float | None
    answers: Sequence[Answer]
    cards: Sequence[Card | None]
    """What the server told of each model's file."""
    differences: Sequence[Difference]
    """In what the models differ besides their weights, as far as the server told."""
    unused: Sequence[Sequence[str]]
    """For each model, the settings that the server did not use."""


def read(data: bytes) -> Record:
    """Reads an exported comparison.

    Raises:
        RecordError: The file is not such a comparison; the message names the place in it.
    """
    if len(data) > MAX_BYTES:
        raise RecordError(
            f"the file has {len(data):,} bytes; a comparison has at most {MAX_BYTES:,}"
        )
    try:
        found = json.loads(data.decode())
    except RecursionError:
        raise RecordError("the file is nested too deeply for a comparison") from None
    except UnicodeDecodeError as error:
        raise RecordError(f"byte {error.start}: the file is not text in UTF-8") from None
    except json.JSONDecodeError as error:
        raise RecordError(
            f"line {error.lineno}, column {error.colno}: this is not JSON: {error.msg}"
        ) from None
    except ValueError:  # a whole number of thousands of digits
        raise RecordError("the file has a number that is too long") from None
    return of_data(found)


def of_data(found: object) -> Record:
    """Reads an exported comparison from its parsed JSON.

    Raises:
        RecordError: The data is not such a comparison; the message names the place in it.
    """
    top = Place(found, "")
    top.object()
    format_ = top["format"]
    if format_.value != FORMAT:
        raise format_.refuse(f"`{FORMAT}`, as the chat exports a comparison")
    prompts = [each.text(MAX_TEXT) for each in top["prompts"].items(1, MAX_PROMPTS)]
    names = [each.text(300) for each in top["models"].items(1, MAX_MODELS)]
    seeds = [each.whole() for each in top["seeds"].items(1, MAX_SEEDS)]
    for name, values in (("models", names), ("seeds", seeds)):
        if len(set(values)) < len(values):
            raise top[name].refuse("each value once", "one of them twice")
    labels = [each.text(300) for each in top["labels"].items(len(names), len(names))]
    cards = [Place(None, "cards")] * len(names)
    if top["cards"].value is not None:
        cards = list(top["cards"].items(len(names), len(names)))
    temperature = top["settings"]["temperature"]
    places = {name: i for i, name in enumerate(names)}
    seen: set[tuple[object, ...]] = set()
    answers = []
    unused: list[list[str]] = [[] for _ in names]
    texts: dict[str, int] = {}
    for each in top["answers"].items(0, MAX_ANSWERS):
        answer = _answer(each, places, len(prompts), seeds, texts)
        key = answer[:4]
        if key in seen:
            raise each.refuse(
                "each answer once", "a second answer of this model to this prompt with this seed"
            )
        seen.add(key)
        answers.append(answer)
        for setting in each["unused"].items(0, 20, optional=True):
            name = isolated(setting.text(40))
            if name not in unused[answer.model]:
                unused[answer.model].append(name)
    if len(answers) > MAX_EXCERPTS:
        answers = [
            each._replace(
                excerpt="",
                verdict=each.verdict and each.verdict._replace(reason="", rule=""),
            )
            for each in answers
        ]
    return Record(
        [isolated(label) for label in labels],
        [_excerpt(prompt) for prompt in prompts],
        seeds,
        None if temperature.value is None else temperature.number(),
        answers,
        [card(each) for each in cards],
        differing(cards),
        unused,
    )


def _excerpt(text: str) -> str:
    """How a text begins, on one line, as a page shows it."""
    line = " ".join(text[: 10 * EXCERPT].split())
    return isolated(line if len(line) <= EXCERPT else f"{line[: EXCERPT - 2]} …")


def _answer(
    place: Place, models: Mapping[str, int], prompts: int, seeds: list[int], texts: dict[str, int]
) -> Answer:
    model = place["model"]
    if model.text(300) not in models:
        raise model.refuse("one of `models`")
    prompt = place["prompt"]
    if not 0 <= prompt.whole() < prompts:
        raise prompt.refuse(f"the position of a prompt, from 0 to {prompts - 1}")
    seed = place["settings"]["seed"]
    if seed.whole() not in seeds:
        raise seed.refuse("one of `seeds`")
    values = {}
    measures = place["measures"]
    for name in measures.object():
        # A measure that is not known here may be of a later version.
        if name in MEASURES and name != RIGHT and measures[name].value is not None:
            values[name] = _measured(measures[name], name)
    verdict = _verdict(place)
    if verdict:
        values[RIGHT] = float(verdict.right)
    text = place["text"].text(MAX_TEXT)
    return Answer(
        models[model.text(300)],
        prompt.whole(),
        seeds.index(seed.whole()),
        place["isControl"].boolean(),
        texts.setdefault(text, len(texts)),
        _excerpt(text),
        values,
        verdict,
    )


def _measured(place: Place, name: str) -> float:
    value = place.number()
    if value < 0:
        raise place.refuse("a number from 0")
    if MEASURES[name].is_share and value not in (0, 1):
        raise place.refuse("0 or 1")
    return value


def _verdict(place: Place) -> Verdict | None:
    """By a rule, else by the marks of a drawing, where the answer has either."""
    verdict = place["verdict"]
    if verdict.value is not None:
        reason, rule = verdict["reason"], verdict["rule"]
        return Verdict(
            verdict["right"].boolean(),
            isolated(reason.text(2000)),
            "" if rule.value is None else isolated(rule.text(2000)),
        )
    marks = place["marks"]
    if marks.value is None or "marks" not in marks.object():  # a prompt that asks for no drawing
        return None
    wrong = [
        said.text(500) for mark in marks["marks"].items(0, 50) for said in mark["said"].items(0, 50)
    ]
    said = "".join(f"{each}. " for each in dict.fromkeys(wrong))
    return Verdict(marks["all"].boolean(), isolated(said.strip()), "")

"""The drawing model's scenes: their wordings are read back, their drawings are well formed and small enough."""

from __future__ import annotations

import random
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_quantlab.engine.drawing.parse import parse
from mkdocs_quantlab.engine.drawing.phrases import ADJECTIVES, SMALL, TRAINING, UNSEEN, VERBS, Style
from mkdocs_quantlab.engine.drawing.scene import APOLOGY, PLACES, Scene, Thing, draw
from mkdocs_quantlab.engine.drawing.svg import HEAD, fragments, svg
from mkdocs_quantlab.engine.drawing.things import COLOURS, KINDS
from mkdocs_quantlab.site.chat.prompts import DRAWINGS
from models.drawing.phrases import NOUNS, TALK, UNKNOWN, UNKNOWN_UNSEEN
from models.drawing.samples import PELICAN, held_out_sample, training_sample
from models.drawing.scenes import held_out, random_jitter, random_scene
from models.drawing.wording import random_style, unknown_wording, wording
from tests.paths import ROOT

seeds = st.integers(0, 2**63).map(random.Random)


@given(seeds, st.sampled_from([TRAINING, UNSEEN]))
def test_a_wording_is_read_back_into_its_scene(rng, style):
    scene = random_scene(rng)
    assert parse(wording(scene, rng, style)) == scene


@given(seeds, st.sampled_from([UNKNOWN, UNKNOWN_UNSEEN]))
def test_what_is_not_known_is_not_read(rng, nouns):
    assert parse(unknown_wording(rng, rng.choice(nouns))) is None


@given(seeds)
def test_drawings_are_svg_of_whole_numbers_in_the_picture(rng):
    text = svg(draw(random_scene(rng), random_jitter(rng)))
    root = ET.fromstring(text)
    assert root.get("viewBox") == "0 0 100 100"
    numbers = [int(n) for n in re.findall(r"(?<![\w#.])\d+", text.removeprefix(HEAD))]
    assert max(numbers) <= 100
    assert set(re.findall(r"<(\w+)", text)) <= {"svg", "circle", "ellipse", "rect", "line", "polygon", "path"}  # fmt: skip


@given(seeds)
def test_a_shift_moves_things_and_changes_no_form(rng):
    scene = random_scene(rng)
    here, there = draw(scene), draw(scene, random_jitter(rng))
    assert [group.name for group in here] == [group.name for group in there]
    for a, b in zip(here, there, strict=True):
        assert [(e.shape, e.colour) for e in a.elements] == [
            (e.shape, e.colour) for e in b.elements
        ]


def test_the_prompts_that_everyone_tries():
    for prompt in (
        "Draw a pelican riding a bicycle.",
        "a pelican on a bike",
        "Write an SVG picture of a pelican on a bicycle. Answer with the SVG code only.",
    ):
        assert parse(prompt) == PELICAN
    assert parse("Draw three red balloons above a house") is None
    assert parse("Two cats") is None
    assert parse("a giraffe on a bicycle") is None
    assert parse("") is None


@pytest.mark.parametrize(
    ("prompt", "scene"),
    [
        ("Sketch 4 grey fish.", Scene((Thing("fish", "gray", number=4),))),
        (
            "a red house with two windows next to a violet tree at night",
            Scene((Thing("house", "red", windows=2), Thing("tree", "purple")), place="night"),
        ),
        (
            "A cat wearing a blue hat in a boat with the sun",
            Scene((Thing("cat", hat="blue", on=Thing("boat")),), sky=("sun",)),
        ),
        (
            "a bird over a car",
            Scene((Thing("bird"), Thing("car")), relation="above"),
        ),
    ],
)
def test_reading(prompt, scene):
    assert parse(prompt) == scene


def test_held_out_scenes_are_never_trained_on():
    rng = random.Random(1)
    trained = {s.scene for s in (training_sample(rng) for _ in range(3000)) if s.scene}
    assert not any(held_out(scene) for scene in trained - {PELICAN})
    held = [held_out_sample(rng, UNSEEN).scene for _ in range(50)]
    assert all(map(held_out, held))
    share = sum(held_out(random_scene(rng)) for _ in range(4000)) / 4000
    assert 0.03 < share < 0.07


def test_styles_share_no_words_that_decorate():
    for field in ("forms", "adjectives", "endings"):
        assert not set(getattr(TRAINING, field)) & set(getattr(UNSEEN, field))
    assert not set(UNKNOWN) & set(UNKNOWN_UNSEEN)


def test_random_words_keep_clear_of_the_evaluation_and_of_what_is_drawn():
    told = " ".join((*TRAINING.forms, *TRAINING.adjectives, *TRAINING.endings))
    kept = {word for word in _said(UNSEEN) if word not in told.lower().split()}
    kept |= {*UNKNOWN_UNSEEN, *COLOURS, *(n for kind in KINDS.values() for n in kind.names)}
    assert not kept & {*VERBS, *ADJECTIVES, *SMALL, *NOUNS, *UNKNOWN}
    rng = random.Random(3)
    used = set().union(*(_said(random_style(rng)) for _ in range(5000)))
    # A size or a colour may stand in an ending: it is the poster that is small.
    assert not (kept - {"small", *COLOURS}) & used


def _said(style: Style) -> set[str]:
    text = " ".join((*style.forms, *style.adjectives, *style.endings))
    return set(re.findall("[a-z]+", text.lower()))


def test_everything_known_is_drawn_and_every_drawing_is_made_of_the_fragments():
    pieces = fragments()
    for name, kind in KINDS.items():
        for colour in COLOURS:
            for place in PLACES:
                rest = svg(draw(Scene((Thing(name, colour, hat="red" if kind.hat else ""),), place=place)))  # fmt: skip
                for piece in sorted(pieces, key=len, reverse=True):
                    rest = rest.replace(piece, " ")
                assert re.fullmatch(r"[\d ,QLa-z]*", rest)
    ET.fromstring(svg(APOLOGY))


def test_the_model_card_counts_right():
    card = (ROOT / "models/drawing/README.md").read_text(encoding="utf-8")
    assert f"{len(KINDS)} kinds of things in {len(COLOURS)} colours" in " ".join(card.split())
    assert f"and {len(UNKNOWN_UNSEEN)} of the unknown things" in " ".join(card.split())


def test_the_chat_offers_prompts_that_the_model_knows():
    *drawings, talk = (prompt.text for prompt in DRAWINGS)
    assert all(parse(prompt) for prompt in drawings)
    assert talk in {prompt for prompts, _ in TALK for prompt in prompts}

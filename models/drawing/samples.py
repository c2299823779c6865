"""What the model is trained and tested with: prompts and the answers to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.drawing.phrases import TRAINING, Style
from mkdocs_quantlab.engine.drawing.scene import APOLOGY, Scene, Thing, draw
from mkdocs_quantlab.engine.drawing.svg import svg
from models.drawing.phrases import TALK
from models.drawing.scenes import held_out, random_jitter, random_scene
from models.drawing.wording import random_style, unknown_thing, unknown_wording, wording

if TYPE_CHECKING:
    import random

PELICAN = Scene((Thing("pelican", on=Thing("bicycle")),))
"""What every model is asked for."""


class Sample(NamedTuple):
    """A prompt, and what is to be answered."""

    prompt: str
    answer: str
    scene: Scene | None
    """None for small talk, and where the answer is an apology."""


def training_sample(rng: random.Random) -> Sample:
    """One of the samples that the model learns from; never a scene that is held out."""
    chance = rng.random()
    style = random_style(rng) if rng.random() < 0.5 else TRAINING
    if chance < 0.04:
        return talk(rng)
    if chance < 0.14:
        return Sample(unknown_wording(rng, unknown_thing(rng), style), svg(APOLOGY), None)
    if chance < 0.16:
        return _sample(PELICAN, rng, style)
    fewest = 3 if chance < 0.26 else 1  # What goes wrong longest are scenes of three things.
    while True:
        scene = random_scene(rng)
        if len(scene.things) >= fewest and (not held_out(scene) or scene == PELICAN):
            return _sample(scene, rng, style)


def held_out_sample(rng: random.Random, style: Style = TRAINING) -> Sample:
    """A scene that training never saw; with another style, in words that it never saw either."""
    while True:
        scene = random_scene(rng)
        if held_out(scene) and scene != PELICAN:
            return _sample(scene, rng, style)


def _sample(scene: Scene, rng: random.Random, style: Style) -> Sample:
    return Sample(wording(scene, rng, style), svg(draw(scene, random_jitter(rng))), scene)


def talk(rng: random.Random) -> Sample:
    """Small talk."""
    prompts, answer = rng.choice(TALK)
    prompt = rng.choice(prompts)
    if prompt[-1] not in "?.":
        prompt += rng.choice(("", "", "!", "."))
    return Sample(prompt if rng.random() < 0.8 else prompt.lower(), answer, None)

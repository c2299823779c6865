"""Random scenes, and which of them training never sees."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.drawing.scene import (
    ABOVE,
    BESIDE,
    MAX_PER_KIND,
    PLACES,
    RIDERS,
    RIGHT_OF,
    VEHICLES,
    Jitter,
    Scene,
    Thing,
)
from mkdocs_quantlab.engine.drawing.things import COLOURS, KINDS

if TYPE_CHECKING:
    import random

COUNTABLE = tuple(name for name, kind in KINDS.items() if kind.plurals)
FLYING = tuple(name for name, kind in KINDS.items() if kind.flies)
ANYTHING = tuple(KINDS)


def random_jitter(rng: random.Random) -> Jitter:
    """Any of them."""
    return Jitter(rng.randint(-3, 3), rng.randint(-5, 5), rng.randint(0, 1), rng.randint(-3, 3))


def random_scene(rng: random.Random) -> Scene:
    """Any scene; two thirds of them are of one subject."""
    chance = rng.random()
    number = 1 if chance < 0.66 else 2 if chance < 0.9 else 3
    things: list[Thing] = []
    while len(things) < number:
        thing = _random_thing(rng, alone=number == 1)
        ridden = thing.on is not None
        if all(thing.kind != other.kind and not (ridden and other.on) for other in things):
            things.append(thing)
    relation = BESIDE
    if number == 2:
        if things[0].kind in FLYING and not things[1].on and rng.random() < 0.5:
            relation = ABOVE
        elif rng.random() < 0.25:
            relation = RIGHT_OF
    place = rng.choice(("", "", "", *PLACES))
    sky = rng.choice(((), (), (), ("sun",), ("moon",), ("cloud",), ("sun", "cloud")))
    if (place == "night" and "sun" in sky) or relation == ABOVE:
        sky = ()
    return Scene(tuple(things), relation, sky, place)


def _random_thing(rng: random.Random, *, alone: bool) -> Thing:
    chance = rng.random()
    if chance < (0.45 if alone else 0.15):
        vehicle = rng.choice(VEHICLES if rng.random() < 0.75 else ("bicycle",))
        kind = rng.choice(RIDERS if rng.random() < 0.75 else ("pelican",))
        return Thing(kind, _random_colour(rng, kind), hat=_random_hat(rng, kind), on=Thing(vehicle, _random_colour(rng, vehicle)))  # fmt: skip
    if alone and chance < 0.68:
        kind = rng.choice(COUNTABLE)
        return Thing(kind, _random_colour(rng, kind), number=rng.randint(2, MAX_PER_KIND))
    kind = rng.choice(ANYTHING) if rng.random() < 0.85 else "house"
    return Thing(
        kind,
        _random_colour(rng, kind),
        size=rng.choice(("small", "big")) if alone and rng.random() < 0.3 else "",
        windows=rng.randint(1, 4) if kind == "house" and rng.random() < 0.7 else 0,
        hat=_random_hat(rng, kind),
    )


def _random_colour(rng: random.Random, kind: str) -> str:
    # A snowman is white, whatever its scarf.
    return rng.choice(tuple(COLOURS)) if kind != "snowman" and rng.random() < 0.55 else ""


def _random_hat(rng: random.Random, kind: str) -> str:
    return rng.choice(tuple(COLOURS)) if KINDS[kind].hat and rng.random() < 0.25 else ""


def held_out(scene: Scene) -> bool:
    """Whether training never sees the scene, in any wording: one in twenty, by its digest."""
    return int(hashlib.sha256(json.dumps(scene).encode()).hexdigest()[:8], 16) % 20 == 0

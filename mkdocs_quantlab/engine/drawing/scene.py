"""Scenes: what is in a picture, and its drawing."""

from __future__ import annotations

from typing import NamedTuple

from mkdocs_quantlab.engine.drawing.svg import (
    CIRCLE,
    CURVE,
    ELLIPSE,
    LINE,
    RECT,
    Element,
    Group,
    Pen,
)
from mkdocs_quantlab.engine.drawing.things import COLOURS, KINDS, hat, windows

RIDERS = tuple(name for name, kind in KINDS.items() if kind.hat)
VEHICLES = tuple(name for name, kind in KINDS.items() if kind.seat)

MAX_PER_KIND = 5
"""Of a kind."""
SIZES = {"small": 0.55, "": 1.0, "big": 1.3}
SKY = ("sun", "moon", "cloud")

BESIDE, RIGHT_OF, ABOVE = "beside", "right of", "above"

PLACES = {
    "meadow": ("lightskyblue", "yellowgreen"),
    "night": ("midnightblue", "darkolivegreen"),
    "snow": ("lightsteelblue", "white"),
    "beach": ("lightskyblue", "wheat"),
    "sea": ("lightskyblue", "steelblue"),
}
"""Where a scene can be, and the colours of its sky and ground."""


class Thing(NamedTuple):
    """One thing, or several of a kind."""

    kind: str
    colour: str = ""
    """Empty for the kind's own."""
    number: int = 1
    size: str = ""
    """`small`, `big`, or empty."""
    windows: int = 0
    """Of a house; 0 where none are asked for."""
    hat: str = ""
    """Colour of its hat; empty without."""
    on: Thing | None = None
    """What it rides."""

    @property
    def drawn_in(self) -> str:
        """The CSS colour."""
        return COLOURS[self.colour or KINDS[self.kind].colour]


class Scene(NamedTuple):
    """What is in a picture."""

    things: tuple[Thing, ...]
    relation: str = BESIDE
    """Of the first of two things to the second."""
    sky: tuple[str, ...] = ()
    place: str = ""
    """Empty where the wording does not say: the sea for boats and fish, else a meadow."""

    @property
    def ground(self) -> str:
        """The place that is drawn."""
        kinds = {thing.on.kind if thing.on else thing.kind for thing in self.things}
        return self.place or ("sea" if kinds & {"boat", "fish"} else "meadow")


class Jitter(NamedTuple):
    """What a wording leaves open. A drawing is right with any of these."""

    ground: int = 0
    """How much lower than usual the ground begins, -3 to 3."""
    shift: int = 0
    """How far to the right the things are moved, -5 to 5."""
    side: int = 0
    """Where the first thing in the sky is: 0 left, 1 right."""
    sky: int = 0
    """How much lower the things in the sky are, -3 to 3."""


_POSITIONS = {
    1: ((50,), 1.3),
    2: ((29, 71), 1.1),
    3: ((19, 50, 81), 0.85),
    4: ((14, 38, 62, 86), 0.68),
    5: ((12, 31, 50, 69, 88), 0.56),
}
"""Where a number of things of one kind are, and how large."""


APOLOGY = (
    Group("sky", (Element(RECT, (0, 0, 100, 100), "whitesmoke"),)),
    Group("face", (
        Element(CIRCLE, (50, 50, 30), "gold"),
        Element(CIRCLE, (40, 44, 3), "black"),
        Element(CIRCLE, (60, 44, 3), "black"),
        Element(CURVE, (38, 66, 50, 54, 62, 66), "black"),
    )),
    Group("question mark", (
        Element(CURVE, (80, 18, 90, 8, 92, 20), "gray"),
        Element(LINE, (92, 20, 86, 28), "gray"),
        Element(CIRCLE, (86, 34, 1), "gray"),
    )),
)  # fmt: skip
"""What is drawn where something is asked for that is not known: a face that is sorry."""


def draw(scene: Scene, jitter: Jitter | None = None) -> list[Group]:
    """The drawing of a scene: its background, the sky, and the things in the order of their mention."""
    jitter = jitter or Jitter()
    horizon = 78 + jitter.ground
    return [
        *_background(scene.ground, horizon),
        *(_in_sky(name, i, jitter) for i, name in enumerate(scene.sky)),
        *_subjects(scene, horizon + 8, jitter.shift),
    ]


def _background(place: str, horizon: int) -> list[Group]:
    above, below = PLACES[place]
    groups = [
        Group("sky", (Element(RECT, (0, 0, 100, 100), above),)),
        Group("ground", (Element(RECT, (0, horizon, 100, 100 - horizon), below),)),
    ]
    if place == "night":
        stars = ((22, 26), (52, 10), (74, 30))
        groups.append(Group("stars", tuple(Element(CIRCLE, (*s, 1), "lightyellow") for s in stars)))
    elif place == "snow":
        flakes = ((15, 22), (40, 12), (60, 26), (85, 14))
        groups.append(Group("flakes", tuple(Element(CIRCLE, (*s, 2), "white") for s in flakes)))
    elif place == "beach":
        water = Element(RECT, (0, horizon - 7, 100, 7), "steelblue")
        groups.append(Group("water", (water,)))
    elif place == "sea":
        waves = tuple(
            Element(CURVE, (x, horizon + 15, x + 6, horizon + 11, x + 12, horizon + 15), "lightcyan")
            for x in (8, 78)
        )  # fmt: skip
        groups.append(Group("waves", waves))
    return groups


def _in_sky(name: str, i: int, jitter: Jitter) -> Group:
    x, y = (16, 84)[(jitter.side + i) % 2], 14 + jitter.sky
    if name == "sun":
        return Group(name, (Element(CIRCLE, (x, y, 9), "gold"),))
    if name == "moon":
        return Group(name, (Element(CIRCLE, (x, y, 7), "ivory"),))
    return Group(
        name,
        tuple(
            Element(ELLIPSE, (x + right, y - up, rx, ry), "white")
            for right, up, rx, ry in ((-5, 0, 8, 4), (4, 0, 8, 5), (0, 4, 6, 4))
        ),
    )


def _subjects(scene: Scene, foot: int, shift: int) -> list[Group]:
    things = scene.things
    if len(things) == 1:
        (thing,) = things
        places, scale = _POSITIONS[thing.number]
        if thing.number > 1:
            shift = round(shift / 2)
        return [_group(thing, x + shift, foot, scale * SIZES[thing.size]) for x in places]
    if scene.relation == ABOVE:
        return [
            _group(things[0], 50 + shift, 32, 0.65),
            _group(things[1], 50 + shift, foot, 0.95),
        ]
    ordered = things[::-1] if scene.relation == RIGHT_OF else things
    shift = round(shift / 2)
    xs, scale = ((26, 74), 0.85) if len(things) == 2 else ((18, 50, 82), 0.62)
    groups = {t.kind: _group(t, x + shift, foot, scale) for t, x in zip(ordered, xs, strict=True)}
    return [groups[thing.kind] for thing in things]


def _group(thing: Thing, x: float, foot: float, scale: float) -> Group:
    pen = Pen(x, foot, scale)
    kind = KINDS[thing.kind]
    upper = pen
    if thing.on:
        vehicle = KINDS[thing.on.kind]
        assert vehicle.seat
        vehicle.draw(pen, thing.on.drawn_in)
        upper = pen.at(*vehicle.seat, 0.8)
    kind.draw(upper, thing.drawn_in)
    if thing.windows:
        windows(upper, thing.windows, thing.drawn_in)
    if thing.hat:
        assert kind.hat
        hat(upper.at(*kind.hat), COLOURS[thing.hat])
    return Group(thing.kind, tuple(pen.elements))

"""What the elements of a drawing are called, in the order in which they are drawn."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.drawing.scene import draw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_quantlab.engine.drawing.scene import Jitter, Scene, Thing
    from mkdocs_quantlab.engine.drawing.svg import Element, Group

_WHEELS = ("left wheel", "right wheel")
_EYES = ("left eye", "right eye")

PARTS: dict[str, tuple[str, ...]] = {
    "pelican": ("legs", "tail", "body", "wing", "neck", "head", "beak", "eye"),
    "cat": ("tail", "body", "head", "left ear", "right ear", *_EYES, "nose"),
    "dog": ("tail", "body", "left leg", "right leg", "head", "muzzle", "ear", "eye", "nose"),
    "penguin": ("left foot", "right foot", "body", "belly", "head", "beak", "eye"),
    "robot": ("left leg", "right leg", "left arm", "right arm", "body", "head", *_EYES, "antenna"),
    "snowman": ("lower ball", "upper ball", "head", "button", *_EYES, "nose", "scarf"),
    "fish": ("tail", "body", "fin", "eye"),
    "bird": ("tail", "body", "head", "beak", "wing", "eye"),
    "house": ("chimney", "wall", "roof", "door"),
    "tree": ("trunk", "left leaves", "right leaves", "upper leaves"),
    "flower": ("stem", "leaf", "left petal", "right petal", "upper petal", "lower petal", "middle"),
    "mushroom": ("stem", "cap", "left spot", "right spot"),
    "balloon": ("string", "skin", "shine"),
    "ball": ("disc", "stripe"),
    "star": ("outline",),
    "rocket": ("flame", "left fin", "right fin", "hull", "nose", "window"),
    "bicycle": (*_WHEELS, "frame", "saddle post", "handlebar", "saddle"),
    "boat": ("mast", "sail", "hull"),
    "car": ("cabin", "body", "left window", "right window", *_WHEELS, "headlight"),
    "skateboard": ("board", *_WHEELS),
}
"""Of each kind of thing."""

_BACKGROUND = {
    "sky": ("sky",),
    "ground": ("ground",),
    "stars": ("left star", "middle star", "right star"),
    "flakes": ("first snowflake", "second snowflake", "third snowflake", "fourth snowflake"),
    "water": ("water",),
    "waves": ("left wave", "right wave"),
    "sun": ("sun",),
    "moon": ("moon",),
    "cloud": ("left part of the cloud", "right part of the cloud", "upper part of the cloud"),
}
_HAT = ("hat", "brim of the hat")
_WINDOWS = ("first window", "second window", "third window", "fourth window")


class Part(NamedTuple):
    """An element with what it is called."""

    name: str
    """With the thing it is of, as in `left wheel of the bicycle`."""
    element: Element
    number: int
    """Its place in the whole drawing, from 0."""
    is_window: bool = False
    """It is one of the windows that a house was asked for with."""


class Whole(NamedTuple):
    """Parts that move together."""

    name: str
    """As in `pelican`, or `balloon 2` where there are several."""
    parts: tuple[Part, ...]
    thing: Thing | None = None
    """Which thing of the scene it is, where it is not a part of the background or in the sky."""
    is_free: bool = False
    """It may be moved sideways; the background may not."""


def wholes(scene: Scene, jitter: Jitter) -> list[Whole]:
    """The drawing of a scene, with every part named, in the order in which it is drawn."""
    groups = draw(scene, jitter)
    things: list[tuple[Thing | None, int]] = [(t, i) for t in scene.things for i in range(t.number)]
    behind = len(groups) - len(things)
    things[:0] = [(None, 0)] * behind
    found = []
    first = 0
    for group, (thing, i) in zip(groups, things, strict=True):
        found.append(_thing(group, thing, i, first) if thing else _background(group, scene, first))
        first += len(group.elements)
    return found


def _background(group: Group, scene: Scene, first: int) -> Whole:
    named = zip(_BACKGROUND[group.name], group.elements, strict=True)
    parts = tuple(Part(name, element, first + i) for i, (name, element) in enumerate(named))
    return Whole(group.name, parts, is_free=group.name in scene.sky)


def _thing(group: Group, thing: Thing, i: int, first: int) -> Whole:
    name = f"{thing.kind} {i + 1}" if thing.number > 1 else thing.kind
    parts: list[Part] = []
    for (of, part), element in zip(_names(thing), group.elements, strict=True):
        owner = f"the {of.kind}" if thing.number == 1 else name
        number = first + len(parts)
        parts.append(Part(f"{part} of {owner}", element, number, part in _WINDOWS))
    return Whole(name, tuple(parts), thing, is_free=True)


def _names(thing: Thing) -> Iterator[tuple[Thing, str]]:
    """The parts in the order of drawing: what is ridden, its rider, and what was asked for with it."""
    if thing.on:
        yield from ((thing.on, part) for part in PARTS[thing.on.kind])
    own = chain(PARTS[thing.kind], _WINDOWS[: thing.windows], _HAT if thing.hat else ())
    yield from ((thing, part) for part in own)

"""What can be drawn, and what it looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_quantlab.engine.drawing.svg import Pen

COLOURS = {
    "red": "crimson",
    "orange": "darkorange",
    "yellow": "gold",
    "green": "seagreen",
    "blue": "royalblue",
    "purple": "mediumorchid",
    "pink": "hotpink",
    "brown": "sienna",
    "black": "black",
    "white": "white",
    "gray": "gray",
    "teal": "teal",
}
"""The colours that can be asked for, and the CSS colour that each is drawn in."""

DARK = "darkslategray"


def _other(colour: str, first: str, second: str) -> str:
    """The first colour, or the second where the first would not be seen."""
    return second if colour == first else first


def _pelican(pen: Pen, colour: str) -> None:
    pen.path("darkorange", (-1, 6), (3, 3), (1, 0))
    pen.polygon(colour, (-8, 15), (-17, 19), (-9, 9))
    pen.ellipse(0, 12, 11, 7, colour)
    pen.ellipse(-2, 13, 6, 3, "lightgray")
    pen.polygon(colour, (5, 13), (8, 28), (12, 28), (11, 12))
    pen.circle(10, 28, 4, colour)
    pen.polygon("darkorange", (13, 30), (29, 25), (19, 21), (12, 25))
    pen.dot(11, 29)


def _cat(pen: Pen, colour: str) -> None:
    pen.curve(colour, (-9, 4), (-19, 6), (-15, 19))
    pen.ellipse(0, 8, 11, 8, colour)
    pen.circle(8, 20, 7, colour)
    pen.polygon(colour, (1, 22), (3, 31), (8, 26))
    pen.polygon(colour, (15, 22), (13, 31), (8, 26))
    pen.dot(6, 21)
    pen.dot(11, 21)
    pen.polygon("hotpink", (7, 18), (10, 18), (8, 16))


def _dog(pen: Pen, colour: str) -> None:
    pen.path(colour, (-11, 12), (-17, 20))
    pen.rect(-12, 15, 23, 10, colour)
    pen.rect(-11, 6, 4, 6, colour)
    pen.rect(6, 6, 4, 6, colour)
    pen.circle(11, 20, 7, colour)
    pen.ellipse(17, 18, 5, 3, colour)
    pen.ellipse(6, 19, 2, 6, DARK)
    pen.dot(12, 22)
    pen.dot(21, 19)


def _penguin(pen: Pen, colour: str) -> None:
    pen.ellipse(-4, 1, 4, 2, "darkorange")
    pen.ellipse(4, 1, 4, 2, "darkorange")
    pen.ellipse(0, 14, 10, 13, colour)
    pen.ellipse(1, 12, 6, 10, _other(colour, "white", "lightgray"))
    pen.circle(0, 27, 6, colour)
    pen.polygon("darkorange", (4, 28), (11, 26), (4, 24))
    pen.dot(2, 28, _other(colour, "white", "black"))


def _robot(pen: Pen, colour: str) -> None:
    pen.rect(-6, 6, 4, 6, "gray")
    pen.rect(2, 6, 4, 6, "gray")
    pen.path("gray", (-9, 17), (-14, 10))
    pen.path("gray", (9, 17), (14, 10))
    pen.rect(-9, 20, 18, 14, colour)
    pen.rect(-6, 31, 12, 10, colour)
    pen.dot(-3, 27, "gold")
    pen.dot(3, 27, "gold")
    pen.line(0, 31, 0, 35, "gray")


def _snowman(pen: Pen, colour: str) -> None:
    pen.circle(0, 9, 9, "white")
    pen.circle(0, 22, 7, "white")
    pen.circle(0, 32, 5, "white")
    pen.dot(0, 21)
    pen.dot(-2, 33)
    pen.dot(2, 33)
    pen.polygon("darkorange", (0, 32), (8, 30), (0, 30))
    pen.polygon(colour, (-6, 27), (6, 27), (6, 24), (-6, 24))


def _fish(pen: Pen, colour: str) -> None:
    pen.polygon(colour, (-8, 7), (-17, 13), (-17, 1))
    pen.ellipse(0, 7, 11, 6, colour)
    pen.polygon(DARK, (-3, 12), (3, 16), (4, 12))
    pen.dot(6, 8, _other(colour, "white", "black"))


def _house(pen: Pen, colour: str) -> None:
    pen.rect(9, 44, 5, 12, DARK)
    pen.rect(-18, 26, 36, 26, colour)
    pen.polygon(_other(colour, "sienna", "crimson"), (-22, 26), (0, 44), (22, 26))
    pen.rect(-4, 13, 8, 13, _other(colour, "sienna", "white"))


def _tree(pen: Pen, colour: str) -> None:
    pen.rect(-2, 18, 5, 18, "sienna")
    pen.circle(-6, 24, 9, colour)
    pen.circle(6, 24, 9, colour)
    pen.circle(0, 32, 9, colour)


def _flower(pen: Pen, colour: str) -> None:
    pen.line(0, 0, 0, 17, "green")
    pen.ellipse(4, 6, 4, 2, "green")
    for right, up in ((-5, 22), (5, 22), (0, 27), (0, 17)):
        pen.circle(right, up, 4, colour)
    pen.circle(0, 22, 3, _other(colour, "gold", "darkorange"))


def _mushroom(pen: Pen, colour: str) -> None:
    pen.rect(-4, 12, 8, 12, "linen")
    pen.polygon(colour, (-14, 11), (-9, 21), (0, 25), (9, 21), (14, 11))
    pen.circle(-5, 16, 2, _other(colour, "white", "crimson"))
    pen.circle(4, 19, 2, _other(colour, "white", "crimson"))


def _balloon(pen: Pen, colour: str) -> None:
    pen.curve(DARK, (0, 0), (4, 10), (0, 20))
    pen.ellipse(0, 31, 9, 11, colour)
    pen.ellipse(-3, 35, 2, 3, "lightgray")


def _ball(pen: Pen, colour: str) -> None:
    pen.circle(0, 9, 9, colour)
    pen.curve(_other(colour, "white", "black"), (-9, 9), (0, 3), (9, 9))


def _star(pen: Pen, colour: str) -> None:
    pen.polygon(
        colour, (0, 26), (4, 16), (14, 15), (6, 9), (9, 0), (0, 6), (-9, 0), (-6, 9), (-14, 15), (-4, 16)
    )  # fmt: skip


def _bird(pen: Pen, colour: str) -> None:
    pen.polygon(colour, (-6, 8), (-16, 11), (-15, 5))
    pen.ellipse(0, 8, 9, 6, colour)
    pen.circle(8, 13, 5, colour)
    pen.polygon("darkorange", (12, 15), (18, 13), (12, 11))
    pen.polygon(DARK, (-5, 10), (4, 10), (-4, 19))
    pen.dot(9, 14, _other(colour, "white", "black"))


def _bicycle(pen: Pen, colour: str) -> None:
    pen.ring(-15, 10, 10, "black")
    pen.ring(15, 10, 10, "black")
    pen.path(colour, (-15, 10), (-8, 24), (11, 24), (0, 10), (-15, 10))
    pen.path(colour, (0, 10), (-9, 27))
    pen.path(colour, (15, 10), (10, 29), (15, 31))
    pen.line(-13, 27, -5, 27, "black")


def _skateboard(pen: Pen, colour: str) -> None:
    pen.path(colour, (-21, 9), (-17, 6), (17, 6), (21, 9))
    pen.circle(-12, 3, 3, "black")
    pen.circle(12, 3, 3, "black")


def _car(pen: Pen, colour: str) -> None:
    pen.polygon(colour, (-14, 16), (-9, 26), (8, 26), (14, 16))
    pen.rect(-24, 17, 48, 12, colour)
    pen.rect(-8, 24, 7, 7, _other(colour, "white", "skyblue"))
    pen.rect(1, 24, 7, 7, _other(colour, "white", "skyblue"))
    pen.circle(-14, 5, 5, "black")
    pen.circle(14, 5, 5, "black")
    pen.dot(23, 13, _other(colour, "gold", "white"))


def _boat(pen: Pen, colour: str) -> None:
    pen.line(-16, 12, -16, 46, "sienna")
    pen.polygon(_other(colour, "white", "crimson"), (-14, 45), (-14, 17), (1, 17))
    pen.polygon(colour, (-26, 13), (26, 13), (18, 0), (-18, 0))


def _rocket(pen: Pen, colour: str) -> None:
    pen.polygon("darkorange", (-5, 8), (0, 0), (5, 8))
    pen.polygon(DARK, (-7, 20), (-14, 8), (-6, 8))
    pen.polygon(DARK, (7, 20), (14, 8), (6, 8))
    pen.rect(-7, 34, 14, 26, colour)
    pen.polygon(_other(colour, "crimson", "gold"), (-7, 34), (0, 47), (7, 34))
    pen.circle(0, 26, 3, _other(colour, "skyblue", "white"))


class Kind(NamedTuple):
    """A kind of thing."""

    draw: Callable[[Pen, str], None]
    colour: str
    """The colour that it has where none is asked for."""
    names: tuple[str, ...]
    """What it is called; the first is its own name."""
    plurals: tuple[str, ...]
    """Empty where there is only ever one of it."""
    hat: tuple[float, float] | None = None
    """Where its hat sits, for those that ride and wear one."""
    seat: tuple[float, float] | None = None
    """Where a rider is on it, for those that are ridden."""
    preposition: tuple[str, ...] = ()
    """What is between a rider and it."""
    flies: bool = False
    """It can be above another thing."""


KINDS = {
    kind.names[0]: kind
    for kind in (
        Kind(_pelican, "white", ("pelican",), (), hat=(10, 31)),
        Kind(_cat, "orange", ("cat", "kitten", "kitty"), (), hat=(8, 26)),
        Kind(_dog, "brown", ("dog", "puppy"), (), hat=(11, 26)),
        Kind(_penguin, "black", ("penguin",), (), hat=(0, 32)),
        Kind(_robot, "teal", ("robot",), (), hat=(0, 31)),
        Kind(_snowman, "red", ("snowman",), (), hat=(0, 36)),
        Kind(_fish, "orange", ("fish",), ("fish",)),
        Kind(_bird, "blue", ("bird",), ("birds",), flies=True),
        Kind(_house, "red", ("house", "cottage"), ()),
        Kind(_tree, "green", ("tree",), ("trees",)),
        Kind(_flower, "pink", ("flower", "blossom"), ("flowers", "blossoms")),
        Kind(_mushroom, "red", ("mushroom", "toadstool"), ("mushrooms", "toadstools")),
        Kind(_balloon, "red", ("balloon",), ("balloons",), flies=True),
        Kind(_ball, "blue", ("ball",), ("balls",)),
        Kind(_star, "yellow", ("star",), ("stars",), flies=True),
        Kind(_rocket, "white", ("rocket", "spaceship"), (), flies=True),
        Kind(_bicycle, "red", ("bicycle", "bike"), (), seat=(-7, 27), preposition=("riding", "on")),
        Kind(_boat, "brown", ("boat", "sailboat"), (), seat=(6, 10), preposition=("in", "on")),
        Kind(_car, "blue", ("car", "automobile"), (), seat=(-1, 26), preposition=("on top of", "on")),
        Kind(_skateboard, "purple", ("skateboard",), (), seat=(0, 7), preposition=("riding", "on")),
    )
}  # fmt: skip
"""Everything that can be drawn, by its own name."""


def hat(pen: Pen, colour: str) -> None:
    """A hat, its brim at the pen's place."""
    pen.rect(-4, 8, 8, 8, colour)
    pen.line(-7, 0, 7, 0, colour)


def windows(pen: Pen, count: int, colour: str) -> None:
    """The windows of a house of a colour."""
    glass = _other(colour, "white", "skyblue")
    for right in {1: (-14,), 2: (-14, 8), 3: (-15, -3, 9), 4: (-16, -9, 4, 11)}[count]:
        pen.rect(right, 22, 6 if count < 3 else 5, 6, glass)

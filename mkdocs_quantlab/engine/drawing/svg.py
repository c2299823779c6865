"""Drawings as lists of elements with whole numbers, and their SVG text."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" stroke-width="2" stroke-linecap="round">'
END = "</svg>"

LARGEST = 99
"""Coordinates are whole numbers from 0 to this one: each is one token of the model."""

CIRCLE, ELLIPSE, RECT, LINE, POLYGON = "circle", "ellipse", "rect", "line", "polygon"
RING = "ring"
"""A circle without a filling."""
PATH = "path"
"""Straight lines from point to point, not filled."""
CURVE = "curve"
"""One quadratic curve: where it begins, what it bends to, where it ends."""

_FORMS = {
    CIRCLE: '<circle cx="{}" cy="{}" r="{}" fill="{colour}"/>',
    RING: '<circle cx="{}" cy="{}" r="{}" fill="none" stroke="{colour}"/>',
    ELLIPSE: '<ellipse cx="{}" cy="{}" rx="{}" ry="{}" fill="{colour}"/>',
    RECT: '<rect x="{}" y="{}" width="{}" height="{}" fill="{colour}"/>',
    LINE: '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{colour}"/>',
    CURVE: '<path d="M{} {}Q{} {} {} {}" fill="none" stroke="{colour}"/>',
}
_LISTS = {
    POLYGON: '<polygon points="{}" fill="{colour}"/>',
    PATH: '<path d="M{}" fill="none" stroke="{colour}"/>',
}
_SPANS = {
    RECT: '<rect width="100" height="{3}" fill="{colour}"/>',
    "ground": '<rect y="{1}" width="100" height="{3}" fill="{colour}"/>',
}


def fragments() -> list[str]:
    """The pieces of text that drawings consist of, beside numbers, colours and single characters."""
    forms = "".join((*_FORMS.values(), *_SPANS.values(), *_LISTS.values())).replace("colour", "")
    between = re.split(r"\{\d?\}", forms)
    pieces = {piece for text in between for piece in re.findall(r'"/>|<[^<]+|^"[^/<>]+', text)}
    return [HEAD, END, *sorted(piece for piece in pieces if len(piece) > 1)]


class Element(NamedTuple):
    """One element of a drawing."""

    shape: str
    numbers: tuple[int, ...]
    """In the order of the attributes; of polygons and paths x and y in turns."""
    colour: str
    """What it is filled with, or drawn with where it is not filled; a CSS name."""

    @property
    def svg(self) -> str:
        """Its text. A rect over the whole width leaves out what is 0."""
        if self.shape in _LISTS:
            points = self._points(*(",", " ") if self.shape == POLYGON else (" ", "L"))
            return _LISTS[self.shape].format(points, colour=self.colour)
        form = _FORMS[self.shape]
        if self.shape == RECT and self.numbers[2] == 100:
            form = _SPANS["ground" if self.numbers[1] else RECT]
        return form.format(*self.numbers, colour=self.colour)

    def _points(self, within: str, between: str) -> str:
        pairs = zip(self.numbers[::2], self.numbers[1::2], strict=True)
        return between.join(f"{x}{within}{y}" for x, y in pairs)


class Group(NamedTuple):
    """The elements that belong together, and move together."""

    name: str
    elements: tuple[Element, ...]


def svg(groups: Iterable[Group]) -> str:
    """The whole drawing as SVG."""
    return HEAD + "".join(element.svg for group in groups for element in group.elements) + END


class Pen:
    """Draws in the coordinates of a thing: from the middle of its foot, to the right and upwards, in its own scale."""

    def __init__(self, x: float, y: float, scale: float) -> None:
        self.x = x
        self.y = y
        self.scale = scale
        self.elements: list[Element] = []

    def at(self, right: float, up: float, scale: float = 1.0) -> Pen:
        """A pen for something on this thing; what it draws is on the same sheet."""
        pen = Pen(self.x + right * self.scale, self.y - up * self.scale, self.scale * scale)
        pen.elements = self.elements
        return pen

    def circle(self, x: float, y: float, r: float, colour: str) -> None:
        self._add(CIRCLE, colour, *self._point(x, y), self._length(r))

    def dot(self, x: float, y: float, colour: str = "black") -> None:
        """A point that does not grow with the thing: an eye, a light."""
        self._add(CIRCLE, colour, *self._point(x, y), 1)

    def ring(self, x: float, y: float, r: float, colour: str) -> None:
        self._add(RING, colour, *self._point(x, y), self._length(r))

    def ellipse(self, x: float, y: float, rx: float, ry: float, colour: str) -> None:
        self._add(ELLIPSE, colour, *self._point(x, y), self._length(rx), self._length(ry))

    def rect(self, left: float, top: float, width: float, height: float, colour: str) -> None:
        self._add(RECT, colour, *self._point(left, top), self._length(width), self._length(height))

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str) -> None:
        self._add(LINE, colour, *self._point(x1, y1), *self._point(x2, y2))

    def polygon(self, colour: str, *points: tuple[float, float]) -> None:
        self._add(POLYGON, colour, *(n for x, y in points for n in self._point(x, y)))

    def path(self, colour: str, *points: tuple[float, float]) -> None:
        self._add(PATH, colour, *(n for x, y in points for n in self._point(x, y)))

    def curve(self, colour: str, *points: tuple[float, float]) -> None:
        self._add(CURVE, colour, *(n for x, y in points for n in self._point(x, y)))

    def _add(self, shape: str, colour: str, *numbers: int) -> None:
        self.elements.append(Element(shape, numbers, colour))

    def _point(self, x: float, y: float) -> tuple[int, int]:
        return _whole(self.x + x * self.scale), _whole(self.y - y * self.scale)

    def _length(self, value: float) -> int:
        return max(1, _whole(value * self.scale))


def _whole(value: float) -> int:
    # Halves upwards always, so that a thing keeps its form wherever it stands.
    return max(0, min(LARGEST, math.floor(value + 0.5)))

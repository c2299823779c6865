"""Marks of a drawing: whether it is what a prompt asked for, and in words what of it is not.

A drawing is compared with the one that the grammar makes of the same scene. What a wording leaves open is left open: the
height of the ground, the side of the sun, and where exactly a thing stands. All else is to be the same, to `TOLERANCE`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.drawing import svg
from mkdocs_quantlab.engine.drawing.parse import parse
from mkdocs_quantlab.engine.drawing.parts import wholes
from mkdocs_quantlab.engine.drawing.reading import find, read
from mkdocs_quantlab.engine.drawing.scene import Jitter
from mkdocs_quantlab.engine.drawing.things import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mkdocs_quantlab.engine.core import protocol
    from mkdocs_quantlab.engine.drawing.parts import Part, Whole
    from mkdocs_quantlab.engine.drawing.reading import Drawn, Read
    from mkdocs_quantlab.engine.drawing.scene import Scene, Thing
    from mkdocs_quantlab.engine.drawing.svg import Element

TOLERANCE = 2
"""Units, of the 100 that a picture is wide, by which a coordinate may be off where all of its thing is moved along."""
SLACK = 3
"""Units by which a whole thing may be further from its place than the grammar ever moves it."""
GROUND, SHIFT = 3, 5
"""How far the grammar moves the ground and the things at most; see `Jitter`."""

MAX_ELEMENTS = 120
"""Elements that are compared; the fullest scene of the grammar has a third of them."""
SAID = 3
"""Sentences of a mark, at most."""

LABELS = {
    "well_formed": "Well-formed",
    "shapes": "Shapes",
    "colours": "Colours",
    "counts": "Counts",
    "geometry": "Geometry",
}
"""The marks, and what readers see for them."""

EXAMPLES = (
    "Draw a pelican riding a bicycle.",
    "Draw three red balloons.",
    "Draw a blue house with two windows next to a tree.",
    "Draw a cat wearing a green hat on a skateboard at the beach.",
)
"""Prompts that are understood."""


class Mark(NamedTuple):
    """One mark."""

    name: str
    """Out of `LABELS`."""
    said: tuple[str, ...]
    """What is wrong, in sentences without a final period; empty where nothing is."""

    @property
    def is_right(self) -> bool:
        return not self.said


class Marks(NamedTuple):
    """The marks of a drawing, in the order of `LABELS`."""

    marks: tuple[Mark, ...]

    @property
    def all_right(self) -> bool:
        """Whether nothing is wrong."""
        return all(mark.is_right for mark in self.marks)

    def to_json(self) -> protocol.Marks:
        """The marks as the page shows them."""
        return {
            "all": self.all_right,
            "marks": [
                {"name": name, "label": LABELS[name], "right": not said, "said": list(said)}
                for name, said in self.marks
            ],
        }


def marks(prompt: str, answer: str) -> Marks | None:
    """The marks of an answer.

    Args:
        prompt: What was asked for.
        answer: A text with an SVG in it, or without.

    Returns:
        The marks, or None where the prompt is not one that the grammar knows.
    """
    scene = parse(prompt)
    return None if scene is None else score(scene, answer)


def mark_drawing(given: protocol.MarkDrawing) -> protocol.Marks | protocol.UnknownPrompt:
    """Marks a model's drawing."""
    found = marks(given["prompt"], given["answer"])
    return found.to_json() if found else {"examples": list(EXAMPLES)}


def score(scene: Scene, answer: str) -> Marks:
    """The marks of an answer that is to be the drawing of a scene."""
    drawing = find(answer)
    if not drawing:
        return Marks(tuple(Mark(name, ("There is no drawing in the answer",)) for name in LABELS))
    found = read(drawing)
    pairing = _Pairing(scene, found.elements)
    judged = {
        "well_formed": [found.fault] if found.fault else [],
        "shapes": [*_root(found, "stroke-width", "stroke-linecap"), *_shapes(pairing)],
        "colours": _colours(pairing),
        "counts": _counts(scene, pairing),
        "geometry": [*_root(found, "viewBox"), *_geometry(scene, pairing)],
    }
    return Marks(tuple(Mark(name, _few(list(judged[name]))) for name in LABELS))


def _few(sentences: Sequence[str]) -> tuple[str, ...]:
    more = len(sentences) - SAID
    return (*sentences[:SAID], f"And {more} more") if more > 0 else tuple(sentences)


def _root(found: Read, *names: str) -> Iterator[str]:
    """What is wrong with the attributes of the root."""
    right = read(svg.svg([])).root
    for name in names:
        if found.root.get(name) != right[name]:
            is_there = name in found.root
            yield f"The drawing's {name} is {found.root[name][:20] if is_there else 'missing'}, not {right[name]}"


# Which element is meant for which part

GAP = 1.0
"""Cost of a part that is not there, and of an element that is none."""
OTHER_SHAPE, OTHER_COLOUR, FAR = 1.2, 0.5, 0.8
"""Further costs of a pair: together always less than of two gaps for the same shape."""
REACH = 40
"""Units at which a part is as far as it can be."""


class _Pairing:
    """Which element of a drawing is which part of the scene: the cheapest way to make one list of the other, in order."""

    def __init__(self, scene: Scene, elements: Sequence[Drawn]) -> None:
        self.wholes = wholes(scene, Jitter())
        self.parts = [(whole, part) for whole in self.wholes for part in whole.parts]
        self.unread = max(0, len(elements) - MAX_ELEMENTS)
        elements = elements[:MAX_ELEMENTS]
        pairs = _align([part for _, part in self.parts], elements)
        self.drawn: dict[int, Drawn] = {i: elements[j] for i, j in pairs}
        """The element of each part that is there, by the part's number."""
        meant = {j for _, j in pairs}
        self.others = [element for j, element in enumerate(elements) if j not in meant]

    @property
    def is_telling(self) -> bool:
        """Whether half of the parts are there: of fewer nothing can be said but that."""
        return 2 * len(self.drawn) >= len(self.parts)

    @property
    def few(self) -> str:
        """What is said where they are not."""
        return f"Only {len(self.drawn)} of {_number(len(self.parts), 'part')} can be told apart"

    def share(self, whole: Whole) -> float:
        """The share of its parts that are there."""
        return sum(part.number in self.drawn for part in whole.parts) / len(whole.parts)


def _align(parts: Sequence[Part], elements: Sequence[Drawn]) -> list[tuple[int, int]]:
    """Needleman and Wunsch's alignment of two lists, as pairs of positions."""
    costs = [[_cost(part, element) for element in elements] for part in parts]
    width = len(elements) + 1
    best = [[GAP * j for j in range(width)]]
    for i, row in enumerate(costs):
        above, line = best[i], [GAP * (i + 1)]
        for j, cost in enumerate(row):
            line.append(min(above[j] + cost, above[j + 1] + GAP, line[j] + GAP))
        best.append(line)
    pairs = []
    i, j = len(parts), len(elements)
    while i and j:
        if best[i][j] == best[i - 1][j - 1] + costs[i - 1][j - 1]:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif best[i][j] == best[i - 1][j] + GAP:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def _cost(part: Part, element: Drawn) -> float:
    """What it costs to take an element for a part."""
    shape, numbers, colour = part.element
    if not element.numbers:
        return 2 * GAP + 1
    is_same = shape == element.shape
    others = element.numbers if is_same else element.numbers[:2]
    distance = max(abs(a - b) for a, b in zip(numbers, others, strict=False))
    cost = FAR * min(1.0, distance / REACH) + OTHER_COLOUR * (colour != element.colour)
    return cost if is_same else cost + OTHER_SHAPE


# The marks

_SHAPES = {
    svg.RECT: "a rectangle",
    svg.ELLIPSE: "an ellipse",
    svg.RING: "a ring",
    svg.PATH: "a line with corners",
    svg.CURVE: "a curve",
}


def _shapes(pairing: _Pairing) -> Iterator[str]:
    for _, part in pairing.parts:
        drawn = pairing.drawn.get(part.number)
        if drawn is None:
            yield f"The {part.name} is missing"
            continue
        shape, numbers, _ = part.element
        if not drawn.shape:
            yield f"The {part.name} cannot be read"
        elif shape != drawn.shape:
            yield f"The {part.name} is {_called(drawn)}, not {_SHAPES.get(shape, f'a {shape}')}"
        elif len(numbers) != len(drawn.numbers):
            yield f"The {part.name} has {len(drawn.numbers) // 2} corners, not {len(numbers) // 2}"
        if drawn.odd:
            yield f"The {part.name} has `{drawn.odd[0][:20]}`, which is not asked for"
    if pairing.others:
        named = _list(dict.fromkeys(map(_called, pairing.others)))
        yield f"{_number(len(pairing.others), 'element')} too many: {named}"
    if pairing.unread:
        yield f"{_number(pairing.unread, 'further element')} too many"


def _called(drawn: Drawn) -> str:
    if drawn.shape:
        return _SHAPES.get(drawn.shape, f"a {drawn.shape}")
    return f"an unreadable `{drawn.tag[:20]}`"


def _colours(pairing: _Pairing) -> Iterator[str]:
    if not pairing.is_telling:
        yield pairing.few
        return
    for _, part in pairing.parts:
        drawn = pairing.drawn.get(part.number)
        if drawn and drawn.colour != part.element.colour:
            found = drawn.colour[:20] or "of no colour"
            yield f"The {part.name} is {found}, not {part.element.colour}"


def _counts(scene: Scene, pairing: _Pairing) -> Iterator[str]:
    for thing in scene.things:
        yield from _count(
            thing.kind, thing.number, [w for w in pairing.wholes if w.thing is thing], pairing
        )
        if thing.windows:
            yield from _windows(thing, pairing)
    for name in scene.sky:
        yield from _count(
            name, 1, [w for w in pairing.wholes if w.name == name and not w.thing], pairing
        )


def _count(kind: str, asked: int, own: Sequence[Whole], pairing: _Pairing) -> Iterator[str]:
    """Things of a kind: those that are half there, and elements that look like the part they are known by."""
    telling = _telling(own[0].parts)
    there = sum(2 * pairing.share(whole) >= 1 for whole in own)
    drawn = there + sum(_is_alike(telling, element) for element in pairing.others)
    if drawn != asked:
        plurals = KINDS[kind].plurals if kind in KINDS else ()
        name = kind if asked == 1 else plurals[0]
        yield f"{asked} {name} asked for, {drawn} drawn"


def _windows(thing: Thing, pairing: _Pairing) -> Iterator[str]:
    parts = [part for whole, part in pairing.parts if whole.thing is thing and part.is_window]
    there = sum(part.number in pairing.drawn for part in parts)
    drawn = there + sum(_is_alike(parts[0], element) for element in pairing.others)
    if drawn != thing.windows:
        yield f"{_number(thing.windows, 'window')} asked for, {drawn} drawn"


def _telling(parts: Sequence[Part]) -> Part:
    """The part that a thing is counted by: the first that no other part of it looks like, or else its first."""
    return next(
        (
            part
            for part in parts
            if not any(_is_alike(part, other.element) for other in parts if other is not part)
        ),
        parts[0],
    )


def _is_alike(part: Part, element: Element | Drawn) -> bool:
    """Whether an element is the part somewhere else."""
    if part.element.shape != element.shape or len(part.element.numbers) != len(element.numbers):
        return False
    return _apart([(part, element)]).worst <= TOLERANCE


class _Apart(NamedTuple):
    """How far some parts are from where they belong."""

    right: float
    """How far all are moved to the right, in units."""
    down: float
    off: tuple[tuple[float, Part], ...]
    """How far each is off beside that."""

    @property
    def worst(self) -> float:
        """The largest of these."""
        return max((distance for distance, _ in self.off), default=0.0)


def _apart(pairs: Sequence[tuple[Part, Element | Drawn]], *, is_free: bool = True) -> _Apart:
    """Compares parts with elements of the same shapes.

    Args:
        pairs: Parts that move together, and the elements that they are.
        is_free: They may be moved.
    """
    differences = []
    for part, drawn in pairs:
        numbers = zip(_axes(part.element.shape), part.element.numbers, drawn.numbers, strict=False)
        differences.append([(axis, after - before) for axis, before, after in numbers])
    moved = {
        axis: _median([d for row in differences for a, d in row if a == axis]) if is_free else 0.0
        for axis in "xy"
    }
    off = (
        max(abs(difference - moved.get(axis, 0.0)) for axis, difference in row)
        for row in differences
    )
    return _Apart(
        moved["x"],
        moved["y"],
        tuple((distance, part) for distance, (part, _) in zip(off, pairs, strict=True)),
    )


def _axes(shape: str) -> Iterable[str]:
    """What each number of a shape is: x, y, or s for a size."""
    return {svg.CIRCLE: "xys", svg.RING: "xys", svg.ELLIPSE: "xyss", svg.RECT: "xyss"}.get(
        shape, "xy" * 50
    )


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def _geometry(scene: Scene, pairing: _Pairing) -> list[str]:
    if not pairing.is_telling:
        return [pairing.few]
    near = _ground(pairing)
    sheets = [
        wholes(scene, Jitter(near, shift, side))
        for shift in range(-SHIFT, SHIFT + 1)
        for side in (0, 1)
    ]
    found: list[tuple[float, str]] = []
    for position in range(len(pairing.wholes)):
        best = min(
            (_placed(sheet[position], pairing) for sheet in sheets),
            key=lambda it: (it[0].worst, abs(it[0].right) + abs(it[0].down)),
        )
        found.extend(_misplaced(*best))
    found.sort(key=lambda it: -it[0])
    return [sentence for _, sentence in found]


def _ground(pairing: _Pairing) -> int:
    """How much lower than usual the ground was drawn, as far as the grammar allows."""
    part = next(part for whole, part in pairing.parts if whole.name == "ground")
    drawn = pairing.drawn.get(part.number)
    if not drawn or drawn.shape != part.element.shape:
        return 0
    lower = drawn.numbers[1] - part.element.numbers[1]
    return round(max(-GROUND, min(GROUND, lower)))


def _placed(whole: Whole, pairing: _Pairing) -> tuple[_Apart, Whole]:
    pairs = [
        (part, drawn)
        for part in whole.parts
        if (drawn := pairing.drawn.get(part.number))
        and drawn.shape == part.element.shape
        and len(drawn.numbers) == len(part.element.numbers)
    ]
    return _apart(pairs, is_free=whole.is_free), whole


def _misplaced(apart: _Apart, whole: Whole) -> Iterator[tuple[float, str]]:
    """How far something is from where it may be, and the sentence that says so."""
    moved = max(abs(apart.right), abs(apart.down) - (GROUND if whole.thing is None else 0))
    if moved > SLACK:
        is_one_of_many = whole.thing is not None and whole.thing.number > 1
        name = whole.name.capitalize() if is_one_of_many else f"The {whole.name}"
        yield moved, f"{name} is {_units(moved)} from its place"
    for distance, part in apart.off:
        if distance > TOLERANCE:
            yield distance, f"The {part.name} is {_units(distance)} off"


def _units(distance: float) -> str:
    return _number(round(distance), "unit")


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _list(parts: Iterable[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last

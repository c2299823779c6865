"""Drawings as a model wrote them: their elements, whatever the text is worth.

No text makes this raise, and none takes longer than its length: what is not an element of the grammar is named and left out.
"""

from __future__ import annotations

import re
from pyexpat import ExpatError, ParserCreate
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.drawing import svg

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 20_000
"""Characters of a drawing that are read; the longest of the grammar has a tenth of them."""

NAMESPACE = "http://www.w3.org/2000/svg"
_ROOT = f"{NAMESPACE} svg"

# Each begins where the one before has ended, and no part of a match can be matched in another way.
_SVG_TAG = re.compile(r"<(/?)svg(?=[ \t\r\n\f/>])", re.IGNORECASE | re.ASCII)
_LINE_END = re.compile(r"\n[ \t\r\n\f]*+(```)?")
_TAG = re.compile(r"<([A-Za-z][^\s<>/]*+)([^<>]*+)>")
_ATTRIBUTE = re.compile(r"(?<![\w:.-])([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_NUMBER = re.compile(r"-?\d{1,6}(?:\.\d{1,6})?(?![\d.])", re.ASCII)
_STEP = re.compile(rf"([MLQ])|({_NUMBER.pattern})|[\s,]+", re.ASCII)

_NUMBERS = {
    "circle": ("cx", "cy", "r"),
    "ellipse": ("cx", "cy", "rx", "ry"),
    "rect": ("x", "y", "width", "height"),
    "line": ("x1", "y1", "x2", "y2"),
}
_POINTS = {"polygon": "points", "path": "d"}
_ORIGIN = frozenset({"x", "y", "cx", "cy"})
"""What is 0 where it is not said."""


class Drawn(NamedTuple):
    """An element that was drawn."""

    shape: str
    """As in `svg`; the empty text where it cannot be read."""
    numbers: tuple[float, ...]
    colour: str
    tag: str
    """What the model called it."""
    odd: tuple[str, ...] = ()
    """Attributes that change it and that no drawing of the grammar has."""


class Read(NamedTuple):
    """What was read of a drawing."""

    elements: tuple[Drawn, ...]
    root: dict[str, str]
    """The attributes of its root."""
    fault: str
    """Why it is not well formed, as a sentence without its point; empty where it is."""


def find(text: str) -> str:
    """The last SVG in a text, as the chat shows it; empty where there is none.

    An SVG that does not end goes on to the end of its block of code, if it stands in one, or of the text. The chat has the same
    rule in TypeScript (`browser/src/chat/drawing_finder.ts`); `tests/drawing_in_text.json` has the cases that both pass.
    """
    found, start, depth, end = "", -1, 0, -1
    for tag in _SVG_TAG.finditer(text):
        if tag.start() < end:
            continue  # inside the tag before
        closes = bool(tag[1])
        if start < 0:
            if closes or text[tag.end()] == "/":
                continue
            start, depth = tag.start(), 0
        end = text.find(">", tag.end())
        if end < 0:
            break
        if closes:
            depth -= 1
        elif text[end - 1] != "/":
            depth += 1
        if depth <= 0:
            found, start = text[start : end + 1], -1
    if start < 0:
        return found
    for line_end in _LINE_END.finditer(text, start):
        if line_end[1]:
            return text[start : line_end.start()]
    return text[start:]


def read(drawing: str) -> Read:
    """Reads a drawing, broken or not.

    Args:
        drawing: Its text; of more than `LONGEST` characters nothing is read.
    """
    if len(drawing) > LONGEST:
        return Read((), {}, f"It is longer than {LONGEST:,} characters")
    tags, fault = _parse(drawing)
    if fault:
        # Report what can be parsed: a broken tag does not make the others wrong.
        tags = [(tag, _attributes(rest)) for tag, rest in _TAG.findall(drawing)]
    has_root = bool(tags) and tags[0][0] == "svg"
    elements = tuple(_element(tag, attributes) for tag, attributes in tags[int(has_root) :])
    return Read(elements, tags[0][1] if has_root else {}, fault)


def _attributes(text: str) -> dict[str, str]:
    return {name: double or single for name, double, single in _ATTRIBUTE.findall(text)}


def _element(tag: str, given: dict[str, str]) -> Drawn:
    left = dict(given)
    fill, stroke = left.pop("fill", ""), left.pop("stroke", "")
    is_line = tag in ("line", "path") or (tag == "circle" and fill == "none")
    if tag == "path" and fill != "none":
        left["fill"] = fill  # it would fill what its line encloses
    if not is_line and stroke:
        left["stroke"] = stroke
    shape, numbers = _form(tag, left)
    if shape == svg.CIRCLE and is_line:
        shape = svg.RING
    return Drawn(shape, numbers, (stroke if is_line else fill).lower(), tag, tuple(left))


def _form(tag: str, left: dict[str, str]) -> tuple[str, tuple[float, ...]]:
    """The shape, and its numbers, which are taken out of the attributes; no shape where they cannot be read."""
    numbers: list[float] = []
    if tag in _NUMBERS:
        for name in _NUMBERS[tag]:
            text = left.pop(name, "0" if name in _ORIGIN else "")
            if not _NUMBER.fullmatch(text):
                return "", ()
            numbers.append(float(text))
        return tag, tuple(numbers)
    if tag not in _POINTS:
        return "", ()
    steps = list(_steps(left.pop(_POINTS[tag], "")))
    points = tuple(step for step in steps if isinstance(step, float))
    commands = "".join(step if isinstance(step, str) else "." for step in steps)
    if tag == "polygon":
        return (svg.POLYGON if re.fullmatch(r"(?:\.\.)+", commands) else ""), points
    if re.fullmatch(r"M\.\.(?:L\.\.)+", commands):
        return svg.PATH, points
    return (svg.CURVE if commands == "M..Q...." else ""), points


def _steps(text: str) -> Iterator[float | str]:
    """Commands and numbers; a question mark for what is neither."""
    at = 0
    for match in _STEP.finditer(text):
        if match.start() != at:
            break
        at = match.end()
        command, number = match.groups()
        if command or number:
            yield command or float(number)
    if at != len(text):
        yield "?"


class _DocumentTypeError(Exception):
    """The text declares a type, and may declare entities that grow."""


def _parse(drawing: str) -> tuple[list[tuple[str, dict[str, str]]], str]:
    """The tags of a text with their attributes, and why it is no well-formed XML with `svg` as its root.

    Python's own expat judges. A text with a document type is refused before it can declare an entity.
    """
    tags: list[tuple[str, dict[str, str]]] = []

    def refuse(*_: object) -> None:
        raise _DocumentTypeError

    def begin(name: str, attributes: dict[str, str]) -> None:
        tags.append((name, attributes))

    parser = ParserCreate("utf-8", " ")  # whatever the text says that it is encoded in
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = begin
    try:
        parser.Parse(drawing.encode("utf-8", "replace"), True)  # it takes no keywords
    except _DocumentTypeError:
        return [], "It declares a document type, which no drawing needs"
    except ExpatError as error:
        words = _WORDS.get(error.code) or str(error).partition(":")[0]
        return [], f"In line {error.lineno}, after {error.offset} characters: {words}"
    root = tags[0][0]
    if root == "svg":
        return [], f'Its root lacks xmlns="{NAMESPACE}", without which it is no picture'
    if root != _ROOT:
        return [], "Its root is no svg element"
    return [(name.removeprefix(f"{NAMESPACE} "), given) for name, given in tags], ""


_WORDS = {
    3: "the text ends before its end tag",
    4: "a character that cannot stand there",
    5: "a tag that is cut off",
    7: "an end tag that belongs to no open element",
    8: "an attribute that occurs twice",
}
"""expat's codes of what broken drawings mostly have; for others its own words are taken."""

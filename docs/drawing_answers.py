"""What the built-in models drew when they were asked, as pictures with their marks; labs print it.

The answers are kept in `drawing_answers.json`, which `python -m models.drawing.answers` writes. The marks are given anew
each time the docs are built.
"""

from __future__ import annotations

import json
import math
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs_quantlab.builtin_models import path
from mkdocs_quantlab.engine.core.html import Html, tag
from mkdocs_quantlab.engine.drawing.reading import find, read
from mkdocs_quantlab.engine.drawing.score import marks
from mkdocs_quantlab.engine.drawing.svg import Element, Group, svg
from mkdocs_quantlab.engine.gguf.ranges import read_file

if TYPE_CHECKING:
    from collections.abc import Sequence

DATA = Path(__file__).with_name("drawing_answers.json")


@cache
def known() -> dict[str, Any]:
    """The file."""
    found: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return found


def redrawn(answer: str) -> str:
    """As much of a drawing as can be read, as SVG that is whole and does nothing."""
    elements = []
    for drawn in read(find(answer)).elements:
        if drawn.shape and re.fullmatch("[a-z]+", drawn.colour):
            numbers = tuple(round(number) for number in drawn.numbers)
            elements.append(Element(drawn.shape, numbers, drawn.colour))
    return svg([Group("all", tuple(elements))])


def pictures(names: Sequence[str], number: int) -> str:
    """One picture for each file, with what is wrong in it.

    Args:
        names: Built-in models.
        number: Of the prompt, from 0.
    """
    return tag("div", [_picture(name, number) for name in names], class_="drawings drawings--row")


def _picture(name: str, number: int) -> Html:
    answer, prompt = known()["files"][name]["answers"][number], known()["prompts"][number]
    found = marks(prompt, answer)
    assert found, prompt
    said = list(dict.fromkeys(sentence for mark in found.marks for sentence in mark.said))
    first = "not well-formed" if found.marks[0].said else said[0] if said else "all right"
    words = f"{first}{', and more' if len(said) > 1 else ''}"
    drawing = Html(redrawn(answer).replace("<svg ", '<svg aria-hidden="true" ', 1))
    sign = "✓" if found.all_right else "✗"
    return tag("figure", drawing, tag("figcaption", tag("strong", name.partition(":")[2]), f" {sign} {words}"))  # fmt: skip


def parameters() -> str:
    """How many parameters the models have, in words."""
    weights = sum(math.prod(tensor.shape) for tensor in read_file(path("drawing:F16")).tensors)
    return f"{weights / 1e6:.1f} million parameters"


def prompt(number: int) -> str:
    """One of the prompts, from 0."""
    return str(known()["prompts"][number])

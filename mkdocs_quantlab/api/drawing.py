"""The scenes of the built-in drawing model: as SVG, parsed from an answer, and scored."""

from __future__ import annotations

from mkdocs_quantlab.engine.drawing.reading import Drawn, Read, find, read
from mkdocs_quantlab.engine.drawing.scene import Jitter, Scene, Thing, draw
from mkdocs_quantlab.engine.drawing.score import Mark, Marks, marks, score
from mkdocs_quantlab.engine.drawing.svg import Element, Group, svg

__all__ = [
    "Drawn",
    "Element",
    "Group",
    "Jitter",
    "Mark",
    "Marks",
    "Read",
    "Scene",
    "Thing",
    "draw",
    "find",
    "marks",
    "read",
    "score",
    "svg",
]

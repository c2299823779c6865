"""Comparisons of models as the chat exports them: their answers, and what they show."""

from __future__ import annotations

from mkdocs_quantlab.engine.comparing.cards import Card, Difference
from mkdocs_quantlab.engine.comparing.measures import MEASURES, RIGHT, Measure
from mkdocs_quantlab.engine.comparing.record import Answer, Record, Verdict
from mkdocs_quantlab.engine.comparing.resource import ComparisonOf
from mkdocs_quantlab.engine.comparing.result import Result, Test, chance, result
from mkdocs_quantlab.engine.comparing.samples import Figure
from mkdocs_quantlab.engine.comparing.statistics import Interval, Swaps

__all__ = [
    "MEASURES",
    "RIGHT",
    "Answer",
    "Card",
    "ComparisonOf",
    "Difference",
    "Figure",
    "Interval",
    "Measure",
    "Record",
    "Result",
    "Swaps",
    "Test",
    "Verdict",
    "chance",
    "result",
]

"""What tensors lost against a reference: how it is shown. The figures come from `mkdocs_quantlab.fast`, through resources."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.figures import note, row, table
from mkdocs_quantlab.engine.core.html import Html, tag
from mkdocs_quantlab.engine.core.numbers import count, decibel, short
from mkdocs_quantlab.engine.core.resources import Resource
from mkdocs_quantlab.engine.gguf.header import place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.engine.core.protocol import Histogram  # noqa: F401  # in quotes below
    from mkdocs_quantlab.engine.core.resources import Resources
    from mkdocs_quantlab.engine.gguf.model import Model

Levels = dict[str, float]
"""Signal-to-noise ratios in dB by tensor; infinite for an exact copy."""


class LevelsOf(Resource[dict[str, float | None]]):
    """For each tensor that two models have in one shape its signal-to-noise ratio in dB, None where it is an exact copy."""

    kind = "levels"

    def __init__(self, model: str, reference: str) -> None:
        super().__init__(model, reference)


class HistogramOf(Resource["Histogram"]):
    """The values of a tensor in two models."""

    kind = "histogram"

    def __init__(self, model: str, reference: str, tensor: str) -> None:
        super().__init__(model, reference, tensor)


def levels(resources: Resources, model: str, reference: str) -> Levels:
    """What is known of a model's tensors against a reference.

    Raises:
        LookupError: Nothing; the message says why.
    """
    found = resources.find(LevelsOf(model, reference))
    return {name: math.inf if level is None else level for name, level in found.items()}


def by_kind(models: Sequence[Model], found: Sequence[Levels], reference: str) -> Html:
    """A table of levels: for each kind of tensor the median over its layers, and the lowest."""
    kinds = dict.fromkeys(place(tensor.name).kind for model in models for tensor in model.tensors)
    grouped = [_grouped(each) for each in found]
    known = [name for name in kinds if any(_is_lossy(each.get(name, ())) for each in grouped)]
    return table(
        f"Signal-to-noise ratio against {reference} by kind of tensor: median of the layers, and the lowest",
        ("Tensor", *(model.name for model in models)),
        (row(tag("code", name), *(_summary(each.get(name)) for each in grouped)) for name in known),
    )


def _grouped(found: Levels) -> dict[str, list[float]]:
    grouped: dict[str, list[float]] = {}
    for name, level in found.items():
        grouped.setdefault(place(name).kind, []).append(level)
    return grouped


def _is_lossy(found: Sequence[float]) -> bool:
    return any(level != math.inf for level in found)


def _summary(found: list[float] | None) -> str:
    if not found:
        return "–"
    ranked = sorted(found)
    # Two in the middle where their number is even; statistics.median takes a while to import.
    middle = decibel((ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]) / 2)
    return middle if len(ranked) == 1 else f"{middle} ({decibel(ranked[0])})"


HEIGHT = 100.0
"""Of the picture, in its own units; a bin is one unit wide."""


def histogram(resources: Resources, model: str, reference: str, tensor: str) -> Html:
    """The values of a tensor before and after, over one axis.

    Raises:
        LookupError: It is not known; the message says why.
    """
    level = levels(resources, model, reference)[tensor]
    given = resources.find(HistogramOf(model, reference, tensor))
    before, after = given["before"], given["after"]
    top = max(1, *before, *after)
    size = sum(before) + given["beyond"][0]
    return tag(
        "div",
        tag(
            "p",
            tag("code", tensor), f" in {model} (line) over {reference} (area): {decibel(level)}; "
            f"{count(size, 'weight')} in {len(before)} bins.",
        ),
        tag(
            "svg",
            tag("path", d=_steps(before, top) + "Z", class_="quantlab-before"),
            tag("path", d=_steps(after, top), class_="quantlab-after"),
            viewBox=f"0 0 {len(before)} {HEIGHT:.0f}",
            preserveAspectRatio="none",
            width="100%",
            class_="quantlab-histogram",
            role="img",
            aria_label=f"Histogram of {tensor} from {short(given['low'])} to {short(given['high'])}, in {reference} and in {model}",
        ),
        tag(
            "p",
            (tag("span", short(x)) for x in (given["low"], 0, given["high"])),
            class_="quantlab-ends",
        ),
        _beyond(given["beyond"], reference, model),
    )  # fmt: skip


def _beyond(outside: Sequence[int], reference: str, model: str) -> Html | None:
    if not any(outside):
        return None
    return note(
        f"Further out: {count(outside[0], 'weight')} of {reference} and {outside[1]:,} of {model}."
    )


def _steps(counts: Sequence[int], top: int) -> str:
    """A staircase from the left end to the right."""
    path = f"M0 {HEIGHT:.0f}"
    for i, number in enumerate(counts):
        path += f"V{HEIGHT * (1 - number / top):.1f}H{i + 1}"
    return path + f"V{HEIGHT:.0f}"

"""The evaluation of the built-in models: shares with their intervals, and the models as families of files."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from mkdocs_quantlab.engine.drawing.evaluated import EVALUATION

Z = 1.96
"""Standard deviations of a normal distribution that hold 95 % of it."""

LABELS = {
    "drawing": "Drawing model",
    "drawing-uneven": "Drawing model, uneven twin",
}
"""The models, and what readers see for them."""


class Share(NamedTuple):
    """How many of some trials went right."""

    right: int
    of: int

    @property
    def percent(self) -> float:
        """The share, in percent."""
        return 100 * self.right / self.of

    @property
    def interval(self) -> tuple[float, float]:
        """Where the share of all trials there could be lies, in percent, with a confidence of 95 %.

        Source: Wilson's score interval (E. B. Wilson, JASA 22, 1927), which holds for shares near 0 and 1 too.
        """
        p, n = self.right / self.of, self.of
        middle = p + Z * Z / (2 * n)
        half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        low, high = ((middle + side * half) / (1 + Z * Z / n) for side in (-1, 1))
        return 100 * max(0.0, low), 100 * min(1.0, high)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.percent:.0f}\u00a0% ({low:.0f}–{high:.0f})"


class File(NamedTuple):
    """What was evaluated of a file."""

    name: str
    """As `mkdocs_quantlab.builtin_models.names` has it."""
    sha256: str
    size: int
    """Bytes."""
    bits_per_weight: float
    """Bits of all tensors over their weights, as llama.cpp prints it."""
    greedy: Share
    """Drawings that are right, of scenes that training never saw, at temperature 0."""
    warm: Share
    """The same at temperature 0.7."""
    wordings: Share
    """The same at temperature 0, in words that training never saw either."""
    marks: dict[str, int]
    """Of the drawings of `greedy`, how many have each mark right; keys as in `score.LABELS`."""
    kl: float
    """Mean Kullback-Leibler divergence to the model in F16 over the tokens of right answers, in nats."""
    perplexity: float
    same_top: float
    """How often the most likely token is that of the model in F16, from 0 to 1."""

    @property
    def recipe(self) -> str:
        """The recipe, without what is said of an importance matrix."""
        return self.name.partition(":")[2].removesuffix("-imatrix")

    @property
    def has_imatrix(self) -> bool:
        return self.name.endswith("-imatrix")


def files(model: str, evaluation: dict[str, Any] = EVALUATION) -> tuple[File, ...]:
    """What was evaluated of a model, more bits first; nothing where nothing was.

    Args:
        model: A key of `LABELS`.
        evaluation: The results, as `evaluated.py` has them.
    """
    return tuple(
        File(
            name=name,
            sha256=found["sha256"],
            size=found["size"],
            bits_per_weight=found["bits_per_weight"],
            greedy=_share(found["greedy"]),
            warm=_share(found["warm"]),
            wordings=_share(found["wordings"]),
            marks=found["greedy"]["marks"],
            kl=found["divergence"]["kl"],
            perplexity=found["divergence"]["perplexity"],
            same_top=found["divergence"]["same_top"],
        )
        for name, found in evaluation.get("files", {}).items()
        if name.startswith(f"{model}:") and "divergence" in found
    )


def how(evaluation: dict[str, Any] = EVALUATION) -> str:
    """With what it was evaluated, in words."""
    texts = evaluation["texts"]
    return (
        f"{evaluation['server']} drew, {texts['network']} measured KL divergence and perplexity on {texts['tokens']:,} tokens of "
        f"{texts['of']} right answers; {evaluation['date']}"
    )


def _share(found: dict[str, Any]) -> Share:
    return Share(found["right"], found["of"])

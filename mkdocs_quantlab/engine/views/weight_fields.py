"""Options that widgets share: weights that are typed in or drawn from a seed, and how they are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.fields import Choice, FloatList, Integer
from mkdocs_quantlab.engine.methods import samples
from mkdocs_quantlab.engine.methods.schemes import SCHEMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DRAWN = {"gaussian": samples.gaussian, "laplace": samples.laplace, "outlier": samples.outlier}
"""Presets that are drawn, each a function of count and seed."""

LABELS = {
    "gaussian": "Gaussian",
    "laplace": "Laplace",
    "outlier": "Gaussian with one outlier",
}
"""What a form calls each of them."""


def preset(
    default: str,
    choices: Mapping[str, str],
    help: str,
    *,
    excludes: Sequence[str] = ("weights",),
    excluding: Mapping[str, Sequence[str]] | None = None,
) -> Choice[str]:
    """Where the weights come from."""
    return Choice(
        default,
        choices,
        label="Weights from",
        help=help,
        excludes=excludes,
        excluding=excluding,
        menu=True,
        derived={"custom": "Your own weights"},
    )


def seed(default: int = 1, excludes: Sequence[str] = ("weights",)) -> Integer:
    """The seed of drawn weights."""
    return Integer(
        default,
        0,
        999_999,
        label="Seed",
        help="Start of the random numbers.",
        excludes=excludes,
    )


def weights(
    default: tuple[float, ...], max_count: int, help: str, excludes: Sequence[str]
) -> FloatList:
    """Weights typed in, instead of a preset."""
    return FloatList(default, max_count, 1e6, label="Weights", help=help, excludes=excludes)


def scheme(names: Sequence[str], help: str) -> Choice[str]:
    """How weights are stored. Those with one width only leave no choice of `bits`."""
    return Choice(
        "symmetric",
        {name: SCHEMES[name].label for name in names},
        label="Scheme",
        help=help,
        menu=True,
        excluding={name: ("bits",) for name in names if len(SCHEMES[name].widths) == 1},
    )

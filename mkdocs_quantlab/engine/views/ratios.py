"""Signal-to-noise ratios of ggml's formats, and what they were measured on: independent weights, or a tensor of a file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.core.numbers import count, decibel, plain, short
from mkdocs_quantlab.engine.core.resources import Resource
from mkdocs_quantlab.engine.ggml.measured import (
    BY_GGML,
    COLUMNS,
    DISTRIBUTIONS,
    GGML,
    ROWS,
    SNR,
    SNR_OF_UNIT_SPREAD,
    SPREAD,
)
from mkdocs_quantlab.engine.ggml.types import TYPES
from mkdocs_quantlab.engine.methods.rate import headroom

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mkdocs_quantlab.engine.core.protocol import MeasuredRatios  # noqa: F401  # in quotes below
    from mkdocs_quantlab.engine.core.resources import Resources

DISTRIBUTION_LABELS = {
    "gaussian": "Gaussian",
    "laplace": "Laplace",
    "student-t4": "Student's t",
}
"""What a form calls each distribution of independent weights."""
NAMED = {
    "gaussian": "Gaussian weights",
    "laplace": "Laplace weights",
    "student-t4": "weights of Student's t distribution with 4 degrees of freedom",
}
"""What a sentence calls them."""


class RatiosOf(Resource["MeasuredRatios"]):
    """The ratios on a tensor, named as `parse_name` reads it."""

    kind = "ratios"

    def __init__(self, name: str) -> None:
        super().__init__(name)


class Ratios(NamedTuple):
    """Ratios of formats on one sample of weights, and what is to be said of them."""

    weights: str
    """What the weights are, to follow "on"."""
    sample: str
    """The same, with how many they are."""
    snr: Mapping[str, float]
    """Decibel by type; infinite for an exact copy."""
    missing: Mapping[str, str]
    """Why a type has no ratio."""
    bounded: bool
    """Whether no format can be above the Gaussian limit, but for `headroom`."""
    how: str
    """How they were measured."""
    by_ggml: str
    """What is to be said of the types that only ggml encodes."""
    nvfp4: str
    """What is to be said of NVFP4."""
    limit: str
    """What the Gaussian limit says of these weights."""


_OWN_SCALE = (
    "it belongs with a scale of the whole tensor, which files keep in a tensor of its own and this measurement leaves out."
)  # fmt: skip


def of_distribution(name: str) -> Ratios:
    """Ratios on independent weights, out of `measured.py`.

    Raises:
        ValueError: There is no such distribution.
    """
    place = DISTRIBUTIONS.index(name)
    limit = (
        "The line is Shannon's limit for independent Gaussian weights: no code of so many bits comes closer, however large its "
        "blocks."
    )
    if name != "gaussian":
        limit = (
            f"The line is the limit for Gaussian weights of the same variance, not for {NAMED[name]}. Gaussian weights are the "
            "hardest to store of all with that variance, so the limit for these lies above the line, by at most "
            f"{headroom(name):.2f} dB (Shannon's lower bound on the error): they lose at least what is shown, and at most so "
            "much more."
        )
    return Ratios(
        NAMED[name],
        f"{ROWS * COLUMNS:,} {NAMED[name]}",
        {type_: levels[place] for type_, levels in SNR.items()},
        {},
        bounded=True,
        how=f"Measured once, on independent weights with a standard deviation of {plain(SPREAD)}, without importance matrix, "
        "with encoders whose bytes equal ggml's.",
        by_ggml=f"* Encoded by ggml itself ({GGML}), with all weights equally important; these formats are made for an "
        "importance matrix and real models.",
        nvfp4=f"NVFP4's 8-bit block scales are coarse for weights this small: {_OWN_SCALE} Weights with a standard deviation "
        f"of 1 give {decibel(SNR_OF_UNIT_SPREAD['NVFP4'][place])}.",
        limit=limit,
    )


def parse_name(text: str) -> tuple[str, str]:
    """The model and the tensor that `f16:blk.0.ffn_up.weight` names.

    Raises:
        LookupError: The text is no such name.
    """
    model, _, tensor = text.rpartition(":")
    if not model or not tensor:
        raise LookupError(f"a tensor is named as in `f16:blk.0.ffn_up.weight`; found `{text}`")
    return model, tensor


def measurable(row: int) -> list[str]:
    """The types that can be measured here on rows of that many weights: their encoder is known, and rows are whole blocks."""
    return [name for name in SNR if TYPES[name].can_encode and row % TYPES[name].block_size == 0]


def of_tensor(resources: Resources, text: str) -> Ratios:
    """Ratios on a tensor of a file.

    Raises:
        LookupError: They are not known; the message says why.
    """
    model, tensor = parse_name(text)
    found = resources.find(RatiosOf(text))
    row = found["shape"][0]
    entry = TYPES[found["type"]]
    weights = f"{tensor} of {model}"
    sample = f"the {count(math.prod(found['shape']), 'weight')} of {weights}"
    how = (
        f"Measured when this site was built, on {sample} (root mean square {short(found['rms'])}), without importance matrix, "
        f"with encoders whose bytes equal ggml's. The file stores the tensor as {entry.name}"
    )
    if entry.block_size > 1:
        how += (
            ": the ratios are against the weights that this decodes to, not against those that it was made from. A format may "
            "find the same steps again, and look better here than it would on those."
        )
    else:
        how += "."
    return Ratios(
        weights,
        sample,
        {name: math.inf if level is None else level for name, level in found["snr"].items()},
        {name: _why(name, row) for name in SNR if name not in found["snr"]},
        bounded=False,
        how=how,
        by_ggml="Only ggml encodes IQ1 to IQ3, which are made for an importance matrix: they have no ratio on a tensor of a file.",
        nvfp4=f"NVFP4's 8-bit block scales are coarse for small weights: {_OWN_SCALE}",
        limit="The line is Shannon's limit for independent Gaussian weights with this tensor's mean square. The tensor's weights are "
        "one given set, and neither Gaussian nor independent for certain: for them the line is a yardstick and no bound, and a "
        "format may be above it. What the best possible code would keep of them is not known.",
    )


def _why(name: str, row: int) -> str:
    """Why a type has no ratio on a tensor with rows of that many weights."""
    if name in BY_GGML:
        return "ggml only"
    if name not in measurable(row):
        return f"blocks of {TYPES[name].block_size}, rows of {row}"
    return "beyond its range"

"""The reader's code in place of a scheme: what it works on, what runs it, and how its values are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mkdocs_quantlab.api import LiveCode
from mkdocs_quantlab.api.methods.schemes import CLASSES, SCHEMES
from mkdocs_quantlab.api.methods.stored import StoredWeight, read_weight, stored_weight

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.widgets.quantization_explorer.widget import Options

NEEDS_MORE = ("int8-outliers", "nf4-double", "k-means", "bf16")
"""Schemes that say nothing of a single weight: three look at more than that, one has too many values to draw."""


def _inputs(given: Options) -> list[Any]:
    return [given.scheme, given.weight, given.min, given.max, given.bits]


def _run(made: Any, given: Any) -> Any:
    scheme, weight, low, high, bits = given
    return stored_weight(SCHEMES[scheme]._replace(made=made), weight, low, high, bits)._asdict()


def _read(given: Options, _inputs: Any, values: Any) -> StoredWeight:
    return read_weight(values, given.bits)


LIVE = LiveCode(
    "scheme",
    {name: made for name, made in CLASSES.items() if name not in NEEDS_MORE},
    _inputs,
    (_run,),
    _read,
)

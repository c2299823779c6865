"""What tensors of local models lost against a reference, and what one would lose in other types, measured when a site is built.

For `engine.views.losses` and `engine.views.ratios`.
"""

from __future__ import annotations

import math
import os
from functools import lru_cache
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.numbers import count
from mkdocs_quantlab.engine.ggml import TYPES
from mkdocs_quantlab.engine.ggml.errors import GgmlError
from mkdocs_quantlab.engine.ggml.measured import SNR
from mkdocs_quantlab.engine.views import ratios
from mkdocs_quantlab.site.models.places import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from mkdocs_quantlab.engine.core.protocol import Histogram, MeasuredRatios
    from mkdocs_quantlab.fast import Accuracy
    from mkdocs_quantlab.site.models.models import Located, Models

    State = tuple[tuple[Located, int], ...]


def levels(models: Models, name: str, reference: str) -> dict[str, float | None]:
    """The signal-to-noise ratio of each tensor, in dB; None for an exact copy.

    Args:
        models: The site's models.
        name: The model.
        reference: The model that it is compared with.

    Raises:
        LookupError: There is no such model.
        ModelError: A model cannot be read, or is not in local files.
    """
    return _accuracy(_state(models, name), _state(models, reference))


def histogram(models: Models, name: str, reference: str, tensor: str) -> Histogram:
    """The values of a tensor before and after.

    Raises:
        LookupError: There is no such model or tensor.
        ModelError: A model cannot be read, or is not in local files.
    """
    found = [models.tensors(model)[tensor] for model in (name, reference)]
    made: Histogram = _files().histogram(*found)
    return made


def ratios_of(located: Located) -> MeasuredRatios:
    """What each type that can be encoded here would keep of a tensor.

    Raises:
        LookupError: It is no matrix whose rows are blocks of weights.
        ModelError: Its weights cannot be read, or have no such ratio.
    """
    tensor = located.tensor
    if len(tensor.shape) < 2:
        raise LookupError(
            f"`{tensor.name}` has one dimension, which stays in F32 in every recipe; name a matrix"
        )
    row = tensor.shape[0]
    sizes = {TYPES[name].block_size for name in SNR} - {1}
    if all(row % size for size in sizes):
        raise LookupError(
            f"`{tensor.name}` has rows of {count(row, 'weight')}, which are whole blocks of no format; the smallest hold "
            f"{min(sizes)}; name a matrix whose rows are blocks"
        )
    return _ratios(located, located.path.stat().st_mtime_ns)


def _state(models: Models, name: str) -> State:
    """A model's tensors, each with the time of its file: what was measured stands as long as it does."""
    return tuple((each, each.path.stat().st_mtime_ns) for each in models.tensors(name).values())


@lru_cache(maxsize=32)
def _accuracy(model: State, reference: State) -> dict[str, float | None]:
    tensors, others = (
        {each.tensor.name: each for each, _ in state} for state in (model, reference)
    )
    return _as_json(_files().errors(tensors, others))


@lru_cache(maxsize=32)
def _ratios(located: Located, _: int) -> MeasuredRatios:
    tensor = located.tensor
    try:
        names = ratios.measurable(tensor.shape[0])
        found = _files().trial(located, names, threads=os.cpu_count() or 1)
    except GgmlError as error:
        raise ModelError(f"{located.path.name}: {error}") from None
    rms = float(f"{found.rms:.6g}")
    return {
        "type": tensor.type_name,
        "shape": list(tensor.shape),
        "rms": rms,
        "snr": _as_json(found.accuracy.items()),
    }


def _as_json(measured: Iterable[tuple[str, Accuracy]]) -> dict[str, float | None]:
    """Ratios by name, None for an exact copy.

    Left out is what has no ratio: weights beyond a type's range, or other weights than 0 for 0.
    """
    return {
        name: round(found.snr_db, 3) if found.rmse else None
        for name, found in measured
        if not found.rmse or math.isfinite(found.snr_db)
    }


def _files() -> ModuleType:
    from mkdocs_quantlab.fast import files  # noqa: PLC0415  # slow to import, and most sites measure nothing

    return files

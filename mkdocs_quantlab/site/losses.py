"""What tensors of local models lost against a reference, measured when a site is built, for `engine.gguf.losses`."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

    from mkdocs_quantlab.site.models import Located, Models

    State = tuple[tuple[Located, int], ...]


def accuracy(models: Models, key: str) -> dict[str, float | None]:
    """The signal-to-noise ratio of each tensor, in dB; None for an exact copy.

    Args:
        models: The site's models.
        key: The names of a model and of its reference.

    Raises:
        LookupError: There is no such model, or `measure` is not installed.
        ModelError: A model cannot be read, or is not in local files.
    """
    name, reference = key.split(" ")
    return _accuracy(_state(models, name), _state(models, reference))


def histogram(models: Models, key: str) -> dict[str, Any]:
    """The values of a tensor before and after; the key names the tensor as well.

    Raises:
        LookupError: There is no such model or tensor, or `measure` is not installed.
        ModelError: A model cannot be read, or is not in local files.
    """
    name, reference, tensor = key.split(" ", 2)
    found = [models.tensors(model)[tensor] for model in (name, reference)]
    return _files().histogram(*found)._asdict()  # type: ignore[no-any-return]


def _state(models: Models, name: str) -> State:
    """A model's tensors, each with the time of its file: what was measured stands as long as it does."""
    return tuple((each, each.path.stat().st_mtime_ns) for each in models.tensors(name).values())


@lru_cache(maxsize=32)
def _accuracy(model: State, reference: State) -> dict[str, float | None]:
    tensors, others = (
        {each.tensor.name: each for each, _ in state} for state in (model, reference)
    )
    return {
        name: None if math.isinf(found.snr_db) else round(found.snr_db, 3)
        for name, found in _files().errors(tensors, others)
    }


def _files() -> ModuleType:
    """`measure.files`, which needs more than a site does."""
    try:
        from mkdocs_quantlab.measure import files  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise LookupError(str(error)) from None
    return files

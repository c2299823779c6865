"""The reader's code in place of a scheme: what it works on, what runs it, and how its values are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mkdocs_quantlab.api import LiveCode
from mkdocs_quantlab.api.live import fields, numbers, whole
from mkdocs_quantlab.api.methods.schemes import CLASSES, SCHEMES, quantize_dequantize
from mkdocs_quantlab.api.methods.stored import StoredLayer, read_layer, stored_layer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.engine.widgets.quantization_grid_explorer.widget import Options


def tensor(given: Options, weights: Sequence[float]) -> dict[str, Any]:
    """What the code works on where a whole tensor is stored, and only values and size are asked for."""
    return {
        "scheme": given.scheme,
        "bits": given.bits,
        "block": given.per_scale(len(weights)),
        "weights": list(weights),
        "brief": True,
    }


def read_tensor(data: Any, count: int) -> tuple[list[float], int]:
    """The values of a tensor of so many weights, and the bits that all of it takes.

    Raises:
        EditError: The values are not that.
    """
    given = fields(data, "the result", ("values", "bits"))
    # A scheme may keep a codebook beside each weight, and not much more.
    return numbers(given["values"], "its values", count), whole(
        given["bits"], "its size in bits", 0, 1 << 40
    )


def _inputs(given: Options) -> dict[str, Any] | None:
    # At 16 bits the figure shows bfloat16, which is no code that can be edited.
    return None if given.bits == 16 else tensor(given, given.weights) | {"brief": False}


def _run(made: Any, given: Any) -> Any:
    scheme = SCHEMES[given["scheme"]]._replace(made=made)
    weights, bits, block = given["weights"], given["bits"], given["block"]
    if given["brief"]:
        values, size = quantize_dequantize(scheme, weights, bits, block)
        return {"values": values, "bits": size}
    return stored_layer(scheme, weights, bits, block)._asdict()


def _read(given: Options, _inputs: Any, values: Any) -> StoredLayer:
    count, block = len(given.weights), given.per_scale(len(given.weights))
    return read_layer(values, count, -(-count // block))


LIVE = LiveCode("scheme", CLASSES, _inputs, (_run,), _read)

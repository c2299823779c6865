"""The reader's code in place of a method: what it works on, what runs it, and how its values are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_quantlab.api import LiveCode
from mkdocs_quantlab.api.live import EditError, items, matrix, number, numbers, whole
from mkdocs_quantlab.api.methods import layer
from mkdocs_quantlab.api.methods.layer import Scaled, Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.api.methods import Matrix
    from mkdocs_quantlab.engine.widgets.quantization_layer.widget import Options


def _inputs(given: Options) -> dict[str, Any]:
    weights, inputs, _ = given.sample()
    return {
        "method": given.method,
        "weights": weights,
        "inputs": inputs,
        "bits": given.bits,
        "group": given.per_scale,
        "falling": given.order == "falling",
    }


def _run(made: Any, given: Any) -> Any:
    weights, inputs, bits, group = (given[name] for name in ("weights", "inputs", "bits", "group"))
    if given["method"] == "rtn":
        return made(weights, bits, group)
    if given["method"] == "gptq":
        return made(weights, inputs, bits, group, falling=given["falling"])
    return made(weights, inputs, bits, group)


class Edited(NamedTuple):
    """What the reader's code made of the layer."""

    weights: Matrix
    steps: Sequence[Step] = ()
    """In place of GPTQ: the layer before the first column and after each."""
    tried: Sequence[Scaled] = ()
    """In place of AWQ: its exponents, with errors that are computed here."""


def best(tried: Sequence[Scaled]) -> Scaled:
    """AWQ's exponent with the least error."""
    return min(tried, key=lambda t: t.error)


def _read(_given: Options, inputs: Any, values: Any) -> Edited:
    weights = inputs["weights"]
    rows, columns = len(weights), len(weights[0])
    if inputs["method"] == "rtn":
        return Edited(matrix(values, "the layer", rows, columns))
    if inputs["method"] == "gptq":
        steps = [_step(each, rows, columns) for each in items(values, "the steps", columns + 1)]
        return Edited(steps[-1].weights, steps)
    tried = []
    for each in items(values, "the exponents tried", 1, 1000):
        exponent, scales, rounded, _ = items(each, "an exponent tried", len(Scaled._fields))
        made = matrix(rounded, "the layer", rows, columns)
        tried.append(
            Scaled(
                number(exponent, "`exponent`"),
                numbers(scales, "`scales`", columns),
                made,
                layer.output_error(weights, made, inputs["inputs"]),
            )
        )
    return Edited(best(tried).weights, tried=tried)


def _step(data: Any, rows: int, columns: int) -> Step:
    done, weights = items(data, "a step", len(Step._fields))
    places = [
        whole(each, "a column of `done`", 0, columns - 1)
        for each in items(done, "`done`", 0, columns)
    ]
    if len(set(places)) < len(places):
        raise EditError("`done` names a column twice", None)
    return Step(places, matrix(weights, "the layer", rows, columns))


LIVE = LiveCode(
    "method",
    {"rtn": layer.round_to_nearest, "gptq": layer.gptq, "awq": layer.awq},
    _inputs,
    (_run,),
    _read,
)

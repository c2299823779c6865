"""The bytes of a block in file order, over their bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.api import Html, join, tag
from mkdocs_quantlab.api.ggml import ROLES
from mkdocs_quantlab.engine.widgets.quantization_block.block import (
    Block,
    Run,
    item_ranges,
    sub_block_hue,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.api.ggml import Field


def _role_class(block: Block, run: Run) -> str:
    """Colour: of the sub-block where there is one, and how: filled for steps, striped for scales."""
    role = {"sc": "scale", "m": "scale", "e": "super", "d": "super", "dmin": "super"}.get(
        run.bits.role, "step"
    )
    subs = {weight // block.entry.sub_block for weight in run.weights}
    hue = sub_block_hue(min(subs), block.scales) if len(subs) == 1 else "series-all"
    return f"is-{role} {hue}"


def _byte(block: Block, byte: int, runs: Sequence[Run], field: Field) -> Html:
    """A byte: its value in hexadecimal over its bits, the highest first."""
    cells = []
    for run in runs:
        owners = item_ranges("w", run.weights)
        whose = (
            f"weight {run.weights[0]}" if len(run.weights) == 1 else f"{len(run.weights)} weights"
        )
        top = run.bits.low + run.bits.width - 1
        place = f"bits {run.bits.low} to {top}" if top > run.bits.low else f"bit {top}"
        cells.append(
            tag(
                "i",
                block.pattern(run),
                class_=_role_class(block, run),
                data_item=f"{block.prefix}{run.place}",
                data_lights=owners,
                data_detail=f"{block.name}, byte {byte} ({field.name}), {place}: {block.pattern(run)}, "
                f"{ROLES.get(run.bits.role, run.bits.role)} ({whose})",
            )
        )
    return tag("span", tag("b", f"{block.data[byte]:02x}"), cells, class_="quantlab-byte")


def file_order(block: Block) -> Html:
    """The fields in file order."""
    by_byte: dict[int, list[Run]] = {}
    for run in block.runs:
        by_byte.setdefault(run.bits.byte, []).append(run)
    fields = []
    for n, field in enumerate(block.entry.fields):
        end = field.offset + field.size
        inside = [r.place for r in block.runs if field.offset <= r.bits.byte < end]
        where = f"byte {field.offset}" if field.size == 1 else f"bytes {field.offset} to {end - 1}"
        fields.append(
            tag(
                "div",
                tag(
                    "p",
                    tag("code", field.name),
                    f" {where}: {field.holds}",
                    data_item=f"{block.field_prefix}{n}",
                    data_lights=item_ranges(block.prefix, inside),
                    data_detail=f"{block.name}, {field.name}: {field.length} × {field.element}, {where}",
                ),
                tag(
                    "div",
                    (_byte(block, i, by_byte.get(i, ()), field) for i in range(field.offset, end)),
                    class_="quantlab-bytes",
                    data_group=True,
                ),
            )
        )
    return join(fields)

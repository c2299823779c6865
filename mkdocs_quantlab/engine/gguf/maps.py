"""Maps of models: a row a layer, a column a kind of tensor, the colour of a cell the bits of its weights.

Several maps share columns, rows and colours, so that what differs between files is seen at a glance. What a cell stands
for is written once for all maps: a thousand tensors in four files would otherwise weigh a page down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.gguf.comparison import type_bits
from mkdocs_quantlab.engine.gguf.header import place
from mkdocs_quantlab.engine.html import Html, join, tag
from mkdocs_quantlab.engine.numbers import count, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mkdocs_quantlab.engine.gguf.header import Tensor
    from mkdocs_quantlab.engine.gguf.model import Model

CELL = 12
"""Pixels from a cell to the next."""
HEAD = 86
"""Pixels for the names of the columns, which are written upwards."""
SIDE = 26
"""Pixels for the numbers of the layers."""
SCALE = (1, 2, 3, 4, 5, 6, 8, 16, 32)
"""Where a colour of the scale begins, in bits per weight."""


def bits_class(bits: float | None) -> str:
    """The style of so many bits per weight."""
    if bits is None:
        return "bits-unknown"
    return f"bits-{max((step for step in SCALE if step <= bits), default=SCALE[0])}"


class _Frame(NamedTuple):
    """What all maps share."""

    cells: dict[str, tuple[int, int]]
    """Column and row of each tensor, by name."""
    head: Html
    width: int
    height: int


def maps(models: Sequence[Model]) -> Html:
    """The maps of the models on one scale, its legend, and what the page says of a cell that is pointed at."""
    names = dict.fromkeys(tensor.name for model in models for tensor in model.tensors)
    frame = _frame(names)
    items = {name: f"t{i}" for i, name in enumerate(names)}
    return join(
        tag(
            "div",
            (_map(model, frame, items) for model in models),
            class_="quantlab-maps",
        ),
        legend(),
        _details(models, items),
    )


class Group(NamedTuple):
    """Tensors that are stored alike for one reason."""

    tensors: Sequence[Tensor]
    """Of one type."""
    text: str
    """What is written out when one of them is pointed at."""


def group_maps(named: Sequence[tuple[str, Sequence[Group]]], summary: str) -> Html:
    """Maps by name whose tensors light up in groups; a tenth of the text of `maps`.

    Args:
        named: Names and groups of each map.
        summary: What the list of the groups' texts is called.
    """
    names = dict.fromkeys(t.name for _, groups in named for group in groups for t in group.tensors)
    frame = _frame(names)
    drawn = []
    texts = []
    for i, (name, groups) in enumerate(named):
        item = f"{chr(ord('a') + i)}{{}}".format
        cells = (
            tag(
                "path",
                d=_columns([frame.cells[tensor.name] for tensor in group.tensors]),
                class_=bits_class(type_bits(group.tensors[0].type)),
                data_item=item(j),
            )
            for j, group in enumerate(groups)
        )
        drawn.append(_picture(name, len(names), frame, (*cells, _rules(frame))))
        entries = (tag("li", g.text, data_detail_of=item(j)) for j, g in enumerate(groups))
        texts.append((tag("p", tag("strong", name)), tag("ul", entries)))
    return join(
        tag("div", drawn, class_="quantlab-maps"),
        legend(),
        tag(
            "details",
            tag("summary", summary),
            texts,
            class_="quantlab-tensors",
            data_search_exclude=True,
        ),
    )


def _columns(cells: Sequence[tuple[int, int]]) -> str:
    """Bars down the columns, each over neighbours; `_rules` parts them into cells."""
    lines = []
    runs: list[list[int]] = []
    for column, row in sorted(cells):
        if runs and runs[-1][0] == column and runs[-1][2] == row - 1 > 0:
            runs[-1][2] = row
        else:
            runs.append([column, row, row])
    for column, first, last in runs:
        x, y = _corner(column, first)
        lines.append(f"M{x} {y}h{CELL - 1}v{(last - first + 1) * CELL - 1}h{1 - CELL}z")
    return "".join(lines)


def _rules(frame: _Frame) -> Html:
    """Lines between the layers."""
    rows = range(2, max((row for _, row in frame.cells.values()), default=0) + 1)
    lines = "".join(f"M{SIDE} {_corner(0, row)[1] - 0.5}H{frame.width}" for row in rows)
    return tag("path", d=lines, class_="quantlab-rules")


def _corner(column: int, row: int) -> tuple[int, int]:
    """The left upper corner of a cell; a gap parts the layers from what belongs to none."""
    return SIDE + CELL * column, HEAD + CELL * row + (4 if row else 0)


def _frame(names: Iterable[str]) -> _Frame:
    places = {name: place(name) for name in names}
    kinds = list(dict.fromkeys(at.kind for at in places.values() if at.layer >= 0))
    layers = sorted({at.layer for at in places.values() if at.layer >= 0})
    # What belongs to no layer stands above the layers, from the left.
    outside = [name for name, at in places.items() if at.layer < 0]
    return _Frame(
        cells={
            name: (kinds.index(at.kind), layers.index(at.layer) + 1)
            if at.layer >= 0
            else (outside.index(name), 0)
            for name, at in places.items()
        },
        head=_head(kinds, layers),
        width=SIDE + CELL * max(len(kinds), len(outside), 1),
        height=HEAD + CELL * (len(layers) + 1) + 4,
    )


def _head(kinds: Sequence[str], layers: Sequence[int]) -> Html:
    columns = (
        tag("text", kind, transform=f"translate({SIDE + CELL * i + 9} {HEAD - 4}) rotate(-90)")
        for i, kind in enumerate(kinds)
    )
    step = 1 if len(layers) <= 12 else 4 if len(layers) <= 48 else 8
    rows = (
        tag("text", str(layer), x=SIDE - 4, y=HEAD + CELL * (i + 2) - 3, text_anchor="end")
        for i, layer in enumerate(layers)
        if layer % step == 0
    )
    return join(columns, rows)


def _map(model: Model, frame: _Frame, items: dict[str, str]) -> Html:
    drawn = sorted(model.tensors, key=lambda tensor: frame.cells[tensor.name][::-1])
    corners = (_corner(*frame.cells[tensor.name]) for tensor in drawn)
    cells = (
        tag(
            "rect",
            x=x,
            y=y,
            class_=bits_class(type_bits(tensor.type)),
            data_item=items[tensor.name],
        )
        for tensor, (x, y) in zip(drawn, corners, strict=True)
    )
    return _picture(model.name, len(model.tensors), frame, cells)


def _picture(name: str, tensors: int, frame: _Frame, cells: Iterable[Html]) -> Html:
    return tag(
        "div",
        tag("p", tag("strong", name)),
        tag(
            "svg",
            frame.head,
            tag("g", cells),
            class_="quantlab-map",
            width=frame.width,
            height=frame.height,
            role="group",
            aria_label=f"Map of {name}: {tensors:,} tensors by layer and kind, coloured by bits per weight",
        ),
    )


def legend() -> Html:
    """The colours and what they stand for."""
    ends = (*SCALE[1:], None)
    return tag(
        "ul",
        (
            tag("li", tag("i", class_=f"bits-{low}"), _range(low, high))
            for low, high in zip(SCALE, ends, strict=True)
        ),
        class_="quantlab-legend",
        aria_label="Bits per weight",
    )


def _range(low: int, high: int | None) -> str:
    if high is None or low in (16, 32):
        return f"{low} bits"
    return f"under {high} bits" if low == 1 else f"{low} to {high}"


def _details(models: Sequence[Model], items: dict[str, str]) -> Html:
    """What is written out for a cell: the tensor, and its type in each model; without script a list to read."""
    by_name: dict[str, list[tuple[str, Tensor]]] = {}
    for model in models:
        for tensor in model.tensors:
            by_name.setdefault(tensor.name, []).append((model.name, tensor))
    return tag(
        "details",
        tag("summary", f"All {count(len(by_name), 'tensor')}"),
        tag(
            "ul",
            (
                tag("li", _detail(name, found), data_detail_of=items[name])
                for name, found in by_name.items()
            ),
        ),
        class_="quantlab-tensors",
        data_search_exclude=True,
    )


def _detail(name: str, found: Sequence[tuple[str, Tensor]]) -> str:
    shape = " × ".join(map(str, found[0][1].shape))
    return f"{name}, {shape}: " + "; ".join(
        f"{model} {tensor.type_name}"
        + (f" {plain(bits)} bits" if (bits := type_bits(tensor.type)) else "")
        + ("" if tensor.shape == found[0][1].shape else f" ({' × '.join(map(str, tensor.shape))})")
        for model, tensor in found
    )

"""Maps of models: a row a layer, a column a kind of tensor, the colour of a cell the bits of its weights.

Several maps share columns, rows and colours, so that what differs between files is seen at a glance. What a cell stands
for is written once for all maps: a thousand tensors in four files would otherwise weigh a page down.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.core.html import Html, join, tag
from mkdocs_quantlab.engine.core.numbers import count, decibel, plain
from mkdocs_quantlab.engine.gguf.comparison import type_bits
from mkdocs_quantlab.engine.gguf.header import place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mkdocs_quantlab.engine.gguf.header import Tensor
    from mkdocs_quantlab.engine.gguf.model import Model

BITS, SNR = "Bits per weight", "Signal-to-noise ratio"
"""What the colours of a map stand for."""
CELL = 12
"""Pixels from a cell to the next."""
HEAD = 86
"""Pixels for the names of the columns, which are written upwards."""
SIDE = 26
"""Pixels for the numbers of the layers."""
SCALE = (1, 2, 3, 4, 5, 6, 8, 16, 32)
"""Where a colour of the scale begins, in bits per weight; the styles are named for them."""
LEVELS = (-math.inf, 8, 13, 18, 24, 30, 40, math.inf)
"""Where a colour begins in signal-to-noise ratios, in dB; the colours are those of the bits, infinity that of 32."""


def bits_class(bits: float | None) -> str:
    """The style of so many bits per weight."""
    if bits is None:
        return "bits-unknown"
    return f"bits-{max((step for step in SCALE if step <= bits), default=SCALE[0])}"


def level_class(level: float | None) -> str:
    """The style of a signal-to-noise ratio; None for one that is not known."""
    if level is None:
        return "bits-unknown"
    if level == math.inf:
        return "bits-32"
    return f"bits-{SCALE[sum(step <= level for step in LEVELS) - 1]}"


class _Frame(NamedTuple):
    """What all maps share."""

    cells: dict[str, tuple[int, int]]
    """Row and column of each tensor, by name."""
    head: Html
    width: int
    height: int


def maps(models: Sequence[Model], lost: Mapping[str, Mapping[str, float]] | None = None) -> Html:
    """The maps of the models on one scale, its legend, and what the page says of a cell that is pointed at.

    Args:
        models: The models.
        lost: Signal-to-noise ratios in dB by model and tensor, where they are known: they get maps of their own.
    """
    lost = lost or {}
    names = dict.fromkeys(tensor.name for model in models for tensor in model.tensors)
    frame = _frame(names)
    items = {name: f"t{i}" for i, name in enumerate(names)}
    bits = (
        _map(model, BITS, frame, items, [bits_class(type_bits(t.type)) for t in model.tensors])
        for model in models
    )
    levels = (
        _map(
            model,
            SNR,
            frame,
            items,
            [level_class(lost[model.name].get(t.name)) for t in model.tensors],
        )
        for model in models
        if model.name in lost
    )
    return join(
        tag("div", bits, class_="quantlab-maps"),
        legend(),
        [
            tag("div", levels, class_="quantlab-maps"),
            _legend(SNR, zip((*SCALE[:7], 32), _level_ranges(), strict=True)),
        ]
        if lost
        else None,
        _details(models, items, lost),
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
        title = f"{name}: {BITS} of {count(len(names), 'tensor')}"
        drawn.append(_picture(title, name, frame, (*cells, _rules(frame))))
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
    for column, row in sorted((column, row) for row, column in cells):
        if runs and runs[-1][0] == column and runs[-1][2] == row - 1 > 0:
            runs[-1][2] = row
        else:
            runs.append([column, row, row])
    for column, first, last in runs:
        x, y = _corner(first, column)
        lines.append(f"M{x} {y}h{CELL - 1}v{(last - first + 1) * CELL - 1}h{1 - CELL}z")
    return "".join(lines)


def _rules(frame: _Frame) -> Html:
    """Lines between the layers."""
    rows = range(2, max((row for row, _ in frame.cells.values()), default=0) + 1)
    lines = "".join(f"M{SIDE} {_corner(row, 0)[1] - 0.5}H{frame.width}" for row in rows)
    return tag("path", d=lines, class_="quantlab-rules")


def _corner(row: int, column: int) -> tuple[int, int]:
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
            name: (layers.index(at.layer) + 1, kinds.index(at.kind))
            if at.layer >= 0
            else (0, outside.index(name))
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


def _map(
    model: Model, what: str, frame: _Frame, items: dict[str, str], styles: Sequence[str]
) -> Html:
    entries = sorted(
        (frame.cells[tensor.name], tensor.name, style)
        for tensor, style in zip(model.tensors, styles, strict=True)
    )
    corners = (_corner(*cell) for cell, _, _ in entries)
    cells = (
        tag("rect", x=x, y=y, class_=style, data_item=items[name])
        for (_, name, style), (x, y) in zip(entries, corners, strict=True)
    )
    label = f"{model.name}: {what} of {count(len(model.tensors), 'tensor')}"
    return _picture(label, model.name, frame, cells, ragged=True)


def _picture(
    label: str, name: str, frame: _Frame, cells: Iterable[Html], *, ragged: bool = False
) -> Html:
    return tag(
        "div",
        tag("p", tag("strong", name)),
        tag(
            "svg",
            frame.head,
            tag("g", cells, data_ragged=ragged),
            class_="quantlab-map",
            width=frame.width,
            height=frame.height,
            role="group",
            aria_label=f"{label}, by layer and kind",
        ),
    )


def legend() -> Html:
    """The colours of the bits, and what they stand for."""
    between = (f"{low} to {high}" for low, high in pairwise(SCALE[1:7]))
    return _legend(BITS, zip(SCALE, ["under 2", *between, "8 to 16", "16", "32"], strict=True))


def _legend(what: str, entries: Iterable[tuple[int, str]]) -> Html:
    return tag(
        "ul",
        tag("li", what),
        (tag("li", tag("i", class_=f"bits-{style}"), text) for style, text in entries),
        class_="quantlab-legend",
    )


def _level_ranges() -> list[str]:
    between = (f"{low} to {high}" for low, high in pairwise(LEVELS[1:-1]))
    return [f"under {LEVELS[1]} dB", *between, f"{LEVELS[-2]} dB or more", "exact"]


def _details(
    models: Sequence[Model], items: dict[str, str], lost: Mapping[str, Mapping[str, float]]
) -> Html:
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
                tag("li", _detail(name, found, lost), data_detail_of=items[name])
                for name, found in by_name.items()
            ),
        ),
        class_="quantlab-tensors",
        data_search_exclude=True,
    )


def _detail(
    name: str, found: Sequence[tuple[str, Tensor]], lost: Mapping[str, Mapping[str, float]]
) -> str:
    shape = found[0][1].shape
    said = []
    for model, tensor in found:
        parts = [tensor.type_name]
        bits, level = type_bits(tensor.type), lost.get(model, {}).get(name)
        if bits is not None:
            parts.append(f"{plain(bits)} bits")
        if level is not None:
            parts.append(decibel(level))
        if tensor.shape != shape:
            parts.append(_shape(tensor.shape))
        said.append(f"{model} {', '.join(parts)}")
    return f"{name}, {_shape(shape)}: {'; '.join(said)}"


def _shape(lengths: Sequence[int]) -> str:
    return " × ".join(map(str, lengths))

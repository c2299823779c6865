"""A real block of a ggml format, byte by byte and bit by bit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mkdocs_quantlab import api
from mkdocs_quantlab.api import (
    Choice,
    Html,
    Integer,
    ModelNames,
    OptionError,
    count,
    decibel,
    fact,
    facts,
    join,
    note,
    number,
    precise,
    result,
    tag,
    tight,
)
from mkdocs_quantlab.api.ggml import TYPES, arithmetic, ggml_type, terms_of_weight
from mkdocs_quantlab.api.gguf import Stored, find_blocks
from mkdocs_quantlab.api.views import weight_fields
from mkdocs_quantlab.engine.widgets.quantization_block.block import (
    Block,
    item_ranges,
    sub_block_hue,
)
from mkdocs_quantlab.engine.widgets.quantization_block.file_order import file_order
from mkdocs_quantlab.engine.widgets.quantization_block.scale_search import search_figure

if TYPE_CHECKING:
    from collections.abc import Sequence


TITLE = "Block explorer"

MAX_WEIGHTS = 256
"""The largest block has this many weights."""

FORMATS = [entry.name for entry in TYPES.values() if entry.can_encode and entry.block_size > 1]
DECODED = [entry.name for entry in TYPES.values() if not entry.can_encode]


class Options(api.Options):
    """Options of `data-quantization-block`."""

    primary = "format"

    format = Choice(
        "Q4_0",
        {name: name for name in FORMATS},
        label="Format",
        help="The ggml format that the block is stored in; that of the file where `tensor` is given and this is not.",
        menu=True,
        derived={name: name for name in DECODED},
    )
    compare = Choice(
        "none",
        {"none": "no other"} | {name: name for name in FORMATS},
        label="Beside it",
        help="A second format for the same weights.",
        menu=True,
    )
    sub = Integer(
        0,
        0,
        15,
        label="Search of sub-block",
        help="For Q2_K to Q6_K: the sub-block whose search for a scale is drawn.",
    )
    preset = weight_fields.preset(
        "gaussian",
        weight_fields.LABELS,
        "Weights drawn from `seed`, as many as the block holds.",
        excludes=("weights", "tensor"),
    )
    seed = weight_fields.seed(excludes=("weights", "tensor"))
    weights = weight_fields.weights(
        (),
        MAX_WEIGHTS,
        "The block's weights, instead of a preset: at least as many as the format's block holds.",
        ("preset", "seed"),
    )
    tensor = ModelNames(
        "a block of a model's tensor, such as `q4:blk.0.ffn_up.weight[3]`",
        1,
        label="Block of a file",
        help="A block out of a file, instead of a preset: shown as it is stored, unless `weights` take its place.",
        excludes=("preset", "seed"),
    )
    stored: Stored | None = None

    @property
    def formats(self) -> list[str]:
        """The formats that are shown."""
        return [self.format] + [self.compare] * (self.compare != "none")

    def check(self) -> None:
        if self.tensor:
            self._find()
        needed = max(ggml_type(name).block_size for name in self.formats)
        if "weights" not in self.given and not self.stored:
            self.values["weights"] = tuple(weight_fields.DRAWN[self.preset](needed, self.seed))
            return
        self.values["preset"] = "custom"
        for name in self.formats:
            size = ggml_type(name).block_size
            if len(self.weights) < size:
                option = "tensor" if self.stored else "weights"
                raise OptionError(
                    f"`{option}` must fill a block of {name}, which holds {size} weights; "
                    f"found {count(len(self.weights), 'weight')}",
                    option,
                )

    def _find(self) -> None:
        """Takes weights and format from a file."""
        try:
            found = find_blocks(self.resources, self.tensor[0])
        except LookupError as error:
            raise OptionError(f"`tensor`: {error.args[0]}", "tensor") from None
        if "weights" not in self.given:
            self.stored = found
            self.values["weights"] = found.weights
        # Single numbers are no blocks: of F32, F16 and BF16 only the weights are taken.
        entry = TYPES[found.type]
        if (
            "format" not in self.given
            and entry.block_size > 1
            and (self.stored or entry.can_encode)
        ):
            self.values["format"] = entry.name


def _sentence(blocks: Sequence[Block]) -> Html:
    parts = []
    for block in blocks:
        entry = block.entry
        error = (
            ", as the file has them. "
            if block.is_stored
            else f", with an RMSE of {number(block.rmse)} and a signal-to-noise ratio of {decibel(block.snr)}. "
        )
        parts.append(
            join(
                tag("strong", block.name),
                f" stores {entry.block_size} weights in {count(entry.block_bytes, 'byte')}, {entry.bits_per_weight:g} "
                f"bits each{error}",
            )
        )
    return result(*parts)


def _weights(block: Block) -> Html:
    """The weights as they are read back, sub-block by sub-block."""
    size = block.entry.sub_block
    largest = max(map(abs, block.weights)) or 1.0
    groups = []
    for sub in range(block.scales):
        cells = []
        for i in range(sub * size, (sub + 1) * size):
            value = block.values[i]
            share = round(8 * min(1.0, abs(value) / largest))
            shade = "z" if share == 0 else f"{'n' if value < 0 else 'p'}{share}"
            steps = arithmetic(block.name, block.data, i, precise)
            was = (
                ""
                if block.is_stored
                else f"; it was {number(block.weights[i])}, error {value - block.weights[i]:+.6f}"
            )
            cells.append(
                tag(
                    "li",
                    tight(value),
                    class_=shade,
                    data_item=f"w{i}",
                    data_lights=item_ranges(
                        block.prefix, (r.place for r in block.runs_of_weight[i])
                    ),
                    data_detail=f"weight {i} in {block.name}: {block.entry.formula} = {steps} = {number(value)}{was}",
                )
            )
        label = f"Sub-block {sub}" if block.scales > 1 else f"{size} weights, read back"
        columns = 8 if size <= 32 else 16
        groups.append(
            tag(
                "div",
                tag("p", label, class_=f"quantlab-sub {sub_block_hue(sub, block.scales)}"),
                tag("ol", cells, class_=f"quantlab-cells of-{columns}", aria_label=label),
            )
        )
    return tag("div", groups, class_="quantlab-subs", data_group=True)


def _steps(block: Block) -> Html:
    """How the block came about, in the format's own terms."""
    entry, weights = block.entry, block.weights
    low, high = min(weights), max(weights)
    extreme = max(weights, key=abs)
    shared = [
        f"{term.name} = {precise(term.value)}"
        for term in terms_of_weight(block.name, block.data, 0)
        if term.name in ("d", "dmin", "m", "e", "sc")
    ]
    search = (
        "The scale of each sub-block is searched for: several trial scales, each with the best fit to the "
        "weights by weighted least squares, and the one with the least error stays. The scales are then "
        "themselves rounded, against the largest of them."
        if entry.is_k_quant
        else "The scale follows from the range."
    )
    grouping = f"{entry.block_size} weights in a row make a block"
    if block.scales > 1:
        grouping += f", in {block.scales} sub-blocks of {entry.sub_block}"
    stages = (
        ("Group", f"{grouping}."),
        (
            "Range",
            f"The smallest weight is {number(low)}, the largest {number(high)}; the largest magnitude is that of {number(extreme)}.",
        ),
        ("Scale", f"{search} For weight 0: {', '.join(shared)}."),
        (
            "Round",
            (
                f"Each weight becomes the step whose value is nearest. Weight 0, {number(weights[0])}, is read back as "
                f"{entry.formula} = {arithmetic(block.name, block.data, 0, precise)} = {number(block.values[0])}."
            ),
        ),
        (
            "Pack",
            f"{entry.block_bytes} bytes: "
            + "; ".join(f"{field.name}, {field.holds}" for field in entry.fields)
            + ".",
        ),
    )
    return tag(
        "details",
        tag("summary", f"How this {block.name} block was made, step by step"),
        tag("ol", (tag("li", tag("strong", name), f": {text}") for name, text in stages)),
    )


def _hex(block: Block) -> Html:
    lines = [block.data[i : i + 16].hex(" ") for i in range(0, len(block.data), 16)]
    return tag(
        "details",
        tag("summary", f"The {block.name} block in hexadecimal, to copy"),
        tag("pre", tag("code", "\n".join(lines))),
    )


def _one(block: Block, given: Options) -> Html:
    errors = (
        ()
        if block.is_stored
        else (
            fact("RMSE", number(block.rmse)),
            fact("SNR", decibel(block.snr)),
            fact("Largest error", number(block.worst)),
        )
    )
    return tag(
        "div",
        tag("p", tag("strong", block.name), ": ", tag("code", block.entry.formula)),
        _weights(block),
        tag(
            "p",
            "The block in file order: each byte in hexadecimal, over its bits, the highest first.",
        ),
        file_order(block),
        facts(
            fact("Bytes", str(block.entry.block_bytes)),
            fact("Bits per weight", f"{block.entry.bits_per_weight:g}"),
            *errors,
        ),
        None
        if all(map(math.isfinite, block.values))
        else note(
            "A weight is too large: its scale lies beyond float16's largest number, 65504, and is stored as infinity, "
            "as ggml does it."
        ),
        None if block.is_stored else search_figure(block, given),
        None if block.is_stored else _steps(block),
        _hex(block),
        class_="quantlab-block",
    )


def render(given: Options) -> Html:
    """The figure: result, and for each format its weights, its bytes and how they came about."""
    blocks = [Block(name, given.weights, i, given.stored) for i, name in enumerate(given.formats)]
    return join(
        _sentence(blocks),
        tag(
            "div",
            (_one(block, given) for block in blocks),
            class_=f"quantlab-blocks of-{len(blocks)}",
        ),
        note(
            "Bytes, scales and values are those of ggml's x86-64 reference, without an importance matrix."
            if given.stored is None
            else f"Out of a file: {given.tensor[0]}, stored as {given.stored.type}. The weights before quantization are not in it; "
            "another format encodes the weights as they are read back."
        ),
    )

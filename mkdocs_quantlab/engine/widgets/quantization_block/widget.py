"""A real block of a ggml format, byte by byte and bit by bit."""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

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
    plots,
    precise,
    result,
    series,
    short,
    tag,
    tight,
)
from mkdocs_quantlab.api.ggml import (
    ROLES,
    TYPES,
    arithmetic,
    bits_of_block,
    decode,
    encode,
    ggml_type,
    scale_search,
    terms_of_weight,
)
from mkdocs_quantlab.api.gguf import Stored, find_blocks
from mkdocs_quantlab.api.methods import rmse, snr
from mkdocs_quantlab.api.views import weight_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mkdocs_quantlab.api.ggml import Bits, Field

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
        self.values["preset"] = "own"
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


class Run(NamedTuple):
    """Bits of one byte that belong together, and the weights that depend on them."""

    bits: Bits
    weights: tuple[int, ...]
    place: int
    """Its place among the block's runs, in file order."""


class Block:
    """The first weights, as many as a block holds, in a format.

    Args:
        name: The format.
        weights: At least one block of weights.
        number: Which of the figure's blocks it is. Bits and fields are named apart; weights are the same ones.
        stored: What a file has of these weights. A block of its type is shown as it is there: nothing is known of the
            weights that it was made from.
    """

    def __init__(
        self, name: str, weights: Sequence[float], number: int, stored: Stored | None = None
    ) -> None:
        self.entry = ggml_type(name)
        self.name = name
        self.prefix = "rs"[number]
        self.field_prefix = "fg"[number]
        self.weights = weights[: self.entry.block_size]
        self.is_stored = stored is not None and stored.type == name
        self.data = stored.first if stored and self.is_stored else encode(name, self.weights)
        self.values = decode(name, self.data)
        self.rmse = rmse(self.weights, self.values)
        self.snr = snr(self.weights, self.values)
        self.worst = max(abs(v - w) for w, v in zip(self.weights, self.values, strict=True))
        self.runs = self._runs()
        self.runs_of_weight: list[list[Run]] = [[] for _ in self.weights]
        for run in self.runs:
            for weight in run.weights:
                self.runs_of_weight[weight].append(run)

    def _runs(self) -> list[Run]:
        """Runs in file order, the highest bits of a byte first, as a byte is written."""
        key = lambda run: (run.bits.byte, -run.bits.low)  # noqa: E731
        result = []
        for index, (_, same) in enumerate(groupby(sorted(bits_of_block(self.name), key=key), key)):
            # Five base-3 digits share all bits of a byte: one run of five weights.
            group = list(same)
            weights = sorted({weight for run in group for weight in run.weights})
            result.append(Run(group[0].bits, tuple(weights), index))
        return result

    @property
    def scales(self) -> int:
        """How many sub-blocks have a scale of their own."""
        return self.entry.block_size // self.entry.sub_block

    def pattern(self, run: Run) -> str:
        """The bits of a run as they stand in the block."""
        value = self.data[run.bits.byte] >> run.bits.low & (1 << run.bits.width) - 1
        return format(value, f"0{run.bits.width}b")


def _ranges(letter: str, indices: Iterable[int]) -> str:
    """Names of items, runs of them in short: `w0-31 w64`."""
    parts = []
    start = end = None
    for i in sorted(indices):
        if end is not None and i == end + 1:
            end = i
            continue
        if start is not None:
            parts.append(f"{letter}{start}" + (f"-{end}" if end != start else ""))
        start = end = i
    if start is not None:
        parts.append(f"{letter}{start}" + (f"-{end}" if end != start else ""))
    return " ".join(parts)


def _hue(sub: int, subs: int) -> str:
    """Class of a sub-block's colour, of so many."""
    return series(sub if subs > 1 else 0)


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
                    data_lights=_ranges(block.prefix, (r.place for r in block.runs_of_weight[i])),
                    data_detail=f"weight {i} in {block.name}: {block.entry.formula} = {steps} = {number(value)}{was}",
                )
            )
        label = f"Sub-block {sub}" if block.scales > 1 else f"{size} weights, read back"
        columns = 8 if size <= 32 else 16
        groups.append(
            tag(
                "div",
                tag("p", label, class_=f"quantlab-sub {_hue(sub, block.scales)}"),
                tag("ol", cells, class_=f"quantlab-cells of-{columns}", aria_label=label),
            )
        )
    return tag("div", groups, class_="quantlab-subs", data_group=True)


def _role_class(block: Block, run: Run) -> str:
    """Colour: of the sub-block where there is one, and how: filled for steps, striped for scales."""
    role = {"sc": "scale", "m": "scale", "e": "super", "d": "super", "dmin": "super"}.get(
        run.bits.role, "step"
    )
    subs = {weight // block.entry.sub_block for weight in run.weights}
    hue = _hue(min(subs), block.scales) if len(subs) == 1 else "series-all"
    return f"is-{role} {hue}"


def _byte(block: Block, byte: int, runs: Sequence[Run], field: Field) -> Html:
    """A byte: its value in hexadecimal over its bits, the highest first."""
    cells = []
    for run in runs:
        owners = _ranges("w", run.weights)
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


def _bytes(block: Block) -> Html:
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
                    data_lights=_ranges(block.prefix, inside),
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


def _search(block: Block, given: Options) -> Html | None:
    """The trials by which a K-quant finds a sub-block's scale, and the error of each."""
    if not block.entry.is_k_quant:
        return None
    sub = given.sub % block.scales
    traces = scale_search(block.name, block.weights)
    trials = [t for t in (traces[sub] if traces else []) if math.isfinite(t.error)]
    if not trials:
        return note(f"Sub-block {sub} of this {block.name} block needs no search for a scale.")
    best = min(range(len(trials)), key=lambda i: trials[i].error)
    least, most = trials[best].error, max(t.error for t in trials)
    tried = []
    for i, trial in enumerate(trials):
        minimum = f", minimum {short(trial.minimum)}" if trial.minimum else ""
        verdict = (
            "the least error, so it stays"
            if i == best
            else "better than all before"
            if trial.accepted
            else "no better"
        )
        tried.append(
            plots.Trial(
                trial.error,
                f"trial {i}: scale {short(trial.scale)}{minimum}, weighted error {trial.error:.6g}: {verdict}",
                "is-taken" if trial.accepted else None,
            )
        )
    gain = (trials[0].error - least) / trials[0].error if trials[0].error else 0.0
    return tag(
        "div",
        tag(
            "p",
            f"The search for the scale of sub-block {sub}: {len(trials)} trials from left to right, the weighted error "
            f"upwards. The best leaves {gain:.1%} less error than the first, which is the plain fit to the range. "
            "Nothing is clustered: the K has nothing to do with k-means.",
        ),
        plots.trials(
            tried,
            best,
            least,
            (f"least {least:.4g}", f"most {most:.4g}"),
            f"Weighted error of {len(trials)} trial scales, from {least:.4g} to {most:.4g}.",
            item=f"{block.prefix}t",
        ),
        class_="quantlab-search",
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
        _bytes(block),
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
        None if block.is_stored else _search(block, given),
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

"""What a model takes of the memory at hand: weights, cache and buffers, for one file or several side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab import api
from mkdocs_quantlab.api import (
    Choice,
    Html,
    Integer,
    ModelNames,
    MultiChoice,
    Real,
    count,
    gibibytes,
    join,
    note,
    plain,
    result,
    row,
    table,
    tag,
)
from mkdocs_quantlab.api.ggml import TYPES
from mkdocs_quantlab.api.memory import (
    ACTIVATIONS,
    BATCH,
    CACHE_TYPES,
    FULL,
    INDEXER,
    STATE,
    WINDOWED,
)
from mkdocs_quantlab.api.recipes import RECIPES, SHAPES
from mkdocs_quantlab.engine.widgets.model_memory.bars import SEGMENTS, bars, legend
from mkdocs_quantlab.engine.widgets.model_memory.entries import GIB, Entry, entries_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mkdocs_quantlab.api.memory import Part

TITLE = "Memory a model takes"


CONTEXTS = {2**power: f"{2**power // 1024}K" for power in range(11, 19)}

KINDS = {
    FULL: ("layer", " with the whole context"),
    WINDOWED: ("layer", " with a window"),
    INDEXER: ("indexer", ""),
    STATE: ("layer", " with a state"),
}
"""How layers of a kind are called where they are counted."""


class Options(api.Options):
    """Options of `data-model-memory`."""

    primary = "context"

    shape = Choice(
        "Llama-3.1-8B",
        {name: name for name in SHAPES},
        label="Model",
        help="A well-known model, as each of `recipes` would store it.",
        excludes=("models",),
        menu=True,
    )
    models = ModelNames(
        "names of models in `mkdocs.yml`",
        8,
        label="Models",
        help="Models to show in place of a `shape`: one as its file is and as each of `recipes` would store it, several "
        "as their files are.",
        excludes=("shape",),
    )
    memory = Real(
        8,
        0.01,
        1e6,
        label="Memory, GiB",
        help="Memory at hand in GiB, 2³⁰ bytes: a graphics card sold with 8 GB has 8.",
    )
    context = Choice(
        8192,
        CONTEXTS,
        label="Context",
        help="Tokens of each sequence, in units of 1,024.",
    )
    cache = Choice(
        "f16",
        {name: name.upper() for name in CACHE_TYPES},
        label="Cache type",
        help="Type of keys and values in the cache.",
        menu=True,
    )
    sequences = Integer(
        1,
        1,
        256,
        label="Sequences",
        help="Conversations side by side, each with a cache of its own.",
    )
    recipes = MultiChoice(
        tuple("F16 Q8_0 Q6_K Q5_K_M Q4_K_M IQ4_XS Q3_K_M Q2_K".split()),
        RECIPES,
        label="Recipes",
        help="Recipes of llama.cpp to compare, of one model.",
    )


def _sentence(given: Options, entries: Sequence[Entry]) -> Html:
    limit = given.memory * GIB
    where = f"{plain(given.memory)} GiB of memory, with a context of {given.context:,} tokens"
    if given.sequences > 1:
        where += f" for each of {given.sequences} sequences"
    fitting = [entry for entry in entries if entry.memory.total <= limit]
    if not fitting:
        least = min(entries, key=lambda entry: entry.memory.total)
        short = least.memory.total - limit
        which = "" if len(entries) == 1 else ", the smallest of these,"
        return result(
            tag("strong", least.name), which,
            f" takes {gibibytes(least.memory.total)} GiB and does not fit in {where}: it is {gibibytes(short)} GiB short.",
        )  # fmt: skip
    best = max(fitting, key=lambda entry: entry.memory.weights)
    left = limit - best.memory.total
    which = (
        ""
        if len(entries) == 1
        else f", with the most weights of the {len(fitting)} of {len(entries)} that fit,"
    )
    return result(
        tag("strong", best.name), which,
        f" takes {gibibytes(best.memory.total)} of {where}, and leaves {gibibytes(left)} GiB.",
    )  # fmt: skip


def _sum(part: Part, sequences: int) -> str:
    """The arithmetic of a part of the cache."""
    noun, does = KINDS[part.layers.kind]
    layers = f"{count(part.layers.number, noun)}{does}"
    times = f" × {count(sequences, 'sequence')}" if sequences > 1 else ""
    keys, values = "of keys", "of values"
    if part.layers.kind == STATE:
        keys, values = "of the last tokens", "of the state"
    elif not part.layers.values:
        keys = "of one vector"
    pieces = [
        f"{elements:,} {what} × {plain(TYPES[type_.upper()].bits_per_weight)} bits"
        for elements, type_, what in (
            (part.layers.keys, part.key_type, keys),
            (part.layers.values, part.value_type, values),
        )
        if elements
    ]
    cells = f" × {part.cells:,} tokens" if part.cells > 1 else ""
    return f"{layers}{cells}{times} × ({' + '.join(pieces)}) / 8 = {part.bytes:,} bytes"


def arithmetic(entry: Entry, sequences: int) -> Iterator[tuple[str, str]]:
    """What cache and buffers come from, as pairs of a name and a formula with the numbers put in."""
    for part in entry.memory.parts:
        yield "Cache", _sum(part, sequences)
    buffers = entry.memory.buffers
    formula = (
        f"about {buffers.batch:,} tokens at once × (4 × {buffers.vocabulary:,} scores + "
        f"4 × {ACTIVATIONS} × {buffers.embedding:,} activations + 2 × {buffers.cells:,} cells of masks) "
        f"= {buffers.bytes:,} bytes"
    )
    yield "Buffers", formula


def _rows(given: Options, entries: Sequence[Entry]) -> Html:
    limit = given.memory * GIB

    def left(entry: Entry) -> str:
        rest = limit - entry.memory.total
        return f"{gibibytes(rest)} left" if rest >= 0 else f"{gibibytes(-rest)} over"

    def longest(entry: Entry) -> str:
        if entry.longest == 0:
            return "none"
        if not any(part.cells > 1 for part in entry.memory.parts):
            return "any"
        return f"{entry.longest:,}"

    return table(
        f"GiB that each takes of {plain(given.memory)}; cache of {given.cache.upper()}",
        (
            "File or recipe",
            "Weights",
            "Cache",
            "Buffers",
            "Total",
            "Fits",
            "Longest context that fits",
        ),
        (
            row(
                entry.name,
                *map(gibibytes, entry.sizes),
                gibibytes(entry.memory.total),
                left(entry),
                longest(entry),
                item=entry.name,
                detail=" + ".join(
                    f"{size:,} of {name}" for name, size in zip(SEGMENTS, entry.sizes, strict=True)
                )
                + f" = {entry.memory.total:,} bytes",
            )
            for entry in entries
        ),
    )


def _formulas(given: Options, entries: Sequence[Entry]) -> Html:
    """The arithmetic of cache and buffers, once for all rows that share it."""
    shared: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for entry in entries:
        lines = tuple(arithmetic(entry, given.sequences))
        shared.setdefault(lines, []).append(entry.name)
    return tag(
        "details",
        tag("summary", "The arithmetic"),
        (
            join(
                tag("p", tag("strong", ", ".join(names))) if len(shared) > 1 else None,
                tag("ul", (tag("li", f"{name}: {formula}") for name, formula in lines)),
            )
            for lines, names in shared.items()
        ),
    )


def _notes(given: Options, entries: Sequence[Entry]) -> Html:
    beyond = [
        f"{entry.name} (made for {entry.need.trained:,})"
        for entry in entries
        if 0 < entry.need.trained < given.context
    ]
    return join(
        note(f"The context is longer than what these were made for: {', '.join(beyond)}.")
        if beyond
        else None,
        note(
            "Weights are those of the file, or of the file that llama.cpp's recipe makes; the cache is what llama.cpp allocates "
            "with flash attention and "
            f"batches of {BATCH} tokens. Buffers are an estimate. What the driver, the system and other programs take is not "
            "counted: leave room for it."
        ),
    )


def render(given: Options) -> Html:
    """The figure: result, bars, table, the arithmetic on demand, and what is exact."""
    entries = entries_of(given)
    return join(
        _sentence(given, entries),
        bars(given, entries),
        legend(),
        _rows(given, entries),
        _formulas(given, entries),
        _notes(given, entries),
    )

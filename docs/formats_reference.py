"""The reference of ggml's types, from the table that the encoders and decoders read; `reference/formats/` prints it, a page a type."""

from __future__ import annotations

import itertools
from math import isinf

from mkdocs_quantlab.engine.ggml import (
    FAMILIES,
    ROLES,
    TYPES,
    Field,
    GgmlType,
    MissingPartError,
    bits_of_block,
)
from mkdocs_quantlab.engine.ggml.measured import BY_GGML, DISTRIBUTIONS, SNR
from mkdocs_quantlab.engine.ggml.types import by_size
from mkdocs_quantlab.engine.methods.rate import gaussian_limit


def families() -> dict[str, list[GgmlType]]:
    """The types by heading, more bits first."""
    return {
        heading: by_size(entry for entry in TYPES.values() if entry.family == family)
        for family, heading in FAMILIES.items()
    }


def overview() -> str:
    """All types by family, with links to their pages, in Markdown that MkDocs does not resolve."""
    parts = []
    for heading, members in families().items():
        rows = [
            "| Type | Id | Weights | Bytes | Bits per weight | Value of a weight |",
            "| --- | ---: | ---: | ---: | ---: | --- |",
        ]
        rows += [
            f"| [{entry.name}]({entry.name.lower()}/) | {entry.id} | {entry.block_size} | {entry.block_bytes} | "
            f"{entry.bits_per_weight:.4f} | `{entry.formula}` |"
            for entry in members
        ]
        parts += [f"## {heading}", "\n".join(rows)]
    return "\n\n".join(parts)


def names() -> str:
    """What the names in formulas mean, in Markdown."""
    said = {
        **ROLES,
        "values": "the format's list of steps",
        "grid": "the format's codebook, a list of vectors",
        "j": "place of the weight in its vector",
        "trit": "the weight's base-3 digit, 0 to 2",
    }
    return "\n".join(
        ["| Name | Meaning |", "| --- | --- |", *(f"| `{k}` | {v} |" for k, v in said.items())]
    )


def page(name: str) -> str:
    """All that is known of a type, in Markdown.

    Args:
        name: The type's.
    """
    entry = TYPES[name]
    facts = [f"{entry.bits_per_weight:.4f} bits per weight"]
    if entry.block_size > 1:
        facts.append(f"blocks of {entry.block_size} weights in {entry.block_bytes} bytes")
    if entry.sub_block < entry.block_size:
        facts.append(f"sub-blocks of {entry.sub_block}")
    facts.append(f"id {entry.id}")
    said = [
        ", ".join(facts)[0].upper() + ", ".join(facts)[1:] + ".",
        f"```python\nw = {entry.formula}\n```",
        "\n".join(
            [
                "| Bytes | Field | Stored as | What it holds | Bits |",
                "| --- | --- | --- | --- | --- |",
                *(
                    f"| {_bytes(field)} | `{field.name}` | `{field.element}`"
                    f"{f' × {field.length}' if field.length > 1 else ''} | {field.holds} | {_bits(entry, field)} |"
                    for field in entry.fields
                ),
            ]
        ),
    ]
    how = []
    if entry.family == "activation":
        said.append(
            "Activations are stored so while a layer is computed; it does not occur in files."
        )
    else:
        said.append(_measured(entry))
        if entry.imatrix_required:
            how.append("ggml refuses to encode it without an importance matrix.")
        elif not entry.can_encode:
            how.append(
                "ggml can encode it without an importance matrix, though it is made for one."
            )
        how.append(
            "Encoded and decoded here."
            if entry.can_encode
            else "Decoded here; only ggml encodes it."
        )
    how.append(f"Source: `{entry.source}`.")
    said.append(" ".join(how))
    return "\n\n".join(said)


def _bytes(field: Field) -> str:
    last = field.offset + field.size - 1
    return str(field.offset) if last == field.offset else f"{field.offset} to {last}"


WORDS = {"u8": 1, "i8": 1, "u16": 2, "i16": 2, "f16": 2, "bf16": 2, "f32": 4}


def _bits(entry: GgmlType, field: Field) -> str:
    """What the bits of each element are, least significant first: `0–3 q, 4–7 q`, and the piece where it is not all."""
    size = WORDS[field.element]
    pieces: dict[tuple[str, int], int] = {}
    for run in bits_of_block(entry.name):
        key = (run.bits.role, run.bits.number)
        pieces[key] = pieces.get(key, 0) + run.bits.width
    shapes: list[tuple[str, ...]] = []
    for element in range(field.length):
        first = field.offset + element * size
        # Bit by bit, then joined again: signs of eight weights share seven bits, and numbers cross bytes.
        owners: dict[int, tuple[str, int, int | None]] = {}
        for run in bits_of_block(entry.name):
            role, number, byte, low, width, shift = run.bits
            if not first <= byte < first + size:
                continue
            for i in range(width):
                whole = role in ("sign", "trits") or pieces[role, number] == width
                bit = 8 * (byte - first) + low + i
                if role == "sign":
                    number = 0
                owners.setdefault(bit, (role, number, None if whole else shift + i))
        shapes.append(_shape(owners, pieces))
    if not any(shapes):
        return "not read for weights"
    runs = [
        (shape, [index for index, _ in group])
        for shape, group in itertools.groupby(enumerate(shapes), key=lambda pair: pair[1])
    ]
    if len(runs) == 1:
        return ", ".join(runs[0][0])
    unit = "byte" if size == 1 else "word"
    period = next(p for p in range(1, len(shapes) + 1) if shapes[p:] == shapes[:-p])
    # Bytes as the first column counts them.
    first = field.offset if size == 1 else 0
    said = [
        f"{unit} {first + where[0]}{f' to {first + where[-1]}' if len(where) > 1 else ''}: {', '.join(shape)}"
        for shape, where in runs
        if where[0] < period
    ]
    shown = said if len(said) <= 8 else said[:5]
    return "<br>".join(shown) + ("<br>and so on" if period < len(shapes) or shown != said else "")


def _shape(
    owners: dict[int, tuple[str, int, int | None]], pieces: dict[tuple[str, int], int]
) -> tuple[str, ...]:
    """The bits of an element, joined to ranges."""
    said: list[tuple[str, int, str]] = []
    bits = sorted(owners)
    while bits:
        start = end = bits.pop(0)
        role, number, piece = owners[start]
        while bits and bits[0] == end + 1 and owners[bits[0]][:2] == (role, number):
            end = bits.pop(0)
        last = owners[end][2]
        part = ""
        if piece is not None and last is not None and end - start + 1 < pieces[role, number]:
            part = f"[{piece}]" if piece == last else f"[{piece}–{last}]"
        place = str(start) if start == end else f"{start}–{end}"
        said.append((place, end - start + 1, f"`{role}{part}`"))
    if len(said) > 2 and len({(width, name) for _, width, name in said}) == 1:
        _, width, name = said[0]
        return (f"{'each' if width == 1 else f'{width} bits each'} {name}",)
    return tuple(f"{place} {name}" for place, _, name in said)


def _measured(entry: GgmlType) -> str:
    if entry.name not in SNR:
        raise MissingPartError(
            entry.name, "measured SNR", "`python -m benchmarks.formats` measures it"
        )
    levels = SNR[entry.name]
    limit = gaussian_limit(entry.bits_per_weight)
    cells = ["exact" if isinf(x) else f"{x:.2f} dB" for x in levels]
    mark = " (by ggml, equal importance)" if entry.name in BY_GGML else ""
    return "\n".join(
        [
            f"| SNR{mark} | {' | '.join(d.capitalize() for d in DISTRIBUTIONS)} | Gaussian limit |",
            "| --- | ---: | ---: | ---: | ---: |",
            f"| {entry.name} | {' | '.join(cells)} | {limit:.2f} dB |",
        ]
    )

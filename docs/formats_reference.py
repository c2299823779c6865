"""The reference of ggml's types, from the table that the encoders and decoders read; `reference/formats.md` prints it."""

from __future__ import annotations

import itertools
from math import isinf

from mkdocs_quantlab.engine.quant.ggml import ROLES, TYPES, Field, GgmlType, bits_of_block
from mkdocs_quantlab.engine.quant.ggml.measured import BY_GGML, DISTRIBUTIONS, SNR
from mkdocs_quantlab.engine.quant.rate import gaussian_limit

FAMILIES = {
    "Floating point": "F32 F16 BF16",
    "One scale a block": "Q8_0 Q5_1 Q5_0 Q4_1 Q4_0 IQ4_NL",
    "K-quants: scales of scales": "Q6_K Q5_K Q4_K Q3_K Q2_K IQ4_XS",
    "Codebooks": "IQ3_S IQ3_XXS IQ2_S IQ2_XS IQ2_XXS IQ1_M IQ1_S",
    "4-bit floats": "NVFP4 MXFP4",
    "Three values and fewer": "Q2_0 TQ2_0 TQ1_0 Q1_0",
    "Activations only": "Q8_K Q8_1",
}


def overview() -> str:
    """All types in one table, in Markdown."""
    rows = [
        "| Type | Id | Weights | Bytes | Bits per weight | Value of a weight |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    rows += [
        f"| [{entry.name}](#{_anchor(entry)}) | {entry.id} | {entry.block_size} | {entry.block_bytes} | "
        f"{entry.bits_per_weight:.4f} | `{entry.formula}` |"
        for entry in TYPES.values()
    ]
    return "\n".join(rows)


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


def sections() -> str:
    """Every type in a section of its own, by family, in Markdown."""
    parts = []
    listed = set()
    for family, members in FAMILIES.items():
        parts.append(f"## {family}")
        for name in members.split():
            listed.add(name)
            parts.append(_section(TYPES[name]))
    assert listed == set(TYPES), listed ^ set(TYPES)
    return "\n\n".join(parts)


def _anchor(entry: GgmlType) -> str:
    return entry.name.lower()


def _section(entry: GgmlType) -> str:
    facts = [f"{entry.bits_per_weight:.4f} bits per weight"]
    if entry.block_size > 1:
        facts.append(f"blocks of {entry.block_size} weights in {entry.block_bytes} bytes")
    if entry.sub_block < entry.block_size:
        facts.append(f"sub-blocks of {entry.sub_block}")
    facts.append(f"id {entry.id}")
    said = [
        f"### {entry.name} {{ #{_anchor(entry)} }}",
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
    if entry.name in SNR:
        said.append(_measured(entry))
    else:
        said.append(
            "Activations are stored so while a layer is computed; it does not occur in files."
        )
    how = []
    if entry.name in SNR:
        if entry.imatrix_required:
            how.append("ggml refuses to encode it without an importance matrix.")
        elif not entry.can_encode:
            how.append("ggml encodes it without an importance matrix too.")
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


def _bits(entry: GgmlType, field: Field) -> str:
    """How the bits of the field's bytes are shared out, as far as weights depend on them."""
    shapes: dict[int, list[tuple[str, int, int]]] = {}
    for run in bits_of_block(entry.name):
        place = run.bits
        if field.offset <= place.byte < field.offset + field.size:
            shape = (place.role, place.low, place.low + place.width - 1)
            if shape not in shapes.setdefault(place.byte, []):
                shapes[place.byte].append(shape)
    said = []
    bytes_ = sorted(shapes)
    for shape, run_of_bytes in itertools.groupby(
        bytes_, key=lambda b: sorted(shapes[b], key=lambda s: s[1])
    ):
        group = list(run_of_bytes)
        where = f"{group[0]}" if len(group) == 1 else f"{group[0]} to {group[-1]}"
        what = ", ".join(
            f"`{role}` {low}" if low == high else f"`{role}` {low}–{high}"
            for role, low, high in shape
        )
        said.append((where, what))
    if not said:
        return "not read for weights"
    if len({what for _, what in said}) == 1:
        return said[0][1]
    if len(said) > 4:  # a pattern that goes on: the first of it says how
        return "; ".join(f"byte {where}: {what}" for where, what in said[:4]) + "; and so on"
    return "; ".join(f"byte {where}: {what}" for where, what in said)


def _measured(entry: GgmlType) -> str:
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

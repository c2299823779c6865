"""The one table of ggml's types: sizes, fields, formulas. Everything else reads it here.

Source of ids: `ggml.h: enum ggml_type`; of layouts: the structs of `ggml-common.h` that each entry names.
"""

from __future__ import annotations

from typing import NamedTuple

from mkdocs_quantlab.engine.ggml.errors import UnknownTypeError

ROLES = {
    "value": "the number itself",
    "d": "scale of the block",
    "dmin": "scale of the sub-block minima",
    "sc": "scale of the sub-block",
    "m": "minimum that is added or taken off",
    "e": "exponent of the block's scale, a power of two",
    "q": "step of the weight",
    "trits": "five base-3 digits, one of them the weight's step",
    "index": "number of a codebook vector",
    "sign": "sign of the weight",
    "delta": "direction in which the codebook vector is shifted",
    "s": "d times the sum of the steps, for dot products",
    "bsums": "sums of 16 steps each, for dot products",
}
"""What the names in formulas and layouts mean."""


class Field(NamedTuple):
    """One member of a block's struct."""

    name: str
    """ggml's name."""
    element: str
    """How each element is stored: `u8`, `i16`, `f32`, `bf16` and so on, little-endian."""
    length: int
    """Number of elements."""
    offset: int
    """First byte in the block."""
    size: int
    """Bytes in all."""
    holds: str
    """What is in it, in a few words."""


class GgmlType(NamedTuple):
    """How ggml stores a run of weights in a block of bytes."""

    id: int
    """The number in a GGUF file."""
    name: str
    block_size: int
    """Weights in a block."""
    block_bytes: int
    sub_block: int
    """Weights that share a second-level scale; the block size where there is no second level."""
    fields: tuple[Field, ...]
    """In file order, without gaps."""
    formula: str
    """A weight's value, as a Python expression over the names of `terms.terms_of_weight`.

    `values` is the type's list of steps, `grid` its codebook and `j` the weight's place in a vector; `sign`
    is 1 or -1, `trit` 0 to 2.
    """
    can_encode: bool
    """Whether `encode` makes this type (decoding knows them all)."""
    imatrix_required: bool
    """Whether ggml refuses to encode without an importance matrix (`ggml_quantize_requires_imatrix`)."""
    source: str
    """Where ggml defines the layout."""

    @property
    def bits_per_weight(self) -> float:
        """Bits of a block over weights of a block."""
        return 8 * self.block_bytes / self.block_size

    @property
    def is_k_quant(self) -> bool:
        """Whether a search for scales and minima per sub-block makes it (Q2_K to Q6_K)."""
        return self.name in {"Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"}


_ELEMENT_BYTES = {
    "u8": 1, "i8": 1, "u16": 2, "i16": 2, "f16": 2, "bf16": 2,
    "i32": 4, "f32": 4, "i64": 8, "f64": 8,
}  # fmt: skip


def _type(
    number: int,
    name: str,
    block_size: int,
    fields: str,
    formula: str,
    *,
    sub_block: int = 0,
    encodes: bool = True,
    imatrix_required: bool = False,
    source: str = "",
) -> GgmlType:
    """An entry of the table; `fields` has lines of name, element, count and what the field holds."""
    members = []
    offset = 0
    for line in fields.strip().splitlines():
        field, element, count, holds = line.split(maxsplit=3)
        size = int(count) * _ELEMENT_BYTES[element]
        members.append(Field(field, element, int(count), offset, size, holds))
        offset += size
    stem, _, suffix = name.partition("_")
    struct = stem.lower() + (f"_{suffix if suffix == 'K' else suffix.lower()}" if suffix else "")
    return GgmlType(
        id=number,
        name=name,
        block_size=block_size,
        block_bytes=offset,
        sub_block=sub_block or block_size,
        fields=tuple(members),
        formula=formula,
        can_encode=encodes,
        imatrix_required=imatrix_required,
        source=source or f"ggml-common.h: block_{struct}",
    )


_TABLE = (
    _type(0, "F32", 1, "value f32 1 IEEE single precision: 1 sign bit, 8 exponent bits, 23 of fraction",
          "value", source="IEEE 754 binary32"),
    _type(1, "F16", 1, "value f16 1 IEEE half precision: 1 sign bit, 5 exponent bits, 10 of fraction",
          "value", source="ggml-impl.h: ggml_compute_fp32_to_fp16"),
    _type(2, "Q4_0", 32, """
          d f16 1 scale
          qs u8 16 4-bit steps: weight j in the low half of byte j, weight j + 16 in the high half
          """, "d * (q - 8)"),
    _type(3, "Q4_1", 32, """
          d f16 1 scale
          m f16 1 minimum
          qs u8 16 4-bit steps: weight j in the low half of byte j, weight j + 16 in the high half
          """, "d * q + m"),
    _type(6, "Q5_0", 32, """
          d f16 1 scale
          qh u8 4 fifth bits of the steps, weight j in bit j
          qs u8 16 low 4 bits of the steps, as in Q4_0
          """, "d * (q - 16)"),
    _type(7, "Q5_1", 32, """
          d f16 1 scale
          m f16 1 minimum
          qh u8 4 fifth bits of the steps, weight j in bit j
          qs u8 16 low 4 bits of the steps, as in Q4_0
          """, "d * q + m"),
    _type(8, "Q8_0", 32, """
          d f16 1 scale
          qs i8 32 steps
          """, "d * q"),
    _type(9, "Q8_1", 32, """
          d f16 1 scale
          s f16 1 d times the sum of the steps, for dot products
          qs i8 32 steps
          """, "d * q", encodes=False),
    _type(10, "Q2_K", 256, """
          scales u8 16 per sub-block a 4-bit scale (low half) and a 4-bit minimum (high half)
          qs u8 64 2-bit steps, four weights 32 apart in a byte
          d f16 1 scale of the scales
          dmin f16 1 scale of the minima
          """, "d * sc * q - dmin * m", sub_block=16),
    _type(11, "Q3_K", 256, """
          hmask u8 32 third bits of the steps, weight i in bit i // 32 of byte i % 32
          qs u8 64 low 2 bits of the steps, four weights 32 apart in a byte
          scales u8 12 6-bit scales, 32 too large: 4 low bits in the first 8 bytes, 2 high bits in the last 4
          d f16 1 scale of the scales
          """, "d * (sc - 32) * (q - 4)", sub_block=16),
    _type(12, "Q4_K", 256, """
          d f16 1 scale of the scales
          dmin f16 1 scale of the minima
          scales u8 12 6-bit scales and minima of 8 sub-blocks; those of the last 4 are in two pieces
          qs u8 128 4-bit steps, two weights 32 apart in a byte
          """, "d * sc * q - dmin * m", sub_block=32),
    _type(13, "Q5_K", 256, """
          d f16 1 scale of the scales
          dmin f16 1 scale of the minima
          scales u8 12 6-bit scales and minima of 8 sub-blocks, as in Q4_K
          qh u8 32 fifth bits of the steps, weight i in bit i // 32 of byte i % 32
          qs u8 128 low 4 bits of the steps, two weights 32 apart in a byte
          """, "d * sc * q - dmin * m", sub_block=32),
    _type(14, "Q6_K", 256, """
          ql u8 128 low 4 bits of the steps, two weights 64 apart in a byte
          qh u8 64 high 2 bits of the steps, four weights 32 apart in a byte
          scales i8 16 scales of the sub-blocks
          d f16 1 scale of the scales
          """, "d * sc * (q - 32)", sub_block=16),
    _type(15, "Q8_K", 256, """
          d f32 1 scale
          qs i8 256 steps
          bsums i16 16 sums of 16 steps each, for dot products
          """, "d * q", encodes=False),
    _type(16, "IQ2_XXS", 256, """
          d f16 1 scale of the scales
          qs u16 32 per 32 weights four 8-bit indices, then four 7-bit sign patterns and a 4-bit scale
          """, "d * (0.5 + sc) / 4 * grid[index][j] * sign",
          sub_block=32, encodes=False, imatrix_required=True),
    _type(17, "IQ2_XS", 256, """
          d f16 1 scale of the scales
          qs u16 32 per 8 weights a 9-bit index and a 7-bit sign pattern
          scales u8 8 4-bit scales of 16 weights each
          """, "d * (0.5 + sc) / 4 * grid[index][j] * sign",
          sub_block=16, encodes=False, imatrix_required=True),
    _type(18, "IQ3_XXS", 256, """
          d f16 1 scale of the scales
          qs u8 96 64 8-bit indices, then per 32 weights four 7-bit sign patterns and a 4-bit scale
          """, "d * (0.5 + sc) / 2 * grid[index][j] * sign", sub_block=32, encodes=False),
    _type(19, "IQ1_S", 256, """
          d f16 1 scale of the scales
          qs u8 32 low 8 bits of the indices
          qh u16 8 per 32 weights four times 3 high bits of an index, a 3-bit scale and the shift's direction
          """, "d * (2 * sc + 1) * (grid[index][j] + delta)",
          sub_block=32, encodes=False, imatrix_required=True),
    _type(20, "IQ4_NL", 32, """
          d f16 1 scale
          qs u8 16 4-bit numbers of steps: weight j in the low half of byte j, weight j + 16 in the high half
          """, "d * values[q]"),
    _type(21, "IQ3_S", 256, """
          d f16 1 scale of the scales
          qs u8 64 low 8 bits of the indices
          qh u8 8 ninth bits of the indices
          signs u8 32 one bit a weight
          scales u8 4 4-bit scales of 32 weights each
          """, "d * (1 + 2 * sc) * grid[index][j] * sign", sub_block=32, encodes=False),
    _type(22, "IQ2_S", 256, """
          d f16 1 scale of the scales
          qs u8 64 32 times the low 8 bits of an index, then 32 bytes of signs, one bit a weight
          qh u8 8 high 2 bits of the indices
          scales u8 8 4-bit scales of 16 weights each
          """, "d * (0.5 + sc) / 4 * grid[index][j] * sign", sub_block=16, encodes=False),
    _type(23, "IQ4_XS", 256, """
          d f16 1 scale of the scales
          scales_h u16 1 high 2 bits of the scales
          scales_l u8 4 low 4 bits of the scales
          qs u8 128 4-bit numbers of steps, two weights 16 apart in a byte
          """, "d * (sc - 32) * values[q]", sub_block=32),
    _type(29, "IQ1_M", 256, """
          qs u8 32 low 8 bits of the indices
          qh u8 16 per index its 3 high bits and the shift's direction
          scales u8 8 3-bit scales of 16 weights each; d, a float16, in the top 4 bits of each pair of bytes
          """, "d * (2 * sc + 1) * (grid[index][j] + delta)", sub_block=16, encodes=False),
    _type(30, "BF16", 1, "value bf16 1 upper half of a float32: 1 sign bit, 8 exponent bits, 7 of fraction",
          "value", source="ggml-impl.h: ggml_compute_fp32_to_bf16"),
    _type(34, "TQ1_0", 256, """
          qs u8 48 five base-3 digits a byte
          qh u8 4 four base-3 digits a byte
          d f16 1 scale
          """, "d * (trit - 1)"),
    _type(35, "TQ2_0", 256, """
          qs u8 64 2-bit steps, four weights 32 apart in a byte
          d f16 1 scale
          """, "d * (q - 1)"),
    _type(39, "MXFP4", 32, """
          e u8 1 exponent of the scale, 128 too large for the doubled values (E8M0)
          qs u8 16 4-bit floats (E2M1): weight j in the low half of byte j, weight j + 16 in the high half
          """, "2 ** (e - 128) * values[q]"),
    _type(40, "NVFP4", 64, """
          d u8 4 scales of 16 weights each, unsigned 8-bit floats (UE4M3), halved for the doubled values
          qs u8 32 4-bit floats (E2M1), two weights 8 apart in a byte
          """, "d * values[q]", sub_block=16),
    _type(41, "Q1_0", 128, """
          d f16 1 scale
          qs u8 16 one bit a weight, set where it is not negative
          """, "d * (2 * q - 1)"),
    _type(42, "Q2_0", 64, """
          d f16 1 scale
          qs u8 16 2-bit steps, four neighbours in a byte
          """, "d * (q - 1)"),
)  # fmt: skip

_NOT_WEIGHTS = (
    _type(24, "I8", 1, "value i8 1 integer", "value", encodes=False, source="ggml.h: enum ggml_type"),
    _type(25, "I16", 1, "value i16 1 integer", "value", encodes=False, source="ggml.h: enum ggml_type"),
    _type(26, "I32", 1, "value i32 1 integer", "value", encodes=False, source="ggml.h: enum ggml_type"),
    _type(27, "I64", 1, "value i64 1 integer", "value", encodes=False, source="ggml.h: enum ggml_type"),
    _type(28, "F64", 1, "value f64 1 IEEE double precision", "value", encodes=False, source="IEEE 754 binary64"),
)  # fmt: skip

TYPES: dict[str, GgmlType] = {entry.name: entry for entry in _TABLE}
"""All types that hold a model's weights, by name, in the order of their ids."""

_BY_ID = {entry.id: entry for entry in _TABLE}
_STORED = _BY_ID | {entry.id: entry for entry in _NOT_WEIGHTS}
_BY_FOLDED_NAME = {entry.name.casefold(): entry for entry in _TABLE}


def ggml_type(name: str) -> GgmlType:
    """The type of that name; case does not matter, as ggml itself writes `q4_K` and `Q4_K`.

    Raises:
        UnknownTypeError: There is none; the message names the nearest.
    """
    entry = _BY_FOLDED_NAME.get(name.casefold())
    if entry is None:
        raise UnknownTypeError(_unknown(name))
    return entry


def ggml_type_of_id(number: int) -> GgmlType:
    """The type with that number in GGUF files.

    Raises:
        UnknownTypeError: None of the types here has it.
    """
    entry = _BY_ID.get(number)
    if entry is None:
        raise UnknownTypeError(f"{number} is not the id of a ggml type that holds weights")
    return entry


def stored_type(number: int) -> GgmlType | None:
    """The type with that number in GGUF files, those that hold no weights included, or None where it is not known."""
    return _STORED.get(number)


def _unknown(name: str) -> str:
    import difflib  # noqa: PLC0415 - only a mistake needs it

    near = difflib.get_close_matches(name.upper(), TYPES, n=1, cutoff=0.0)
    return f"{name!r} is not a ggml type; the nearest name is {near[0]}"

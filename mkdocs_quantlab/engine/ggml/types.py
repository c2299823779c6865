"""What is known of a ggml type, and the registry of all types.

A type is one call of `register`, in the module of its family (`floats`, `legacy`, `kquants`, `iquants`, `nonlinear`, `ternary`, `fp4`): its
fields, its formula, its layout, decoder and encoder, llama.cpp's names of files with it, and what it costs to quantize to it. The codec,
the file types and recipes of `engine.gguf`, forms, reference pages and the script of the chat take their lists from here.
`fast.arrays` has the functions over whole arrays, which need numpy, and `measured` the measured ratios.

Source of ids: `ggml.h: enum ggml_type`; of layouts: the structs of `ggml-common.h` that each type names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from mkdocs_quantlab.engine.ggml.errors import MissingPartError, UnknownTypeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mkdocs_quantlab.engine.ggml.layout import Bits
    from mkdocs_quantlab.engine.ggml.search import Trial

    Layout = Callable[[int], list[Bits]]
    Decoder = Callable[[bytes], list[float]]
    Encoder = Callable[[list[float]], bytes]
    Search = Callable[[list[float], list[list[Trial]]], bytes]
    Grid = Callable[[], tuple[tuple[int, ...], ...]]

_Part = TypeVar("_Part")

QK_K = 256
"""Weights of a super-block, the largest of all blocks (`ggml-common.h: QK_K`)."""

FAMILIES = {
    "float": "Floating point",
    "legacy": "One scale a block",
    "kquant": "K-quants: scales of scales",
    "codebook": "Codebooks",
    "fp4": "4-bit floats",
    "ternary": "Three values and fewer",
    "activation": "Activations only",
}
"""Headings of the reference, by family, in its order."""

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


_ELEMENT_BYTES = {
    "u8": 1, "i8": 1, "u16": 2, "i16": 2, "f16": 2, "bf16": 2,
    "i32": 4, "f32": 4, "i64": 8, "f64": 8,
}  # fmt: skip


class GgmlType:
    """How ggml stores a run of weights in a block of bytes, and all that is registered with it.

    A part that is None is one that the type does not have; `required` says so in an error.

    Args:
        module: `__name__` of the module that registers the type.
        number: ggml's id.
        name: ggml's name, in capitals.
        fields: Lines of name, element, number of elements and what the field holds.
        sub_block: The block size where left out.
        source: The struct that ggml's naming gives, where left out.
        ftypes: None where left out.

    The other arguments are the attributes of the same names.
    """

    id: int
    """The number in a GGUF file."""
    name: str
    """ggml's name, in capitals."""
    family: str | None
    """A key of `FAMILIES`, or None for a type that holds no weights."""
    block_size: int
    """Weights in a block: ggml's `blck_size`. A block of 256 with scales of scales is what ggml calls a super-block."""
    block_bytes: int
    """Bytes of a block: ggml's `type_size`."""
    sub_block: int
    """Weights that share a second-level scale, a block of the super-block in ggml; the block size where there is no second level."""
    fields: tuple[Field, ...]
    """In file order, without gaps."""
    formula: str
    """A weight's value, as a Python expression over the names of `terms.terms_of_weight`.

    `values` is the type's list of steps, `grid` its codebook and `j` the weight's place in a vector; `sign`
    is 1 or -1, `trit` 0 to 2.
    """
    source: str
    """Where ggml defines the layout."""
    module: str
    """The Python module that registers the type."""
    layout: Layout | None
    """The place of a weight in its block to the bits that it depends on."""
    decode: Decoder | None
    """The bytes of one block to its float32 weights."""
    encode: Encoder | None
    """The float32 weights of one block to its bytes."""
    search: Search | None
    """As `encode`, for a type with a search for scales: appends the trials of each sub-block to a list."""
    values: Sequence[int] | None
    """The steps of a formula with `values[q]`."""
    grid: Grid | None
    """Gives the codebook of a formula with `grid[index][j]`; a function, as unpacking it takes time."""
    imatrix_required: bool
    """Whether ggml refuses to encode without an importance matrix (`ggml_quantize_requires_imatrix`)."""
    ftypes: Mapping[str, int]
    """llama.cpp's file types that store most matrices so, the one of more bits first: names and numbers (`llama.h: enum llama_ftype`)."""
    in_llama_quantize: bool
    """Whether llama-quantize offers these file types."""
    fallback: str | None
    """The type that llama.cpp takes where rows do not divide into blocks (`llama-quant.cpp: tensor_type_fallback`); None for F16."""
    seconds: float | None
    """Seconds that the page's Python takes to encode a million weights (`python -m benchmarks.quantize_page`); None where models are not
    quantized to the type."""

    def __init__(
        self,
        module: str,
        number: int,
        name: str,
        *,
        block_size: int,
        fields: str,
        formula: str,
        family: str | None,
        sub_block: int = 0,
        source: str = "",
        layout: Layout | None = None,
        decode: Decoder | None = None,
        encode: Encoder | None = None,
        search: Search | None = None,
        values: Sequence[int] | None = None,
        grid: Grid | None = None,
        imatrix_required: bool = False,
        ftypes: Mapping[str, int] | None = None,
        in_llama_quantize: bool = True,
        fallback: str | None = None,
        seconds: float | None = None,
    ) -> None:
        members = []
        offset = 0
        for line in fields.strip().splitlines():
            field, element, count, holds = line.split(maxsplit=3)
            size = int(count) * _ELEMENT_BYTES[element]
            members.append(Field(field, element, int(count), offset, size, holds))
            offset += size
        stem, _, suffix = name.partition("_")
        struct = stem.lower() + (
            f"_{suffix if suffix == 'K' else suffix.lower()}" if suffix else ""
        )
        self.id = number
        self.name = name
        self.family = family
        self.block_size = block_size
        self.block_bytes = offset
        self.sub_block = sub_block or block_size
        self.fields = tuple(members)
        self.formula = formula
        self.source = source or f"ggml-common.h: block_{struct}"
        self.module = module
        self.layout = layout
        self.decode = decode
        self.encode = encode
        self.search = search
        self.values = values
        self.grid = grid
        self.imatrix_required = imatrix_required
        self.ftypes = ftypes or {}
        self.in_llama_quantize = in_llama_quantize
        self.fallback = fallback
        self.seconds = seconds

    @property
    def bits_per_weight(self) -> float:
        """Bits of a block over weights of a block."""
        return 8 * self.block_bytes / self.block_size

    @property
    def can_encode(self) -> bool:
        """Whether `encode` makes this type."""
        return self.encode is not None

    @property
    def is_k_quant(self) -> bool:
        """Whether a search for scales and minima per sub-block makes it (Q2_K to Q6_K)."""
        return self.search is not None


_PARTS = {
    "layout": "layout of its bits",
    "decode": "decoder",
    "encode": "encoder",
    "values": "list of values",
    "grid": "codebook",
}


def required(entry: GgmlType, part: str, found: _Part | None) -> _Part:
    """A part of a type that may be None, as `required(entry, "decode", entry.decode)`.

    Raises:
        MissingPartError: It is None. The message names the part, and the file in which it can be registered.
    """
    if found is None:
        file = entry.module.replace(".", "/") + ".py"
        raise MissingPartError(entry.name, _PARTS[part], f"`{part}` is not registered in {file}")
    return found


TYPES: dict[str, GgmlType] = {}
"""All types that hold a model's weights, by name, in the order of their ids."""

_BY_ID: dict[int, GgmlType] = {}


def register(entry: GgmlType) -> None:
    """Adds a type to the registry; everything that lists types has it from then on.

    Raises:
        ValueError: The name or the id is registered already, or the family is not in `FAMILIES`.
    """
    if entry.name in TYPES or entry.id in _BY_ID:
        raise ValueError(f"a ggml type is registered twice: {entry.name}, id {entry.id}")
    if entry.family is not None and entry.family not in FAMILIES:
        known = ", ".join(FAMILIES)
        raise ValueError(f"{entry.name} has the family {entry.family!r}; the families are {known}")
    _BY_ID[entry.id] = entry
    if entry.family is not None:
        # Modules register by family, so an id may belong before those that are there.
        later = [other for other in TYPES.values() if other.id > entry.id]
        TYPES[entry.name] = entry
        for other in later:
            TYPES[other.name] = TYPES.pop(other.name)


def ggml_type(name: str) -> GgmlType:
    """The type of that name; case does not matter, as ggml itself writes `q4_K` and `Q4_K`.

    Raises:
        UnknownTypeError: There is none; the message names the nearest.
    """
    entry = TYPES.get(name.upper())
    if entry is None:
        raise UnknownTypeError(_unknown(name))
    return entry


def ggml_type_of_id(number: int) -> GgmlType:
    """The type with that number in GGUF files.

    Raises:
        UnknownTypeError: None of the types here has it.
    """
    entry = _BY_ID.get(number)
    if entry is None or entry.family is None:
        raise UnknownTypeError(f"{number} is not the id of a ggml type that holds weights")
    return entry


def stored_type(number: int) -> GgmlType | None:
    """The type with that number in GGUF files, those that hold no weights included, or None where it is not known."""
    return _BY_ID.get(number)


def by_size(types: Iterable[GgmlType]) -> list[GgmlType]:
    """Types in the order of forms and reference: more bits first, of as many larger blocks first, then by id."""
    return sorted(types, key=lambda entry: (-entry.bits_per_weight, -entry.block_size, entry.id))


def _unknown(name: str) -> str:
    import difflib  # noqa: PLC0415 - only a mistake needs it

    near = difflib.get_close_matches(name.upper(), TYPES, n=1, cutoff=0.0)
    return f"{name!r} is not a ggml type; the nearest name is {near[0]}"

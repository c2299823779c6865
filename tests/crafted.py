"""GGUF files that nobody's program wrote: each is well-formed enough to be read, or nearly, and odd in one way."""

from __future__ import annotations

import struct

from tests.gguf_writer import TYPES, Writer

F32, F16, Q4_K, UNKNOWN = 0, 1, 12, 139

LLAMA = [
    ("general.architecture", "string", "llama"),
    ("llama.block_count", "uint32", 2),
    ("llama.context_length", "uint32", 512),
    ("llama.embedding_length", "uint32", 256),
    ("llama.feed_forward_length", "uint32", 256),
    ("llama.attention.head_count", "uint32", 4),
    ("llama.attention.head_count_kv", "uint32", 2),
]
SIZES = {F32: 4, F16: 2}


def file(entries=LLAMA, tensors=(), **options):
    """A file with room for the data of its tensors: name, shape and type of each."""
    table, place = [], 0
    for name, shape, type_ in tensors:
        count = 1
        for length in shape:
            count *= length
        size = count * SIZES[type_] if type_ in SIZES else count // 256 * 144
        table.append((name, shape, type_, place))
        place += size + -size % 32
    return Writer().file(entries, table, bytes(place), **options)


def _with(**values):
    """The entries of a llama with other values; None for none."""
    changed = {f"llama.{key.replace('__', '.')}": value for key, value in values.items()}
    rest = [entry for entry in LLAMA if entry[0] not in changed]
    return rest + [(key, *value) for key, value in changed.items() if value is not None]


LAYER = [
    ("token_embd.weight", (256, 64), F16),
    ("blk.0.attn_q.weight", (256, 256), F16),
    ("blk.0.attn_v.weight", (256, 128), F16),
    ("blk.1.attn_q.weight", (256, 256), F16),
    ("blk.1.ffn_down.weight", (256, 256), F16),
]

FILES = {
    "nothing.gguf": b"",
    "zeros.gguf": bytes(1000),
    "a-page.gguf": b"<!DOCTYPE html><title>Not Found</title>",
    "empty.gguf": file(entries=[]),
    "no-tensors.gguf": file(),
    "no-weights.gguf": file(tensors=[("blk.0.attn_q.weight", (256, 0), F16)]),
    "usual.gguf": file(tensors=LAYER),
    "layer-of-5000-digits.gguf": file(
        tensors=[*LAYER, (f"blk.{'1' * 5000}.attn_q.weight", (256, 2), F16)]
    ),
    "scalar-embedding.gguf": file(tensors=[("token_embd.weight", (), F32), *LAYER[1:]]),
    "row-embedding.gguf": file(tensors=[("token_embd.weight", (256,), F32), *LAYER[1:]]),
    "no-rows.gguf": file(tensors=[("token_embd.weight", (0, 64), F16), *LAYER[1:]]),
    "8-dimensions.gguf": file(tensors=[("token_embd.weight", (256, *[1] * 7), F16), *LAYER[1:]]),
    "scalar-matrix.gguf": file(tensors=[*LAYER, ("blk.0.attn_k.weight", (), F16)]),
    "unknown-type.gguf": file(tensors=[*LAYER, ("blk.0.attn_k.weight", (256, 2), UNKNOWN)]),
    "unknown-type-kept.gguf": file(tensors=[*LAYER, ("blk.0.attn_norm.weight", (256,), UNKNOWN)]),
    "only-unknown.gguf": file(tensors=[("blk.0.attn_q.weight", (256, 2), UNKNOWN)]),
    "quantized.gguf": file(tensors=[("blk.0.attn_q.weight", (256, 2), Q4_K)]),
    "no-architecture.gguf": file(entries=LLAMA[1:], tensors=LAYER),
    "architecture-of-9-MB.gguf": file(
        entries=[("general.architecture", "string", "x" * 9_000_000)], tensors=LAYER
    ),
    "architecture-that-controls.gguf": file(
        entries=[("general.architecture", "string", "\x1b]0;pwned\x07\x9b2J\u202e\n")], tensors=LAYER
    ),
    "architecture-is-a-number.gguf": file(
        entries=[("general.architecture", "uint32", 7), *LLAMA[1:]], tensors=LAYER
    ),
    "names-that-control.gguf": file(
        tensors=[*LAYER, ("\x1b[31m\x07\x9b\u202e", (256, 2), F16)],
        entries=[*LLAMA, ("general.name", "string", "\x1b]8;;http://x\x07\u202egnp.exe\r\n")],
    ),
    "names-of-60-kB.gguf": file(
        tensors=[*LAYER, ("n" * 60_000, (256, 2), F16)],
        entries=[*LLAMA, ("k" * 60_000, "string", "v" * 1_000_000)],
    ),
    "no-utf-8.gguf": file(
        tensors=[*LAYER, (b"\xff\xfe", (256, 2), F16)],
        entries=[*LLAMA, ("general.name", "string", b"\xed\xa0\x80\xff")],
    ),
    "layers-0.gguf": file(entries=_with(block_count=("uint32", 0)), tensors=LAYER),
    "layers-2-to-32.gguf": file(entries=_with(block_count=("uint32", 2**32 - 1)), tensors=LAYER),
    "layers-2-to-64.gguf": file(entries=_with(block_count=("uint64", 2**64 - 1)), tensors=LAYER),
    "layers-negative.gguf": file(entries=_with(block_count=("int32", -5)), tensors=LAYER),
    "layers-not-a-number.gguf": file(entries=_with(block_count=("float32", float("nan"))), tensors=LAYER),
    "layers-a-text.gguf": file(entries=_with(block_count=("string", "two")), tensors=LAYER),
    "layers-an-array.gguf": file(entries=_with(block_count=("array", ("uint32", []))), tensors=LAYER),
    "heads-0.gguf": file(entries=_with(attention__head_count=("uint32", 0)), tensors=LAYER),
    "heads-kv-0.gguf": file(entries=_with(attention__head_count_kv=("uint32", 0)), tensors=LAYER),
    "heads-none.gguf": file(entries=_with(attention__head_count=None), tensors=LAYER),
    "heads-of-texts.gguf": file(
        entries=_with(attention__head_count_kv=("array", ("string", ["a", "b"]))), tensors=LAYER
    ),
    "heads-too-few.gguf": file(
        entries=_with(attention__head_count_kv=("array", ("uint32", [1]))), tensors=LAYER
    ),
    "embedding-0.gguf": file(entries=_with(embedding_length=("uint32", 0)), tensors=LAYER),
    "embedding-2-to-64.gguf": file(entries=_with(embedding_length=("uint64", 2**64 - 1)), tensors=LAYER),
    "context-0.gguf": file(entries=_with(context_length=("uint32", 0)), tensors=LAYER),
    "context-2-to-64.gguf": file(entries=_with(context_length=("uint64", 2**64 - 1)), tensors=LAYER),
    "window-0.gguf": file(entries=_with(attention__sliding_window=("uint32", 0)), tensors=LAYER),
    "key-length-2-to-64.gguf": file(
        entries=_with(attention__key_length=("uint64", 2**64 - 1)), tensors=LAYER
    ),
    "file-type-of-no-kind.gguf": file(
        entries=[*LLAMA, ("general.file_type", "string", "\x1b[2J" * 1000)], tensors=LAYER
    ),
    "file-type-2-to-64.gguf": file(
        entries=[*LLAMA, ("general.file_type", "uint64", 2**64 - 1)], tensors=LAYER
    ),
    "alignment-0.gguf": file(entries=[*LLAMA, ("general.alignment", "uint32", 0)], tensors=LAYER),
    "alignment-2-to-31.gguf": file(
        entries=[*LLAMA, ("general.alignment", "uint32", 2**31)], tensors=[LAYER[0]]
    ),
    "split-of-many.gguf": file(
        entries=[*LLAMA, ("split.count", "uint32", 2**32 - 1), ("split.no", "uint32", 0)], tensors=LAYER
    ),
    "split-of-no-number.gguf": file(entries=[*LLAMA, ("split.count", "string", "\x1b[2J")], tensors=LAYER),
    "tokens-of-no-kind.gguf": file(
        entries=[*LLAMA, ("tokenizer.ggml.tokens", "uint32", 7)], tensors=LAYER
    ),
    "cut.gguf": file(tensors=LAYER)[:900],
    "not-finite.gguf": file(tensors=LAYER)[:-2] + struct.pack("<e", float("inf")),
    "big-endian.gguf": Writer(big_endian=True).file(LLAMA, [("blk.0.attn_q.weight", (256, 2), F16, 0)], bytes(1024)),
    "x-00009-of-00003.gguf": file(tensors=LAYER),
}  # fmt: skip
"""Files by name."""


def _array(type_, length, elements, **options):
    """A file with one array, whose elements are given as bytes."""
    writer = Writer(**options)
    head = writer.number("I", TYPES.index("array")) + writer.number("I", TYPES.index(type_))
    entry = writer.string("long.array") + head + writer.length(length) + elements
    entries = [writer.entry(*each) for each in LLAMA] + [entry]
    return writer.file(entries, [("blk.0.attn_q.weight", (256, 2), F16, 0)], bytes(1024))


def _nested(version):
    writer = Writer(version)
    inner = writer.number("I", TYPES.index("uint8")) + writer.length(1000) + bytes(1000)
    return _array("array", 2000, 2000 * inner, version=version)


LARGE = {
    "bytes-of-version-1.gguf": _array("uint8", 2_000_000, bytes(2_000_000), version=1),
    "numbers-of-version-1.gguf": _array("uint16", 1_000_000, bytes(range(250)) * 8000, version=1),
    "strings-of-version-1.gguf": _array("string", 500_000, bytes(2_000_000), version=1),
    "nested-of-version-1.gguf": _nested(1),
    "bytes.gguf": _array("uint8", 2_000_000, bytes(2_000_000)),
    "strings.gguf": _array("string", 250_000, bytes(2_000_000)),
    "nested.gguf": _nested(3),
    "strings-of-big-endian.gguf": _array("string", 250_000, bytes(2_000_000), big_endian=True),
    "long-names.gguf": file(tensors=[(f"{i:06}" * 10_000, (256, 2), F16) for i in range(40)]),
    "long-texts.gguf": file(
        entries=[*LLAMA, *((f"text.{i}", "string", "\U0001f600" + "x" * 500_000) for i in range(4))]
    ),
    "many-texts.gguf": file(
        entries=[
            *LLAMA,
            *((f"text.{i}", "string", "\U0001f600" + "x" * 1_000_000) for i in range(20)),
        ]
    ),
}
"""Files with long headers, by name: more of one thing than any program writes."""


def imatrix(tensors, entries=None):
    usual = [
        ("general.type", "string", "imatrix"),
        ("imatrix.datasets", "array", ("string", ["a"])),
        ("imatrix.chunk_count", "uint32", 1),
        ("imatrix.chunk_size", "uint32", 512),
    ]
    table, data = [], b""
    for name, shape, type_, values in tensors:
        table.append((name, shape, type_, len(data)))
        raw = values if isinstance(values, bytes) else struct.pack(f"<{len(values)}f", *values)
        data += raw + bytes(-len(raw) % 32)
    return Writer().file(usual if entries is None else entries, table, data)


Q = "blk.0.attn_q.weight"
SUMS = (Q + ".in_sum2", (256, 1), F32, [1.0] * 256)

IMATRICES = {
    "no.imatrix": b"",
    "model.imatrix": FILES["usual.gguf"],
    "of-nothing.imatrix": imatrix([]),
    "without-counts.imatrix": imatrix([SUMS]),
    "negative.imatrix": imatrix(
        [(Q + ".in_sum2", (256, 1), F32, [-1.0] * 256), (Q + ".counts", (1, 1), F32, [1.0])]
    ),
    "infinite.imatrix": imatrix(
        [(Q + ".in_sum2", (256, 1), F32, [float("inf")] * 256), (Q + ".counts", (1, 1), F32, [1.0])]
    ),
    "too-short.imatrix": imatrix(
        [(Q + ".in_sum2", (8, 1), F32, [1.0] * 8), (Q + ".counts", (1, 1), F32, [1.0])]
    ),
    "of-halves.imatrix": imatrix(
        [(Q + ".in_sum2", (256, 1), F16, bytes(512)), (Q + ".counts", (1, 1), F32, [1.0])]
    ),
    "of-no-dimensions.imatrix": imatrix(
        [(Q + ".in_sum2", (), F32, [1.0]), (Q + ".counts", (), F32, [1.0])]
    ),
    "without-texts.imatrix": imatrix([SUMS], [("general.type", "string", "imatrix")]),
}  # fmt: skip
"""Importance matrices that are none, by name."""

TAKEN = {
    "of-others.imatrix": imatrix(
        [("x.in_sum2", (8, 1), F32, [1.0] * 8), ("x.counts", (1, 1), F32, [1.0]), ("y", (4,), F16, bytes(8))]
    ),
    "embedding-of-others.imatrix": imatrix(
        [("token_embd.weight.in_sum2", (8, 1), F32, [1.0] * 8), ("token_embd.weight.counts", (1, 1), F32, [1.0])]
    ),
    "count-0.imatrix": imatrix([SUMS, (Q + ".counts", (1, 1), F32, [0.0])]),
    "of-no-text.imatrix": imatrix(
        [SUMS, (Q + ".counts", (1, 1), F32, [2.0])],
        [
            ("general.type", "string", "imatrix"),
            ("imatrix.datasets", "array", ("string", [])),
            ("imatrix.chunk_count", "uint32", 0),
            ("imatrix.chunk_size", "uint32", 512),
        ],
    ),
    "two-counts.imatrix": imatrix([SUMS, (Q + ".counts", (2, 1), F32, [1.0, 2.0])]),
    "count-not-a-number.imatrix": imatrix([SUMS, (Q + ".counts", (1, 1), F32, [float("nan")])]),
}  # fmt: skip
"""Importance matrices that llama-quantize takes, odd as they are."""

"""GGUF files byte by byte, of every version and byte order, whole or broken: what gguf-py's writer will not write."""

from __future__ import annotations

import random
import string
import struct

TYPES = (
    "uint8 int8 uint16 int16 uint32 int32 float32 bool string array uint64 int64 float64".split()
)
CODES = dict(zip(TYPES, "BbHhIif?  Qqd", strict=True))


class Writer:
    """Makes the parts of a file.

    Args:
        version: 1, 2 or 3; decides how lengths are stored.
        big_endian: Whether numbers are stored with the highest byte first.
    """

    def __init__(self, version=3, *, big_endian=False):
        self.version = version
        self.order = ">" if big_endian else "<"
        self.length_code = "I" if version == 1 else "Q"

    def number(self, code, value):
        return struct.pack(self.order + code, value)

    def length(self, value):
        return self.number(self.length_code, value)

    def string(self, text):
        raw = text if isinstance(text, bytes) else text.encode()
        return self.length(len(raw)) + raw

    def value(self, type_, value):
        """One value; an array's is its elements' type and the elements."""
        if type_ == "string":
            return self.string(value)
        if type_ == "array":
            inner, elements = value
            head = self.number("I", TYPES.index(inner)) + self.length(len(elements))
            return head + b"".join(self.value(inner, element) for element in elements)
        return self.number(CODES[type_], value)

    def entry(self, key, type_, value):
        return self.string(key) + self.number("I", TYPES.index(type_)) + self.value(type_, value)

    def tensor(self, name, shape, type_, offset):
        dimensions = b"".join(map(self.length, shape))
        place = self.number("I", type_) + self.number("Q", offset)
        return self.string(name) + self.number("I", len(shape)) + dimensions + place

    def file(self, entries=(), tensors=(), data=b"", alignment=32, counts=None):
        """A file of entries and tensors as the methods above give them, or of their arguments.

        Args:
            entries: Metadata.
            tensors: The table.
            data: What follows, at the next multiple of `alignment`.
            alignment: As `general.alignment` says.
            counts: The numbers of tensors and entries that the file claims.
        """
        entries = [e if isinstance(e, bytes) else self.entry(*e) for e in entries]
        tensors = [t if isinstance(t, bytes) else self.tensor(*t) for t in tensors]
        claimed = counts or (len(tensors), len(entries))
        head = b"GGUF" + self.number("I", self.version) + b"".join(map(self.length, claimed))
        head += b"".join(entries) + b"".join(tensors)
        return head + bytes(-len(head) % alignment) + data if data else head


def big_header(
    tokens: int = 262_144, merges: int = 500_000, tensors: int = 500, seed: int = 1
) -> bytes:
    """A file whose header is that of a large vocabulary: 14 MB for the defaults, the same bytes for the same seed."""
    rng = random.Random(seed)
    pool = bytes(rng.choices(string.ascii_letters.encode(), k=99_991))
    writer = Writer()

    def words(count, mean, between=b""):
        """Elements of an array: pieces of the pool. Called one by one, `rng` and `pack` would take seconds."""
        prefixes = [writer.length(length) for length in range(256)]
        sizes = [max(1, int(rng.gauss(mean, 2.5))) for _ in range(997)]
        for n in range(count):
            size, start = sizes[n % 997], n * 61 % 99_000
            word = pool[start : start + size] + between + pool[start + 61 : start + 61 + size]
            yield prefixes[len(word)] + word

    def array(key, type_, count, elements):
        head = writer.number("I", TYPES.index(type_)) + writer.length(count)
        return writer.string(key) + writer.number("I", TYPES.index("array")) + head + elements

    roles = "attn_norm attn_q attn_k attn_v attn_output ffn_norm ffn_gate ffn_up ffn_down".split()
    return writer.file(
        [
            ("general.architecture", "string", "llama"),
            ("general.name", "string", "Large vocabulary"),
            ("llama.block_count", "uint32", -(-tensors // len(roles))),
            ("llama.context_length", "uint32", 8192),
            ("llama.embedding_length", "uint32", 256),
            ("tokenizer.ggml.model", "string", "gpt2"),
            array("tokenizer.ggml.tokens", "string", tokens, b"".join(words(tokens, 3.5))),
            array(
                "tokenizer.ggml.scores",
                "float32",
                tokens,
                struct.pack(f"<{tokens}f", *range(tokens)),
            ),
            array("tokenizer.ggml.token_type", "int32", tokens, writer.number("i", 1) * tokens),
            array("tokenizer.ggml.merges", "string", merges, b"".join(words(merges, 4, b" "))),
            ("tokenizer.ggml.bos_token_id", "uint32", 1),
            ("tokenizer.chat_template", "string", "{{ messages }}" * 300),
            ("general.file_type", "uint32", 0),
        ],
        [
            (
                f"blk.{number // len(roles)}.{roles[number % len(roles)]}.weight",
                (256,),
                0,
                1024 * number,
            )
            for number in range(tensors)
        ],
        bytes(1024 * tensors),
    )

"""What ggml makes of fixed weights and bytes, for platforms on which ggml's library is not at hand.

`python -m tests.oracle.golden` writes the file anew, from ggml.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.ggml import TYPES, GgmlType
from tests.oracle.samples import KINDS, random_bytes, sample

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = Path(__file__).with_name("golden.json")

WHOLE = "bell"
"""The kind of weights whose bytes are kept whole; of the others there are digests."""

WITH_IMATRIX = (
    "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "IQ4_XS", "Q4_0", "Q4_1", "Q5_0", "Q5_1",
)  # fmt: skip


def weights_of(entry: GgmlType, kind: str) -> list[float]:
    """Two blocks, or what 64 weights are."""
    return sample(kind, max(64, 2 * entry.block_size))


def importance_of(size: int) -> list[float]:
    return [abs(x) for x in sample("bell", size, seed=1)]


def bytes_of(entry: GgmlType) -> bytes:
    """Sixteen blocks of anything."""
    return random_bytes(16 * entry.block_bytes, entry.id)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def digest_of_floats(values) -> str:
    """Of the bits of float32 values; all NaN are alike."""
    singles = [b"nan" if math.isnan(x) else struct.pack("<f", x) for x in values]
    return digest(b"".join(singles))


def load() -> dict:
    return json.loads(FILE.read_text(encoding="utf-8"))


def text_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def kept(kind: str, data: bytes) -> str:
    """What the file has of the bytes of one kind of weights."""
    return text_of(data) if kind == WHOLE else digest(data)


def check_encoded(name: str, encode: Callable[[list[float]], bytes]) -> None:
    """Every kind of weights gives the bytes of the file."""
    for kind, expected in load()["encoded"][name].items():
        assert kept(kind, encode(weights_of(TYPES[name], kind))) == expected, kind


def main() -> None:
    from tests.oracle.reference import Ggml, library

    path = library()
    if path is None:
        raise SystemExit("needs the xllamacpp wheel")
    ggml = Ggml(path)
    encoded: dict[str, dict[str, str]] = {}
    with_imatrix: dict[str, str] = {}
    decoded: dict[str, str] = {}
    for entry in TYPES.values():
        if entry.can_encode:
            data = {k: ggml.quantize(weights_of(entry, k), entry.id).tobytes() for k in KINDS}
            encoded[entry.name] = {kind: kept(kind, data[kind]) for kind in KINDS}
        if entry.name in WITH_IMATRIX:
            weights = weights_of(entry, WHOLE)
            result = ggml.quantize(weights, entry.id, importance_of(len(weights)))
            with_imatrix[entry.name] = text_of(result.tobytes())
        if entry.name != "Q8_1":  # ggml has no decoder for it
            block = list(bytes_of(entry))
            decoded[entry.name] = digest_of_floats(ggml.dequantize(block, entry.id).tolist())
    result = {"encoded": encoded, "with_imatrix": with_imatrix, "decoded": decoded}
    FILE.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""A model as its file or files describe it: what widgets, the lock file and the command line work with."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.header import Array, Tensor, Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mkdocs_quantlab.engine.core.protocol import ModelHeader
    from mkdocs_quantlab.engine.gguf.header import Header

_PART = re.compile(
    r"(?s)(?P<stem>.*)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<end>\.gguf(?:\?.*)?)"
)


def part_names(file: str) -> list[str]:
    """The names of all parts of a split file, by the name, path or URL of one of them; of any other file its own.

    Source of the pattern: `llama_split_path` in llama.cpp's `llama.cpp`.

    Raises:
        GgufError: The name's own number is not among the parts'.
    """
    match = _PART.fullmatch(file)
    if match is None:
        return [file]
    number, count = int(match["number"]), int(match["count"])
    if not 1 <= number <= count:
        raise GgufError(f"the name says part {number} of {count}; parts count from 1")
    return [
        f"{match['stem']}-{part:05}-of-{match['count']}{match['end']}"
        for part in range(1, count + 1)
    ]


ALIGNMENT = 32
"""Of tensors' data where metadata say nothing; ggml's `GGUF_DEFAULT_ALIGNMENT`."""


class Model(NamedTuple):
    """A model out of one GGUF file, or out of all parts of a split one."""

    name: str
    """What the author calls it, as in `mkdocs.yml`."""
    file: str
    """The file's name without folders; of a split file the first part's."""
    parts: int
    """Number of files."""
    size: int
    """Bytes of all files."""
    version: int
    big_endian: bool
    metadata: dict[str, Value]
    types: dict[str, str]
    tensors: tuple[Tensor, ...]
    """Of all parts; offsets are meaningful only within their own part."""

    @property
    def parameters(self) -> int:
        """Number of elements of all tensors."""
        return sum(tensor.parameters for tensor in self.tensors)

    @classmethod
    def of_files(cls, name: str, files: Sequence[tuple[str, Header]]) -> Model:
        """The model in a file, or in all parts of a split one.

        Args:
            name: What the author calls it.
            files: Names or paths and headers, of parts in any order.

        Raises:
            GgufError: Parts are missing, there twice, or of different models.
        """
        parts = _in_order(files)
        file, first = parts[0]
        tensors = tuple(tensor for _, header in parts for tensor in header.tensors)
        return cls(
            name=name,
            file=re.split(r"[/\\]", file.partition("?")[0])[-1],
            parts=len(parts),
            size=sum(header.size for _, header in parts),
            version=first.version,
            big_endian=first.big_endian,
            metadata=first.metadata,
            types=first.types,
            tensors=tensors,
        )

    def to_json(self) -> ModelHeader:
        """The model as JSON has it, for the lock file and for the page."""
        tensors: list[Any] = []
        end = _End(self.metadata)
        for tensor in self.tensors:
            # Offsets follow from sizes, but where another part begins: a page need not carry them.
            tensors.append(list(tensor[:3] if tensor.offset == end.offset else tensor))
            end.behind(tensor)
        return {
            "name": self.name,
            "file": self.file,
            "parts": self.parts,
            "size": self.size,
            "version": self.version,
            "big_endian": self.big_endian,
            "metadata": {key: _plain(value) for key, value in self.metadata.items()},
            "types": self.types,
            "tensors": tensors,
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Model:
        """The model that `to_json` gave."""
        metadata = {key: _value(value) for key, value in fields["metadata"].items()}
        tensors = []
        end = _End(metadata)
        for name, shape, type_, *offset in fields["tensors"]:
            tensor = Tensor(name, tuple(shape), type_, offset[0] if offset else end.offset)
            end.behind(tensor)
            tensors.append(tensor)
        return cls(**{**fields, "metadata": metadata, "tensors": tuple(tensors)})


class _End:
    """Where the next tensor's data begins if it follows the last one's."""

    def __init__(self, metadata: dict[str, Value]) -> None:
        alignment = metadata.get("general.alignment", ALIGNMENT)
        self.alignment = alignment if isinstance(alignment, int) and alignment > 0 else ALIGNMENT
        self.offset = 0

    def behind(self, tensor: Tensor) -> None:
        end = tensor.offset + (tensor.size or 0)
        self.offset = -(-end // self.alignment) * self.alignment


def _in_order(files: Sequence[tuple[str, Header]]) -> list[tuple[str, Header]]:
    """The parts, after a look at whether they belong together. Source of the keys: llama.cpp's `gguf-split`."""
    by_number: dict[int, tuple[str, Header]] = {}
    counts: dict[int, str] = {}
    for file, header in files:
        # gguf-split leaves a count of 0 in a file that it merged.
        count = header.metadata.get("split.count") or 1
        number = header.metadata.get("split.no") if count != 1 else 0
        if not isinstance(count, int) or not isinstance(number, int) or not 0 <= number < count:
            raise GgufError(
                f"`split.no` is {number} and `split.count` {count} in {file}; "
                "parts count from 0 to one less than the count"
            )
        if number in by_number:
            raise GgufError(f"{by_number[number][0]} and {file} are both part {number + 1}")
        by_number[number] = (file, header)
        counts.setdefault(count, file)
    if len(counts) > 1:
        found = " and ".join(f"{file} one of {count}" for count, file in counts.items())
        raise GgufError(f"the parts are not of one model: {found}")
    (count,) = counts
    missing = sorted(set(range(min(count, len(by_number) + 10))) - set(by_number))
    if len(by_number) < count:
        numbers = ", ".join(str(number + 1) for number in missing[:5])
        more = " and others" if count - len(by_number) > 5 else ""
        raise GgufError(f"it is split into {count} parts; missing: {numbers}{more}")
    parts = [by_number[number] for number in range(count)]
    _check_tensors(parts)
    return parts


def _check_tensors(parts: Sequence[tuple[str, Header]]) -> None:
    """Whether the parts' tensors are one model's."""
    file, first = parts[0]
    where: dict[str, str] = {}
    for part, header in parts:
        if (header.version, header.big_endian) != (first.version, first.big_endian):
            raise GgufError(f"{part} and {file} differ in version or byte order")
        for tensor in header.tensors:
            if tensor.name in where:
                raise GgufError(f"tensor `{tensor.name}` is in {where[tensor.name]} and in {part}")
            where[tensor.name] = part
    total = first.metadata.get("split.tensors.count", len(where))
    if len(parts) > 1 and total != len(where):
        raise GgufError(f"the parts have {len(where)} tensors; `split.tensors.count` says {total}")


def _value(given: Any) -> Value:
    """The value that `_plain` gave."""
    if not isinstance(given, dict):
        return given  # type: ignore[no-any-return]  # as JSON had it
    if "float" in given:
        return float(given["float"])
    fields = given["array"]
    values = fields["values"]
    if values is not None:
        values = tuple(map(_value, values))
    return Array(**{**fields, "values": values, "digests": tuple(fields["digests"])})


def _plain(value: Value) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        # JSON has no such numbers, and JavaScript refuses what Python writes for them.
        return {"float": str(value)}
    if not isinstance(value, Array):
        return value
    fields = value._asdict()
    del fields["raw"]
    if value.values is not None:
        fields["values"] = [_plain(element) for element in value.values]
    return {"array": fields}

"""A model as its file or files describe it: what widgets, the lock file and the command line work with."""

from __future__ import annotations

from typing import Any, NamedTuple

from mkdocs_quantlab.engine.gguf.header import Array, Tensor, Value


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

    def to_json(self) -> dict[str, Any]:
        """The model as JSON has it, for the lock file and for the page."""
        fields = self._asdict()
        fields["metadata"] = {
            key: {"array": value._asdict()} if isinstance(value, Array) else value
            for key, value in self.metadata.items()
        }
        fields["tensors"] = [list(tensor) for tensor in self.tensors]
        return fields

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Model:
        """The model that `to_json` gave."""
        metadata = {
            key: _array(value["array"]) if isinstance(value, dict) else value
            for key, value in fields["metadata"].items()
        }
        tensors = tuple(
            Tensor(name, tuple(shape), type_, offset)
            for name, shape, type_, offset in fields["tensors"]
        )
        return cls(**{**fields, "metadata": metadata, "tensors": tensors})


def _array(fields: dict[str, Any]) -> Array:
    values = fields["values"]
    return Array(
        **{
            **fields,
            "values": None if values is None else tuple(values),
            "digests": tuple(fields["digests"]),
        }
    )

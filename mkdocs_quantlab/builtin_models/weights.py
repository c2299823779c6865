"""A whole GGUF file in memory: its header with all elements of its arrays, and the data of its tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.gguf.model import Model
from mkdocs_quantlab.engine.gguf.quantize import read_everything

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.gguf.header import Value


class Weights(NamedTuple):
    """What is in a file."""

    model: Model
    """Its metadata with all elements."""
    data: dict[str, bytes]
    """Of each tensor, in the file's order."""

    @property
    def metadata(self) -> dict[str, Value]:
        """A copy, to be changed."""
        return dict(self.model.metadata)

    @property
    def types(self) -> dict[str, str]:
        """A copy, to be changed."""
        return dict(self.model.types)


def read_weights(content: bytes) -> Weights:
    """All of a file.

    Raises:
        GgufError: It is no GGUF, or broken.
    """
    header = read_everything(lambda start, stop: content[start:stop], len(content))
    start = header.data_start
    found = {
        tensor.name: content[start + tensor.offset : start + tensor.offset + (tensor.size or 0)]
        for tensor in header.tensors
    }
    return Weights(Model.of_files("", [("", header)]), found)

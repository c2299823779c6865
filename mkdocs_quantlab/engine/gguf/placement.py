"""Where the tensors' data of a file lie: within it, aligned, and apart from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.gguf.errors import GgufError, quoted

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.gguf.header import Header


def check_data(header: Header, alignment: int) -> None:
    """Ensures that the tensors' data lie in the file, aligned and apart.

    gguf.cpp also wants them in the table's order and without gaps, which `gguf.md` does not.
    """
    names = set()
    end = 0
    before = ""
    for tensor in sorted(header.tensors, key=lambda tensor: tensor.offset):
        if tensor.name in names:
            raise GgufError(f"tensor {quoted(tensor.name)} occurs twice")
        names.add(tensor.name)
        if tensor.offset % alignment:
            raise GgufError(
                f"tensor {quoted(tensor.name)} begins at byte {tensor.offset:,} of the data, "
                f"not at a multiple of the alignment, {alignment}"
            )
        if tensor.offset < end:
            raise GgufError(
                f"tensor {quoted(tensor.name)} begins at byte {tensor.offset:,} of the data, "
                f"within tensor {quoted(before)}, which ends at byte {end:,}"
            )
        end = max(end, tensor.offset + (tensor.size or 0))
        before = tensor.name
    end += header.data_start
    if header.tensors and end > header.size:
        raise GgufError(
            f"its tensors end at byte {end:,}, the file at byte {header.size:,}: "
            f"{end - header.size:,} bytes are missing (an incomplete download?)"
        )


def fills_the_file(header: Header) -> bool:
    """Whether the tensors begin at the data's start, follow each other, and end with the file, as gguf.cpp wants it."""
    alignment = header.metadata.get("general.alignment", 32)
    assert isinstance(alignment, int)
    end = 0
    for tensor in header.tensors:
        if tensor.offset != end:
            return False
        end += aligned(tensor.size or 0, alignment)
    return header.size <= header.data_start + end


def aligned(place: int, alignment: int) -> int:
    """The next multiple."""
    return -(-place // alignment) * alignment

"""What models have in common and where they differ, out of their headers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.core.numbers import count, precise
from mkdocs_quantlab.engine.ggml.types import stored_type
from mkdocs_quantlab.engine.gguf.file_types import FILE_TYPES
from mkdocs_quantlab.engine.gguf.header import Array
from mkdocs_quantlab.engine.gguf.reader import RUN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mkdocs_quantlab.engine.gguf.header import Tensor, Value
    from mkdocs_quantlab.engine.gguf.model import Model

CHAT_TEMPLATE = "tokenizer.chat_template"
VOCABULARY = tuple(f"tokenizer.ggml.{key}" for key in ("tokens", "scores", "token_type", "merges"))
"""Arrays that are worth digests when a file is read: two files with the same of all of them read text alike."""
SHOWN = 60
"""Characters of a value that are shown."""
CONTEXT = 24
"""Characters shown on either side of a difference."""


class Share(NamedTuple):
    """What one ggml type takes of a model."""

    type: str
    bits: float | None
    """Bits per weight, or None where the type is not known here."""
    tensors: int
    parameters: int
    size: int | None
    """Bytes, or None where the type is not known here."""


def type_bits(number: int) -> float | None:
    """Bits per weight of the type with that number in GGUF files, or None where it is not known here."""
    known = stored_type(number)
    return known.bits_per_weight if known else None


def shares(tensors: Iterable[Tensor]) -> list[Share]:
    """What each ggml type takes, those of most bits first, unknown ones last."""
    groups: dict[int, list[Tensor]] = {}
    for tensor in tensors:
        groups.setdefault(tensor.type, []).append(tensor)
    found = []
    for number, group in groups.items():
        bits = type_bits(number)
        size = None if bits is None else sum(tensor.size or 0 for tensor in group)
        parameters = sum(tensor.parameters for tensor in group)
        found.append(Share(group[0].type_name, bits, len(group), parameters, size))
    return sorted(found, key=lambda share: (-(share.bits or -1), share.type))


def bits_per_weight(model: Model) -> float | None:
    """Bits of the tensors' data over their number of weights; None without any, or with types not known here.

    Metadata and padding between tensors do not count: llama.cpp's own figure leaves them out as well
    (`llama-model.cpp: llama_model::n_elements` and `size`).
    """
    parts = shares(model.tensors)
    parameters = sum(share.parameters for share in parts)
    if not parameters or any(share.size is None for share in parts):
        return None
    return 8 * sum(share.size or 0 for share in parts) / parameters


def matrices(model: Model) -> list[Tensor]:
    """The weight matrices of the layers, which a quantization is named for; where there are none, all matrices.

    Embeddings and output are often stored with more bits, norms always.
    """
    found = [tensor for tensor in model.tensors if sum(length > 1 for length in tensor.shape) > 1]
    return [tensor for tensor in found if tensor.name.startswith("blk.")] or found


def main_share(model: Model) -> Share | None:
    """The type that stores most weights of the layers' matrices, or None where there are no tensors."""
    parts = shares(matrices(model) or model.tensors)
    return max(parts, key=lambda share: share.parameters, default=None)


class Difference(NamedTuple):
    """A metadata key in several models."""

    key: str
    texts: tuple[str, ...]
    """Each model's value, shortened; `–` where it has none."""
    same: bool | None
    """Whether all are the same; None where that cannot be told, because arrays were not read."""
    where: str
    """Where the first difference is, as a sentence, or empty."""


def metadata(models: Sequence[Model]) -> list[Difference]:
    """Every metadata key of the models, in the order of the files."""
    keys = dict.fromkeys(key for model in models for key in model.metadata)
    found = []
    for key in keys:
        values = [model.metadata.get(key) for model in models]
        same = _all([_same(values[0], value) for value in values])
        where = "" if same else _first_difference(values)
        texts = map(_file_type if key == "general.file_type" else _text, values)
        found.append(Difference(key, tuple(texts), same, where))
    return found


class Kinship(NamedTuple):
    """Whether several files hold one model."""

    architecture: bool
    """The same `general.architecture`."""
    tensors: bool
    """The same tensors, by name and shape."""
    tokenizer: bool | None
    """The same tokenizer, chat template left aside; None where vocabularies were not compared."""
    has_tokenizer: bool

    @property
    def is_one_model(self) -> bool:
        """Nothing speaks against it."""
        return self.architecture and self.tensors and self.tokenizer is not False

    def sentences(self) -> list[str]:
        """The same in words."""
        said = [] if self.architecture else ["The architectures differ."]
        if self.tensors:
            said.append("All have the same tensors.")
        else:
            said.append("Their tensors differ in names or shapes: they are not the same model.")
        return [*said, self.about_tokenizer()]

    def about_tokenizer(self) -> str:
        """What is known of the tokenizers, in a sentence."""
        if not self.has_tokenizer:
            return "No file has a tokenizer."
        if self.tokenizer is None:
            return "The tokenizers agree in numbers and bytes; their words were not compared."
        return "The tokenizers are the same." if self.tokenizer else "The tokenizers differ."


def kinship(models: Sequence[Model], found: Sequence[Difference]) -> Kinship:
    """Whether the models are one.

    Args:
        models: The models, at least one.
        found: What `metadata` says of them.
    """
    entries = [
        d.same for d in found if d.key.startswith("tokenizer.") and CHAT_TEMPLATE not in d.key
    ]
    return Kinship(
        architecture=len({m.metadata.get("general.architecture") for m in models}) == 1,
        tensors=len({tuple(sorted((t.name, t.shape) for t in m.tensors)) for m in models}) == 1,
        tokenizer=_all(entries),
        has_tokenizer=bool(entries),
    )


def _all(found: Sequence[bool | None]) -> bool | None:
    return False if False in found else None if None in found else True


def _same(a: Value | None, b: Value | None) -> bool | None:
    if isinstance(a, Array) and isinstance(b, Array):
        if a[:3] != b[:3]:  # type, length and size
            return False
        if a.values is not None and b.values is not None:
            return a.values == b.values
        return a.digests == b.digests if a.digests and b.digests else None
    # True and 1 are different things in a file.
    return type(a) is type(b) and a == b


def _text(value: Value | None) -> str:
    """A value in a few characters."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Array):
        size = f"{value.length:,} × {value.type}"
        if value.values is None:
            return size
        shown = ", ".join(map(_text, value.values[:8]))
        return shorten(shown if value.length <= 8 else f"{size}: {shown} …")
    return (
        shorten(value)
        if isinstance(value, str)
        else precise(value)
        if isinstance(value, float)
        else str(value)
    )


def _file_type(value: Value | None) -> str:
    """The number, with the name of what it stands for."""
    name = FILE_TYPES.get(value) if isinstance(value, int) else None
    return f"{_text(value)} ({name})" if name else _text(value)


def shorten(text: str) -> str:
    """A text in a line of at most `SHOWN` characters."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


def _first_difference(values: Sequence[Value | None]) -> str:
    """Where the first value and the first that differs from it part."""
    first = values[0]
    other = next((value for value in values[1:] if _same(first, value) is False), None)
    if isinstance(first, str) and isinstance(other, str):
        return _texts_part(first, other)
    if isinstance(first, Array) and isinstance(other, Array):
        return _arrays_part(first, other)
    return ""


def _texts_part(a: str, b: str) -> str:
    at = next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    if max(len(a), len(b)) <= SHOWN:
        return ""  # both are seen in full
    start = max(0, at - CONTEXT)
    return (
        f"{count(len(a), 'character')} and {count(len(b), 'character')}; they part at character {at + 1:,}: "
        f"{_excerpt(a, start, at)} and {_excerpt(b, start, at)}"
    )


def _excerpt(text: str, start: int, at: int) -> str:
    shown = " ".join(text[start : at + CONTEXT].split())
    before = "…" if start else ""
    after = "…" if at + CONTEXT < len(text) else ""
    return f"“{before}{shown}{after}”"


def _arrays_part(a: Array, b: Array) -> str:
    if a.type != b.type or a.length != b.length:
        return ""  # both are seen
    if a.values is not None and b.values is not None:
        at = next(i for i, (x, y) in enumerate(zip(a.values, b.values, strict=True)) if x != y)
        return f"they part at element {at:,}: {_text(a.values[at])} and {_text(b.values[at])}"
    if a.digests and b.digests:
        run = next(i for i, (x, y) in enumerate(zip(a.digests, b.digests, strict=True)) if x != y)
        last = min((run + 1) * RUN, a.length) - 1
        return f"they part between elements {run * RUN:,} and {last:,}"
    return f"{a.size:,} and {b.size:,} bytes" if a.size != b.size else ""

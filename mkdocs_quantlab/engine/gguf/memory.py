"""The memory that a model takes in llama.cpp: weights, cache, and buffers for computing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.gguf.cache import CONTEXT_STEP, WINDOWED, CacheError, cache_of
from mkdocs_quantlab.engine.gguf.header import Array
from mkdocs_quantlab.engine.gguf.recipes import plan

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.gguf.cache import Cache, Part, Setting
    from mkdocs_quantlab.engine.gguf.model import Model

ACTIVATIONS = 5
"""Vectors as long as an embedding that computing a token keeps at once, as float32, beside its scores.

Fitted to what llama.cpp (build 11549) reserves on a CPU with flash attention; `tests/oracle/test_memory.py` compares.
"""


LONGEST = 1 << 20
"""Tokens of the longest context that is tried where a file does not say for how long a one its model was made."""


class Buffers(NamedTuple):
    """What the estimate of the buffers for computing is made of."""

    batch: int
    """Tokens computed at once."""
    vocabulary: int
    """Tokens that each get a score, a float32."""
    embedding: int
    """Elements of an embedding; `ACTIVATIONS` such vectors of float32 are kept."""
    cells: int
    """Tokens that may be looked at, as masks of float16 say: of the context and, where there is one, of the window."""

    @property
    def bytes(self) -> int:
        """`batch * (4 * vocabulary + 4 * ACTIVATIONS * embedding + 2 * cells)`."""
        return self.batch * (
            4 * self.vocabulary + 4 * ACTIVATIONS * self.embedding + 2 * self.cells
        )


class Memory(NamedTuple):
    """What a model takes under a setting."""

    weights: int
    """Bytes of all tensors, as the file has them."""
    parts: tuple[Part, ...]
    """What is kept of the text, as llama.cpp allocates it."""
    buffers: Buffers
    """An estimate of what computing takes."""

    @property
    def cache(self) -> int:
        """Bytes of all parts of the cache."""
        return sum(part.bytes for part in self.parts)

    @property
    def total(self) -> int:
        """Bytes of everything."""
        return self.weights + self.cache + self.buffers.bytes


class Need(NamedTuple):
    """What the memory of a model depends on, beside the setting."""

    weights: int
    """Bytes of all tensors."""
    cache: Cache
    vocabulary: int
    """Number of tokens that get a score; 0 where the file does not say."""
    embedding: int
    """Elements of an embedding."""
    trained: int
    """Tokens of the longest context the model was made for; 0 where the file does not say."""

    def under(self, setting: Setting) -> Memory:
        """What the model takes.

        Raises:
            CacheError: llama.cpp cannot keep its cache in the types asked for.
        """
        parts = tuple(self.cache.parts(setting))
        masks = {part.layers.kind == WINDOWED: part.cells for part in parts if part.cells > 1}
        buffers = Buffers(setting.batch, self.vocabulary, self.embedding, sum(masks.values()))
        return Memory(self.weights, parts, buffers)

    def stored_by(self, recipe: str, model: Model) -> Need:
        """The same for the model as a recipe stores it; with an importance matrix where llama.cpp insists on one.

        Raises:
            GgufError: The model's metadata do not say what the recipe asks.
        """
        planned = plan(model, recipe)
        if planned.is_refused:
            planned = plan(model, recipe, imatrix=True)
        return self._replace(weights=planned.size)

    def longest(self, setting: Setting, limit: float) -> int:
        """Tokens of the longest context that `limit` bytes have room for, up to what the model was made for.

        Raises:
            CacheError: As `under`.
        """
        fits, too_long = 0, (self.trained or LONGEST) // CONTEXT_STEP + 1
        while fits + 1 < too_long:
            middle = (fits + too_long) // 2
            if self.under(setting._replace(context=middle * CONTEXT_STEP)).total <= limit:
                fits = middle
            else:
                too_long = middle
        return fits * CONTEXT_STEP


def need_of(model: Model) -> Need:
    """What the memory of a model depends on.

    Raises:
        CacheError: Something that is needed is not known; the message says what.
    """
    weights = 0
    for tensor in model.tensors:
        if tensor.size is None:
            raise CacheError(
                f"the tensor `{tensor.name}` is of {tensor.type_name}, which is not known here"
            )
        weights += tensor.size
    return Need(
        weights,
        cache_of(model),
        _vocabulary(model),
        _number(model, "embedding_length"),
        _number(model, "context_length"),
    )


def _vocabulary(model: Model) -> int:
    for tensor in model.tensors:
        if tensor.name in {"output.weight", "token_embd.weight"} and len(tensor.shape) == 2:
            return tensor.shape[1]
    tokens = model.metadata.get("tokenizer.ggml.tokens")
    return tokens.length if isinstance(tokens, Array) else 0


def _number(model: Model, key: str) -> int:
    """A number of the metadata; of a list the largest; 0 where there is none."""
    value = model.metadata.get(f"{model.metadata.get('general.architecture')}.{key}", 0)
    values = (value.values or ()) if isinstance(value, Array) else (value,)
    return max((number for number in values if isinstance(number, int)), default=0)

"""What llama.cpp keeps of the tokens it has read: keys and values, in layers that are not all alike, and states.

Source of every rule: llama.cpp v0.5.0. `src/llama-model.cpp` (`load_hparams`, `create_memory`) says which cache a
model gets, `src/models/*.cpp` (`load_arch_hparams`) which of its layers have a window or a state,
`src/llama-kv-cache.cpp`, `llama-kv-cache-iswa.cpp`, `llama-kv-cache-dsa.cpp` and `llama-memory-recurrent.cpp` how large
each is, `src/llama-hparams.cpp` (`n_embd_r`, `n_embd_s`) how large a state is.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.core.foreign import shown
from mkdocs_quantlab.engine.core.suggest import did_you_mean
from mkdocs_quantlab.engine.ggml.types import TYPES
from mkdocs_quantlab.engine.gguf.cache_architectures import (
    FIRST_MAMBA,
    HYBRID,
    INDEXED,
    INTERVALS,
    LATENT,
    NEMOTRON,
    NO_CACHE,
    PLAIN,
    RECURRENT,
    REFUSED,
    WINDOWS,
)
from mkdocs_quantlab.engine.gguf.header import Array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.engine.gguf.model import Model

CACHE_TYPES = ("f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl")
"""What `--cache-type-k` and `--cache-type-v` take (`common/arg.cpp`)."""

CONTEXT_STEP = 256
"""Contexts are rounded up to a multiple of it (`llama_context` in `src/llama-context.cpp`), and so are windows."""

BATCH = 512
"""Tokens computed at once, where `--ubatch-size` says nothing else."""

MOST_LAYERS = 512
"""`LLAMA_MAX_LAYERS`."""


FULL = "full"
"""The kind of layers whose cache grows with the context."""
WINDOWED = "window"
"""The kind of layers whose cache grows with the context up to a window."""
INDEXER = "indexer"
"""The kind of layers that keep an index of the context beside their cache."""
STATE = "state"
"""The kind of layers that keep a state of one size, whatever the context."""


class CacheError(ValueError):
    """A model or setting for which the cache's size is not known; the message says why, without a full stop.

    What it quotes of a file is shortened, and escaped.
    """

    def __init__(self, message: str) -> None:
        super().__init__(shown(message))


class Setting(NamedTuple):
    """How the model is run."""

    context: int
    """Tokens of each sequence."""
    keys: str = "f16"
    """Type of the keys in the cache, one of `CACHE_TYPES`."""
    values: str = "f16"
    """Type of the values in the cache; all but f32, f16 and bf16 need flash attention, which is assumed on."""
    sequences: int = 1
    """Conversations side by side, each with a cache of its own (`--parallel` with `--no-kv-unified`)."""
    batch: int = BATCH
    """Tokens computed at once (`--ubatch-size`)."""


class Layers(NamedTuple):
    """Layers that keep the same."""

    kind: str
    """`FULL`, `WINDOWED`, `INDEXER` or `STATE`."""
    number: int
    """How many of them."""
    keys: int
    """Key elements a token; of a state the elements of what a convolution or token shift remembers."""
    values: int
    """Value elements a token; of a state the elements of the state itself."""
    key_head: int
    """Key elements of one head, which blocks of the cache's type may not straddle."""
    value_head: int
    """Value elements of one head."""


class Part(NamedTuple):
    """What some layers keep, under a setting."""

    layers: Layers
    cells: int
    """Tokens there is room for, of each sequence; 1 for a state."""
    key_type: str
    value_type: str
    bytes: int


class Cache(NamedTuple):
    """What a model keeps."""

    window: int
    """Tokens in the windows, 0 where there are none."""
    layers: tuple[Layers, ...]

    def parts(self, setting: Setting) -> list[Part]:
        """The sizes under a setting.

        Raises:
            CacheError: A head does not divide into blocks of the cache's type; llama.cpp refuses it too.
        """
        if setting.keys != setting.values and any(
            layers.kind == FULL and layers.keys and not layers.values for layers in self.layers
        ):
            raise CacheError(
                f"a latent cache has one type; found `{setting.keys}` for keys and `{setting.values}` for values"
            )
        context = _padded(setting.context)
        return [
            _part(layers, self._cells(layers, context, setting), setting) for layers in self.layers
        ]

    def _cells(self, layers: Layers, context: int, setting: Setting) -> int:
        if layers.kind == STATE:
            return 1
        if layers.kind == WINDOWED:
            return _padded(min(context, self.window + setting.batch))
        return context


def _padded(tokens: int) -> int:
    return -(-tokens // CONTEXT_STEP) * CONTEXT_STEP


def _part(layers: Layers, cells: int, setting: Setting) -> Part:
    keys, values = ("f32", "f32") if layers.kind == STATE else (setting.keys, setting.values)
    for head, type_, what in (
        (layers.key_head, keys, "keys"),
        (layers.value_head, values, "values"),
    ):
        block = TYPES[type_.upper()].block_size
        if head % block:
            raise CacheError(
                f"`{type_}` stores {what} in blocks of {block}, which do not divide a head's {head}; llama.cpp refuses it too"
            )
    size = _row(layers.keys, keys) + _row(layers.values, values)
    return Part(layers, cells, keys, values, layers.number * cells * setting.sequences * size)


def _row(elements: int, type_: str) -> int:
    entry = TYPES[type_.upper()]
    return elements // entry.block_size * entry.block_bytes


class _Keys:
    """A model's metadata as llama.cpp reads it: numbers by the key's part behind the architecture."""

    def __init__(self, model: Model, architecture: str) -> None:
        self._metadata = model.metadata
        self.architecture = architecture
        self.blocks = self.number("block_count")
        if not 1 <= self.blocks <= MOST_LAYERS:
            raise CacheError(
                f"`{architecture}.block_count` is {self.blocks}; llama.cpp takes 1 to {MOST_LAYERS}"
            )
        self.trunk = self.blocks - self.number("nextn_predict_layers", 0)
        """Layers without those that only predict further tokens, which run in a context of their own."""
        if self.trunk < 1:
            raise CacheError(f"`{architecture}.nextn_predict_layers` leaves no layers")

    def number(self, key: str, default: int | None = None) -> int:
        """The number, or the default where there is none; of a list the first."""
        return self.each(key, default)[0]

    def each(self, key: str, default: int | Sequence[int] | None = None) -> list[int]:
        """A number for each layer; where the file has one for all, that."""
        name = f"{self.architecture}.{key}"
        found = self._metadata.get(name)
        count = getattr(self, "blocks", 1)
        if found is None:
            if default is None:
                raise CacheError(f"it has no `{name}`")
            return [default] * count if isinstance(default, int) else list(default)
        values = found.values if isinstance(found, Array) else (found,) * count
        if values is None:
            raise CacheError(f"the list `{name}` was not read")
        numbers = [int(value) for value in values if isinstance(value, int) and value >= 0]
        if len(numbers) != len(values) or len(numbers) < count:
            raise CacheError(f"`{name}` is not a number, or not one for each of {count} layers")
        return numbers

    def is_list(self, key: str) -> bool:
        return isinstance(self._metadata.get(f"{self.architecture}.{key}"), Array)

    def has(self, key: str) -> bool:
        return f"{self.architecture}.{key}" in self._metadata


def _architecture(model: Model) -> str:
    """The architecture, if its cache is known here."""
    architecture = model.metadata.get("general.architecture")
    if not isinstance(architecture, str):
        raise CacheError("it has no `general.architecture`")
    if architecture in REFUSED:
        raise CacheError(f"the cache of `{architecture}` is not known: {REFUSED[architecture]}")
    known = PLAIN | NO_CACHE | RECURRENT | HYBRID | INDEXED | set(WINDOWS)
    if architecture not in known:
        raise CacheError(
            f"the architecture `{architecture}` is not known here{did_you_mean(architecture, known)}, "
            "and its cache may follow rules of its own"
        )
    return architecture


def cache_of(model: Model) -> Cache:
    """What llama.cpp keeps for a model.

    Raises:
        CacheError: The architecture is not known here, or the file lacks what its rules need.
    """
    architecture = _architecture(model)
    if architecture in NO_CACHE:
        return Cache(0, ())
    keys = _Keys(model, architecture)
    states = _states(keys)
    window, windowed = _windowed(keys, states)
    sizes = [
        _attention(keys, layer, windowed=layer in windowed)
        for layer in range(keys.blocks)
        if _attends(keys, states, layer)
    ]
    if architecture in INDEXED:
        sizes += _indexers(keys)
    if states:
        sizes += [_state(keys)] * len(states)
    counts = Counter(layers for layers in sizes if layers.keys or layers.values)
    return Cache(window, tuple(layers._replace(number=n) for layers, n in counts.items()))


def _states(keys: _Keys) -> frozenset[int]:
    """The layers that keep a state."""
    architecture, trunk = keys.architecture, range(keys.trunk)
    if architecture in RECURRENT or architecture == "falcon-h1":
        return frozenset(trunk)
    if architecture not in HYBRID:
        return frozenset()
    if architecture in INTERVALS:
        if keys.has("attention.recurrent_layers"):
            listed = keys.each("attention.recurrent_layers")
            return frozenset(layer for layer in trunk if listed[layer])
        interval = keys.number("full_attention_interval", INTERVALS[architecture])
        if interval == 0:
            raise CacheError(f"`{architecture}.full_attention_interval` is 0")
        return frozenset(layer for layer in trunk if (layer + 1) % interval)
    heads = keys.each("attention.head_count_kv")
    wide = keys.each("feed_forward_length", 0) if architecture in NEMOTRON else [0] * keys.blocks
    return frozenset(layer for layer in trunk if heads[layer] == 0 and wide[layer] == 0)


def _attends(keys: _Keys, states: frozenset[int], layer: int) -> bool:
    """Whether a layer keeps keys and values of its own."""
    architecture = keys.architecture
    if architecture == "falcon-h1":
        return True
    if layer in states or architecture in RECURRENT:
        return False
    if architecture in NEMOTRON:
        return keys.each("feed_forward_length", 0)[layer] == 0
    if architecture in HYBRID and architecture not in INTERVALS:
        return True  # layers that predict further tokens are not left out there
    if architecture == "gemma3n":
        return layer < 20  # a constant of llama.cpp; later layers use these layers' keys and values
    if architecture == "gemma4":
        return layer < keys.blocks - keys.number("attention.shared_kv_layers", 0)
    return layer < keys.trunk


def _windowed(keys: _Keys, states: frozenset[int]) -> tuple[int, frozenset[int]]:
    """The window's length and the layers that see no further."""
    none = (0, frozenset[int]())
    if keys.architecture == "lfm2":
        length = keys.number("attention.sliding_window", 0)
        return (length, frozenset(range(keys.trunk)) - states) if length else none
    rule = WINDOWS.get(keys.architecture)
    if rule is None or (keys.architecture == "exaone4" and keys.blocks != 64):
        return none
    length = keys.number("attention.sliding_window", rule.length or 0)
    if length == 0:
        return none
    pattern = "attention.sliding_window_pattern"
    if keys.is_list(pattern):
        listed = keys.each(pattern)
        layers = frozenset(layer for layer in range(keys.blocks) if listed[layer])
    else:
        period = keys.number(pattern, rule.period)
        dense = 0 if rule.dense_first else period - 1
        layers = frozenset(
            layer for layer in range(keys.trunk) if period == 0 or layer % period != dense
        )
    return rule.fixed or length, layers


def _attention(keys: _Keys, layer: int, *, windowed: bool) -> Layers:
    heads = keys.each("attention.head_count_kv", keys.each("attention.head_count"))[layer]
    first = keys.number("attention.head_count")
    head = keys.number("embedding_length") // first if first else 0
    key_head = keys.number("attention.key_length", head)
    value_head = keys.number("attention.value_length", head)
    if windowed:
        key_head = keys.number("attention.key_length_swa", key_head)
        value_head = keys.number("attention.value_length_swa", value_head)
    if _is_latent(keys):
        value_head = 0
    kind = WINDOWED if windowed else FULL
    return Layers(kind, 1, heads * key_head, heads * value_head, key_head, value_head)


def _is_latent(keys: _Keys) -> bool:
    return keys.architecture in LATENT and all(
        keys.number(f"attention.{what}_length_mla", 0) for what in ("key", "value")
    )


def _indexers(keys: _Keys) -> list[Layers]:
    size = keys.number("attention.indexer.key_length")
    full = [1] * keys.blocks
    if keys.architecture == "glm-dsa":
        kind = "attention.indexer.types"
        if keys.number("context_length") >= 1 << 20 and not keys.has(kind):
            raise CacheError(f"it has no `glm-dsa.{kind}`, which says which layers have an indexer")
        full = keys.each(kind, full)
    return [Layers(INDEXER, 1, size, 0, size, 0) for layer in range(keys.trunk) if full[layer]]


def _state(keys: _Keys) -> Layers:
    """What a layer keeps that does not grow with the text."""
    architecture = keys.architecture
    embedding = keys.number("embedding_length")
    heads = keys.number("attention.head_count", 0)
    kernel = keys.number("ssm.conv_kernel", 0)
    past = kernel - 1 if kernel else 0
    if "rwkv" in architecture:
        shifts = keys.number("token_shift_count", 2)
        rolling, state = shifts * embedding, embedding * keys.number("wkv.head_size")
    elif architecture.startswith("lfm2"):
        rolling, state = embedding * (keys.number("shortconv.l_cache") - 1), 0
    elif keys.has("kda.head_dim") and architecture in LATENT:
        head = keys.number("kda.head_dim")
        rolling, state = 3 * (past or 3) * heads * head, head * head * heads
    elif architecture == "minimax-01":
        head = keys.number("attention.key_length", embedding // heads if heads else 0)
        rolling, state = 0, head * head * heads
    else:
        inner, size = keys.number("ssm.inner_size"), keys.number("ssm.state_size")
        # The first generation of Mamba mixes its inner channels only.
        groups = 0 if architecture in FIRST_MAMBA else keys.number("ssm.group_count", 0)
        rolling, state = past * (inner + 2 * groups * size), inner * size
    return Layers(STATE, 1, rolling, state, 0, 0)

"""llama.cpp's recipes: which ggml type each of them gives each tensor of a model, and why.

What `llama-quantize` calls a type is a recipe: a type for most matrices, and rules that give some of them another
(`recipe_rules.py`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.ggml.types import TYPES
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.file_types import RECIPES, base_type
from mkdocs_quantlab.engine.gguf.header import Array, Tensor, place
from mkdocs_quantlab.engine.gguf.model import ALIGNMENT
from mkdocs_quantlab.engine.gguf.recipe_rules import (
    RULES,
    Case,
    Traits,
    choose,
    fall_back,
    needs_imatrix,
    part_of,
    reason_kept,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mkdocs_quantlab.engine.gguf.header import Value
    from mkdocs_quantlab.engine.gguf.model import Model

_BIG = {"llama": 80, "qwen2": 80, "olmo": 80, "deci": 80, "jais2": 68}
"""Layers of the models that llama.cpp calls 70B, by architecture (`LLM_TYPE_70B` in `src/models`)."""


def padded_size(tensors: Iterable[Tensor]) -> int:
    """Bytes of tensors in a file, each filled up to a multiple of 32 bytes."""
    return sum(-(-(tensor.size or 0) // ALIGNMENT) * ALIGNMENT for tensor in tensors)


class Assigned(NamedTuple):
    """A tensor as a recipe stores it."""

    tensor: Tensor
    """Its type is the recipe's."""
    why: str
    """The rule, in a few words."""
    needs_imatrix: bool
    """llama.cpp refuses to store it so without an importance matrix."""


class Plan(NamedTuple):
    """What a recipe makes of a model."""

    recipe: str
    imatrix: bool
    assigned: tuple[Assigned, ...]
    """In the model's order."""
    parameters: int
    size: int
    """Bytes of the tensors, without the file's header and without padding."""
    padded: int
    """Bytes of the tensors in a file, each filled up to a multiple of 32 bytes: all of the file but its header."""

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        return tuple(entry.tensor for entry in self.assigned)

    @property
    def bits_per_weight(self) -> float:
        """As llama.cpp prints it: bits of all tensors over their weights."""
        return 8 * self.size / self.parameters

    @property
    def is_refused(self) -> bool:
        """llama.cpp writes no such file without an importance matrix."""
        return not self.imatrix and any(entry.needs_imatrix for entry in self.assigned)


def traits(model: Model) -> Traits:
    """What the rules ask of a model, out of its metadata.

    Raises:
        GgufError: They do not say it.
    """
    architecture = model.metadata.get("general.architecture")
    if not isinstance(architecture, str):
        raise GgufError("a recipe needs `general.architecture`, which is missing or not a string")

    def number(key: str, default: int | None = None) -> int:
        key = f"{architecture}.{key}"
        value: Value | None = model.metadata.get(key, default)
        if isinstance(value, Array) and value.values:
            value = value.values[0]
        if isinstance(value, bool) or not isinstance(value, int):
            found = "nothing" if value is None else "another value"
            raise GgufError(f"a recipe needs a whole number as `{key}`; found {found}")
        return value

    layers = number("block_count")
    heads = number("attention.head_count")
    kv_heads = number("attention.head_count_kv", heads)
    experts = number("expert_count", 0)
    is_70b = layers == _BIG.get(str(architecture)) and not (
        architecture == "llama" and (heads == kv_heads or experts == 8)
    )
    return Traits(architecture, layers, heads // kv_heads if kv_heads else 0, experts, is_70b)


def written_order(tensor: Tensor) -> tuple[int, str]:
    """The key of llama.cpp's order: by layer, then by name, whatever the order in the file (`weight_name_comparer`).

    It goes through tensors in this order, and writes them in it.
    """
    return place(tensor.name).layer, tensor.name


def plan(model: Model, recipe: str, *, imatrix: bool = False) -> Plan:
    """What a recipe makes of a model.

    Args:
        model: Its metadata, and its tensors with their shapes. Those that no recipe quantizes keep their types.
        recipe: One of `RECIPES`.
        imatrix: Whether llama.cpp is given an importance matrix.

    Raises:
        GgufError: The model's metadata do not say what the rules ask, or it has no weights.
    """
    if not model.parameters:
        raise GgufError("it has no weights, for which a recipe could choose types")
    return _plan(model.tensors, traits(model), recipe, imatrix)


def plans(model: Model, *, imatrix: bool = False) -> list[Plan]:
    """What each recipe makes of a model, the largest first.

    Raises:
        GgufError: As `plan`.
    """
    found = [plan(model, recipe, imatrix=imatrix) for recipe in RECIPES]
    return sorted(found, key=lambda each: -each.size)


class _Entry(NamedTuple):
    """A tensor, and what is the same of it for every recipe."""

    tensor: Tensor
    kept: str | None
    """What it is, if no recipe touches it."""
    part: str
    """What rules call it."""
    order: int
    layer: int
    layers: int
    stacked: bool


@lru_cache(maxsize=8)
def _entries(tensors: tuple[Tensor, ...], asked: Traits) -> tuple[_Entry, ...]:
    """The tensors in their own order, counted in llama.cpp's."""
    parts = {tensor.name: part_of(tensor.name) for tensor in tensors}
    if "output.weight" not in parts:
        parts = {name: "output" if part == "token_embd" else part for name, part in parts.items()}
    seen = dict.fromkeys(parts.values(), 0)
    values = sum(part == "attn_v" for part in parts.values())
    found: dict[str, _Entry] = {}
    for tensor in sorted(tensors, key=written_order):
        part = parts[tensor.name]
        order, layer = seen[part], place(tensor.name).layer
        found[tensor.name] = _Entry(
            tensor=tensor,
            kept=reason_kept(tensor),
            part=part,
            order=order,
            layer=layer if asked.experts > 1 and layer >= 0 else order,
            layers=values if part == "attn_v" else asked.layers,
            stacked=len(tensor.shape) > 2 and tensor.shape[2] > 1
            and (asked.architecture != "bailingmoe3" or part.startswith("ffn_")),
        )  # fmt: skip
        seen[part] += found[tensor.name].kept is None
    return tuple(found[tensor.name] for tensor in tensors)


# A figure lists all recipes, and is drawn for each of them.
@lru_cache(maxsize=4 * len(RECIPES))
def _plan(tensors: tuple[Tensor, ...], asked: Traits, recipe: str, imatrix: bool) -> Plan:
    own = base_type(recipe)
    blocks = TYPES[own].block_size
    assigned = []
    for tensor, kept, part, order, layer, layers, stacked in _entries(tensors, asked):
        if kept:
            assigned.append(Assigned(tensor, f"stays as it is: {kept}", False))
            continue
        type_, why = own, "the recipe's type"
        row = tensor.shape[0]
        if (recipe, part) in RULES:
            case = Case(asked, imatrix, order, layer, layers, row % blocks == 0, stacked)
            type_, why = choose(recipe, own, part, case)
        type_, why = fall_back(type_, why, row)
        assigned.append(
            Assigned(
                Tensor(tensor.name, tensor.shape, TYPES[type_].id, tensor.offset),
                why,
                needs_imatrix(tensor.name, type_, recipe),
            )
        )
    stored = [entry.tensor for entry in assigned]
    return Plan(
        recipe=recipe,
        imatrix=imatrix,
        assigned=tuple(assigned),
        parameters=sum(tensor.parameters for tensor in stored),
        size=sum(tensor.size or 0 for tensor in stored),
        padded=padded_size(stored),
    )


def differences(planned: Sequence[Tensor], real: Sequence[Tensor]) -> list[tuple[Tensor, Tensor]]:
    """Tensors that have another type in a real file than planned: planned and real."""
    by_name = {tensor.name: tensor for tensor in real}
    return [
        (tensor, by_name[tensor.name])
        for tensor in planned
        if tensor.name in by_name and by_name[tensor.name].type != tensor.type
    ]

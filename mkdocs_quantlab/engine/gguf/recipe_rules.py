"""The rules of llama.cpp's recipes: which tensors get another type than the recipe's own, and why.

They are those of llama.cpp 0.5.0, `src/llama-quant.cpp`: `llama_tensor_get_type_impl`, `tensor_type_fallback`,
`tensor_allows_quantization` and `tensor_requires_imatrix`; tests compare what follows from them with files that
llama.cpp wrote. They are read from the top: the first that fits counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.ggml.types import TYPES

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_quantlab.engine.gguf.header import Tensor

from mkdocs_quantlab.engine.gguf.file_types import RECIPES

QUANTIZED = RECIPES[3:]
_LOW = "IQ1_S IQ1_M IQ2_XXS IQ2_XS IQ2_S IQ2_M"
_USUAL = " ".join(recipe for recipe in QUANTIZED if recipe not in (*_LOW.split(), "MXFP4_MOE"))

_NAMED = {
    "attn_qkv.weight": "attn_v",
    "attn_kv_b.weight": "attn_v",
    "attn_v.weight": "attn_v",
    "attn_k.weight": "attn_k",
    "attn_q.weight": "attn_q",
    "attn_output.weight": "attn_output",
    "ffn_up": "ffn_up",
    "ffn_gate": "ffn_gate",
    "ffn_down": "ffn_down",
}
"""What is in a tensor's name, and which rules it goes by; `attn_qkv` and `attn_kv_b` hold values too."""

_KEPT = {
    "_norm.weight": "a norm",
    "ffn_gate_inp.weight": "the router of the experts",
    "ffn_gate_tid2eid.weight": "the table of the experts",
    "ssm_conv1d": "a small convolution",
    "shortconv.conv.weight": "a small convolution",
    **dict.fromkeys(("altup", "laurel", "per_layer_model_proj"), "small"),
    **dict.fromkeys(("indexer.k_proj.weight", "indexer.q_proj.weight"), "small"),
    **{
        f"time_mix_{part}.weight": "small"
        for part in "first w0 w1 w2 v0 v1 v2 a0 a1 a2 g1 g2 decay_w1 decay_w2 lerp_fused".split()
    },
    "attn_rel_b.weight": "a table of positions",
    **dict.fromkeys((".position_embd", "sam.pos_embd", ".rel_pos"), "a table of positions"),
    **dict.fromkeys(("sam.neck.", "sam.net_", ".patch_embd", ".patch_merger"), "of an image encoder"),
    **dict.fromkeys(("a.rvq.codebook", "mm.a.code_embd"), "of an audio encoder"),
}  # fmt: skip
"""What is in the names of tensors that stay as they are, and what these are."""


class Traits(NamedTuple):
    """What the rules ask of a model."""

    architecture: str
    layers: int
    gqa: int
    """Query heads that share a key and value head, of the first layer."""
    experts: int
    is_70b: bool


class Case(NamedTuple):
    """What the rules ask of a tensor."""

    traits: Traits
    imatrix: bool
    order: int
    """Number of tensors before it that go by the same rules."""
    layer: int
    """The same, but the layer's own number in a mixture of experts, whose tensors may be sprinkled."""
    layers: int
    fits: bool
    """The recipe's own type can store its rows."""
    stacked: bool
    """It holds the matrices of several experts."""

    @property
    def more_bits(self) -> bool:
        """llama.cpp's `use_more_bits`: the first and last eighth of the layers, and every third between."""
        eighth = self.layers // 8
        return (
            self.layer < eighth
            or self.layer >= 7 * self.layers // 8
            or (self.layer - eighth) % 3 == 2
        )

    @property
    def is_plain(self) -> bool:
        return self.traits.experts != 8 and not self.is_falcon

    @property
    def is_falcon(self) -> bool:
        return self.traits.architecture == "falcon"


class _Rule(NamedTuple):
    type: str
    why: str
    fits: Callable[[Case], bool] | None
    """Whether it goes for a tensor; None where it always does."""


def _first(part: int) -> Callable[[Case], bool]:
    return lambda case: case.layer < case.layers // part


def _eight(case: Case) -> bool:
    return case.traits.experts == 8


def _shared(case: Case) -> bool:
    return case.traits.gqa >= 4


def _plain(case: Case) -> bool:
    return case.is_plain


RULES: dict[tuple[str, str], list[_Rule]] = {}
"""By recipe and by what the tensor is."""


def _rule(
    recipes: str, parts: str, type_: str, why: str, fits: Callable[[Case], bool] | None = None
) -> None:
    for recipe in recipes.split():
        for part in parts.split():
            RULES.setdefault((recipe, part), []).append(_Rule(type_, why, fits))


_OUTPUT = "the output matrix, which every token goes through, is kept precise"
_EVERY_EIGHT = "small beside 8 experts, so more bits cost little"
_SHARED = "4 or more query heads share each value head, so it is small and precision costs little"
_FIRST = "one of the first eighth of the layers, whose errors all others pass on"
_MORE = "one of the layers that get more bits: the first and last eighth, and every third between"
_VALUES = "the values of attention get more bits"
_DOWN = "the down projection gets more bits in all layers"
_GUARD = "without importance matrix, the down projection of the first eighth of the layers gets more bits"

_rule("MXFP4_MOE", "output", "Q8_0", "all but the experts' matrices are Q8_0")
_rule(
    " ".join(QUANTIZED), "output", "Q8_0", f"{_OUTPUT}; its rows do not divide into the recipe's blocks",
    lambda case: case.is_falcon or not case.fits,
)  # fmt: skip
_rule(f"{_LOW} IQ3_XXS", "output", "Q5_K", _OUTPUT)
_rule(" ".join(r for r in QUANTIZED if r != "Q8_0"), "output", "Q6_K", _OUTPUT)

_EVERY = "token_embd attn_v attn_k attn_q attn_output ffn_up ffn_gate ffn_down other"
_rule(
    "MXFP4_MOE", _EVERY, "Q8_0", "all but the experts' matrices are Q8_0",
    lambda case: not case.stacked,
)  # fmt: skip

_EMBEDDING = "the token embeddings get more bits than so few"
_rule("IQ2_XXS IQ2_XS IQ1_S IQ1_M", "token_embd", "Q2_K", _EMBEDDING)
_rule("IQ2_S IQ2_M IQ3_XXS", "token_embd", "IQ3_S", _EMBEDDING)
_rule("TQ1_0 TQ2_0", "token_embd", "Q4_K", "token embeddings are not ternary")

_rule(
    _LOW, "attn_v", "Q4_K", "small beside the rest of the model, so precision costs little",
    lambda case: case.traits.gqa >= 4 or case.traits.experts >= 4,
)  # fmt: skip
_rule("IQ2_S IQ2_M", "attn_v", "IQ3_S", _VALUES)
_rule("IQ1_S IQ1_M IQ2_XXS IQ2_XS", "attn_v", "Q2_K", _VALUES)
_rule(_LOW, "attn_k", "Q4_K", _EVERY_EIGHT, _eight)
for _recipes, _type in (("IQ2_S IQ2_M", "IQ3_S"), ("IQ1_S IQ1_M IQ2_XXS IQ2_XS", "Q2_K")):
    _rule(_recipes, "ffn_down", _type, _FIRST, lambda case: case.order < case.layers // 8)
_rule(_LOW, "attn_output", "Q5_K", _EVERY_EIGHT, _eight)
_rule("IQ1_S IQ1_M", "attn_output", "IQ2_XXS", "the output of attention gets more bits")
_rule("IQ2_S IQ2_M", "attn_output", "IQ3_S", "the output of attention gets more bits")

_rule(_USUAL, "attn_v", "Q8_0", _EVERY_EIGHT, _eight)
_rule("Q2_K Q2_K_S IQ3_XXS IQ3_XS IQ3_S", "attn_v", "Q4_K", _SHARED, _shared)
_rule("Q2_K", "attn_v", "Q3_K", _VALUES)
_rule(
    "IQ3_XXS", "attn_v", "IQ3_S", "without importance matrix, the values of attention get more bits",
    lambda case: not case.imatrix,
)  # fmt: skip
_rule("IQ3_M", "attn_v", "Q4_K", _VALUES)
_rule("Q3_K_M", "attn_v", "Q5_K", "the values of the first 2 layers", lambda case: case.order < 2)
_rule("Q3_K_M", "attn_v", "Q4_K", _VALUES)
_rule("Q3_K_L", "attn_v", "Q5_K", _VALUES)
_rule("IQ4_NL IQ4_XS", "attn_v", "Q5_K", _SHARED, _shared)
_rule(
    "Q4_K_M Q5_K_M", "attn_v", "Q6_K", _MORE, lambda case: case._replace(layer=case.order).more_bits
)
_rule("Q4_K_S", "attn_v", "Q5_K", "the values of the first 4 layers", lambda case: case.order < 4)

_rule(_USUAL, "attn_k", "Q8_0", _EVERY_EIGHT, _eight)
_rule("IQ3_XS", "attn_k attn_q", "IQ3_XXS", "queries and keys stand fewer bits")
_rule("IQ3_XXS", "attn_k attn_q", "IQ2_S", "queries and keys stand fewer bits")

_rule("Q2_K", "ffn_down", "Q3_K", _DOWN)
_rule("Q2_K_S", "ffn_down", "Q4_K", _FIRST, _first(8))
_rule("IQ3_XXS", "ffn_down", "Q4_K", _GUARD, lambda case: not case.imatrix and _first(8)(case))
_rule(
    "IQ3_XXS", "ffn_down", "Q3_K", "without importance matrix, the down projection gets more bits",
    lambda case: not case.imatrix,
)  # fmt: skip
_rule("Q3_K_M", "ffn_down", "Q5_K", "one of the first sixteenth of the layers", _first(16))
_rule("Q3_K_M", "ffn_down", "Q4_K", _DOWN, lambda case: not case.is_falcon or case.more_bits)
_rule("IQ3_M", "ffn_down", "Q4_K", _FIRST, _first(8))
_rule("IQ3_M", "ffn_down", "Q4_K", _MORE, lambda case: _eight(case) and case.more_bits)
_rule("Q3_K_L", "ffn_down", "Q4_K", _DOWN, lambda case: case.is_falcon)
_rule("Q3_K_L", "ffn_down", "Q5_K", _DOWN)
_rule(
    "Q4_K_M", "ffn_down", "Q6_K", "one of the first sixteenth of the layers",
    lambda case: case.is_falcon and _first(16)(case),
)  # fmt: skip
_rule("Q4_K_M", "ffn_down", "Q5_K", _MORE, lambda case: case.is_falcon and case.more_bits)
_rule("Q4_K_M", "ffn_down", "Q6_K", _MORE, lambda case: not case.is_falcon and case.more_bits)
_rule(
    "IQ4_NL IQ4_XS", "ffn_down", "Q5_K", _GUARD, lambda case: not case.imatrix and _first(8)(case)
)
_rule("Q5_K_M", "ffn_down", "Q6_K", _MORE, lambda case: case.more_bits)
_rule("Q4_K_S", "ffn_down", "Q5_K", _FIRST, lambda case: not case.is_falcon and _first(8)(case))
for _recipe, _type in (("Q4_0", "Q4_1"), ("Q5_0", "Q5_1")):
    _rule(
        _recipe, "ffn_down", _type,
        "with an importance matrix, a guard against large errors in the first eighth of the layers",
        lambda case: case.imatrix and _first(8)(case),
    )  # fmt: skip

_rule(
    "Q2_K IQ3_XS IQ3_XXS Q3_K_S Q3_K_M IQ4_NL Q4_K_S Q4_K_M IQ3_S IQ3_M IQ4_XS", "attn_output", "Q5_K",
    _EVERY_EIGHT, lambda case: _eight(case) and not case.is_falcon,
)  # fmt: skip
for _recipe, _type in zip(
    ("Q2_K", "IQ3_XXS", "Q3_K_M", "Q3_K_L", "IQ3_M"),
    ("Q3_K", "IQ3_S", "Q4_K", "Q5_K", "Q4_K"),
    strict=True,
):
    _rule(_recipe, "attn_output", _type, "the output of attention gets more bits", _plain)
_rule(
    "Q3_K_L", "attn_output", "Q4_K", "the output of attention gets more bits",
    lambda case: case.is_falcon,
)  # fmt: skip

_rule(
    "IQ3_XS", "ffn_gate ffn_up", "IQ3_XXS", "neither of the first nor of the last eighth of the layers",
    lambda case: case.layers // 8 <= case.layer < 7 * case.layers // 8,
)  # fmt: skip


def part_of(name: str) -> str:
    """What the rules call the tensor of that name: `attn_v`, `output`, `other` and so on."""
    if name == "output.weight":
        return "output"
    if name in ("token_embd.weight", "per_layer_token_embd.weight"):
        return "token_embd"
    return next((part for inside, part in _NAMED.items() if inside in name), "other")


def reason_kept(tensor: Tensor) -> str | None:
    """What a tensor is that no recipe touches; None for one that they quantize."""
    if all(length == 1 for length in tensor.shape[1:]):
        return "it has one dimension"
    if not tensor.name.endswith("weight"):
        return "not a weight matrix"
    if tensor.name in ("position_embd.weight", "token_types.weight"):
        return "a table of positions or token types"
    return next((what for inside, what in _KEPT.items() if inside in tensor.name), None)


def choose(recipe: str, own: str, part: str, case: Case) -> tuple[str, str]:
    """The type for a tensor by the rules, and why.

    Args:
        recipe: The recipe.
        own: The recipe's own type.
        part: What the rules call the tensor.
        case: What they ask of it.
    """
    rules = RULES[recipe, part]
    rule = next((rule for rule in rules if rule.fits is None or rule.fits(case)), None)
    type_, why = (rule.type, rule.why) if rule else (own, "the recipe's type")
    if (
        case.traits.is_70b
        and part == "attn_v"
        and recipe not in _LOW.split()
        and type_ in ("Q3_K", "Q4_K")
    ):
        return (
            "Q5_K",
            "8 query heads share each value head in models of 70 B, so precision costs little",
        )
    return type_, why


def fall_back(type_: str, why: str, row: int) -> tuple[str, str]:
    """Another type where the rows do not divide into the type's blocks."""
    blocks = TYPES[type_].block_size
    if row % blocks == 0:
        return type_, why
    other = TYPES[type_].fallback or "F16"
    if row % TYPES[other].block_size:
        other = "F16"
    return (
        other,
        f"its rows of {row:,} weights do not divide into blocks of {blocks}: {other} instead of {type_} ({why})",
    )


def needs_imatrix(name: str, type_: str, recipe: str) -> bool:
    """Whether llama.cpp refuses to store the tensor so without an importance matrix."""
    if name in ("output.weight", "token_embd.weight", "per_layer_token_embd.weight"):
        return False
    return type_ in ("IQ3_XXS", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ1_M", "IQ1_S") or (
        type_ == "Q2_K" and recipe == "Q2_K_S"
    )

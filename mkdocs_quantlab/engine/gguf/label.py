"""What a file is called, against what is in it: its name, `general.file_type`, and the types of its tensors.

Source of the way files are named: ggml's `docs/gguf.md` ("GGUF Naming Convention") and what uploaders make of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.core.numbers import percent, plain
from mkdocs_quantlab.engine.ggml.types import TYPES
from mkdocs_quantlab.engine.gguf.comparison import bits_per_weight, main_share, matrices, shorten
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.file_types import FILE_TYPES, GUESSED, RECIPES, base_type
from mkdocs_quantlab.engine.gguf.recipes import plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.engine.gguf.comparison import Share
    from mkdocs_quantlab.engine.gguf.model import Model

ALIASES = {"FP16": "F16", "FP32": "F32", "MXFP4": "MXFP4_MOE"} | {
    f"Q{bits}_K": f"Q{bits}_K_M" for bits in (3, 4, 5)
}
"""Other names of llama.cpp's file types: in `tools/quantize/quantize.cpp`, and on files."""

VARIANTS = {f"Q{bits}_K_{size}": f"Q{bits}_K" for bits in range(2, 9) for size in ("L", "XL")}
"""Names that uploaders gave to mixtures of their own, and the type that each is named for."""

DYNAMIC = "UD-"
"""Unsloth Dynamic: which type each tensor has was chosen for that model; there is no rule to look up."""


class Label(NamedTuple):
    """What a file's name says of its quantization."""

    text: str
    """As it stands in the name."""
    recipe: str | None
    """llama.cpp's file type of that name, or None where it is an uploader's own."""
    base: str
    """The ggml type that it is named for."""
    dynamic: bool


class Check(NamedTuple):
    """A file's label and its content, side by side."""

    label: Label | None
    file_type: str | None
    """The name of `general.file_type`, or its number where that is not known here; None where it is not given."""
    main: Share | None
    """The type that most weights of the layers' matrices have."""
    share: float
    """Its share of those weights."""
    recipes: tuple[str, ...] | None
    """llama.cpp's recipe that the file is named for, or others for the same type, where they explain every tensor's type;
    None where the metadata do not say what recipes ask."""
    agrees: bool
    """Nothing that the file says of itself speaks against its tensors."""
    verdict: str
    """The above in plain sentences."""
    traces: tuple[str, ...]
    """What name and metadata say of how the file was made."""


_NAMES = sorted({*FILE_TYPES.values(), *ALIASES, *VARIANTS}, key=len, reverse=True)
_LABEL = re.compile(rf"(?<![a-z0-9])({DYNAMIC})?({'|'.join(_NAMES)})(?![a-z0-9])", re.IGNORECASE)
_QAT = re.compile(r"(?<![a-z])qat(?![a-z])", re.IGNORECASE)


def label_of(file: str) -> Label | None:
    """What a file's name says of its quantization: of several names in it the last, as for Hugging Face; None where it says nothing."""
    found = list(_LABEL.finditer(file))
    if not found:
        return None
    dynamic, name = found[-1].groups()
    name = name.upper()
    recipe = None if name in VARIANTS else ALIASES.get(name, name)
    return Label(
        found[-1][0],
        None if dynamic else recipe,
        VARIANTS.get(name) or base_type(recipe or name),
        bool(dynamic),
    )


def check(model: Model) -> Check:
    """Compares what a file is called with what it is."""
    label, claimed, guessed = label_of(model.file), *_file_type(model)
    main = main_share(model)
    weights = sum(tensor.parameters for tensor in matrices(model) or model.tensors)
    share = main.parameters / weights if main and weights else 0.0
    recipes = _matching(model, label, claimed, main)
    said: list[str] = []
    agrees = True
    if main is None:
        said.append("It has no tensors.")
    else:
        wrong = _contradictions(label, claimed, main, share)
        agrees = not wrong
        said += wrong or [_agreement(label, claimed, main)]
        said += _exactness(recipes, label, claimed)
    if label and label.dynamic:
        said.append(
            f"“{DYNAMIC}” (Unsloth Dynamic) means that the uploader chose the type of each tensor: the name is not a recipe."
        )
    elif label and label.recipe is None:
        said.append(f"{label.text} is an uploader's own mixture, not a recipe of llama.cpp.")
    if guessed:
        said.append("general.file_type is marked as guessed.")
    said += _weight(model, label, claimed)
    return Check(
        label, claimed, main, share, recipes, agrees, " ".join(said), tuple(_traces(model))
    )


def _file_type(model: Model) -> tuple[str | None, bool]:
    """What `general.file_type` says, and whether it is marked as guessed."""
    value = model.metadata.get("general.file_type")
    if not isinstance(value, int) or isinstance(value, bool):
        return None, False
    number = value & ~GUESSED
    return FILE_TYPES.get(number, f"number {number}"), bool(value & GUESSED)


def _contradictions(
    label: Label | None, claimed: str | None, main: Share, share: float
) -> list[str]:
    said = []
    known = claimed in FILE_TYPES.values()
    if label and label.recipe and known and label.recipe != claimed:
        said.append(f"The file name says {label.text}, but general.file_type says {claimed}.")
    is_ = f"{percent(share)} of the weights in the layers' matrices are {main.type}"
    by_name = label is not None and label.base != main.type
    by_type = known and claimed is not None and base_type(claimed) != main.type
    if by_name and by_type and label and label.base == base_type(claimed or ""):
        said.append(f"Name and general.file_type stand for {label.base}, but {is_}.")
    elif by_name and label:
        said.append(f"The file name stands for {label.base}, but {is_}.")
    elif by_type and claimed:
        said.append(f"general.file_type stands for {base_type(claimed)}, but {is_}.")
    return said


def _agreement(label: Label | None, claimed: str | None, main: Share) -> str:
    mostly = f"the layers are mostly {main.type}"
    if label and claimed:
        return f"File name ({label.text}) and general.file_type ({claimed}) match the tensors: {mostly}."
    if label:
        return f"The file name ({label.text}) matches the tensors: {mostly}; there is no general.file_type."
    if claimed:
        return f"general.file_type ({claimed}) matches the tensors: {mostly}; the file name says nothing."
    return f"Neither the file name nor general.file_type says anything: {mostly}."


def _matching(
    model: Model, label: Label | None, claimed: str | None, main: Share | None
) -> tuple[str, ...] | None:
    """The recipes, among those worth trying, that explain every tensor's type, with or without an importance matrix.

    None where the metadata do not say what recipes ask.
    """
    named = (label.recipe if label else None) or claimed
    tried = [named, claimed]
    tried += [recipe for recipe in RECIPES if main and base_type(recipe) == main.type]
    types = [tensor.type for tensor in model.tensors]
    found = []
    try:
        for recipe in dict.fromkeys(name for name in tried if name in RECIPES):
            assert recipe
            plans = (plan(model, recipe, imatrix=imatrix) for imatrix in (False, True))
            if any([tensor.type for tensor in each.tensors] == types for each in plans):
                if recipe == named:
                    return (recipe,)  # what others would give is of no interest
                found.append(recipe)
    except GgufError:
        return None
    return tuple(found)


def _exactness(
    recipes: Sequence[str] | None, label: Label | None, claimed: str | None
) -> list[str]:
    named = (label.recipe if label else None) or claimed
    if recipes:
        given = named if named in recipes else " or ".join(recipes)
        return [f"Every tensor has the type that llama.cpp's {given} gives it."]
    if named in RECIPES and recipes is not None:
        return [f"Some tensors have other types than llama.cpp gives them in {named}."]
    return []


def _weight(model: Model, label: Label | None, claimed: str | None) -> list[str]:
    """Where the whole file has clearly more bits than the type that it is named for."""
    name = label.base if label else base_type(claimed or "")
    bits = bits_per_weight(model)
    if name not in TYPES or bits is None or bits < TYPES[name].bits_per_weight + 1:
        return []
    usual = plain(TYPES[name].bits_per_weight)
    return [
        f"Overall it has {bits:.2f} bits per weight, compared with {usual} for {name}, because embeddings and protected tensors have more."
    ]


def _traces(model: Model) -> list[str]:
    """What name and metadata say of how the file was made."""
    texts = {k: v for k, v in model.metadata.items() if isinstance(v, str)}
    said = []
    imatrix = [key for key in model.metadata if key.startswith("quantize.imatrix.")]
    if imatrix:
        data = texts.get("quantize.imatrix.dataset") or texts.get("quantize.imatrix.file")
        said.append(
            "It was quantized with an importance matrix" + (f" ({shorten(data)})." if data else ".")
        )
    by = texts.get("general.quantized_by")
    if by:
        said.append(f"It was quantized by {shorten(by)}.")
    if any(_QAT.search(texts.get(key, "")) for key in _NAMED) or _QAT.search(model.file):
        said.append("Name or metadata mention quantization-aware training (QAT).")
    return said


_NAMED = ("general.name", "general.basename", "general.finetune", "general.description")

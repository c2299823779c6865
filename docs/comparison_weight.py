"""What a comparison of large models adds to a page, measured on models of llama.cpp's recipes; their widget's page prints it."""

from __future__ import annotations

import gzip
import json

from mkdocs_quantlab.engine.core.resources import Resources
from mkdocs_quantlab.engine.core.widget import answer
from mkdocs_quantlab.engine.gguf.model import ALIGNMENT, Model
from mkdocs_quantlab.engine.gguf.named import ModelOf
from mkdocs_quantlab.engine.gguf.recipes import plan
from mkdocs_quantlab.engine.gguf.shapes import SHAPES

RECIPES = "Q2_K Q4_K_M Q6_K Q8_0".split()
# As long as those of real models.
TEMPLATE = "{%- for message in messages %}{{ message.content }}{%- endfor %}" * 80


def made(shape: str, recipe: str) -> Model:
    """A model as a recipe stores it."""
    base = SHAPES[shape].model(shape)
    tensors = []
    offset = 0
    for tensor in plan(base, recipe).tensors:
        tensors.append(tensor._replace(offset=offset))
        offset += -(-(tensor.size or 0) // ALIGNMENT) * ALIGNMENT
    metadata = base.metadata | {"tokenizer.chat_template": TEMPLATE}
    file = f"{shape}-{recipe}.gguf"
    return base._replace(
        name=recipe, file=file, size=offset, metadata=metadata, tensors=tuple(tensors)
    )


def comparison_weight(shape: str = "Llama-3.1-70B") -> str:
    """Bytes of figure and data, before and after gzip, in sentences."""
    models = [made(shape, recipe) for recipe in RECIPES]
    resources = Resources(RECIPES, {ModelOf(model.name): model for model in models})
    figure = answer("gguf-compare", {}, resources)["html"]
    data = json.dumps(resources.to_json(), separators=(",", ":"))

    def said(text: str) -> str:
        raw = text.encode()
        return f"{len(raw) / 1e3:.0f} kB ({len(gzip.compress(raw)) / 1e3:.0f} kB after gzip)"

    return (
        f"For {shape} in {len(models)} files of {len(models[0].tensors)} tensors each, with chat templates of "
        f"{len(TEMPLATE) / 1e3:.0f} kB, the figure adds {said(figure)} to a page, of which maps and the list of tensors are most, "
        f"and what *Models* draws other selections from adds {said(data)}."
    )

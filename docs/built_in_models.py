"""The built-in models and their evaluation as tables, from the data; `background/drawing-model.md` prints them."""

from __future__ import annotations

from mkdocs_quantlab.builtin_models import sums
from mkdocs_quantlab.builtin_models.files import SIGMA
from mkdocs_quantlab.builtin_models.uneven import SEED
from mkdocs_quantlab.engine.core.numbers import short
from mkdocs_quantlab.engine.drawing.evaluated import EVALUATION
from mkdocs_quantlab.engine.drawing.evaluation import LABELS, Share, files, how


def digests() -> str:
    """All files: size, bits per weight, digest."""
    rows = ["| Name | Bytes | Bits per weight | SHA-256 |", "| --- | ---: | ---: | --- |"]
    rows += [
        f"| `{file.name}` | {file.size:,} | {file.bits_per_weight:.2f} | `{sums()[file.name][:16]}…` |"
        for model in LABELS
        for file in files(model)
    ]
    return "\n".join(rows)


def evaluation() -> str:
    """Shares of right drawings and divergence, a table a model."""
    parts = []
    for model, label in LABELS.items():
        rows = [
            f"**{label}**\n",
            "| Recipe | Right, temperature 0 | Temperature 0.7 | Unseen wordings | KL divergence | Perplexity | Same top token |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        ]
        rows += [
            f"| {file.name.partition(':')[2]} | {file.greedy} | {file.warm} | {file.wordings} | {short(file.kl)} "
            f"| {file.perplexity:.4f} | {100 * file.same_top:.1f} % |"
            for file in files(model)
        ]
        parts.append("\n".join(rows))
    first = files("drawing")[0]
    parts.append(
        f"Of {first.greedy.of} scenes at temperature 0, {first.warm.of} at 0.7, {first.wordings.of} in unseen wordings. {how()}."
    )
    return "\n\n".join(parts)


def dial() -> str:
    """Right drawings of the twin by the dial's setting."""
    found = EVALUATION["dial"]
    recipes = list(next(iter(found["right"].values())))
    rows = [
        f"| Sigma | {' | '.join(recipes)} |",
        f"| ---: |{' ---: |' * len(recipes)}",
    ]
    rows += [
        f"| {sigma}{' (shipped)' * (float(sigma) == SIGMA)} | "
        + " | ".join(str(Share(right[recipe], found["of"])) for recipe in recipes)
        + " |"
        for sigma, right in found["right"].items()
    ]
    return "\n".join(rows) + f"\n\nOf {found['of']} scenes each, at temperature 0; seed {SEED}."

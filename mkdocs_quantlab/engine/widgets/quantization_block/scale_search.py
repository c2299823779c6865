"""The trials by which a K-quant finds the scale of a sub-block."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mkdocs_quantlab.api import Html, note, plots, short, tag
from mkdocs_quantlab.api.ggml import scale_search

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.widgets.quantization_block.block import Block
    from mkdocs_quantlab.engine.widgets.quantization_block.widget import Options


def search_figure(block: Block, given: Options) -> Html | None:
    """The trials by which a K-quant finds a sub-block's scale, and the error of each."""
    if not block.entry.is_k_quant:
        return None
    sub = given.sub % block.scales
    traces = scale_search(block.name, block.weights)
    trials = [t for t in (traces[sub] if traces else []) if math.isfinite(t.error)]
    if not trials:
        return note(f"Sub-block {sub} of this {block.name} block needs no search for a scale.")
    best = min(range(len(trials)), key=lambda i: trials[i].error)
    least, most = trials[best].error, max(t.error for t in trials)
    tried = []
    for i, trial in enumerate(trials):
        minimum = f", minimum {short(trial.minimum)}" if trial.minimum else ""
        verdict = (
            "the least error, so it stays"
            if i == best
            else "better than all before"
            if trial.accepted
            else "no better"
        )
        tried.append(
            plots.Trial(
                trial.error,
                f"trial {i}: scale {short(trial.scale)}{minimum}, weighted error {trial.error:.6g}: {verdict}",
                "is-taken" if trial.accepted else None,
            )
        )
    gain = (trials[0].error - least) / trials[0].error if trials[0].error else 0.0
    return tag(
        "div",
        tag(
            "p",
            f"The search for the scale of sub-block {sub}: {len(trials)} trials from left to right, the weighted error "
            f"upwards. The best leaves {gain:.1%} less error than the first, which is the plain fit to the range. "
            "Nothing is clustered: the K has nothing to do with k-means.",
        ),
        plots.trials(
            tried,
            best,
            least,
            (f"least {least:.4g}", f"most {most:.4g}"),
            f"Weighted error of {len(trials)} trial scales, from {least:.4g} to {most:.4g}.",
            item=f"{block.prefix}t",
        ),
        class_="quantlab-search",
    )

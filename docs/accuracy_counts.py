"""The numbers that `background/accuracy.md` names, from the code."""

from __future__ import annotations

from mkdocs_quantlab.engine.quant.ggml import TYPES
from mkdocs_quantlab.engine.quant.ggml.measured import BY_GGML, COLUMNS, GGML, ROWS
from mkdocs_quantlab.engine.quant.layer import DAMPING, GRID

ENCODED = [name for name, entry in TYPES.items() if entry.can_encode]


def formats() -> str:
    """What is exact of ggml's formats, in Markdown."""
    others = ", ".join(name for name in TYPES if name not in ENCODED)
    return (
        f"All {len(TYPES)} types of the table are decoded and {len(ENCODED)} are encoded; {others} are decoded only. "
        f"The signal-to-noise ratios of the formats widget are measured on {ROWS} × {COLUMNS} drawn weights. Those of "
        f"{', '.join(sorted(BY_GGML))} come from ggml's own encoder ({GGML}) with all weights of equal importance, which is not how "
        "such files are made: an importance matrix makes them better."
    )


def methods() -> str:
    """What the layer's methods leave out, in Markdown."""
    return (
        f"GPTQ adds {DAMPING:g} of its Hessian's mean diagonal, as its authors do; AWQ tries {GRID} exponents, and "
        "the search for clipping that its authors run after it is left out."
    )

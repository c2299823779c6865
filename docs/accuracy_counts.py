"""The numbers that `background/accuracy.md` names, from the code."""

from __future__ import annotations

from mkdocs_quantlab.engine.drawing import score
from mkdocs_quantlab.engine.ggml import TYPES
from mkdocs_quantlab.engine.ggml.measured import BY_GGML, COLUMNS, GGML, ROWS
from mkdocs_quantlab.engine.methods.layer import DAMPING, GRID

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


def marks() -> str:
    """What the marks of drawings check, as a table in Markdown."""
    said = {
        "well_formed": "Expat, in a mode without document types, takes the text as XML with an `svg` of SVG's namespace as its root.",
        "shapes": "Every part that the scene has is there, in its shape and with its number of corners; there is no further element, "
        "and no attribute that the grammar does not use.",
        "colours": "Every part that is there has the colour that was asked for, or the one that it has where none is asked for.",
        "counts": "Each thing is there as often as asked for, and so are windows. Half of a thing's parts are enough to count it.",
        "geometry": f"Every coordinate and size is within {score.TOLERANCE} units of 100, once the thing that it belongs to is moved to its "
        f"place; and no thing is more than {score.SLACK} units further from its place than the grammar ever moves it.",
    }
    rows = [f"| {label} | {said[name]} |" for name, label in score.LABELS.items()]
    return "\n".join(["| Mark | It is right where |", "| --- | --- |", *rows])


def examples() -> str:
    """Prompts that can be marked, as a list in Markdown."""
    return "\n".join(f"- {example}" for example in score.EXAMPLES)

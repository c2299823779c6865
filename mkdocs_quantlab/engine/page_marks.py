"""Marks of models' drawings: what the page's worker calls for the chat. Apart from `page`, because few pages do."""

from __future__ import annotations

import json

from mkdocs_quantlab.engine.drawing import score
from mkdocs_quantlab.engine.views.drawing_curve import Run, bits_per_weight
from mkdocs_quantlab.engine.views.drawing_curve import curve as drawn_curve


def marks(prompt: str, answer: str) -> str:
    """The marks of a model's drawing.

    Args:
        prompt: What the model was asked for.
        answer: A text with the drawing in it, or without.

    Returns:
        JSON as `engine.drawing.score.Marks.to_json` gives it; `{"examples": [...]}`, prompts that are understood, where
        this one is not.
    """
    found = score.marks(prompt, answer)
    return json.dumps(found.to_json() if found else {"examples": score.EXAMPLES})


def curve(runs: str) -> str:
    """The curve of what several models drew.

    Args:
        runs: The fields of `engine.views.drawing_curve.Run` of each, as a JSON list of objects.

    Returns:
        JSON: `html`, empty where there is no curve, and `bits` per weight of each run, null where they are not known.
    """
    read = [Run(**run) for run in json.loads(runs)]
    bits = [bits_per_weight(run.types) for run in read]
    return json.dumps({"html": drawn_curve(read), "bits": bits})

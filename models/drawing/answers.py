"""What the built-in models answer to a few prompts, for pages that show it without running a model.

    python -m models.drawing.answers

Writes `docs/drawing_answers.json`; to be run when the files change, which a test asks for. It needs xllamacpp.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from mkdocs_quantlab.builtin_models import data, sums
from models.drawing.evaluate import CONTEXT, GREEDY, answer
from tests.servers.llama_server import LlamaServer

OUT = Path("docs/drawing_answers.json")
SEED = 1
RECIPES = "Q8_0 Q4_K_M Q3_K_M Q3_K_S Q2_K".split()
NAMES = (
    *(f"drawing:{recipe}" for recipe in RECIPES),
    *(f"drawing-uneven:{recipe}" for recipe in RECIPES),
    "drawing-uneven:Q3_K_S-imatrix",
    "drawing-uneven:Q2_K-imatrix",
)
"""The files of the lab."""
PROMPTS = (
    "Draw a pelican riding a bicycle.",
    "Draw four blue flowers.",
    "Draw a cat wearing a green hat on a skateboard at the beach.",
)
"""Its prompts: the model draws all of them right in 8 bits, which a test holds it to."""


def answers(name: str) -> list[str]:
    """What a built-in model says to each of `PROMPTS`, at temperature 0."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "model.gguf")
        file.write_bytes(data(name))
        with LlamaServer(file, context=CONTEXT) as server:
            return [answer(server, prompt, GREEDY, SEED) for prompt in PROMPTS]


def main() -> None:
    """Asks all of them."""
    files: dict[str, Any] = {
        name: {"sha256": sums()[name], "answers": answers(name)} for name in NAMES
    }
    OUT.write_text(
        json.dumps({"prompts": PROMPTS, "files": files}, indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()

"""Evaluates the built-in models: lets llama.cpp's server draw scenes that training never saw, and marks the drawings.

    python -m models.drawing.evaluate [NAME ...]          all built-in models, or some
    python -m models.drawing.evaluate --dial 0.4 0.5 0.6 0.7  the twin at other settings of its dial

The results go into `mkdocs_quantlab/engine/drawing/evaluated.py`, which docs and widgets show. It needs xllamacpp, no PyTorch;
`models.drawing.divergence` adds what needs PyTorch.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import tempfile
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_quantlab.builtin_models import data, names, sums
from mkdocs_quantlab.builtin_models.files import F16
from mkdocs_quantlab.builtin_models.quantized import quantized
from mkdocs_quantlab.builtin_models.uneven import uneven
from mkdocs_quantlab.builtin_models.weights import read_weights
from mkdocs_quantlab.engine.drawing import evaluated
from mkdocs_quantlab.engine.drawing.phrases import TRAINING, UNSEEN
from mkdocs_quantlab.engine.drawing.score import LABELS, score
from models.drawing.samples import held_out_sample
from tests.servers.llama_server import LlamaServer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mkdocs_quantlab.engine.drawing.phrases import Style
    from mkdocs_quantlab.engine.drawing.scene import Scene

OUT = Path(evaluated.__file__)
CONTEXT = 640
"""Tokens of a request and its answer, what the model was trained for."""
SCENES = 100
SEED = "evaluation"
GREEDY: dict[str, float] = {"temperature": 0}
WARM: dict[str, float] = {"temperature": 0.7, "top_k": 40, "top_p": 0.95, "min_p": 0.05}
DIAL = "Q6_K Q4_K_M Q4_0 Q3_K_M Q3_K_S Q2_K".split()


class Trial(NamedTuple):
    """A way of asking."""

    style: Style
    settings: dict[str, float]
    part: int = 1
    """It is asked for one scene in so many."""


TRIALS = {
    "greedy": Trial(TRAINING, GREEDY),
    "warm": Trial(TRAINING, WARM, 2),
    "wordings": Trial(UNSEEN, GREEDY),
}
"""Unseen combinations of things in seen wordings, at temperatures 0 and 0.7; and in unseen wordings."""


def scenes(count: int, style: Style) -> list[tuple[str, Scene]]:
    """Prompts, and what is to be drawn: always the same, and fewer are the first of more."""
    rng = random.Random(SEED)
    found: list[tuple[str, Scene]] = []
    while len(found) < count:
        sample = held_out_sample(rng, style)
        if sample.scene is not None:
            found.append((sample.prompt, sample.scene))
    return found


def answer(server: LlamaServer, prompt: str, settings: dict[str, float], seed: int) -> str:
    """What the model answers.

    Args:
        server: A server with the model.
        prompt: What is asked.
        settings: Of the sampler.
        seed: Of the sampler.
    """
    asked = {"messages": [{"role": "user", "content": prompt}], "seed": seed, "max_tokens": CONTEXT}
    request = urllib.request.Request(
        f"{server.url}/v1/chat/completions",
        json.dumps(asked | settings).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=120) as response:
        content = json.load(response)["choices"][0]["message"]["content"]
    return str(content or "")


def evaluate(file: Path, trials: Iterable[str], count: int) -> dict[str, Any]:
    """How many drawings of a model are right, by trial: `right` of `of`, and each mark for itself.

    Args:
        file: The GGUF file.
        trials: Keys of `TRIALS`.
        count: Number of scenes of a whole trial.
    """
    found: dict[str, Any] = {}
    with LlamaServer(file, context=CONTEXT) as server:
        for name in trials:
            style, settings, part = TRIALS[name]
            asked = scenes(count // part, style)
            marks = dict.fromkeys(LABELS, 0)
            right = 0
            for number, (prompt, scene) in enumerate(asked):
                given = score(scene, answer(server, prompt, settings, number + 1))
                right += given.all_right
                for mark in given.marks:
                    marks[mark.name] += mark.is_right
            found[name] = {"right": right, "of": len(asked), "marks": marks}
    return found


def evaluate_bytes(content: bytes, trials: Iterable[str], count: int) -> dict[str, Any]:
    """The same for a file in memory."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "model.gguf")
        file.write_bytes(content)
        return evaluate(file, trials, count)


def results(asked: Sequence[str], count: int, jobs: int) -> dict[str, Any]:
    """Evaluates files by name, and puts them beside what is known of the others."""
    known = evaluated.EVALUATION
    files: dict[str, Any] = dict(known.get("files", {}))

    def one(name: str) -> None:
        content = data(name)
        digest = hashlib.sha256(content).hexdigest()
        assert digest == sums()[name], (
            f"{name} is not as listed: python -m mkdocs_quantlab.builtin_models"
        )
        before = files.get(name, {})
        kept = before.get("divergence") if before.get("sha256") == digest else None
        found = evaluate_bytes(content, TRIALS, count)
        files[name] = {
            "sha256": digest,
            "size": len(content),
            "bits_per_weight": round(bits_per_weight(content), 4),
            **found,
        }
        if kept:
            files[name]["divergence"] = kept
        _say(name, *(f"{found[trial]['right']}/{found[trial]['of']}" for trial in TRIALS))

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, asked))
    return {
        **known,
        "date": datetime.now(UTC).date().isoformat(),
        "server": f"xllamacpp {version('xllamacpp')}",
        "seed": SEED,
        "settings": {name: trial.settings for name, trial in TRIALS.items()},
        "files": {name: files[name] for name in names() if name in files},
    }


def bits_per_weight(content: bytes) -> float:
    """As llama.cpp prints it: bits of all tensors over their weights."""
    tensors = read_weights(content).model.tensors
    return 8 * sum(t.size or 0 for t in tensors) / sum(t.parameters for t in tensors)


def dial(sigmas: Sequence[float], count: int, jobs: int) -> dict[str, Any]:
    """Greedy drawings of the twin that are right, by the dial's setting and by recipe."""
    f16 = F16.read_bytes()

    def one(sigma: float) -> dict[str, int]:
        twin = uneven(f16, sigma)
        contents = {"F16": twin} | {recipe: quantized(twin, recipe) for recipe in DIAL}
        right = {
            recipe: evaluate_bytes(content, ["greedy"], count)["greedy"]["right"]
            for recipe, content in contents.items()
        }
        _say(sigma, right, "of", count)
        return right

    with ThreadPoolExecutor(jobs) as pool:
        found = dict(zip((f"{sigma:g}" for sigma in sigmas), pool.map(one, sigmas), strict=True))
    return {"of": count, "source": hashlib.sha256(f16).hexdigest(), "right": found}


def save(evaluation: dict[str, Any], out: Path = OUT) -> None:
    """Writes the module: one line a file."""
    parts = []
    for key, value in evaluation.items():
        text = json.dumps(value)
        if key == "files":
            lines = (f"  {json.dumps(name)}: {json.dumps(each)}" for name, each in value.items())
            text = "{\n" + ",\n".join(lines) + "\n }"
        parts.append(f" {json.dumps(key)}: {text}")
    before, _, _ = Path(evaluated.__file__).read_text(encoding="utf-8").partition('json.loads(r"""')
    body = ",\n".join(parts)
    out.write_text(f'{before}json.loads(r"""\n{{\n{body}\n}}\n""")\n', encoding="utf-8")


def _say(*words: object) -> None:
    print(*words, file=sys.stderr, flush=True)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="built-in models; all without")
    parser.add_argument("--scenes", type=int, default=SCENES)
    parser.add_argument("--jobs", type=int, default=1, help="models at once")
    parser.add_argument("--dial", nargs="+", type=float, metavar="SIGMA")
    given = parser.parse_args()
    if given.dial:
        save({**evaluated.EVALUATION, "dial": dial(given.dial, given.scenes, given.jobs)})
    else:
        save(results(given.names or names(), given.scenes, given.jobs))


if __name__ == "__main__":
    main()

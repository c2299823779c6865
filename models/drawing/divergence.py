"""Measures how far the built-in models' probabilities are from those of the model in F16, with PyTorch.

    python -m models.drawing.divergence [NAME ...]

The network runs in float32 with the weights as they are decoded; llama.cpp rounds the activations to 8 bits besides. The
texts are right answers to prompts with scenes that training never saw; only the answers' tokens count. The results go beside
those of `models.drawing.evaluate`.
"""

from __future__ import annotations

import argparse
import random
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

import torch

from mkdocs_quantlab.builtin_models import data, sums
from mkdocs_quantlab.engine.drawing import evaluated
from models.drawing.evaluate import save
from models.drawing.loading import load
from models.drawing.samples import held_out_sample
from models.drawing.vocabulary import END

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.drawing.vocabulary import Tokenizer

TEXTS = 100
SEED = "divergence"
REFERENCE = "drawing:F16"


class Text(NamedTuple):
    """A request with its answer."""

    tokens: list[int]
    start: int
    """The answer's first token."""


def texts(tokenizer: Tokenizer, count: int) -> list[Text]:
    """Always the same, and fewer are the first of more."""
    rng = random.Random(SEED)
    found = []
    for _ in range(count):
        sample = held_out_sample(rng)
        request = tokenizer.chat(sample.prompt)
        found.append(Text([*request, *tokenizer.encode(sample.answer), END], len(request)))
    return found


@torch.no_grad()
def log_probabilities(content: bytes, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """For each token of the answers, the logarithms of all probabilities, and which token is there.

    Args:
        content: A GGUF file.
        count: Number of texts.
    """
    network, tokenizer = load(content)
    found, there = [], []
    for tokens, start in texts(tokenizer, count):
        hidden = network.hidden(torch.tensor([tokens[:-1]]))[0, start - 1 :]
        found.append(torch.log_softmax(network.output(hidden), -1))
        there.append(torch.tensor(tokens[start:]))
    return torch.cat(found), torch.cat(there)


def compare(reference: torch.Tensor, other: torch.Tensor, there: torch.Tensor) -> dict[str, float]:
    """Mean KL divergence in nats, perplexity, and how often the most likely token is the same."""
    divergence = (reference.exp() * (reference - other)).sum(-1).mean()
    right = other.gather(1, there[:, None]).mean()
    same = (reference.argmax(-1) == other.argmax(-1)).float().mean()
    return {
        "kl": float(f"{max(0.0, divergence.item()):.4g}"),
        "perplexity": round((-right).exp().item(), 6),
        "same_top": round(same.item(), 5),
    }


def main(asked: Sequence[str], count: int) -> None:
    """Adds the figures to what was evaluated."""
    evaluation = dict(evaluated.EVALUATION)
    reference, there = log_probabilities(data(REFERENCE), count)
    for name in asked:
        found = evaluation["files"][name]
        assert found["sha256"] == sums()[name], f"evaluate {name} first"
        other, _ = log_probabilities(data(name), count)
        found["divergence"] = compare(reference, other, there)
        print(name, found["divergence"], file=sys.stderr, flush=True)
    evaluation["texts"] = {
        "of": count,
        "tokens": len(there),
        "reference": sums()[REFERENCE],
        "network": f"PyTorch {version('torch')}",
    }
    save(evaluation)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="built-in models; all that were evaluated without")
    parser.add_argument("--texts", type=int, default=TEXTS)
    given = parser.parse_args()
    torch.set_num_threads(1)
    main(given.names or list(evaluated.EVALUATION["files"]), given.texts)

"""Measures the importance matrix: of each matrix, how large its inputs are on texts that the model was trained on.

    python -m models.drawing.importance

It writes `mkdocs_quantlab/builtin_models/drawing.imatrix.gguf` in llama.cpp's layout, which `llama-quantize --imatrix` reads too. Like
llama.cpp's own `llama-imatrix`, it leaves out the output matrix.
"""

from __future__ import annotations

import random
from array import array
from typing import TYPE_CHECKING

import torch
from torch import nn

from mkdocs_quantlab.builtin_models.files import F16, IMATRIX
from mkdocs_quantlab.builtin_models.imatrix import write_imatrix
from models.drawing.loading import load
from models.drawing.samples import training_sample
from models.drawing.vocabulary import END

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from models.drawing.network import Network

SAMPLES = 400
SEED = "importance"
DATASET = f"models/drawing: {SAMPLES} training samples, requests with answers"


class Inputs:
    """Sums the squares of what goes into each matrix of a network, in float64.

    Attributes:
        sums: By the tensor's name.
        rows: Number of tokens so far.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.sums: dict[str, torch.Tensor] = {}
        self.rows = 0
        for name, module in network.named_modules():
            if isinstance(module, nn.Linear) and name != "output":
                self.sums[f"{name}.weight"] = torch.zeros(module.in_features, dtype=torch.float64)
                module.register_forward_pre_hook(self._noting(f"{name}.weight"))

    @torch.no_grad()
    def add(self, tokens: list[int]) -> None:
        """Runs the network on a text."""
        self.network.hidden(torch.tensor([tokens]))
        self.rows += len(tokens)

    def _noting(self, name: str) -> Callable[[nn.Module, tuple[torch.Tensor]], None]:
        def note(_: nn.Module, given: tuple[torch.Tensor]) -> None:
            self.sums[name] += given[0].double().square().sum((0, 1))

        return note


def measure(content: bytes, samples: Iterable[list[int]] | None = None) -> bytes:
    """The importance matrix of a model, as a file.

    Args:
        content: The model's file.
        samples: Tokens of texts; training samples where none are given.
    """
    network, tokenizer = load(content)
    if samples is None:
        rng = random.Random(SEED)
        drawn = (training_sample(rng) for _ in range(SAMPLES))
        samples = ([*tokenizer.chat(s.prompt), *tokenizer.encode(s.answer), END] for s in drawn)
    inputs = Inputs(network)
    texts = 0
    for tokens in samples:
        inputs.add(tokens)
        texts += 1
    found = {name: (array("f", sums.tolist()), inputs.rows) for name, sums in inputs.sums.items()}
    return write_imatrix(found, DATASET, texts, network.shape.context)


if __name__ == "__main__":
    torch.set_num_threads(1)
    content = measure(F16.read_bytes())
    IMATRIX.write_bytes(content)
    print(f"{IMATRIX.name}: {len(content):,} bytes")

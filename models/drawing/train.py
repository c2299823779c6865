"""Trains the model on the CPU: generated samples only, none of them twice.

    python -m models.drawing.train [--steps N] [--folder FOLDER] [--precision float32|bfloat16]

A run that was ended goes on from its last checkpoint. Samples come from the number of the step, so that it sees what an
unbroken run sees.

Every processor computes in float32, the default. bfloat16 takes two thirds of that time on a processor with instructions for it,
and minutes for each step on one without: there it is refused.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from models.drawing.muon import Muon
from models.drawing.network import Network, Shape
from models.drawing.samples import held_out_sample, training_sample
from models.drawing.vocabulary import END, Token, Tokenizer, build

STEPS = 6000
SAMPLES = 16
"""In a step."""
RATE = 3e-3
"""The highest learning rate."""
WARM_UP = 100
"""Steps until the learning rate is highest; after `FLAT` of the steps it falls to 0 in a straight line."""
FLAT = 0.4
DECAY = 0.05
"""Weight decay of the layers' matrices."""
SAVE_EVERY = 250
POOL = 16
"""Steps whose samples are sorted by length together: little is padded then."""
IGNORED = -100

FLOAT32 = "float32"
BFLOAT16 = "bfloat16"
BFLOAT16_INSTRUCTIONS = ("avx512_bf16", "amx_bf16", "bf16")
"""PyTorch's names for the instruction sets, of x86-64 and of ARM64, that multiply matrices of bfloat16."""


class PrecisionError(ValueError):
    """The processor lacks instructions for the precision that was asked for."""


class Batch(NamedTuple):
    """Samples side by side."""

    tokens: Tensor
    """Samples x length, padded with 0."""
    targets: Tensor
    """The token that comes next where it is part of an answer, else `IGNORED`."""


def batches(tokenizer: Tokenizer, first: int, seed: str = "training") -> list[Batch]:
    """The batches of `POOL` steps, from step `first` on."""
    rng = random.Random(f"{seed} {first}")
    sample = held_out_sample if seed == "validation" else training_sample
    rows = []
    for _ in range(POOL * SAMPLES):
        prompt, answer, _ = sample(rng)
        request = tokenizer.chat(prompt)
        rows.append((len(request), [*request, *tokenizer.encode(answer), END]))
    rows.sort(key=lambda row: len(row[1]))
    found = [_batch(rows[i : i + SAMPLES]) for i in range(0, len(rows), SAMPLES)]
    rng.shuffle(found)
    return found


def _batch(rows: list[tuple[int, list[int]]]) -> Batch:
    # Few different shapes, which PyTorch keeps memory for.
    length = -(-max(len(tokens) for _, tokens in rows) // 32) * 32
    tokens = torch.zeros(len(rows), length, dtype=torch.long)
    targets = torch.full((len(rows), length), IGNORED)
    for i, (start, row) in enumerate(rows):
        tokens[i, : len(row)] = torch.tensor(row)
        targets[i, start - 1 : len(row) - 1] = torch.tensor(row[start:])
    return Batch(tokens, targets)


def check_precision(precision: str) -> None:
    """Refuses bfloat16 on a processor without instructions for it.

    Raises:
        PrecisionError: The processor would have to emulate it.
    """
    capabilities = torch.cpu.get_capabilities()
    if precision == BFLOAT16 and not any(map(capabilities.get, BFLOAT16_INSTRUCTIONS)):
        raise PrecisionError(
            "`--precision bfloat16`: this processor has no instructions for bfloat16 and would take minutes for each step; "
            "use `--precision float32`"
        )


def loss(network: Network, batch: Batch, precision: str) -> Tensor:
    """Mean negative log-likelihood of the answers' tokens."""
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == BFLOAT16):
        hidden = network.hidden(batch.tokens).flatten(0, 1)
        targets = batch.targets.flatten()
        # Logits only where they count.
        counted = (targets != IGNORED).nonzero()[:, 0]
        logits = network.output(hidden[counted])
    return functional.cross_entropy(logits.float(), targets[counted])


@torch.no_grad()
def validation(network: Network, held: list[Batch], precision: str) -> float:
    """The loss on scenes that training never sees."""
    counts = [int((batch.targets != IGNORED).sum()) for batch in held]
    losses = [loss(network, batch, precision).item() for batch in held]
    return sum(x * n for x, n in zip(losses, counts, strict=True)) / sum(counts)


def rate(step: int, steps: int) -> float:
    """The learning rate of a step."""
    falling = (step - FLAT * steps) / ((1 - FLAT) * steps)
    return RATE * min(1, (step + 1) / WARM_UP, max(0, 1 - falling))


def optimizers(network: Network, precision: str) -> list[torch.optim.Optimizer]:
    """Muon for the layers' matrices, AdamW for everything else.

    After 192 steps of a short trial the validation loss was 0.71 with Muon and 0.98 with AdamW alone.
    """
    matrices = [p for name, p in network.named_parameters() if p.dim() == 2 and name[:3] == "blk"]
    rest = [p for name, p in network.named_parameters() if p.dim() != 2 or name[:3] != "blk"]
    return [
        Muon(matrices, lr=RATE, weight_decay=DECAY, precision=getattr(torch, precision)),
        torch.optim.AdamW(rest, lr=RATE, betas=(0.9, 0.95), weight_decay=0.0, fused=True),
    ]


def train(
    folder: Path,
    steps: int,
    *,
    until: int | None = None,
    threads: int = 2,
    precision: str = FLOAT32,
) -> Network:
    """Trains a model, or goes on with the one in the folder.

    Args:
        folder: Where checkpoints are.
        steps: Steps of the whole run. A run goes on only with a checkpoint of the same number and precision.
        until: Step at which to leave off; the end where there is none.
        threads: Of PyTorch.
        precision: Of the matrix products: `float32` or `bfloat16`. Weights are float32 in both.

    Returns:
        The network. When the run is at its end it is in `model.pt`, too.

    Raises:
        PrecisionError: The processor has no instructions for bfloat16.
    """
    check_precision(precision)
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    tokens = build()
    tokenizer = Tokenizer(tokens)
    network = Network(Shape(len(tokens)))
    ours = optimizers(network, precision)
    checkpoint = folder / f"checkpoint-of-{steps}-{precision}.pt"
    step = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(saved["network"])
        for optimizer, state in zip(ours, saved["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        step = saved["step"]
    folder.mkdir(parents=True, exist_ok=True)
    held = batches(tokenizer, 0, "validation")
    mean = None
    began, seen = time.monotonic(), 0
    last = steps if until is None else min(until, steps)
    while step < last:
        for batch in batches(tokenizer, step):
            network.zero_grad()
            value = loss(network, batch, precision)
            value.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            for optimizer in ours:
                for group in optimizer.param_groups:
                    group["lr"] = rate(step, steps)
                optimizer.step()
            mean = value.item() if mean is None else 0.98 * mean + 0.02 * value.item()
            seen += int((batch.tokens != 0).sum())
            step += 1
        speed = seen / (time.monotonic() - began)
        _progress(step, steps, f"loss {mean:.4f}, {speed:,.0f} tokens/s")
        if step % SAVE_EVERY < POOL or step >= last:
            state = {
                "network": network.state_dict(),
                "optimizers": [optimizer.state_dict() for optimizer in ours],
                "step": step,
            }
            _save(state, checkpoint)
            left = validation(network, held, precision)
            print(f"\nstep {step}: validation loss {left:.4f}", flush=True)
    if step >= steps:
        texts = [tuple(token) for token in tokens]
        _save({"network": network.state_dict(), "tokens": texts}, folder / "model.pt")
    return network


def _save(state: object, path: Path) -> None:
    """Writes a file whole or not at all."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def _progress(step: int, steps: int, said: str) -> None:
    done = min(40, 40 * step // steps)
    print(
        f"\r[{'#' * done}{'.' * (40 - done)}] {step:,}/{steps:,}, {said}   ",
        end="",
        file=sys.stderr,
        flush=True,
    )


def load(path: Path) -> tuple[Network, Tokenizer]:
    """A trained network, and its tokenizer."""
    saved = torch.load(path, weights_only=True)
    tokens = [Token(*token) for token in saved["tokens"]]
    network = Network(Shape(len(tokens)))
    network.load_state_dict(saved["network"])
    return network.eval(), Tokenizer(tokens)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--folder", type=Path, default=Path("models/drawing/build"))
    parser.add_argument("--until", type=int)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", choices=(FLOAT32, BFLOAT16), default=FLOAT32)
    given = parser.parse_args()
    try:
        train(
            given.folder,
            given.steps,
            until=given.until,
            threads=given.threads,
            precision=given.precision,
        )
    except PrecisionError as error:
        parser.error(str(error))

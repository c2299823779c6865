"""How long the page's Python takes to quantize weights, type by type: what `engine.gguf.quantize.SECONDS` rounds.

    python -m benchmarks.quantize_page [TYPE ...]

The built archive runs under Node, as a page starts it. Seconds are of processor time, because machines are busy; each is the better of
two runs over Gaussian weights in 16 bits, encoded, decoded and compared, as `quantize.encoded` does it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from benchmarks import report
from mkdocs_quantlab.engine.core.numbers import significant
from mkdocs_quantlab.engine.gguf.quantize import CHOICES, SCHEME
from mkdocs_quantlab.site.assets import STATIC

BROWSER = Path(__file__).parent.parent / "browser"
CODE = """
import json, random, struct
from mkdocs_quantlab.engine.gguf.quantize import SCHEME, encoded
from mkdocs_quantlab.engine.calls.quantize import store_by_scheme
from mkdocs_quantlab.engine.ggml import batch

AFFINE = {"scheme": "affine", "bits": "4", "block": "64"}

rng = random.Random(1)
found = {}
for name in NAMES:
    count = 1 << 17 if name in batch.ENCODERS else 1 << 13
    data = struct.pack(f"<{count}e", *(rng.gauss(0, 0.05) for _ in range(count)))
    piece = {"tensor": "", "start": 0, "stop": len(data), "source": "F16", "target": name, "weights": count, "padding": 0}
    if name == "F16":
        piece["source"] = "F32"
        data = struct.pack(f"<{count}f", *struct.unpack(f"<{count}e", data))
    times = []
    for _ in range(2):
        begin = seconds()
        if name == SCHEME:
            store_by_scheme({"piece": piece, "options": AFFINE, "code": ""}, data)
        else:
            encoded(piece, data)
        times.append(seconds() - begin)
    found[name] = min(times) / count * 1e6
json.dumps(found)
"""


def measure(names: list[str]) -> dict[str, float]:
    """Seconds a million weights, by type."""
    code = f"NAMES = {names!r}\n{CODE}"
    command = ["node", "build/page_python.mjs", str(STATIC / "pyodide"), "all", code]
    done = subprocess.run(command, cwd=BROWSER, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "types", nargs="*", choices=[*CHOICES, SCHEME, []], default=[], metavar="TYPE"
    )
    found = measure(parser.parse_args().types or [*CHOICES, SCHEME])
    rows = [(name, significant(taken), significant(2.8 * taken)) for name, taken in found.items()]
    print(report.table(("Type", "s a million weights", "s for 2.8 million"), rows))


if __name__ == "__main__":
    main()

"""How large the page's files are, from the files; `benchmarks.md` prints it."""

from __future__ import annotations

import gzip

from mkdocs_quantlab.site.assets import STATIC

FILES = "quantlab.js quantlab.css interact.js lab.js files.js chat.js compare.js markdown.js svg.js tex.js highlight.js evidence.js quantize.js editor.js worker.js live.js live_frame.js live_worker.js".split()


def table() -> str:
    """Bytes of each, and as servers send them."""
    rows = ["| File | bytes | gzipped |", "| --- | ---: | ---: |"]
    for name in FILES:
        data = (STATIC / name).read_bytes()
        rows.append(f"| `{name}` | {len(data):,} | {len(gzip.compress(data, 9)):,} |")
    return "\n".join(rows)

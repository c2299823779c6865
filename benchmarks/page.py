"""What a lab's page costs its reader: the first script, and the wait between a control and the repaint.

    python -m benchmarks.page [--changes 120]

A wait is counted in the page, from the input event to the frame after the figure changed: the time before the event is
dispatched, a `MutationObserver` on the figure, the next animation frame, and the first task after it, which runs when
style, layout and paint are done. It is counted twice: on a display of 60 Hz, where waiting for a frame may be in it, and
with the browser's frame limit off, which leaves the work alone.
"""

from __future__ import annotations

import argparse
import gzip
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks import chromium, report, sites
from benchmarks.server import Server
from mkdocs_quantlab.site.assets import SCRIPT, STATIC, STYLE

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPT_AIM = 12_000
FRAME_AIM = 16.0
PYTHON_AIM = 50.0
UNLIMITED = ("--disable-frame-rate-limit", "--disable-gpu-vsync")

LAB = """# Lab

<div data-quantization-explorer></div>

<div data-quantization-grid-explorer></div>

<div data-quantization-grid-explorer data-preset="gaussian" data-count="256"></div>
"""

MEASURE = """
async ([index, name, values, count]) => {
  const widget = document.querySelectorAll("quantlab-widget")[index];
  const figure = widget.querySelector("figure");
  const controls = [...widget.querySelectorAll(`[name="${name}"]`)];
  widget.scrollIntoView();
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => {
    const after = new MessageChannel();
    after.port1.onmessage = () => resolve(performance.now());
    after.port2.postMessage(null);
  }));
  const change = (value) => new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`no new figure for ${name}=${value}`)), 60000);
    const observer = new MutationObserver(() => {
      observer.disconnect();
      clearTimeout(limit);
      painted().then((end) => resolve(end - begin));
    });
    observer.observe(figure, { childList: true, subtree: true, characterData: true });
    const begin = performance.now();
    if (controls[0].type === "radio") {
      controls.find((control) => control.value === value).click();
    } else {
      controls[0].value = value;
      controls[0].dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
  const waits = [];
  for (let i = 0; i < count + 5; i++) {
    // Readers do not move in step with the display.
    await new Promise((resolve) => setTimeout(resolve, 40 + 33 * Math.random()));
    waits.push(await change(values[i % values.length]));
  }
  return waits.slice(5);  // the first few start Python and compile what they run
}
"""

BITS = ["2", "3", "5", "6", "7", "8", "4"]
CASES: list[tuple[str, int, str, list[str], float]] = [
    ("single weight, bits: from frames", 0, "bits", BITS, FRAME_AIM),
    ("toy layer of 16, bits: from frames", 1, "bits", BITS, FRAME_AIM),
    ("single weight, weight: through Python", 0, "weight", ["0.5", "-0.3", "0.77"], PYTHON_AIM),
    ("toy layer of 16, block: through Python", 1, "block", ["4", "8"], PYTHON_AIM),
    ("layer of 256 (the most), block: through Python", 2, "block", ["4", "8", "16"], PYTHON_AIM),
]


def waits(page: Page, case: tuple[str, int, str, list[str], float], changes: int) -> list[float]:
    """Milliseconds from each change to its repaint."""
    _, index, name, values, _ = case
    measured: Any = page.evaluate(MEASURE, [index, name, values, changes])
    return list(map(float, measured))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--changes", type=int, default=120)
    given = parser.parse_args()
    print(report.machine(chromium.version()), end="\n\n")

    rows: list[tuple[str, ...]] = []
    for name in (SCRIPT, STYLE):
        data = (STATIC / name).read_bytes()
        size = len(gzip.compress(data, 6))
        met = report.verdict(size, SCRIPT_AIM) if name == SCRIPT else ""
        rows.append((f"`{name}`", f"{len(data):,}", f"{size:,}", met))
    head: tuple[str, ...] = (
        "On every page of a site with labs",
        "bytes",
        "gzipped",
        f"aim {SCRIPT_AIM:,}",
    )
    print(report.table(head, rows), end="\n\n")

    with tempfile.TemporaryDirectory() as folder, chromium.playwright() as browser:
        root = Path(folder)
        sites.of_one_page(root, LAB)
        server = Server(root / "site")
        results: dict[str, list[list[float]]] = {}
        for rate in ((), UNLIMITED):
            with chromium.profile(browser, root / f"profile-{len(rate)}", *rate) as context:
                page = context.new_page()
                page.goto(server.url, wait_until="networkidle")
                for case in CASES:
                    results.setdefault(case[0], []).append(waits(page, case, given.changes))
                    page.reload(wait_until="networkidle")
        server.close()
    rows = []
    for name, _, _, _, aim in CASES:
        display, work = results[name]
        p95 = report.quantile(display, 0.95)
        rows.append(
            (
                name,
                f"{median(display):.1f}",
                f"{p95:.1f}",
                f"{median(work):.1f}",
                f"{report.quantile(work, 0.95):.1f}",
                f"{aim:.0f} ms: {report.verdict(p95, aim)}",
            )
        )
    head = (
        f"Control to repaint, ms ({given.changes} changes)",
        "60 Hz: p50",
        "p95",
        "no frame limit: p50",
        "p95",
        "aim at 60 Hz, p95",
    )
    print(report.table(head, rows))


if __name__ == "__main__":
    main()

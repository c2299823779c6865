"""A long visit keeps a flat memory: what a redraw, a page or a worker leaves behind would add up."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

# Hundreds of redraws and pages, one after another.
pytestmark = pytest.mark.slow

MIB = 2**20

# Moves the slider N times, each after the answer to the one before.
REDRAW = """async times => {
  const widget = document.querySelector('quantlab-widget');
  const slider = widget.querySelector('[name=weight][type=range]');
  const figure = widget.querySelector('figure');
  for (let i = 0; i < times; i++) {
    const drawn = new Promise(resolve => {
      const watch = new MutationObserver(() => { watch.disconnect(); resolve(); });
      watch.observe(figure, {childList: true});
    });
    slider.value = String(((i * 37) % 1000) / 1000 - 0.5);
    slider.dispatchEvent(new Event('input', {bubbles: true}));
    await drawn;
  }
}"""


class Memory:
    """What the page's process holds, after a collection."""

    def __init__(self, lab):
        self.cdp = lab.context.new_cdp_session(lab.page)
        self.cdp.send("Performance.enable")
        processes = lab.context.browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
        # Of several renderers the lab's is the one that has Python in it, hence the largest.
        self.pids = [p["id"] for p in processes["processInfo"] if p["type"] == "renderer"]

    def read(self):
        """Nodes, JavaScript's heap and the process's memory, in bytes."""
        for _ in range(2):
            self.cdp.send("HeapProfiler.collectGarbage")
        metrics = {
            m["name"]: m["value"] for m in self.cdp.send("Performance.getMetrics")["metrics"]
        }
        resident = max(map(resident_bytes, self.pids))
        return metrics["Nodes"], metrics["JSHeapUsedSize"], resident


def resident_bytes(pid):
    """A process's share of memory."""
    file = Path(f"/proc/{pid}/smaps_rollup")
    if not file.exists():
        return 0
    return (
        int(re.search(r"^Pss:\s+(\d+) kB", file.read_text(encoding="utf-8"), re.MULTILINE)[1])
        * 1024
    )


def go(lab, name, there):
    lab.page.locator("article").get_by_role("link", name=name).click()
    expect(lab.widget(there).root).to_be_visible()


def some(lab, redraws, pages, stops):
    """A stretch of the visit."""
    for _ in range(pages // 2):
        go(lab, "To the author's own", "single")
        go(lab, "To the lab", "quantlab-1")
    for _ in range(stops):
        lab.explorer.set("weight", "0.5")
        lab.page.evaluate("document.querySelector('.quantlab-stop').click()")
        lab.explorer.settle()
    lab.page.evaluate(REDRAW, redraws)
    lab.explorer.settle()


def test_memory_is_flat(visit):
    lab = visit()
    # Caches fill first: compiled code, the interpreter's free lists, the allocator's arenas.
    some(lab, redraws=100, pages=4, stops=2)
    memory = Memory(lab)
    nodes, heap, resident = memory.read()
    some(lab, redraws=500, pages=0, stops=10)
    later_nodes, *_ = memory.read()
    assert later_nodes < 1.05 * nodes
    # Instant navigation keeps the nodes of pages that were left, with our elements or without.
    some(lab, redraws=10, pages=20, stops=0)
    _, later_heap, later_resident = memory.read()
    assert later_heap < heap + 3 * MIB
    # A worker that was not ended, or a heap that only grows, would be tens of MiB each.
    assert later_resident < resident + 40 * MIB

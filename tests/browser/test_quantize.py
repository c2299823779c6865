"""A model quantized in the page: from a click to a file, and what may go wrong between."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from mkdocs_quantlab.engine.gguf.quantize import GROUPS, quantized

pytestmark = pytest.mark.xdist_group("browser")

FILE = "assets/quantlab/models/f16.gguf"
# Workers start, on a machine that may be doing other things.
LONG = 60_000
HEAR = """
window.heard = [];
document.addEventListener("quantlab-model", async ({ detail: { name, file, note } }) => {
  heard.push({ name, note, bytes: [...new Uint8Array(await file.arrayBuffer())] });
});
"""


class Bench:
    """The widget, and what it has besides."""

    def __init__(self, lab):
        self.lab = lab
        self.widget = lab.widget("quantlab-1")
        self.panel = self.widget.root.locator(".quantlab-make")
        self.said = self.panel.get_by_role("status")
        self.save = self.panel.get_by_role("link", name="Save")
        self.progress = self.panel.get_by_role("progressbar")

    def press(self, name):
        self.panel.get_by_role("button", name=name).click()

    def saved(self):
        """Name and bytes of the file that the reader saves."""
        with self.lab.page.expect_download() as download:
            self.save.click()
        return download.value.suggested_filename, download.value.path().read_bytes()

    def fetched(self):
        return [url for url in self.lab.requests if url.endswith(".gguf")]


@pytest.fixture
def bench(visit):
    return Bench(visit("material", "quantize"))


@pytest.fixture
def original(site):
    return (site("material").root / FILE).read_bytes()


def test_from_a_click_to_the_file_of_the_command_line(bench, original):
    expect(bench.panel.get_by_role("button")).to_have_text(
        [f"Fetch {len(original) / 1000:.0f} kB and quantize"]
    )
    expect(bench.save).to_be_hidden()
    assert not bench.fetched()
    bench.widget.set("recipe", "Q5_0")
    bench.widget.settle()
    assert not bench.lab.python_requests()  # a frame answers
    bench.widget.set("output", "Q8_0")
    bench.widget.settle()
    expect(bench.widget.result).to_contain_text("Q5_0, changed stores f16 in")
    bench.press("quantize")
    expect(bench.said).to_contain_text("quantized in", timeout=LONG)
    assert len(bench.fetched()) == 1
    name, data = bench.saved()
    assert data == quantized(original, "Q5_0", {"output": "Q8_0"})
    bits = re.search(r"([\d.]+) bits per weight", bench.widget.result.inner_text())[1]
    assert name == f"f16-{float(bits):.2f}-bits.gguf".replace("f16", "tiny")
    # What it lost joins the figure, once it is drawn anew.
    expect(bench.widget.root.locator("tbody tr").first).to_contain_text("dB")
    expect(bench.progress).to_be_hidden()
    # Again, without fetching it again.
    bench.widget.set("output", "Q4_1")
    bench.press("Quantize")
    expect(bench.said).to_contain_text("quantized in", timeout=LONG)
    expect(bench.save).not_to_have_attribute("download", name)
    assert bench.saved()[1] == quantized(original, "Q5_0", {"output": "Q4_1"})
    assert len(bench.fetched()) == 1


def test_the_chat_is_handed_the_file(bench, original):
    bench.lab.page.evaluate(HEAR)
    bench.widget.set("recipe", "Q8_0")
    bench.press("quantize")
    expect(bench.said).to_contain_text("quantized in", timeout=LONG)
    bench.press("Put it into the chat")
    bench.lab.wait_for("heard.length")
    (heard,) = bench.lab.page.evaluate("heard")
    assert bytes(heard["bytes"]) == quantized(original, "Q8_0")
    assert heard["name"] == "tiny-Q8_0.gguf"
    assert re.fullmatch(r"quantized in this page: \d+ kB, [\d.]+ bits per weight", heard["note"])
    expect(bench.said).to_contain_text("this page has none")


def test_stop_ends_it_and_it_can_be_done_again(bench, original):
    for group in GROUPS:
        bench.widget.set(group, "Q4_K")
    bench.press("quantize")
    bench.lab.wait_for("document.querySelector('.quantlab-make progress').value > 0")
    bench.press("Stop")
    expect(bench.said).to_have_text("Stopped. Nothing of it was kept.")
    expect(bench.save).to_be_hidden()
    expect(bench.progress).to_be_hidden()
    bench.widget.start_over()
    bench.press("Quantize")
    expect(bench.said).to_contain_text("tiny-Q4_0.gguf", timeout=LONG)
    assert bench.saved()[1] == quantized(original, "Q4_0")


def test_stop_ends_the_fetching(bench):
    with bench.lab.server.held("f16.gguf"):
        bench.press("quantize")
        expect(bench.said).to_have_text("Fetching the model …")
        bench.press("Stop")
        expect(bench.said).to_have_text("Stopped. Nothing of it was kept.")
    expect(bench.panel.get_by_role("button", name="Fetch")).to_be_enabled()


@pytest.mark.parametrize(
    ("status", "change", "said"),
    [
        (200, lambda data: data[:-1000], r"tiny-F16.gguf: its tensors end at byte .* bytes are missing"),
        (200, lambda data: data[:40] + b"\xff" * 40 + data[80:], r"tiny-F16.gguf: metadata entry 1"),
        (200, lambda _: b"<!doctype html><title>Sign in</title>", r"tiny-F16.gguf: .*page"),
        (404, lambda _: b"", r"could not be fetched: .*/models/f16.gguf answered 404"),
    ],
    ids=["cut off", "damaged", "a page", "not there"],
)  # fmt: skip
def test_a_damaged_file_is_told(bench, original, status, change, said):
    bench.lab.allow("404")
    with bench.lab.server.replaced("f16.gguf", status, change(original)):
        bench.press("quantize")
        expect(bench.said).to_have_text(re.compile(said), timeout=LONG)
    expect(bench.save).to_be_hidden()


def test_without_python_it_says_so(visit):
    lab = visit("off", "quantize")
    widget = lab.widget("quantlab-1")
    expect(widget.root.locator(".quantlab-make")).to_be_hidden()
    expect(widget.status).to_contain_text(
        "Quantizing needs Python in the page, and this site was built without it"
    )

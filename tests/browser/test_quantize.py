"""A model quantized in the page: from a click to a file, and what may go wrong between."""

from __future__ import annotations

import hashlib
import inspect
import re
import struct
from pathlib import Path

import pytest
from playwright.sync_api import expect

from mkdocs_quantlab.engine.gguf.modelfile import modelfile
from mkdocs_quantlab.engine.gguf.quantize import GROUPS, quantized, read_everything
from mkdocs_quantlab.engine.methods.schemes import Symmetric
from mkdocs_quantlab.engine.widgets.quantization_challenge.starts import absmax8
from tests.browser.test_code import Panel

# Workers start, on a machine that may be doing other things.
LONG = 60_000
HEAR = """
window.heard = [];
document.addEventListener("quantlab-model", async ({ detail: { name, file, note } }) => {
  heard.push({ name, note, bytes: [...new Uint8Array(await file.arrayBuffer())] });
});
"""


def as_reader(data, kind):
    """The file with the weights of a kind as `starts.absmax8` leaves them, in F16."""
    header = read_everything(lambda start, stop: data[start:stop], len(data))
    made = bytearray(quantized(data, "F16"))
    after = read_everything(lambda start, stop: made[start:stop], len(made))
    places = {tensor.name: after.data_start + tensor.offset for tensor in after.tensors}
    for tensor in header.tensors:
        if kind not in tensor.name:
            continue
        start = header.data_start + tensor.offset
        weights = struct.unpack(f"<{tensor.parameters}e", data[start : start + tensor.size])
        kept = []
        for first in range(0, tensor.parameters, 256):
            kept += absmax8.decode(absmax8.encode(list(weights[first : first + 256])))
        kept = struct.unpack(f"<{len(kept)}f", struct.pack(f"<{len(kept)}f", *kept))
        place = places[tensor.name]
        made[place : place + tensor.size] = struct.pack(f"<{len(kept)}e", *kept)
    return bytes(made)


class Bench:
    """The widget, and what it has besides."""

    def __init__(self, lab):
        self.lab = lab
        self.widget = lab.widget("quantlab-1")
        self.panel = self.widget.root.locator(".quantlab-make")
        self.said = self.panel.get_by_role("status")
        self.save = self.panel.locator('[data-role="save"]')
        self.modelfile = self.panel.locator('[data-role="modelfile"]')
        self.progress = self.panel.get_by_role("progressbar")

    def press(self, name):
        self.panel.get_by_role("button", name=name).click()

    def saved(self, link=None):
        """Name and bytes of the file that the reader saves."""
        with self.lab.page.expect_download() as download:
            (link or self.save).click()
        return download.value.suggested_filename, download.value.path().read_bytes()

    def fetched(self):
        return [url for url in self.lab.requests if url.endswith(".gguf")]


@pytest.fixture
def bench(visit):
    return Bench(visit("material", "quantize"))


@pytest.fixture
def original(models):
    return Path(models["f16"]).read_bytes()


def published(original):
    """The file's name in the site."""
    return f"{hashlib.sha256(original).hexdigest()[:16]}.gguf"


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
    beside, text = bench.saved(bench.modelfile)
    assert beside == name.replace(".gguf", ".Modelfile")
    assert text.decode() == modelfile(name.removesuffix(".gguf"))
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
    expect(bench.said).to_have_text("Stopped. Nothing was kept.")
    expect(bench.save).to_be_hidden()
    expect(bench.progress).to_be_hidden()
    bench.widget.start_over()
    bench.press("Quantize")
    expect(bench.said).to_contain_text("tiny-Q4_0.gguf", timeout=LONG)
    assert bench.saved()[1] == quantized(original, "Q4_0")


def test_a_format_of_the_readers_is_one_of_the_types(bench, original):
    bench.widget.set("recipe", "F16")
    bench.widget.set("attn_q", "custom")
    bench.press("quantize")
    expect(bench.said).to_contain_text("quantized in", timeout=2 * LONG)
    _, data = bench.saved()
    assert data == as_reader(original, "attn_q")
    expect(bench.widget.root.locator("figure")).to_contain_text("F16, by your code")
    # 256 steps of 8 bits and a float32, as the widget below has them.
    expect(bench.widget.root.locator("figure")).to_contain_text("It takes 8.125 bits per weight.")


def test_a_format_whose_weights_f16_cannot_store_is_told(bench):
    panel = Panel(bench.lab.widget("quantlab-2"))
    panel.edit()
    panel.write(
        "def encode(weights):\n    return b''\n\ndef decode(data):\n    return [0] * 255 + [1e9]\n"
    )
    panel.press("Run")
    expect(panel.said).to_contain_text("The figure is drawn with this code", timeout=LONG)
    bench.widget.set("attn_v", "custom")
    bench.press("quantize")
    expect(bench.said).to_contain_text("that F16 cannot store: 1e+09", timeout=2 * LONG)
    expect(bench.save).to_be_hidden()


def test_what_the_explorer_is_set_to_is_one_of_the_types(bench, original):
    explorer = bench.lab.widget("quantlab-3")
    explorer.set("bits", "8")
    panel = Panel(explorer)
    panel.edit()
    panel.write(inspect.getsource(Symmetric).replace("value = q * self.scale", "value = 0.5"))
    panel.press("Run")
    expect(panel.said).to_contain_text("The figure is drawn with this code", timeout=LONG)
    bench.widget.set("recipe", "F16")
    bench.widget.set("attn_q", "scheme")
    bench.press("quantize")
    expect(bench.said).to_contain_text("quantized in", timeout=2 * LONG)
    _, data = bench.saved()
    header = read_everything(lambda start, stop: data[start:stop], len(data))
    for tensor in header.tensors:
        start = header.data_start + tensor.offset
        halves = data[start : start + tensor.size] == struct.pack("<e", 0.5) * tensor.parameters
        assert halves == ("attn_q" in tensor.name)
    figure = bench.widget.root.locator("figure")
    expect(figure).to_contain_text("F16, by the explorer's scheme")
    # 8 bits, and a float32 for 64 weights.
    expect(figure).to_contain_text("It takes 8.500 bits per weight.")


def test_stop_ends_the_fetching(bench, original):
    with bench.lab.server.held(published(original)):
        bench.press("quantize")
        expect(bench.said).to_have_text("Fetching the model …")
        bench.press("Stop")
        expect(bench.said).to_have_text("Stopped. Nothing was kept.")
    expect(bench.panel.get_by_role("button", name="Fetch")).to_be_enabled()


@pytest.mark.parametrize(
    ("status", "change", "said"),
    [
        (200, lambda data: data[:-1000], r"tiny-F16.gguf: its tensors end at byte .* bytes are missing"),
        (200, lambda data: data[:40] + b"\xff" * 40 + data[80:], r"tiny-F16.gguf: metadata entry 1"),
        (200, lambda _: b"<!doctype html><title>Sign in</title>", r"tiny-F16.gguf: .*page"),
        (404, lambda _: b"", r"could not be fetched: .*/models/[0-9a-f]+.gguf answered 404"),
    ],
    ids=["cut off", "damaged", "a page", "not there"],
)  # fmt: skip
def test_a_damaged_file_is_told(bench, original, status, change, said):
    bench.lab.allow("404")
    with bench.lab.server.replaced(published(original), status, change(original)):
        bench.press("quantize")
        expect(bench.said).to_have_text(re.compile(said), timeout=LONG)
    expect(bench.save).to_be_hidden()


def test_without_python_it_says_so(visit):
    lab = visit("off", "quantize")
    widget = lab.widget("quantlab-1")
    expect(widget.root.locator(".quantlab-make")).to_be_hidden()
    expect(widget.status).to_contain_text(
        "A part of this widget needs Python in the page. This site was built without it."
    )

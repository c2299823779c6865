"""A reader's own files: dropped, picked, by address; read in the page, and sent nowhere."""

from __future__ import annotations

import base64
import re
import threading
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.gguf_files import write_gguf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    write_gguf(folder / "split.gguf", tensors_a_part=5)
    return {
        "q4": write_gguf(folder / "tiny-Q4_K_M.gguf", file_type=15),
        "q8": write_gguf(folder / "tiny-Q8_0.gguf", "Q8_0", file_type=7),
        "odd": write_gguf(folder / "other-Q8_0.gguf", "Q4_0", words=50, general__name="Other"),
        "parts": sorted(folder.glob("split-*.gguf")),
        "folder": folder,
    }


@pytest.fixture
def lab(visit):
    return visit("material", "inspect")


def give(widget, *paths):
    widget.root.locator("[type=file]").set_input_files([str(path) for path in paths])
    widget.settle()


DROP = """(host, files) => {
  const transfer = new DataTransfer();
  for (const [name, text] of files) {
    const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
    transfer.items.add(new File([bytes], name));
  }
  const tell = type => host.dispatchEvent(new DragEvent(type, {dataTransfer: transfer, bubbles: true, cancelable: true}));
  tell('dragenter');
  const lit = host.classList.contains('is-over');
  const taken = !tell('dragover');
  tell('drop');
  return {lit, taken, dark: !host.classList.contains('is-over')};
}"""


def drop(widget, *paths):
    files = [[path.name, base64.b64encode(path.read_bytes()).decode()] for path in paths]
    done = widget.root.evaluate(DROP, files)
    assert done == {"lit": True, "taken": True, "dark": True}
    widget.settle()


def test_before_files_are_given_the_page_says_what_it_is_for(lab):
    inspector = lab.widget("quantlab-1")
    expect(inspector.result).to_contain_text("Give one GGUF file or several")
    expect(inspector.root.locator("[type=file]")).to_be_visible()
    assert lab.python_requests() == []


@pytest.mark.parametrize("theme", ["material", "mkdocs"])
def test_a_picked_file_is_read(visit, files, theme):
    """By a worker of the page, and by one that the pages of a visit share."""
    lab = visit(theme, "inspect")
    inspector = lab.widget("quantlab-1")
    give(inspector, files["q4"])
    expect(inspector.result).to_contain_text("tiny-Q4_K_M stores")
    expect(inspector.result).to_contain_text("layers are mostly Q4_K")
    expect(inspector.root.locator(".quantlab-part[data-part=map]")).to_be_visible()


def test_a_file_that_is_picked_before_the_script_came_is_read(visit, server, files):
    with server.held("files.js"):
        lab = visit("material", "inspect")
        root = lab.page.locator("#quantlab-1[data-ready]")
        root.locator("[type=file]").set_input_files(str(files["q4"]))
        expect(root.locator(".quantlab-files[data-ready]")).to_have_count(0)
    expect(root.locator(".quantlab-result")).to_contain_text("tiny-Q4_K_M stores")


def test_dropped_files_are_compared_and_join_those_that_are_there(lab, files):
    inspector = lab.widget("quantlab-1")
    drop(inspector, files["q4"], files["q8"])
    expect(inspector.result).to_contain_text("times smaller than tiny-Q8_0")
    expect(inspector.result).to_contain_text(
        "All have the same tensors. The tokenizers are the same."
    )
    drop(inspector, files["odd"])
    expect(inspector.result).to_contain_text("they are not the same model")
    expect(inspector.result).to_contain_text("The label of other-Q8_0 does not match the tensors")
    # A choice of the part that is shown stands, and needs no Python.
    inspector.set("show", "labels")
    expect(inspector.root.locator("[data-part=sizes]")).to_be_hidden()
    expect(inspector.root.locator("[data-part=labels]")).to_be_visible()
    inspector.start_over()
    expect(inspector.result).to_contain_text("Give one GGUF file or several")
    assert "tiny" not in inspector.link.get_attribute("href")


def test_parts_that_are_given_together_are_put_together(lab, files):
    inspector = lab.widget("quantlab-1")
    give(inspector, *files["parts"])
    expect(inspector.result).to_contain_text("split stores")
    expect(inspector.root.locator("[data-part=sizes]")).to_contain_text("and 1 more")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("page.gguf", b"<!DOCTYPE html><title>Sign in</title>", "not a GGUF"),
        ("empty.gguf", b"", "empty"),
    ],
)
def test_what_is_no_gguf_is_said_so(lab, files, name, content, message):
    inspector = lab.widget("quantlab-1")
    path = files["folder"] / name
    path.write_bytes(content)
    give(inspector, path)
    assert name in inspector.status.inner_text()
    assert message in inspector.status.inner_text()
    # What was there before still is, and the next file is read.
    expect(inspector.result).to_contain_text("Give one GGUF file or several")
    give(inspector, files["q4"])
    expect(inspector.result).to_contain_text("tiny-Q4_K_M stores")


# By address


class Host:
    """Another site, that has a file.

    Attributes:
        ranges: It answers ranges.
        allows: It lets other sites read from it.
        exposes: It lets them see how large the file is.
        open: It answers at all; until then it keeps everyone waiting.
    """

    origin = "http://models.test/"

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.ranges = self.allows = self.exposes = True
        self.open = threading.Event()
        self.open.set()
        self.asked: list[tuple[str, str]] = []

    def __call__(self, request: BaseHTTPRequestHandler) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("Range", ""))
        self.asked.append((request.command, request.headers.get("Range", "")))
        self.open.wait()
        if "/tiny" not in request.path:
            self.answer(request, 404, b"")
        elif asked and self.ranges:
            start, end = int(asked[1]), min(int(asked[2]), len(self.content) - 1)
            place = f"bytes {start}-{end}/{len(self.content)}"
            self.answer(request, 206, self.content[start : end + 1], place)
        else:
            self.answer(request, 200, self.content)

    def answer(
        self, request: BaseHTTPRequestHandler, status: int, body: bytes, place: str = ""
    ) -> None:
        headers = {"Content-Length": str(len(body))}
        if self.allows:
            headers["Access-Control-Allow-Origin"] = "*"
        if self.exposes:
            headers["Access-Control-Expose-Headers"] = "Content-Range"
        if place:
            headers["Content-Range"] = place
        request.send_response(status)
        for key, value in headers.items():
            request.send_header(key, value)
        request.end_headers()
        if request.command == "GET":
            request.wfile.write(body)


@pytest.fixture
def host(files, server) -> Iterator[Host]:
    host = server.others[Host.origin] = Host(files["q4"].read_bytes())
    yield host
    host.open.set()
    del server.others[Host.origin]


def ask(lab, address, *, settle=True):
    inspector = lab.widget("quantlab-1")
    inspector.root.locator("[type=url]").fill(address)
    inspector.root.get_by_role("button", name="Read", exact=True).click()
    if settle:
        inspector.settle()
    return inspector


def test_a_server_that_does_not_answer_can_be_given_up(lab, host, files):
    host.open.clear()
    lab.wanted.append(host.origin)
    inspector = ask(lab, f"{host.origin}tiny-Q4_K_M.gguf", settle=False)
    inspector.stop.click()
    inspector.settle()
    assert inspector.status.inner_text().startswith("Stopped.")
    give(inspector, files["q8"])
    expect(inspector.result).to_contain_text("tiny-Q8_0 stores")


@pytest.mark.parametrize("exposes", [True, False])
def test_a_file_by_address(lab, host, exposes):
    host.exposes = exposes
    lab.wanted.append(host.origin)
    inspector = ask(lab, f"{host.origin}tiny-Q4_K_M.gguf")
    expect(inspector.result).to_contain_text("tiny-Q4_K_M stores")
    assert all(range_ for method, range_ in host.asked if method == "GET")
    assert "tiny" not in inspector.link.get_attribute("href")


def test_an_address_without_ranges(lab, host):
    host.ranges = False
    lab.wanted.append(host.origin)
    inspector = ask(lab, f"{host.origin}tiny-Q4_K_M.gguf")
    assert (
        "does not support range requests and would send the whole file"
        in inspector.status.inner_text()
    )


def test_an_address_that_does_not_allow_it(lab, host):
    host.allows = False
    lab.wanted.append(host.origin)
    lab.allow("CORS policy|net::ERR_FAILED")
    inspector = ask(lab, f"{host.origin}tiny-Q4_K_M.gguf")
    assert "does not allow pages of http://127.0.0.1" in inspector.status.inner_text()
    assert "(CORS)" in inspector.status.inner_text()


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("{origin}missing.gguf", "answered 404"),
        ("ftp://example.invalid/a.gguf", "An address begins with https://; found ftp://"),
        ("models/a.gguf", "An address begins with https://; found models/a.gguf"),
    ],
)
def test_addresses_that_lead_nowhere(lab, host, address, message):
    lab.wanted.append(host.origin)
    lab.allow("404")
    inspector = ask(lab, address.format(origin=host.origin))
    assert message in inspector.status.inner_text()

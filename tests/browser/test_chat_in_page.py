"""Models that run in the page, in Chromium: fetched, asked, stopped, compared and freed, with the demo's files and the drawing model."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from mkdocs_quantlab import builtin_models
from mkdocs_quantlab.site.assets import WLLAMA
from tests.browser.conftest import PATIENCE
from tests.paths import ROOT
from tests.servers import tiny_model
from tests.shared import ORIGIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator, Worker

    from tests.browser.conftest import Server, Visit
    from tests.shared import Shared

TINY = ROOT / "docs/models/tiny-llama-Q8_0.gguf"
PELICAN = "Draw a pelican riding a bicycle."
PAGES = {
    "index.md": """# Tiny

<div data-quantlab-chat data-endpoint="browser" data-models="q8 q4" data-max_tokens="3"></div>

[Elsewhere](plain.md)
""",
    "two.md": """# Two chats

<div data-quantlab-chat data-endpoint="browser" data-models="q8" data-max_tokens="3"></div>

<div data-quantlab-chat data-endpoint="browser" data-models="q8 q4" data-max_tokens="3"></div>
""",
    "drawing.md": """# Drawing

<div data-quantlab-chat data-models="drawing:F16 drawing:Q8_0 drawing:Q4_K_M tiny:q4" data-temperature="0"></div>

[Elsewhere](plain.md)
""",
    "plain.md": "# Plain\n\nNo chat. [Back](index.md) [Drawing](drawing.md)\n",
}


@pytest.fixture(scope="session")
def url(server: Server, shared: Shared) -> str:
    """The site's home page."""
    named = {"q8": str(TINY), "q4": str(TINY).replace("Q8_0", "Q4_K_M")}
    config = {
        "site_name": "Labs",
        "site_url": f"{ORIGIN}/in-page/",
        "theme": {"name": "material", "font": False, "features": ["navigation.instant"]},
        "plugins": [{"quantlab": {"models": named}}],
    }
    sources = {f"docs/{name}": text for name, text in PAGES.items()}
    sources["mkdocs.yml"] = json.dumps(config)
    server.sites["in-page"] = shared.site("in-page", sources)
    return f"{server.origin}/in-page/"


class Chat:
    """A chat in a page, and its parts."""

    def __init__(self, visit: Visit, number: int = 0) -> None:
        self.visit = visit
        self.page = visit.page
        self.root = self.page.locator("quantlab-chat").nth(number)
        expect(self.root).to_have_attribute("data-ready", "")
        self.model = self.root.get_by_role("combobox", name="Model", exact=True)
        self.box = self.root.get_by_label("Prompt (Enter sends")
        self.send_button = self.root.locator(".quantlab-chat-bottom [type=submit]")
        self.answers = self.root.locator("article")
        self.texts = self.root.locator(".quantlab-chat-text")
        self.figures = self.root.locator(".quantlab-chat-figures")
        self.picker = self.root.locator("[type=file]")
        self.trouble = self.root.locator(".quantlab-chat-own")

    def set(self, label: str, value: str) -> None:
        """Sets a number of the settings."""
        field = self.root.get_by_label(label, exact=True)
        if not field.is_visible():
            self.root.get_by_text("Settings", exact=True).click()
        field.fill(value)
        field.blur()

    def ask(self, prompt: str) -> Locator:
        """Sends a prompt and waits for the answer's end."""
        count = self.figures.count()
        self.box.fill(prompt)
        self.send_button.click()
        expect(self.figures).to_have_count(count + 1, timeout=3 * PATIENCE)
        return self.answers.nth(count)

    def ramble(self) -> None:
        """Asks for an answer that is long in coming, and waits for its beginning."""
        count = self.figures.count()
        for label, value in (("Token limit", "4000"), ("Temperature", "2"), ("top_p", "1")):
            self.set(label, value)
        self.box.fill(PELICAN)
        self.send_button.click()
        expect(self.texts.nth(count)).not_to_be_empty()

    def llamas(self) -> list[Worker]:
        """The workers that run llama.cpp; others parse answers, and are the page's Python, which marks drawings."""
        others = ("/worker.js", "/markdown.js")
        return [worker for worker in self.page.workers if not worker.url.endswith(others)]

    def fetched(self) -> list[str]:
        """What was asked of the site since the visit began, of llama.cpp and models."""
        asked = self.visit.server.asked[self.visit.asked :]
        return [u for u in asked if "/wllama/" in u or "/quantlab/models/" in u]


@pytest.fixture
def start(visit: Callable[..., Visit], url: str) -> Callable[..., Chat]:
    """Opens a page of the site and gives its first chat."""

    def open_chat(page: str = "", **options) -> Chat:
        return Chat(visit(url=url + page, **options))

    return open_chat


@pytest.fixture(scope="module")
def tiny() -> Iterator[bytes]:
    """The demo's model in 8 bits."""
    return TINY.read_bytes()


def test_from_the_click_to_the_answer(start):
    chat = start()
    expect(chat.root.get_by_text("Connection:")).to_contain_text("The model runs in this page")
    # Llama.cpp, compressed, and the model.
    expect(chat.send_button).to_have_text(re.compile(r"Fetch 3\.\d\d MB and send"))
    expect(chat.root.locator(".quantlab-chat-send")).to_contain_text(
        re.compile(r"\d kB, plus 2\.5\d MB for llama\.cpp")
    )
    chat.box.fill("Hello")
    chat.page.wait_for_timeout(300)
    assert chat.fetched() == []
    assert chat.llamas() == []
    answer = chat.ask("Hello")
    expect(answer).to_contain_text(", 3 tokens, ")
    expect(chat.figures).to_contain_text(
        re.compile(r"Cut at the token limit\. .*tokens per second")
    )
    expect(chat.send_button).to_have_text("Send")
    names = [re.sub(r".*/quantlab/|\?.*", "", u) for u in chat.fetched()]
    assert sorted(names[:2]) == sorted(WLLAMA)
    assert len(names) == 3
    assert len(chat.llamas()) == 1
    # The same seed gives the same answer, another one another, and nothing more is fetched.
    first = chat.texts.nth(0).inner_text()
    chat.set("Seed", "1")
    chat.root.get_by_label(re.compile("^Send .*earlier prompt")).uncheck()
    chat.ask("Hello")
    chat.set("Seed", "2")
    chat.ask("Hello")
    texts = chat.texts.all_inner_texts()
    assert texts[1] == first
    assert texts[2] != first
    assert len(chat.fetched()) == 3


def test_another_model_takes_its_place(start):
    chat = start()
    chat.ask("Hello")
    chat.model.select_option("q4")
    expect(chat.send_button).to_have_text(re.compile(r"Fetch 4\d\d kB and send"))
    chat.ask("Hello")
    assert len(chat.llamas()) == 1
    chat.model.select_option("q8")
    expect(chat.send_button).to_have_text("Send")
    chat.ask("Hello")
    assert len(chat.llamas()) == 1
    assert len(chat.fetched()) == 4


def test_two_chats_have_one_model_in_memory(start):
    chat = start("two/")
    other = Chat(chat.visit, 1)
    chat.ask("Hello")
    # What one fetched is there for both.
    other.box.fill("Hello")
    expect(other.send_button).to_have_text("Send")
    other.ask("Hello")
    other.model.select_option("q4")
    other.ask("Hello")
    chat.ask("Hello")
    assert len(chat.llamas()) == 1


def test_stop(start):
    chat = start("drawing/")
    chat.set("Token limit", "5")
    chat.ask(PELICAN)
    chat.ramble()
    chat.root.get_by_role("button", name="Stop", exact=True).click()
    expect(chat.figures.nth(1)).to_contain_text("Stopped by you")
    chat.set("Token limit", "5")
    expect(chat.ask(PELICAN)).to_contain_text(", 5 tokens, ")


def test_stop_while_fetching(start, server):
    chat = start()
    with server.held("wllama.wasm"):
        chat.box.fill("Hello")
        chat.send_button.click()
        expect(chat.root.get_by_text("Fetching llama.cpp")).to_be_visible()
        chat.root.get_by_role("button", name="Stop", exact=True).click()
        expect(chat.figures).to_contain_text("Stopped by you")
    expect(chat.ask("Hello")).to_contain_text(", 3 tokens, ")


def test_leaving_frees_and_the_way_back_works(start):
    chat = start()
    chat.ask("Hello")
    assert len(chat.llamas()) == 1
    chat.page.get_by_role("link", name="Elsewhere").click()
    expect(chat.page.get_by_role("heading", name="Plain")).to_be_visible()
    chat.visit.wait_for("!document.querySelector('quantlab-chat')")
    for _ in range(50):
        if not chat.llamas():
            break
        chat.page.wait_for_timeout(100)
    assert chat.llamas() == []
    chat.page.get_by_role("link", name="Back").click()
    chat = Chat(chat.visit)
    expect(chat.figures).to_have_count(1)
    expect(chat.send_button).to_have_text(re.compile("Fetch"))
    chat.ask("Hello")


def test_leaving_ends_an_answer(start):
    chat = start("drawing/")
    chat.ask(PELICAN)
    chat.ramble()
    chat.page.get_by_role("link", name="Elsewhere").click()
    expect(chat.page.get_by_role("heading", name="Plain")).to_be_visible()
    for _ in range(50):
        if not chat.llamas():
            break
        chat.page.wait_for_timeout(100)
    assert chat.llamas() == []
    chat.page.get_by_role("article").get_by_role("link", name="Drawing").click()
    chat = Chat(chat.visit)
    expect(chat.answers.nth(1)).to_contain_text("The model was removed from memory")


@pytest.mark.parametrize("type_", ["text/plain", "application/octet-stream"])
def test_a_wrong_type_of_the_webassembly(start, server, type_):
    with server.typed(".wasm", type_):
        chat = start()
        expect(chat.ask("Hello")).to_contain_text(", 3 tokens, ")


def test_what_is_missing_or_damaged_is_said(start, server, url, tiny):
    chat = start()
    with server.replaced("wllama.wasm", 404):
        chat.visit.allow("404")
        expect(chat.ask("Hello")).to_contain_text(
            "llama.cpp could not be fetched: this site answered 404."
        )
    config = json.loads(chat.root.get_attribute("data-config").replace("\n", " "))
    [file, _] = [Path(model["file"]).name for model in config["inPage"]]
    with server.replaced(file, 200, tiny[:-1] + b"\xff"):
        expect(chat.ask("Hello")).to_contain_text("q8 is damaged")
    with server.replaced(file, 200, tiny[:5000]):
        expect(chat.ask("Hello")).to_contain_text("q8 is damaged")
    expect(chat.ask("Hello")).to_contain_text(", 3 tokens, ")


def test_the_policy_that_the_guide_names(start, server):
    guide = (ROOT / "docs/guide/model-in-the-page.md").read_text(encoding="utf-8")
    [needed] = re.findall(r"(?s)## A Content-Security-Policy\n(.*)", guide)
    extra = dict(part.split(" ", 1) for part in re.findall(r"`([a-z]+-src [^`]+)`", needed))
    policy = "; ".join(
        (
            "default-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            # The theme's own scripts are in the page.
            f"script-src 'self' 'unsafe-inline' {extra['script-src']}",
            f"worker-src {extra['worker-src']}",
            f"connect-src {extra['connect-src']}",
            "img-src 'self' data:",
        )
    )
    html = (server.sites["in-page"] / "index.html").read_text(encoding="utf-8")
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    with server.replaced("index.html", 200, html.replace("<head>", f"<head>{meta}").encode()):
        chat = start()
        expect(chat.ask("Hello")).to_contain_text(", 3 tokens, ")


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("delete window.WebAssembly", "This browser has no WebAssembly"),
        (
            "WebAssembly.Memory = class { constructor() { throw new TypeError() } }",
            "has no 64-bit memory",
        ),
    ],
)
def test_a_browser_that_cannot(start, script, sentence):
    chat = start()
    chat.visit.context.add_init_script(script)
    chat.page.reload(wait_until="domcontentloaded")
    chat = Chat(chat.visit)
    expect(chat.root.locator(".quantlab-chat-page")).to_contain_text(sentence)
    expect(chat.send_button).to_be_disabled()
    assert chat.fetched() == []


def test_a_file_of_the_readers_own(start, tiny):
    chat = start("two/")
    other = Chat(chat.visit, 1)
    file = {"name": "mine.gguf", "mimeType": "application/octet-stream", "buffer": tiny}
    chat.picker.set_input_files(file)
    expect(chat.model).to_have_value("mine.gguf")
    # Both chats have it now.
    expect(other.model.locator("option[value='mine.gguf']")).to_have_count(1)
    expect(chat.send_button).to_have_text(re.compile(r"Fetch 2\.5\d MB and send"))
    expect(chat.ask("Hello")).to_contain_text("mine.gguf")
    expect(chat.ask("Hello")).to_contain_text(", 3 tokens, ")
    assert not [u for u in chat.fetched() if "/models/" in u]


DAMAGED = {
    "It is not a GGUF file": lambda whole: b"PK\x03\x04" + whole[4:],
    "It ends early": lambda whole: whole[:-1000],
    "It ends within its header": lambda whole: whole[:600],
    "version 9": lambda whole: whole[:4] + b"\x09\0\0\0" + whole[8:],
    "It is broken: its header claims": lambda whole: whole[:8] + b"\xff" * 6 + whole[14:],
    "does not know its architecture": lambda whole: whole.replace(b"llama", b"lhama", 1),
}


@pytest.mark.parametrize("sentence", DAMAGED)
def test_a_damaged_file(start, tiny, sentence):
    chat = start()
    content = DAMAGED[sentence](tiny)
    file = {"name": "mine.gguf", "mimeType": "application/octet-stream", "buffer": content}
    chat.picker.set_input_files(file)
    if "architecture" in sentence:  # which only llama.cpp knows
        expect(chat.ask("Hello")).to_contain_text(sentence)
    else:
        expect(chat.trouble).to_contain_text("mine.gguf cannot be used. ")
        expect(chat.trouble).to_contain_text(sentence)
    # The chat goes on with what it has.
    chat.model.select_option("q8")
    expect(chat.ask("Hello")).to_contain_text(", 3 tokens, ")


OFFER = """([name, bytes]) => {
  const board = (document[Symbol.for('quantlab-models')] ??= new Map());
  const model = {name, file: new Blob([new Uint8Array(bytes)]), note: 'made here'};
  board.set(name, model);
  document.dispatchEvent(new CustomEvent('quantlab-model', {detail: model}));
}"""
"""What `offer` of models.ts does, for a script that is not bundled with the chat's."""


def test_files_made_in_the_page(start, tiny):
    chat = start()
    chat.page.evaluate(OFFER, ["made", list(tiny)])
    chat.model.select_option("made")
    expect(chat.root).to_contain_text(re.compile(r"made here, [78]\d\d kB"))
    expect(chat.ask("Hello")).to_contain_text(", 3 tokens, ")
    # Another file of that name is another model.
    chat.page.evaluate(OFFER, ["made", list(tiny[:600])])
    expect(chat.ask("Hello")).to_contain_text("It ends within its header")
    # A chat that comes later has it, too.
    chat.page.get_by_role("link", name="Elsewhere").click()
    expect(chat.page.get_by_role("heading", name="Plain")).to_be_visible()
    chat.page.get_by_role("link", name="Back").click()
    expect(Chat(chat.visit).model.locator("option[value=made]")).to_have_count(1)


def test_what_the_files_are(start):
    chat = start()
    chat.root.get_by_text("What each model is").click()
    chat.root.get_by_role("button", name="Read the files' headers").click()
    panel = chat.root.locator(".quantlab-chat-cards")
    expect(panel).to_contain_text(re.compile(r"A file of [78]\d\d kB"))
    expect(panel.locator("table").first).to_contain_text("Q8_0")
    expect(panel.locator("table").nth(1)).to_contain_text("Q4_K")
    expect(panel).to_contain_text("general.file_type")
    # Headers only, and nothing of llama.cpp.
    assert not [u for u in chat.fetched() if "/wllama/" in u]


def test_a_server_and_back(start, start_ollama):
    ollama = start_ollama()
    chat = start("drawing/", servers=[ollama.url])
    chat.root.get_by_text("Connection:").click()
    chat.root.get_by_label("Endpoint").fill(ollama.url)
    chat.root.get_by_label("Endpoint").blur()
    expect(chat.root.get_by_text("Connection:")).to_contain_text(f"Talks to {ollama.url}")
    # Names that the page has no file of are the reader's server's.
    expect(chat.model.locator("option")).to_have_text(["tiny:q4", "Another …"])
    chat.set("Token limit", "5")
    expect(chat.ask("Hello")).to_contain_text("tiny:q4")
    chat.root.get_by_role("button", name="The model in this page").click()
    expect(chat.root.get_by_text("Connection:")).to_contain_text("The model runs in this page")
    expect(chat.model).to_have_value("drawing:F16")
    expect(chat.send_button).to_contain_text("Fetch")


# With the drawing model


def test_a_drawing(start):
    chat = start("drawing/")
    chat.model.select_option("drawing:Q8_0")
    answer = chat.ask(PELICAN)
    expect(answer).to_contain_text("Ended by the model.")
    # The answer is nothing but a drawing: its source is a click away.
    expect(chat.texts).not_to_be_visible()
    answer.get_by_text("Source of the drawing").click()
    expect(chat.texts).to_contain_text("</svg>")
    frame = answer.frame_locator("iframe")
    expect(frame.locator("svg")).to_be_visible()
    assert frame.locator("svg *").count() > 8
    # A model of the plugin's own: its drawings are marked unless the author says otherwise.
    expect(answer.locator(".quantlab-chat-mark")).to_have_count(6, timeout=2 * PATIENCE)
    expect(answer.locator("[data-mark=well_formed]")).to_have_attribute("data-right", "true")


def test_two_models_compared(start):
    chat = start("drawing/")
    chat.set("Temperature", "0.7")
    root = chat.root.locator(".quantlab-chat-compare")
    root.get_by_text("Compare models", exact=True).click()
    root.get_by_label("Prompt 1", exact=True).fill(PELICAN)
    root.get_by_label("Answers from each model").fill("2")
    expect(root.get_by_label("drawing:F16")).to_be_checked()
    expect(root.locator(".quantlab-compare-outlook")).to_contain_text(
        re.compile(r"The page first fetches 11\.\d MB from this site")
    )
    root.get_by_role("button", name="Start").click()
    status = root.locator(".quantlab-compare-status")
    expect(status).to_contain_text("Done: 6 answers", timeout=4 * PATIENCE)
    # Asked twice with one seed, a model in the page gives one answer.
    expect(root).not_to_contain_text("This server is not deterministic")
    curve = root.locator(".quantlab-compare-curve [data-item]")
    expect(curve).to_have_count(2, timeout=2 * PATIENCE)
    # One llama.cpp for both models, one after the other.
    assert len(chat.llamas()) == 1
    root.get_by_role("button", name="Find the first difference").click()
    expect(root.locator(".quantlab-compare-parting")).to_contain_text(
        re.compile("wrote the same"), timeout=2 * PATIENCE
    )


def test_candidates_that_are_no_characters(start, tmp_path, monkeypatch):
    """A model that says single bytes: wllama cannot hand over what it might have said instead, and goes on after that."""
    whole = tiny_model.vocabulary

    def bytes_only():
        pieces = whole()
        for piece in pieces:
            piece.said = piece.text.startswith(("<0x9", "<0xF"))
        return pieces

    monkeypatch.setattr(tiny_model, "vocabulary", bytes_only)
    tiny_model.write(tmp_path / "bytes.gguf", "Q6_K")
    chat = start()
    chat.picker.set_input_files(tmp_path / "bytes.gguf")
    expect(chat.model).to_have_value("bytes.gguf")
    root = chat.root.locator(".quantlab-chat-compare")
    root.get_by_text("Compare models", exact=True).click()
    root.get_by_label("Answers from each model").fill("1")
    root.get_by_label("bytes.gguf").check()
    root.get_by_label("q4").uncheck()
    root.get_by_role("button", name="Start").click()
    expect(root.locator(".quantlab-compare-status")).to_contain_text(
        "Done: 4 answers", timeout=4 * PATIENCE
    )
    root.get_by_role("button", name="Find the first difference").click()
    expect(root).to_contain_text("Candidates cannot be shown", timeout=2 * PATIENCE)
    expect(chat.ask("Hello")).to_contain_text(", 3 tokens, ")


@pytest.mark.parametrize("name", ["drawing:F16", "drawing:Q8_0", "drawing:Q4_K_M"])
def test_greedy_text_is_that_of_a_server(start, name):
    pytest.importorskip("xllamacpp", reason="carries llama.cpp's server")
    import requests

    from tests.servers.llama_server import LlamaServer

    prompts = (PELICAN, "Draw two red houses.", "Draw a cat.")
    chat = start("drawing/")
    chat.model.select_option(name)
    with LlamaServer(builtin_models.path(name), context=512) as native:
        for prompt in prompts:
            chat.ask(prompt)
            body = {
                "messages": [{"role": "user", "content": prompt}],
                "temperature": 0,
                "seed": 1,
                "max_tokens": 2048,
                "logprobs": True,
                "top_logprobs": 2,
            }
            url = f"{native.url}/v1/chat/completions"
            [answer] = requests.post(url, json=body, timeout=60).json()["choices"]
            theirs = answer["message"]["content"].strip()
            source = chat.answers.last.locator("pre").first
            ours = source.text_content() if source.count() else chat.texts.last.text_content()
            if ours.strip() != theirs:
                assert gap_at_parting(ours.strip(), theirs, answer["logprobs"]["content"]) < TIE


TIE = 0.1
"""Two candidates whose logarithms differ by less, 52 against 48 in a hundred, are as good as equally likely: how sums are
rounded decides."""


def gap_at_parting(ours: str, theirs: str, tokens: list[dict]) -> float:
    """How much likelier the server found what it said where the texts part than its second choice, as logarithms."""
    pairs = enumerate(zip(ours, theirs, strict=False))
    parted = next((i for i, (a, b) in pairs if a != b), min(len(ours), len(theirs)))
    end = 0
    for token in tokens:
        end += len(token["token"])
        if end > parted:
            break
    first, second = (candidate["logprob"] for candidate in token["top_logprobs"])
    return first - second

"""The chat in Chromium, with a stand-in for Ollama in front of a real llama.cpp."""

from __future__ import annotations

import base64
import copy
import json
import re
import subprocess
import sys
import threading
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.paths import AXE
from tests.servers.ollama_models import Held, Script

DRAWING = """Here it is:

```svg
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">
<rect width="100" height="100" fill="#0a0"/>
<circle cx="50" cy="50" r="30" fill="#00f"/>
</svg>
```

A *circle*.
"""


# The middle of a picture, and its upper edge's middle.
PIXELS = """async png => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('2d', {willReadFrequently: true});
  context.drawImage(image, 0, 0);
  return [image.height / 2, 8].map(y => [...context.getImageData(image.width / 2, y, 1, 1).data.slice(0, 3)]);
}"""


def pixels(page, png):
    return page.evaluate(PIXELS, base64.b64encode(png).decode())


class Chat:
    """A chat in a page, and its parts."""

    def __init__(self, visit, server):
        self.visit = visit
        self.page = visit.page
        self.server = server
        self.root = self.page.locator("quantlab-chat")
        expect(self.root).to_have_attribute("data-ready", "")
        self.model = self.page.get_by_role("combobox", name="Model", exact=True)
        self.box = self.page.get_by_label("Prompt (Enter sends")
        self.send_button = self.page.get_by_role("button", name="Send", exact=True)
        self.stop_button = self.page.get_by_role("button", name="Stop", exact=True)
        self.answers = self.root.locator("article")
        self.figures = self.root.locator(".quantlab-chat-figures")
        self.status = self.root.locator(".quantlab-chat-status")
        self.live = self.root.locator(".quantlab-live")
        self.case = self.root.locator(".quantlab-chat-case")

    def connect(self, url):
        address = self.page.get_by_label("Endpoint")
        if not address.is_visible():
            self.page.get_by_text("Connection:").click()
        address.fill(url)
        address.blur()

    def key(self, key):
        field = self.page.get_by_label("Key, if the server wants one")
        field.fill(key)
        field.blur()

    def check(self):
        self.page.get_by_role("button", name="Check the connection").click()

    def send(self, prompt):
        self.box.fill(prompt)
        self.box.press("Enter")

    def ask(self, prompt):
        """Sends a prompt and waits for the answer's end."""
        count = self.figures.count()
        self.send(prompt)
        expect(self.figures).to_have_count(count + 1)
        return self.answers.nth(count)

    def asked(self):
        """What the server was asked to answer."""
        return [
            request.body
            for request in self.server.asked
            if (request.method, request.path) == ("POST", "/api/chat")
        ]


@pytest.fixture
def ollama(start_ollama, server):
    """The stand-in, which lets the site in as it lets in all that is local."""
    ollama = start_ollama()
    ollama.script = lambda request: Script(f"You said: {request['messages'][-1]['content']}")
    return ollama


@pytest.fixture
def start(visit, ollama):
    """Opens the chat's page and connects it to the stand-in."""

    def open_chat(site="material", *, connect=True, **options):
        chat = Chat(visit(site, "chat", servers=[ollama.url], **options), ollama)
        if connect:
            chat.connect(ollama.url)
        return chat

    return open_chat


# Asking


def test_enter_in_the_address_connects(start, ollama):
    chat = start(connect=False)
    address = chat.page.get_by_label("Endpoint")
    address.fill("ollama.example.edu:x")
    address.press("Enter")
    expect(chat.status.first).to_contain_text("not an address")
    assert ollama.asked == []
    address.fill(ollama.url)
    address.press("Enter")
    expect(chat.status.first).to_contain_text(f"Connected to {ollama.url}")
    expect(chat.model.locator("option")).to_have_text(["tiny:q4", "tiny:q6", "Another …"])
    # Leaving the field does not clear the result.
    address.blur()
    expect(chat.status.first).to_contain_text("Connected to")


@pytest.mark.parametrize(("text", "element"), [("Hello to you", "p"), ("## Hello", "h5")])
def test_the_first_text_does_not_wait_for_a_frame(start, ollama, text, element):
    chat = start()
    held = Held(text)
    ollama.script = held.script
    chat.send("Hi")
    expect(chat.answers).to_be_visible()
    chat.page.wait_for_timeout(300)  # until no frame is asked for any more
    chat.page.evaluate("window.requestAnimationFrame = () => 0")
    held.released.set()
    expect(chat.root.locator(f".quantlab-chat-text {element}")).to_have_text(text.lstrip("# "))


def test_a_preset_endpoint_answers_at_once(visit, ollama, server, project):
    chat = {"endpoint": ollama.url, "models": ["tiny:q4"]}
    config = {
        "site_name": "Course",
        "theme": {"name": "mkdocs", "highlightjs": False},
        "plugins": ["search", {"quantlab": {"chat": chat}}],
    }
    folder = project({"docs/chat.md": "# Chat\n\n<div data-objective5-chat></div>\n"})
    (folder / "mkdocs.yml").write_text(json.dumps(config), encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-q", "--strict"], cwd=folder, check=True
    )
    server.sites["preset"] = folder / "site"
    chat = Chat(visit(url=f"{server.origin}/preset/chat/", servers=[ollama.url]), ollama)
    # Nothing is asked before the reader does something.
    assert ollama.asked == []
    answer = chat.ask("Hello")
    expect(answer).to_contain_text("You said: Hello")
    expect(chat.page.get_by_label("Endpoint")).to_be_hidden()
    expect(chat.root).to_contain_text(f"Talks to {ollama.url}")


def test_an_answer_says_what_made_it(start, ollama):
    chat = start()
    ollama.load_time = 0.6
    ollama.script = lambda request: None  # llama.cpp itself
    answer = chat.ask("Hello")
    expect(answer.locator(".quantlab-chat-who")).to_have_text("tiny:q4")
    figures = chat.figures.first.inner_text()
    assert re.search(
        r"0\.\d+ s to load the model, [\d.]+ s to the first text, [\d.]+ tokens per second, \d+ tokens, \d+ prompt tokens",
        figures,
    ), figures
    assert (
        "tiny:q4, seed 7, temperature 0.7, top_p 0.95, at most 400 tokens, thinking off." in figures
    )
    body = chat.asked()[-1]
    assert body["options"] == {"seed": 7, "temperature": 0.7, "top_p": 0.95, "num_predict": 400}
    assert body["think"] is False
    assert body["truncate"] is False


def test_settings_reach_the_server(start, ollama):
    chat = start()
    chat.page.get_by_text("Settings", exact=True).click()
    for label, value in {
        "Seed": "11",
        "Temperature": "0",
        "top_p": "0.5",
        "Token limit": "3",
    }.items():
        field = chat.page.get_by_role("textbox", name=label)
        field.fill(value)
        field.blur()
    answer = chat.ask("One two three four five six seven")
    assert chat.asked()[-1]["options"] == {
        "seed": 11,
        "temperature": 0,
        "top_p": 0.5,
        "num_predict": 3,
    }
    expect(answer).to_contain_text("Cut at the token limit")
    expect(answer).to_contain_text("seed 11, temperature 0, top_p 0.5, at most 3 tokens")
    # Out of its limits: the value before stays.
    seed = chat.page.get_by_role("textbox", name="Seed")
    seed.fill("-4")
    seed.blur()
    expect(seed).to_have_value("11")


def test_another_model_keeps_the_transcript(start, ollama):
    chat = start()
    chat.ask("First")
    chat.model.select_option("tiny:q6")
    chat.ask("Second")
    expect(chat.answers).to_have_count(2)
    body = chat.asked()[-1]
    assert body["model"] == "tiny:q6"
    assert [m["content"] for m in body["messages"]] == ["First", "You said: First", "Second"]
    expect(chat.answers.nth(0)).to_contain_text("tiny:q4")
    expect(chat.answers.nth(1)).to_contain_text("tiny:q6")


def test_asking_again_with_another_model(start, ollama):
    chat = start()
    chat.ask("First")
    again = chat.page.get_by_role("button", name="Ask again")
    same = chat.root.get_by_text("expect the same answer")
    # Who presses it unchanged is told before.
    again.hover()
    expect(same).to_be_visible()
    chat.model.select_option("tiny:q6")
    again.focus()
    expect(same).to_have_count(0)
    again.click()
    expect(chat.figures).to_have_count(2)
    bodies = chat.asked()[-2:]
    assert [body["model"] for body in bodies] == ["tiny:q4", "tiny:q6"]
    assert bodies[0]["messages"] == bodies[1]["messages"]
    expect(chat.root.locator(".quantlab-chat-prompt")).to_have_count(1)


def test_editing_a_prompt(start, ollama):
    chat = start()
    chat.ask("First")
    chat.ask("Second")
    chat.page.get_by_role("button", name="Edit").first.click()
    box = chat.page.get_by_label("Prompt", exact=True)
    expect(box).to_be_focused()
    box.fill("Another first")
    chat.root.locator(".quantlab-chat-edit").get_by_role("button", name="Send").click()
    expect(chat.figures).to_have_count(1)
    expect(chat.answers).to_contain_text(["You said: Another first"])
    assert [m["content"] for m in chat.asked()[-1]["messages"]] == ["Another first"]
    # Cancelling changes nothing.
    chat.page.get_by_role("button", name="Edit").click()
    chat.page.get_by_role("button", name="Cancel").click()
    expect(chat.answers).to_have_count(1)
    expect(chat.page.get_by_role("button", name="Edit")).to_be_focused()


def test_a_word_is_shown_to_its_last_letter(start, ollama):
    more = threading.Event()

    def pieces():
        yield "Well"
        more.wait(20)
        yield "* *I*"

    ollama.script = lambda request: Script(pieces())
    chat = start()
    chat.send("Go on")
    text = chat.root.locator(".quantlab-chat-text")
    try:
        expect(text).to_have_text("Well")
    finally:
        more.set()
    expect(chat.figures).to_have_count(1)
    expect(text).to_have_text("Well* I")
    expect(text.locator("em")).to_have_text("I")


def test_stopping(start, ollama):
    chat = start()
    ollama.script = lambda request: Script(
        ["word "] * 3 + [f"{i} " for i in range(1000)], pause=0.05
    )
    chat.send("Go on")
    expect(chat.answers).to_contain_text(["word word word"])
    chat.stop_button.click()
    expect(chat.figures).to_contain_text(["Stopped by you"])
    expect(chat.send_button).to_be_enabled()
    expect(chat.live).to_have_text("The answer from tiny:q4 was stopped.")
    # The text that came is part of the conversation.
    ollama.script = lambda request: Script("Yes.")
    chat.ask("And?")
    assert chat.asked()[-1]["messages"][1]["content"].startswith("word word word")


def test_clear_begins_anew_and_a_reload_forgets_all(start, ollama):
    chat = start()
    chat.ask("First")
    chat.root.get_by_role("button", name="Clear").click()
    expect(chat.answers).to_have_count(0)
    chat.ask("Second")
    assert [m["content"] for m in chat.asked()[-1]["messages"]] == ["Second"]
    chat.page.reload()
    expect(chat.root).to_have_attribute("data-ready", "")
    expect(chat.answers).to_have_count(0)
    expect(chat.page.get_by_label("Endpoint")).to_have_value("")
    kept = "[localStorage, sessionStorage].map(s => JSON.stringify(s)).join() + document.cookie + location.href"
    assert "First" not in chat.page.evaluate(kept)


def test_prompts_to_try(start, ollama):
    chat = start()
    chat.page.get_by_role("button", name="Draw a pelican riding a bicycle.").click()
    expect(chat.box).to_be_focused()
    expect(chat.box).to_have_value("Draw a pelican riding a bicycle.")
    chat.box.press("Enter")
    expect(chat.answers.first).to_contain_text("There is no SVG in this answer")


def test_any_model_of_the_server_by_name_or_from_its_list(start, ollama):
    chat = start()
    chat.check()
    expect(chat.status).to_contain_text("speaks the Ollama API and lists 2 models.")
    chat.model.select_option("Another …")
    name = chat.page.get_by_label("Name of the model")
    expect(name).to_be_focused()
    name.fill("tiny:q8")
    chat.visit.allow("404")
    chat.send("Hello")
    expect(chat.case).to_have_attribute("data-case", "model-missing")
    expect(chat.case).to_contain_text(f"There is no model tiny:q8 on {ollama.url}.")


def test_an_answer_says_that_its_model_is_no_gguf_file(start, ollama):
    model = ollama.models[0]
    model.details = model.details | {"format": "safetensors"}
    chat = start()
    chat.check()
    expect(chat.status).to_contain_text("lists 2 models.")
    chat.ask("Hello")
    who = chat.answers.first.locator(".quantlab-chat-who")
    expect(who).to_have_text(f"{model.name}, not a GGUF file (safetensors)")
    chat.model.select_option("tiny:q6")
    chat.ask("Hello")
    expect(chat.answers.nth(1).locator(".quantlab-chat-who")).to_have_text("tiny:q6")


def test_a_server_that_lists_very_many_models(start, ollama):
    """The choice stays short and is made once; a name that is typed is in it, too."""
    chat = start()
    chat.check()
    expect(chat.status).to_contain_text("lists 2 models.")
    for number in range(2000):
        model = copy.copy(ollama.models[0])  # with what is known of its file
        model.name = f"m:{number}"
        ollama.models.append(model)
    chat.check()
    expect(chat.status).to_contain_text("lists 2,002 models.")
    expect(chat.status).to_contain_text("The list shows the first 500 models.")
    count = chat.model.locator("option").count()
    assert 500 < count < 510
    chat.model.select_option("Another …")
    chat.page.get_by_label("Name of the model").fill("m:1999")
    chat.ask("Hello")
    assert chat.asked()[-1]["model"] == "m:1999"
    expect(chat.model).to_have_value("m:1999")
    expect(chat.model.locator("option")).to_have_count(count + 1)
    chat.ask("Hello")
    chat.model.locator("option").first.evaluate("option => (option.id = 'kept')")
    chat.ask("Hello")
    expect(chat.model.locator("#kept")).to_have_count(1)


def test_a_model_of_the_server_before_is_no_choice_at_another(start, ollama, start_ollama):
    chat = start()
    ollama.models[0].name = "another:q4"
    chat.check()
    chat.model.select_option("another:q4")
    chat.connect(start_ollama().url)
    expect(chat.model).to_have_value("tiny:q4")
    expect(chat.model.locator("option", has_text="another:q4")).to_have_count(0)


def test_an_openai_compatible_server(visit, start_llama_server):
    server = start_llama_server("tiny:q6", api_keys=["the-key"])
    chat = Chat(visit("material", "chat", servers=[server.url]), server)
    chat.visit.allow("401|404")
    chat.connect(f"{server.url}/v1")
    chat.send("Hello")
    expect(chat.case).to_have_attribute("data-case", re.compile("key-missing"))
    chat.key("the-key")
    chat.page.get_by_role("button", name="Ask again").click()
    expect(chat.figures).to_have_count(2)
    figures = chat.figures.nth(1).inner_text()
    assert "tokens per second" in figures
    # It answers whatever model is asked for, and says which it is.
    expect(chat.answers.nth(1)).to_contain_text(
        "The server was asked for tiny:q4 and answered with"
    )


def test_a_server_with_another_model_is_told(start, ollama):
    chat = start()
    ollama.script = lambda request: Script("x")
    chat.page.route(
        "**/api/chat",
        lambda route: route.fulfill(
            body='{"model":"other:q2","message":{"content":"x"},"done":true,"done_reason":"stop"}\n',
            headers={"Access-Control-Allow-Origin": "*"},
        ),
    )
    expect(chat.ask("Hello")).to_contain_text(
        "The server was asked for tiny:q4 and answered with other:q2."
    )


# How answers end


def test_thinking_is_off_and_can_be_switched_on(visit, start_ollama):
    ollama = start_ollama(thinks=True)
    ollama.script = lambda request: Script("Yes.", thinking="Let me see.")
    chat = Chat(visit("material", "chat", servers=[ollama.url]), ollama)
    chat.connect(ollama.url)
    answer = chat.ask("Well?")
    expect(answer.locator("summary")).to_have_count(0)
    chat.page.get_by_text("Settings", exact=True).click()
    chat.page.get_by_label("Thinking").check()
    answer = chat.ask("Well?")
    expect(answer).to_contain_text("Yes.")
    answer.get_by_text("Thinking", exact=True).click()
    expect(answer.locator(".quantlab-chat-thinking")).to_have_text("Let me see.")
    assert chat.asked()[-1]["messages"][1]["content"] == "Yes."


def test_text_that_turns_out_to_be_thinking(start, ollama):
    chat = start()
    ollama.script = lambda request: Script(
        ["Let me see: ", "`<svg/>`", " ```", "\n<svg/>", ".\n</think>", "\n\nYes, **it is**."],
        pause=0.05,
    )
    answer = chat.ask("Well?")
    expect(answer.locator(".quantlab-chat-text")).to_have_text("Yes, it is.")
    expect(answer.locator("iframe")).to_have_count(0)
    answer.get_by_text("Thinking", exact=True).click()
    expect(answer.locator(".quantlab-chat-thinking")).to_contain_text("Let me see: `<svg/>`")
    chat.page.get_by_text("Settings", exact=True).click()
    chat.page.get_by_label(re.compile("^Send .*earlier prompt")).check()
    chat.ask("And?")
    assert chat.asked()[-1]["messages"][1]["content"] == "Yes, **it is**."


@pytest.mark.parametrize("loop_error", [False, True])
def test_a_loop_is_a_result(start, ollama, loop_error):
    chat = start()
    ollama.loop_error = loop_error
    ollama.script = lambda request: Script(["The "] + ["end "] * 60)
    answer = chat.ask("Go")
    expect(answer).to_contain_text("Stopped by the server, because the model repeated itself")
    expect(chat.case).to_have_count(0)


def test_an_error_in_the_middle_keeps_the_text(start, ollama):
    chat = start()
    ollama.error_after = 2
    ollama.script = lambda request: Script(["one ", "two ", "three "])
    answer = chat.ask("Go")
    expect(answer).to_contain_text("one two")
    expect(answer).to_contain_text("model runner has unexpectedly stopped")


def test_a_lost_connection_is_a_cut(start, ollama):
    chat = start()
    chat.visit.allow("ERR_")
    ollama.drop_after = 2
    ollama.script = lambda request: Script(["one ", "two ", "three "], pause=0.05)
    answer = chat.ask("Go")
    expect(answer).to_contain_text("one two")
    expect(answer).to_contain_text("Cut off: the stream ended without a reason")


def test_waiting_is_shown(start, ollama):
    chat = start()
    ollama.load_time = 2.5
    chat.send("Hello")
    expect(chat.root.locator(".quantlab-chat-state")).to_contain_text(
        "Waiting for the server … 2 s"
    )
    expect(chat.figures).to_have_count(1)


def test_a_full_server_is_asked_again(start, ollama):
    chat = start()
    chat.visit.allow("503")
    ollama.crowded = True
    chat.send("Hello")
    expect(chat.root.locator(".quantlab-chat-state")).to_contain_text(
        "The server is busy; the chat asks again"
    )
    ollama.crowded = False
    expect(chat.answers).to_contain_text(["You said: Hello"])


# Rendering


def test_markdown(start, ollama):
    chat = start()
    ollama.script = lambda request: Script(
        "# Title\n\nA **bold** [link](https://example.org/x) and ![alt](https://example.org/y.png).\n\n"
        "| a | b |\n| --- | --- |\n| 1 | 2 |\n\n- one\n- [x] two\n\n```python\nprint('<b>')\n```\n\n<b>not bold</b>\n"
    )
    text = chat.ask("Go").locator(".quantlab-chat-text")
    expect(text.locator("h4")).to_have_text("Title")
    expect(text.locator("strong")).to_have_text("bold")
    link = text.get_by_role("link", name="link")
    assert link.get_attribute("href") == "https://example.org/x"
    assert link.get_attribute("rel") == "noopener noreferrer nofollow"
    expect(text.locator("img")).to_have_count(0)
    expect(text.locator("thead th")).to_have_text(["a", "b"])
    expect(text.locator("tbody td")).to_have_text(["1", "2"])
    expect(text.locator("li")).to_have_text(["one", "☑ two"])
    expect(text.locator("pre code")).to_have_text("print('<b>')")
    expect(text).to_contain_text("<b>not bold</b>")


def test_words_arrive_as_the_model_wrote_them(start, ollama):
    chat = start()
    text = (
        "The list [1, 2, 3], a[0] and my_var_name cost $5 and $10.\n\n1. one\n2. two\n\nSo $$x^2$$ is:\n\n"
        "```python\nreturn [1]\n```\n\nLast *word*, [later].\n\nEnd.\n\n[later]: https://example.org/later\n"
    )
    ollama.script = lambda request: Script([text[i : i + 6] for i in range(0, len(text), 6)])
    shown = chat.ask("Go").locator(".quantlab-chat-text")
    expect(shown).to_contain_text("The list [1, 2, 3], a[0] and my_var_name cost $5 and $10.")
    expect(shown.locator("ol")).to_have_css("list-style-type", "decimal")
    expect(shown.locator("math msup")).to_be_visible()
    expect(shown.locator("pre .tok-keyword")).to_have_text("return")
    expect(shown.locator("em")).to_have_text("word")
    expect(shown.get_by_role("link", name="later")).to_be_visible()
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.get_by_role("button", name="Copy the code").click()
    assert chat.page.evaluate("navigator.clipboard.readText()") == "return [1]\n"


@pytest.mark.parametrize(
    "text",
    [
        ">" * 3000 + "x",
        "[" * 200_000,
        "<svg " * 20_000,
        "| a | b |\n| - | - |\n" + "| 1 | 2 |\n" * 20_000,
        "* - " * 50_000,
        "x" * 500_000,
    ],
    ids=["quotes", "brackets", "drawings", "table", "lists", "word"],
)
def test_a_long_answer_leaves_the_page_alive(start, ollama, text):
    chat = start()
    # The stand-in ends what repeats itself, as Ollama does: no two pieces are equal.
    cuts = [*accumulate(range(3000, 8000, 10), initial=0)]
    pieces = [text[i:j] for i, j in pairwise(cuts) if i < len(text)]
    words = [f"{number} " for number in range(6000)]
    ollama.script = lambda request: Script([*pieces, *words], pause=0.01)
    chat.send("Go")
    expect(chat.root.locator(".quantlab-chat-text")).not_to_be_empty()
    # It moves with each word.
    chat.stop_button.dispatch_event("click")
    expect(chat.figures).to_have_count(1)
    chat.root.get_by_role("button", name="Clear", exact=True).click()
    ollama.script = lambda request: Script("Well.")
    expect(chat.ask("Go").locator(".quantlab-chat-text")).to_have_text("Well.")


def test_without_the_worker_an_answer_stays_as_it_was_written(start, ollama, server):
    with server.replaced("markdown.js", 404):
        chat = start()
        chat.visit.allow("404")
        ollama.script = lambda request: Script("Some *words*.", pause=0.01)
        expect(chat.ask("Go").locator(".quantlab-chat-text")).to_have_text("Some *words*.")


def test_a_drawing_is_shown_while_it_streams(start, ollama):
    chat = start()
    ollama.script = lambda request: Script(DRAWING, pause=0.05)
    chat.send("Draw")
    drawing = chat.root.locator(".quantlab-chat-drawing")
    expect(drawing).to_contain_text("Drawing …")
    expect(chat.figures).to_have_count(1)
    expect(drawing.locator("figcaption")).to_be_empty()
    frame = drawing.locator("iframe")
    expect(frame).to_have_count(1)
    assert frame.get_attribute("sandbox") == ""
    assert "default-src 'none'" in frame.get_attribute("srcdoc")
    # Green at the corner, blue in the middle, as drawn.
    assert pixels(chat.page, frame.screenshot()) == [[0, 0, 255], [0, 170, 0]]
    # The source is a click away.
    source = chat.root.locator("details.quantlab-chat-code")
    expect(source.locator("pre")).to_be_hidden()
    source.locator("summary").click()
    expect(source.locator("pre")).to_contain_text('<circle cx="50"')
    expect(chat.root.locator(".quantlab-chat-text em")).to_have_text("circle")


def test_broken_values_of_a_drawing_write_nothing_to_the_console(start, ollama):
    chat = start()
    values = ["darkorange13ligh", "-5", "1e", "NaN", "1,,2", "", "rotate(", "M", "0 0 x", "}"]
    names = (
        "x y width height r rx cx x1 points d transform viewBox offset gradientTransform "
        "stdDeviation refX dx startOffset textLength patternTransform markerWidth"
    )
    elements = (
        "rect circle ellipse line polyline polygon path text tspan linearGradient radialGradient "
        "stop pattern marker feGaussianBlur use g"
    )
    drawing = "".join(
        f"<{element} {' '.join(f'{name}=' + chr(34) + value + chr(34) for name in names.split())}/>"
        for element in elements.split()
        for value in values
    )
    whole = f'<svg viewBox="0 0 9 9" width="big">{drawing}<rect width="9" height="9" fill="#00f"/></svg>'
    ollama.script = lambda request: Script([whole])
    answer = chat.ask("Draw")
    # The visit fails where the console has an error.
    expect(answer.locator("iframe")).to_have_count(1)
    png = answer.locator(".quantlab-chat-stage").screenshot()
    assert pixels(chat.page, png)[0] == [0, 0, 255]


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ("width='200' height='100'", 2),
        ("viewBox='0 0 90 120'", 0.75),
        ("width='9' height='900'", 0.6),
    ],
)
def test_a_drawing_fills_its_frame(start, ollama, size, shape):
    chat = start()
    ollama.script = lambda request: Script(
        f"<svg {size} xmlns='http://www.w3.org/2000/svg'><rect width='100%' height='100%' fill='#0a0'/></svg>"
    )
    stage = chat.ask("Draw").locator(".quantlab-chat-stage")
    expect(stage.locator("iframe")).to_have_count(1)
    box = stage.bounding_box()
    assert box["width"] / box["height"] == pytest.approx(shape, abs=0.05)
    assert pixels(chat.page, stage.screenshot())[0] == [0, 170, 0]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("<svg viewBox='0 0 9 9'><rect width=9 height=9></svg>", "This SVG is broken"),
        ("<svg><circle r='5'/>", "cut off before its end tag"),
        ("<svg>" + "<g>x</g>" * 40_000 + "</svg>", "longer than 256 kB"),
        ("<svg>" + "<g/>" * 2_050 + "</svg>", "more than 2,000 elements"),
        ("<svg><g " + "".join(f"a{n}='' " for n in range(201)) + "/></svg>", "200 attributes"),
        (
            "<svg>"
            + "".join(f"<g id='a{n}'><use href='#a{n + 1}'/></g>" for n in range(980))
            + "</svg>",
            "more than 2,000 elements",
        ),
        (
            "<svg><defs><g id='a0'><g/></g>"
            + "".join(
                f"<g id='a{i}'>" + f"<use href='#a{i - 1}'/>" * 10 + "</g>" for i in range(1, 8)
            )
            + "</defs><use href='#a7'/></svg>",
            "more than 2,000 elements",
        ),
    ],
)
def test_drawings_that_cannot_be_shown(start, ollama, source, said):
    chat = start()
    # Few records: the stand-in would take its time with one a token.
    parts = [source[i : i + 50_000] for i in range(0, len(source), 50_000)]
    ollama.script = lambda request: Script(parts)
    chat.ask("Draw")
    expect(chat.root.locator(".quantlab-chat-drawing figcaption")).to_contain_text(said)


# What each model is


def test_what_each_model_is(start, ollama):
    chat = start()
    chat.page.get_by_text("What each model is").click()
    chat.page.get_by_role("button", name="Ask the server").click()
    cards = chat.root.locator(".quantlab-chat-cards")
    expect(cards).to_contain_text("The server calls it Q4_K_M")
    expect(cards).to_contain_text("The server calls it Q6_K")
    expect(cards.locator("tr", has_text="general.file_type")).to_have_text("general.file_type1518")
    expect(cards.locator("tr", has_text="Q4_K").locator("td").first).to_have_text("13")


# Keys


def test_a_key_goes_to_its_server_only(start, start_ollama, visit):
    one, other = start_ollama(), start_ollama()
    chat = Chat(visit("material", "chat", servers=[one.url, other.url]), one)
    for server in (one, other):
        server.script = lambda request: Script("Yes.")
    chat.connect(one.url)
    chat.key("the-secret-key")
    chat.ask("Hello")
    assert one.asked[-1].headers["Authorization"] == "Bearer the-secret-key"
    chat.connect(other.url)
    expect(chat.page.get_by_label("Key, if the server wants one")).to_have_value("")
    chat.ask("Hello")
    chat.connect(one.url)
    chat.ask("Hello")
    assert not any("Authorization" in request.headers for request in other.asked)
    assert "Authorization" not in one.asked[-1].headers
    assert all("Cookie" not in r.headers and "Referer" not in r.headers for r in one.asked)


def test_a_key_is_not_sent_over_plain_http(start):
    chat = start(connect=False)
    chat.connect("http://models.example.edu")
    chat.key("the-secret-key")
    expect(chat.status).to_contain_text("A key is not sent over plain http")


def test_files_of_the_conversation_have_no_key(start, ollama):
    chat = start()
    chat.key("the-secret-key")
    chat.ask("Hello")
    # A server that repeats it, in pieces.
    ollama.script = lambda request: Script(["Your key is the-", "secret", "-key."])
    chat.ask("What is my key?")
    expect(chat.answers.last.locator(".quantlab-chat-text")).to_have_text("Your key is ….")
    texts = []
    for label, name in (("Save as Markdown", "chat.md"), ("Save as JSON", "chat.json")):
        with chat.page.expect_download() as download:
            chat.page.get_by_role("button", name=label).click()
        assert download.value.suggested_filename == name
        texts.append(Path(download.value.path()).read_text(encoding="utf-8"))
    markdown, data = texts
    assert "the-secret-key" not in markdown + data
    assert "> Hello" in markdown
    assert f"### tiny:q4 ({ollama.url})" in markdown
    assert "seed 7, temperature 0.7" in markdown
    assert "You said: Hello" in markdown
    turn = json.loads(data)["turns"][0]
    assert turn["prompt"] == "Hello"
    assert turn["answers"][0]["request"]["settings"]["seed"] == 7
    assert turn["answers"][0]["figures"]["tokens"] > 0


def test_an_address_in_the_pages_own_url_is_not_read(visit, ollama):
    query = f"?endpoint={ollama.url}&key=abc&quantlab-1.endpoint={ollama.url}"
    chat = Chat(visit("material", "chat", query), ollama)
    expect(chat.page.get_by_label("Endpoint")).to_have_value("")
    expect(chat.page.get_by_label("Key, if the server wants one")).to_have_value("")


# Pages


def test_instant_navigation_away_and_back_in_mid_stream(start, ollama):
    chat = start()
    page = chat.page
    page.evaluate("window.stayed = true")
    ollama.script = lambda request: Script([f"{i} " for i in range(60)], pause=0.05)
    chat.send("Count")
    expect(chat.answers).to_contain_text(["0 1 2 3"])
    page.locator("article.md-content__inner").get_by_role("link", name="To the lab").click()
    expect(page.locator("quantlab-widget").first).to_be_visible()
    page.go_back()
    expect(chat.root).to_have_attribute("data-ready", "")
    expect(chat.answers).to_have_count(1)
    expect(chat.figures).to_have_count(1)
    expect(chat.answers.first).to_contain_text(" ".join(map(str, range(60))))
    assert len(chat.asked()) == 1
    assert page.evaluate("window.stayed") is True
    # And it goes on.
    ollama.script = lambda request: Script("Yes.")
    chat.ask("Again?")
    expect(chat.answers).to_have_count(2)


def test_screen_readers_hear_of_completion_and_not_of_tokens(start, ollama):
    chat = start()
    chat.page.evaluate(
        """() => {
          window.heard = [];
          const live = document.querySelector('quantlab-chat .quantlab-live');
          new MutationObserver(() => live.textContent && heard.push(live.textContent)).observe(live, {childList: true, characterData: true, subtree: true});
        }"""
    )
    ollama.script = lambda request: Script(["word "] * 20, pause=0.02)
    chat.send("Go")
    expect(chat.answers.first).to_have_attribute("aria-busy", "true")
    expect(chat.live).to_have_text("The answer from tiny:q4 is complete: 20 tokens.")
    assert chat.page.evaluate("heard") == ["The answer from tiny:q4 is complete: 20 tokens."]
    expect(chat.answers.first).not_to_have_attribute("aria-busy", "true")
    assert chat.live.get_attribute("role") == "status"


def test_by_keyboard_alone(start, ollama):
    chat = start()
    chat.box.focus()
    keyboard = chat.page.keyboard
    keyboard.type("line one")
    keyboard.press("Shift+Enter")
    keyboard.type("line two")
    keyboard.press("Enter")
    expect(chat.figures).to_have_count(1)
    assert chat.asked()[-1]["messages"][0]["content"] == "line one\nline two"
    # The box keeps the focus: the next prompt can be typed at once.
    expect(chat.box).to_be_focused()
    # The prompts to try are closed once there is something to read.
    keyboard.press("Shift+Tab")
    keyboard.press("Enter")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(chat.box).to_be_focused()
    assert chat.box.input_value()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["material", "mkdocs-dark", "readthedocs"])
def test_accessible_and_within_the_page(start, ollama, theme, width):
    chat = start(theme, viewport={"width": width, "height": 900})
    # The theme's own script.
    chat.visit.allow("setting 'disabled'")
    ollama.script = lambda request: Script(
        DRAWING + "\n| a | b |\n| --- | --- |\n| " + "x" * 300 + " | 2 |\n"
    )
    chat.ask("Draw a circle " + "y" * 200)
    chat.page.get_by_text("What each model is").click()
    chat.page.get_by_role("button", name="Ask the server").click()
    expect(chat.root.locator("h4", has_text="Metadata")).to_be_visible()
    chat.page.get_by_text("Settings", exact=True).click()
    chat.page.add_script_tag(path=str(AXE))
    off = {"enabled": False}
    rules = {"rules": {"region": off, "heading-order": off}, "iframes": False}
    found = chat.page.evaluate("rules => axe.run('quantlab-chat', rules)", rules)
    problems = [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]]
    assert problems == []
    box = chat.root.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    wide = "root => [...root.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.quantlab-scroll, table, pre')).map(e => e.outerHTML.slice(0, 100))"
    assert chat.root.evaluate(wide) == []


def test_without_script(visit):
    lab = visit("material", "chat", java_script_enabled=False)
    chat = lab.page.locator("quantlab-chat")
    expect(chat).to_contain_text("This is a chat, which needs JavaScript.")
    expect(chat).to_contain_text("tiny:q4")
    expect(chat).to_contain_text("Draw a pelican riding a bicycle.")
    expect(chat).to_contain_text("One answer from each model proves nothing")


def test_a_script_that_does_not_arrive(visit, server):
    with server.replaced("chat.js", 500):
        lab = visit("material", "chat")
        lab.allow("500")
        chat = lab.page.locator("quantlab-chat")
        expect(chat).to_contain_text("This part of the page could not be fetched.")
        expect(chat).to_contain_text("This is a chat")


def test_pages_without_a_chat_do_not_fetch_its_script(visit):
    lab = visit("material")
    expect(lab.explorer.root).to_be_visible()
    assert not [url for url in lab.requests if url.endswith("/chat.js")]

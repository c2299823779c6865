"""A conversation in Chromium: its branches, what is kept of it, where one writes, and the tokens of its answers."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect

from tests.browser.test_chat import ollama, start
from tests.servers.ollama_models import Script
from tests.servers.recorded import body_of, recorded

__all__ = ["ollama", "start"]

# All that the browser keeps for the origin.
STORED = """async () => {
  const kept = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie, location.href];
  for (const {name} of await indexedDB.databases()) {
    const database = await new Promise(done => (indexedDB.open(name).onsuccess = event => done(event.target.result)));
    for (const store of database.objectStoreNames) {
      const all = database.transaction(store).objectStore(store).getAll();
      kept.push(JSON.stringify(await new Promise(done => (all.onsuccess = () => done(all.result)))));
    }
    database.close();
  }
  return kept.join(' ');
}"""


def expect_texts(chat, *texts):
    expect(chat.root.locator(".quantlab-chat-text")).to_have_text(list(texts))


def press(chat, name):
    chat.root.get_by_role("button", name=name, exact=True).click()


# Branches


def test_a_changed_prompt_leaves_the_former_one_a_branch(start):
    chat = start()
    chat.ask("First")
    chat.ask("Second")
    chat.root.get_by_role("button", name="Edit").first.click()
    chat.page.get_by_label("Prompt", exact=True).fill("Other")
    chat.root.locator(".quantlab-chat-edit").get_by_role("button", name="Send").click()
    expect(chat.figures).to_have_count(1)
    expect_texts(chat, "You said: Other")
    press(chat, "Show the previous version of this prompt")
    expect_texts(chat, "You said: First", "You said: Second")
    press(chat, "Show the next version of this prompt")
    expect_texts(chat, "You said: Other")


# The gaps, in px, between an element and the next one in its row, and between the file's field and what is below it.
GAPS = """root => {
  const box = selector => root.querySelector(selector).getBoundingClientRect();
  const [send, cancel] = [...root.querySelectorAll('.quantlab-chat-edit button')].map(each => each.getBoundingClientRect());
  return [cancel.left - send.right, box('.quantlab-chat-actions').top - box('.quantlab-chat-page').bottom];
}"""


def test_a_prompt_and_its_controls_on_a_phone(start):
    chat = start(viewport={"width": 390, "height": 800})
    for prompt in ("First", "Second"):
        chat.ask("Draw two blue balloons above a red house, and a cat beside it.")
        chat.root.get_by_role("button", name="Edit").first.click()
        chat.page.get_by_label("Prompt", exact=True).fill(f"{prompt}, with three windows.")
        assert min(chat.root.evaluate(GAPS)) >= 4
        chat.root.locator(".quantlab-chat-edit").get_by_role("button", name="Send").click()
        expect(chat.figures).to_have_count(1)
    # The text has the row's width, and the ways to other branches are below it.
    prompt = chat.root.locator(".quantlab-chat-prompt")
    assert prompt.locator("p").bounding_box()["width"] > 0.8 * prompt.bounding_box()["width"]


def test_the_conversation_continues_from_the_answer_that_is_chosen(start, ollama):
    chat = start()
    ollama.script = lambda request: Script("One.")
    chat.ask("First")
    chat.ask("Second")
    ollama.script = lambda request: Script("Two.")
    chat.root.get_by_role("button", name="Ask again").first.click()
    # What was asked after the first answer leaves with it, and comes back with it.
    expect(chat.root.locator(".quantlab-chat-prompt")).to_have_count(1)
    expect(chat.figures).to_have_count(2)
    ollama.script = lambda request: Script("Three.")
    chat.ask("Third")
    assert [m["content"] for m in chat.asked()[-1]["messages"]] == ["First", "Two.", "Third"]
    press(chat, "Continue from this answer")
    expect(chat.root.locator(".quantlab-chat-prompt")).to_have_count(2)
    expect_texts(chat, "One.", "Two.", "One.")
    with chat.page.expect_download() as saved:
        press(chat, "Save as JSON")
    data = json.loads(saved.value.path().read_text(encoding="utf-8"))
    assert [turn["prompt"] for turn in data["turns"]] == ["First", "Second"]
    assert "Third" in json.dumps(data["conversation"])
    with chat.page.expect_download() as saved:
        press(chat, "Save as Markdown")
    text = saved.value.path().read_text(encoding="utf-8")
    assert "The conversation has 1 more prompt, in another branch." in text
    assert "Third" not in text


# Where one writes


def test_the_model_stands_beside_send_and_the_transcript_above(start):
    chat = start(viewport={"width": 1280, "height": 800})
    chat.ask("First")
    model, send, box = (part.bounding_box() for part in (chat.model, chat.send_button, chat.box))
    assert abs(model["y"] + model["height"] - send["y"] - send["height"]) < 8
    assert 0 < send["x"] - model["x"] - model["width"] < 40
    transcript = chat.root.locator(".quantlab-chat-transcript").bounding_box()
    assert transcript["y"] + transcript["height"] <= box["y"]
    expect(chat.root.get_by_label("Send the 1 earlier prompt and its answer along")).to_be_checked()


def test_the_system_prompt_is_the_readers(start):
    chat = start()
    chat.page.get_by_text("Settings", exact=True).click()
    system = chat.root.get_by_label("System prompt")
    system.fill("Be brief.")
    system.blur()
    chat.ask("First")
    assert chat.asked()[-1]["messages"][0] == {"role": "system", "content": "Be brief."}
    system.fill("")
    system.blur()
    chat.ask("Second")
    assert [m["role"] for m in chat.asked()[-1]["messages"]] == ["user", "assistant", "user"]
    with chat.page.expect_download() as saved:
        press(chat, "Save as Markdown")
    text = saved.value.path().read_text(encoding="utf-8")
    assert text.index("> Be brief.") < text.index("Second") < text.index("No system prompt.")


def test_keys(start, ollama):
    chat = start()
    chat.ask("First")
    chat.box.press("ArrowUp")
    expect(chat.box).to_have_value("First")
    chat.box.fill("")
    ollama.script = lambda request: Script(["word "] * 1000, pause=0.05)
    chat.send("Go on")
    expect(chat.answers.last).to_contain_text("word word")
    chat.box.press("Escape")
    expect(chat.figures.last).to_contain_text("Stopped by you")


def test_the_transcript_follows_an_answer_until_the_reader_scrolls(start, ollama):
    chat = start(viewport={"width": 1280, "height": 600})
    ollama.script = lambda request: Script([f"Line {i}.\n\n" for i in range(100)], pause=0.05)
    transcript = chat.root.locator(".quantlab-chat-transcript")
    left = "e => e.scrollHeight - e.clientHeight - e.scrollTop"
    chat.send("Go on")
    text = chat.root.locator(".quantlab-chat-text")
    expect(text).to_contain_text("Line 40.")
    # What came last is in sight.
    expect(transcript).to_be_in_viewport()
    expect(text.locator("p").last).to_be_in_viewport()
    chat.page.wait_for_function(f"e => ({left})(e) < 60", arg=transcript.element_handle())
    transcript.evaluate("e => (e.scrollTop = 0)")
    to_end = chat.root.get_by_role("button", name="To the end")
    expect(to_end).to_be_visible()
    expect(chat.figures).to_have_count(1)
    assert transcript.evaluate("e => e.scrollTop") == 0
    to_end.click()
    expect(to_end).to_be_hidden()
    assert transcript.evaluate(left) < 60


# Tokens


def test_token_probabilities(start, ollama):
    ollama.script = lambda request: None  # llama.cpp itself answers
    chat = start(viewport={"width": 1280, "height": 1600})
    answer = chat.ask("First")
    expect(answer.locator(".quantlab-chat-tokens")).to_have_count(0)
    assert "logprobs" not in chat.asked()[-1]
    chat.page.get_by_text("Settings", exact=True).click()
    chat.root.get_by_label("Token probabilities").check()
    answer = chat.ask("Second")
    assert chat.asked()[-1]["top_logprobs"] == 5
    tokens = answer.locator(".quantlab-chat-tokens")
    tokens.locator("summary").click()
    strip = tokens.locator(".quantlab-chat-token-strip")
    said = re.sub(r"\s", "", answer.locator(".quantlab-chat-text").text_content())
    assert re.sub(r"[\s␣⏎⇥∅]", "", strip.text_content()).startswith(said[:10])
    assert said
    expect(tokens.locator("caption")).to_have_text("Token 1")
    strip.press("ArrowRight")
    expect(tokens.locator("caption")).to_have_text("Token 2")
    shares = [
        float(share.strip("<% ")) for share in tokens.locator("td:nth-child(2)").all_inner_texts()
    ]
    assert shares == sorted(shares, reverse=True)
    assert len(shares) >= 2


def test_candidates_that_are_parts_of_a_character_are_not_shown_as_tokens(start, ollama):
    """As Ollama answered: one entry for a character of several tokens, with U+FFFD for its candidates."""
    chat = start()
    body = body_of(recorded("ollama")["chat-logprobs-multibyte"])
    headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/x-ndjson"}
    chat.page.route("**/api/chat", lambda route: route.fulfill(headers=headers, body=body))
    chat.page.get_by_text("Settings", exact=True).click()
    chat.root.get_by_label("Token probabilities").check()
    tokens = chat.ask("First").locator(".quantlab-chat-tokens")
    tokens.locator("summary").click()
    expect(tokens).to_contain_text("4 entries for the 12 tokens of tiny:q4")
    expect(tokens.locator("tbody tr")).to_have_count(1)
    expect(tokens).to_contain_text("are parts of a character")
    assert "\ufffd" not in tokens.inner_text()


# Kept conversations


def test_a_conversation_is_kept_where_the_reader_wants_it(start):
    chat = start()
    chat.key("hunter2-hunter2")
    chat.ask("First")
    assert "First" not in chat.page.evaluate(STORED)
    chat.root.get_by_text("Kept conversations").click()
    chat.root.get_by_label("Name", exact=True).fill("Mine")
    press(chat, "Keep this conversation")
    expect(chat.root.locator(".quantlab-chat-kept li")).to_contain_text(["Mine"])
    chat.ask("Second")
    expect(chat.root.locator(".quantlab-chat-kept")).to_contain_text("2 prompts")
    stored = chat.page.evaluate(STORED)
    assert "You said: Second" in stored
    assert "hunter2" not in stored
    chat.page.reload()
    expect(chat.root).to_have_attribute("data-ready", "")
    expect(chat.answers).to_have_count(0)
    chat.root.get_by_text("Kept conversations").click()
    press(chat, "Open: Mine")
    expect(chat.figures).to_have_count(2)
    chat.connect(chat.server.url)
    chat.ask("Third")
    assert [m["content"] for m in chat.asked()[-1]["messages"]][:2] == ["First", "You said: First"]
    expect(chat.root.locator(".quantlab-chat-kept")).to_contain_text("3 prompts")
    press(chat, "Delete: Mine")
    expect(chat.root.locator(".quantlab-chat-kept li")).to_have_count(0)
    assert "First" not in chat.page.evaluate(STORED)
    expect(chat.figures).to_have_count(3)


def test_what_is_kept_gets_answers_that_end_elsewhere(start, ollama):
    """While the reader is on another page, and after another conversation has begun."""
    chat = start()
    chat.ask("First")
    chat.root.get_by_text("Kept conversations").click()
    press(chat, "Keep this conversation")
    expect(chat.root.locator(".quantlab-chat-kept li")).to_have_count(1)
    ollama.script = lambda request: Script(["begun ", "and ended"], pause=1)
    chat.send("Second")
    expect(chat.answers.last).to_contain_text("begun")
    chat.page.get_by_role("link", name="To the lab").click()
    expect(chat.root).to_have_count(0)
    chat.page.wait_for_function(f"({STORED})().then(kept => kept.includes('begun and ended'))")
    chat.page.go_back()
    expect(chat.figures).to_have_count(2)
    ollama.script = lambda request: Script(["half "] * 200, pause=0.1)
    chat.send("Third")
    expect(chat.answers.last).to_contain_text("half")
    press(chat, "Clear")
    chat.page.wait_for_function(f"({STORED})().then(kept => kept.includes('half '))")


def test_two_tabs_do_not_overwrite_what_the_other_kept(start):
    chat = start()
    chat.ask("First")
    chat.root.get_by_text("Kept conversations").click()
    press(chat, "Keep this conversation")
    item = chat.root.locator(".quantlab-chat-kept li")
    expect(item).to_contain_text(["First"])
    with chat.page.context.new_page() as other:
        other.goto(chat.page.url)
        other.get_by_text("Kept conversations").click()
        other.get_by_role("button", name=re.compile("^Delete")).click()
        expect(other.locator(".quantlab-chat-kept li")).to_have_count(0)
    chat.ask("Second")
    expect(chat.root).to_contain_text("was changed in another tab or deleted")
    press(chat, "Keep this conversation")
    expect(item).to_contain_text(["2 prompts"])


def test_storage_that_is_broken_or_forbidden_is_said(start):
    chat = start()
    chat.ask("First")
    chat.root.get_by_text("Kept conversations").click()
    press(chat, "Keep this conversation")
    expect(chat.root.locator(".quantlab-chat-kept li")).to_have_count(1)
    chat.page.evaluate(
        """async () => {
          const database = await new Promise(done => (indexedDB.open('quantlab-chat').onsuccess = event => done(event.target.result)));
          const texts = database.transaction('texts', 'readwrite').objectStore('texts');
          const key = await new Promise(done => (texts.getAllKeys().onsuccess = event => done(event.target.result[0])));
          await new Promise(done => (texts.put('{"root":{"turns":[{"prompt":1}]}}', key).onsuccess = done));
          database.close();
        }"""
    )
    chat.page.reload()
    chat.root.get_by_text("Kept conversations").click()
    press(chat, "Open: First")
    expect(chat.root).to_contain_text("“First” cannot be read.")
    chat.page.evaluate(
        "() => (IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); })"
    )
    press(chat, "Delete: First")
    expect(chat.root).to_contain_text("This browser cannot keep anything for this page")

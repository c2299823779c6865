"""Right or wrong below an answer, in Chromium: a server answers with prepared texts."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE
from tests.browser.test_chat import Chat
from tests.browser.test_chat_compare import Panel
from tests.servers.ollama_models import Script

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import Visit
    from tests.servers.ollama import Ollama

PROMPT = "What is 17 × 23?"


@pytest.fixture
def start(visit: Callable[..., Visit], ollama: Ollama) -> Callable[..., Chat]:
    """Opens a chat whose prompts have rules, connected to a server that answers with texts in turn."""

    def begin(*texts: str, **options) -> Chat:
        left = list(texts)
        ollama.script = lambda request: Script(left.pop(0) if len(left) > 1 else left[0])
        chat = Chat(visit(page="rules", servers=[ollama.url], **options), ollama)
        chat.connect(ollama.url)
        return chat

    return begin


def ask(chat: Chat, prompt: str = PROMPT) -> None:
    chat.box.fill(prompt)
    chat.send_button.click()


def test_answers_are_right_or_wrong_and_say_why(start):
    chat = start("It is 17 × 23 = **391**.", "It is 381.")
    ask(chat)
    verdict = chat.answers.last.locator(".quantlab-chat-verdict")
    expect(verdict).to_have_text("✓ Right. The last number in the answer is 391.", timeout=PATIENCE)
    ask(chat)
    expect(verdict).to_have_text("✗ Wrong. The last number in the answer is 381, not 391.")
    with chat.page.expect_download() as download:
        chat.page.get_by_role("button", name="Save as JSON").first.click()
    turns = json.loads(download.value.path().read_text(encoding="utf-8"))["turns"]
    assert [turn["answers"][0]["verdict"]["right"] for turn in turns] == [True, False]
    assert turns[0]["answers"][0]["verdict"]["rule"] == "number: 391"


def test_other_prompts_start_no_python(start):
    chat = start("391")
    ask(chat, "What is 17 times 23?")
    expect(chat.answers.last.locator(".quantlab-chat-figures")).to_be_visible()
    expect(chat.answers.last.locator(".quantlab-chat-verdict")).to_have_count(0)
    assert chat.visit.python_requests() == []


def test_without_python_nothing_is_judged(start):
    chat = start("391", name="off")
    ask(chat)
    expect(chat.answers.last).to_contain_text("Not checked")


@pytest.fixture
def compare(visit: Callable[..., Visit], ollama: Ollama) -> Panel:
    """The comparison of a chat whose prompts have rules; of two models only the first multiplies."""

    def script(request: dict) -> Script:
        return Script("It is 391." if request["model"] == "tiny:q4" else "It is 381.")

    ollama.script = script
    return Panel(visit(page="rules", servers=[ollama.url]), ollama)


def test_a_comparison_says_what_is_right(compare):
    prompts = compare.root.get_by_label("Use a preset prompt")
    expect(prompts).to_be_visible()
    compare.root.get_by_label("Prompt 1", exact=True).fill("")
    prompts.select_option(PROMPT)
    rule = compare.root.get_by_label("Rule for right answers to prompt 1")
    expect(rule).to_have_value("number: 391")
    compare.run(seeds=2, prompt=PROMPT)
    verdicts = compare.root.locator(".quantlab-chat-verdict")
    expect(verdicts).to_have_count(4, timeout=PATIENCE)
    expect(verdicts.first).to_have_text("✓ Right. The last number in the answer is 391.")
    expect(verdicts.nth(1)).to_have_text("✗ Wrong. The last number in the answer is 381, not 391.")
    table = compare.root.get_by_role("table", name="Right answers")
    expect(table.locator("tbody tr")).to_have_count(1)
    data = compare.data()
    assert data["rules"] == ["number: 391"]
    judged = [(each["model"], each["verdict"]["right"]) for each in data["answers"]]
    assert set(judged) == {("tiny:q4", True), ("tiny:q6", False)}
    assert "Right answers: number: 391" in compare.saved("Markdown")
    rows = list(csv.DictReader(io.StringIO(compare.saved("CSV"))))
    assert {row["right"] for row in rows if row["model"] == "tiny:q6"} == {"0"}


def test_a_rule_that_a_reader_types(compare):
    rule = compare.root.get_by_label("Rule for right answers to prompt 1")
    rule.fill("nubmer: 391")
    compare.start()
    expect(compare.root.get_by_role("alert")).to_contain_text(
        "unknown rule `nubmer` (did you mean `number`?)", timeout=PATIENCE
    )
    expect(rule).to_be_focused()
    rule.fill("number: 381")
    compare.run(seeds=1)
    expect(compare.root.locator(".quantlab-chat-verdict[data-right=true]")).to_have_count(1)

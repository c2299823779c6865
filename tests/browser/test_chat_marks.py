"""Marks of drawings in the chat, in Chromium: a server answers with prepared drawings, right ones and wrong ones."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from mkdocs_quantlab.engine.drawing.scene import Scene, Thing, draw
from mkdocs_quantlab.engine.drawing.svg import svg
from tests.browser.conftest import PATIENCE
from tests.browser.test_chat import Chat
from tests.browser.test_chat_compare import Panel
from tests.paths import AXE
from tests.servers.ollama_models import Script

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import Visit
    from tests.servers.ollama import Ollama

VIOLATIONS = """async () => {
  const options = {runOnly: ['wcag2a', 'wcag2aa'], iframes: false};
  const {violations} = await axe.run('quantlab-chat', options);
  return violations.map(({id, nodes}) => id + ': ' + nodes.map(node => node.html).join(' '));
}"""

PROMPT = "Draw three red balloons."
BALLOONS = draw(Scene((Thing("balloon", "red", number=3),)))
RIGHT, FEWER = svg(BALLOONS), svg(BALLOONS[:-1])


@pytest.fixture
def start(visit: Callable[..., Visit], ollama: Ollama) -> Callable[..., Chat]:
    """Opens a chat, by default one that marks, connected to a server that answers with a text."""

    def begin(text: str, page: str = "drawings", **options) -> Chat:
        ollama.script = lambda request: Script(text)
        chat = Chat(visit(page=page, servers=[ollama.url], **options), ollama)
        chat.connect(ollama.url)
        return chat

    return begin


def ask(chat: Chat, prompt: str = PROMPT) -> None:
    chat.box.fill(prompt)
    chat.send_button.click()


def marked(chat: Chat) -> dict[str, str]:
    """Each mark of the last answer, when they are there."""
    row = chat.answers.last.locator(".quantlab-chat-marked li")
    expect(row).to_have_count(6, timeout=PATIENCE)
    pairs = row.evaluate_all("all => all.map(e => [e.dataset.mark, e.dataset.right])")
    return dict(pairs)


def test_a_right_drawing_is_all_right(start):
    chat = start(RIGHT)
    ask(chat)
    assert set(marked(chat).values()) == {"true"}
    expect(chat.answers.last.locator(".quantlab-chat-wrong")).to_have_count(0)


def test_a_wrong_drawing_is_told_what_is_wrong(start):
    chat = start(f"Of course:\n\n```svg\n{FEWER}\n```\n")
    ask(chat)
    wrong = {name for name, right in marked(chat).items() if right == "false"}
    assert wrong == {"shapes", "counts", "all"}
    said = chat.answers.last.locator(".quantlab-chat-wrong li").all_inner_texts()
    assert "3 balloons asked for, 2 drawn." in said
    chat.page.add_script_tag(path=AXE)
    assert chat.page.evaluate(VIOLATIONS) == []


def test_a_hostile_drawing_is_marked_and_does_nothing(start):
    bomb = '<!DOCTYPE svg [<!ENTITY a "b">]>'
    chat = start(f"<svg {'a' * 500}<script>{bomb}{'<circle/>' * 200}</svg>")
    ask(chat)
    assert marked(chat)["well_formed"] == "false"


def test_a_prompt_that_the_grammar_does_not_know_is_said_to_be(start):
    chat = start(RIGHT)
    ask(chat, "Draw a giraffe.")
    answer = chat.answers.last
    expect(answer.get_by_text(re.compile("^Not marked: this prompt"))).to_be_visible(
        timeout=PATIENCE
    )
    expect(answer.locator(".quantlab-chat-marks")).to_have_count(0)


def test_python_is_not_fetched_without_a_drawing(start):
    asked: list[str] = []
    chat = start("There is no picture in this.")
    chat.page.on("request", lambda request: asked.append(request.url))
    ask(chat)
    expect(chat.figures).to_have_count(1)
    assert not [url for url in asked if "pyodide" in url]


def test_other_models_are_not_marked_unless_the_author_says_so(start):
    chat = start(RIGHT, page="chat")
    ask(chat)
    expect(chat.figures).to_have_count(1)
    expect(chat.answers.last.locator("iframe")).to_have_count(1)
    expect(chat.root.get_by_text("Marking")).to_have_count(0)
    expect(chat.root.locator(".quantlab-chat-marks")).to_have_count(0)


def test_without_python_there_is_one_sentence(start):
    chat = start(RIGHT, name="off")
    ask(chat)
    expect(chat.answers.last.get_by_text("Not marked: marking needs Python in the page. This site was built without it.")).to_be_visible()  # fmt: skip


def test_the_conversation_is_saved_with_its_marks(start):
    chat = start(FEWER)
    ask(chat)
    marked(chat)
    with chat.page.expect_download() as download:
        chat.root.get_by_role("button", name="Save as JSON").first.click()
    (turn,) = json.loads(download.value.path().read_text(encoding="utf-8"))["turns"]
    assert turn["answers"][0]["marks"]["all"] is False
    with chat.page.expect_download() as download:
        chat.root.get_by_role("button", name="Save as Markdown").first.click()
    text = download.value.path().read_text(encoding="utf-8")
    assert "Marks: wrong: shapes, counts." in text
    assert "3 balloons asked for, 2 drawn." in text


def test_a_comparison_counts_what_is_right_and_draws_its_curve(visit, ollama):
    def script(request: dict) -> Script:
        """One model is right, the other one with its first seed only."""
        right = request["model"].endswith("q6") or request["options"]["seed"] == 7
        text = RIGHT if right else FEWER
        return Script(text + " " * request["options"]["seed"])

    ollama.script = script
    panel = Panel(visit(page="drawings", servers=[ollama.url]), ollama)
    panel.run(seeds=3, prompt=PROMPT)
    # Pressed before the marks are there: they leave what the reader has begun alone.
    panel.button("Find the first difference").click()
    search = panel.root.locator(".quantlab-compare-part").element_handle()
    table = panel.root.get_by_role("group", name="Correct drawings")
    row = table.get_by_role("row", name=re.compile("^All right"))
    expect(row.get_by_role("cell")).to_have_text(
        [re.compile(r"^1 of 3 \("), re.compile(r"^3 of 3 \(.* to 100 %\)")], timeout=PATIENCE
    )
    curve = panel.root.locator(".quantlab-compare-curve svg")
    expect(curve).to_be_visible()
    expect(curve.locator("[data-item]")).to_have_count(2)
    assert "1 of 3 right" in curve.locator("[data-item]").first.get_attribute("aria-label")
    assert search.evaluate("element => element.isConnected")
    expect(panel.root.locator(".quantlab-compare-sentence")).to_contain_text("token probabilities")
    short = panel.cells.locator(".quantlab-compare-marks").all_inner_texts()
    assert sorted(short) == ["✓ all right"] * 4 + ["✗ wrong: shapes, counts"] * 2
    lines = list(csv.DictReader(io.StringIO(panel.saved("CSV"))))
    assert [line["right_all"] for line in lines if line["control"] == "0"] == ["1", "0", "0", "1", "1", "1"]  # fmt: skip
    data = panel.data()
    assert data["right"][0]["name"] == "all"
    assert "### Correct drawings" in panel.saved("Markdown")
    panel.page.add_script_tag(path=AXE)
    assert panel.page.evaluate(VIOLATIONS) == []

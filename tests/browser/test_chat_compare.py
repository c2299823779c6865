"""The comparison, in front of a stand-in for Ollama and real llama.cpp with two quantizations of one tiny model."""

from __future__ import annotations

import json
import re
from itertools import count
from threading import Event
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from mkdocs_quantlab.engine.comparing.record import of_data
from tests.browser.conftest import PATIENCE
from tests.paths import AXE
from tests.servers.ollama_models import Script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator

    from tests.browser.conftest import Visit
    from tests.servers.ollama import Ollama


VIOLATIONS = """async () => {
  const options = {runOnly: ['wcag2a', 'wcag2aa'], iframes: false};
  const {violations} = await axe.run('.quantlab-chat-compare', options);
  return violations.map(({id, nodes}) => id + ': ' + nodes.map(node => node.html).join(' '));
}"""

DRAWING = """Here it is:

```svg
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="{radius}"/><path d="M0 0h9"/></svg>
```
"""


class Panel:
    """The comparison of the chat's page, talking to a server."""

    def __init__(self, visit: Visit, ollama: Ollama) -> None:
        self.visit = visit
        self.page = visit.page
        self.ollama = ollama
        chat = self.page.locator("quantlab-chat")
        chat.get_by_label("Endpoint").fill(ollama.url)
        chat.get_by_label("Endpoint").press("Tab")
        self.root = self.page.locator(".quantlab-chat-compare")
        self.status = self.root.locator(".quantlab-compare-status")
        self.cells = self.root.locator(".quantlab-compare-grid tbody td")
        self.voted = self.root.locator(".quantlab-compare-voted")
        self.spoken = chat.locator("> .quantlab-live")
        self.root.get_by_text("Compare models", exact=True).click()

    def button(self, name: str) -> Locator:
        """A button of the panel."""
        return self.root.get_by_role("button", name=name)

    def start(self, seeds: int = 2, prompt: str = "Say something.") -> None:
        """Starts a run and does not wait for it."""
        self.root.get_by_label("Prompt 1", exact=True).fill(prompt)
        self.root.get_by_label("Answers from each model").fill(str(seeds))
        self.root.get_by_role("button", name=re.compile("^Start")).click()

    def run(self, seeds: int = 2, prompt: str = "Say something.") -> None:
        """Runs a comparison to its end."""
        self.start(seeds, prompt)
        expect(self.status).to_have_text(re.compile("^Done"))

    def saved(self, kind: str) -> str:
        """The comparison as a file."""
        with self.page.expect_download() as download:
            self.button(f"Save as {kind}").click()
        return download.value.path().read_text(encoding="utf-8")

    def data(self) -> dict:
        """The comparison as data."""
        return json.loads(self.saved("JSON"))

    def asked(self) -> list[tuple[str, int]]:
        """Model and seed of every answer the server was asked for; no seed for a model's warm-up."""
        posts = [a for a in self.ollama.asked if (a.method, a.path) == ("POST", "/api/chat")]
        # The connection check asks without a model.
        bodies = [asked.body for asked in posts if "model" in asked.body]
        return [(body["model"], body.get("options", {}).get("seed")) for body in bodies]


@pytest.fixture
def panel(visit: Callable[..., Visit], ollama: Ollama) -> Callable[..., Panel]:
    """Opens the comparison."""

    def start(server: Ollama = ollama, **options) -> Panel:
        return Panel(visit(page="chat", servers=[server.url], **options), server)

    return start


def drawing(request: dict) -> Script:
    """A circle whose size says the seed, and the model."""
    radius = request["options"]["seed"] + (100 if request["model"].endswith("q6") else 0)
    return Script(DRAWING.format(radius=radius))


def test_its_script_is_fetched_when_it_is_opened(visit, server):
    lab = visit("material", "chat")
    root = lab.page.locator(".quantlab-chat-compare")
    title = root.get_by_text("Compare models", exact=True)
    expect(title).to_be_visible()
    assert not [url for url in lab.requests if url.endswith("/compare.js")]
    with server.replaced("compare.js", 500):
        lab.allow("500")
        title.click()
        expect(root).to_contain_text("The comparison could not be fetched.")
    title.click()
    title.click()
    expect(root.get_by_label("Prompt 1", exact=True)).to_be_visible()
    expect(root).not_to_contain_text("fetched")


def test_a_whole_comparison(panel):
    compare = panel()
    compare.run(seeds=3)
    expect(compare.root.get_by_text(f"All answers are from {compare.ollama.url}.")).to_be_visible()
    assert compare.asked() == [
        ("tiny:q4", None), ("tiny:q4", 7), ("tiny:q4", 8), ("tiny:q4", 9), ("tiny:q4", 7),
        ("tiny:q6", None), ("tiny:q6", 7), ("tiny:q6", 8), ("tiny:q6", 9), ("tiny:q6", 7),
    ]  # fmt: skip
    assert compare.cells.evaluate_all("all => all.map(e => e.dataset.state)") == ["done"] * 6
    data = compare.data()
    texts = [answer["text"] for answer in data["answers"]]
    assert len(texts) == 8
    assert len(set(texts[:3])) > 1
    # What the control says is what the texts say: with a prompt that is cached, llama.cpp may round otherwise.
    said = compare.root.inner_text()
    for model, first in (("tiny:q4", 0), ("tiny:q6", 4)):
        same = texts[first] == texts[first + 3]
        assert (f"{model} gave another answer" in said) is not same
    assert "too few answers for a conclusion" in compare.root.inner_text()
    card = data["findings"]["tables"][-1]
    assert card["rows"][0] == ["Quantization", "Q4_K_M", "Q6_K"]
    assert compare.spoken.inner_text() == "Done: 8 answers."


def test_numbers_come_from_the_answers(panel):
    compare = panel()
    compare.ollama.script = lambda request: Script("one two three " * request["options"]["seed"])
    compare.run(seeds=2)
    rows = {row[0]: row[1:] for row in compare.data()["findings"]["tables"][0]["rows"]}
    # 21 and 24 words, from seeds 7 and 8; Student's interval of two is 12.706 standard errors of 1.5.
    assert rows["Words"] == ["22.5 (3.4 to 41.6)", "22.5 (3.4 to 41.6)", "100 %"]
    assert rows["Ends in a loop"] == ["2 of 2 (16 to 100 %)"] * 2 + ["100 %"]


def test_a_run_goes_on_after_a_lost_connection(panel):
    compare = panel()
    asked = count()

    def script(request: dict) -> Script:
        # Cut in the middle of the third answer, when the server has gone.
        compare.ollama.drop_after = 1 if next(asked) == 2 else None
        return Script(f"Seed {request['options']['seed']} says this.")

    compare.ollama.script = script
    compare.visit.allow("net::ERR|400")
    compare.start()
    expect(compare.status).to_have_text("Interrupted: 2 of 6 answers are complete and are kept.")
    expect(compare.cells.nth(0)).to_contain_text("Seed 7 says this.")
    # What is opened stays open.
    compare.cells.nth(0).get_by_text("Text and figures").click()
    compare.button("Continue").click()
    expect(compare.status).to_have_text("Done: 6 answers.")
    expect(compare.cells.nth(0).locator("pre")).to_be_visible()
    # The first model's control was lost; what was there is not asked for again.
    assert compare.asked()[4:] == [
        ("tiny:q4", None), ("tiny:q4", 7),
        ("tiny:q6", None), ("tiny:q6", 7), ("tiny:q6", 8), ("tiny:q6", 7),
    ]  # fmt: skip


def test_what_cannot_be_had_can_be_left_out(panel):
    compare = panel()

    def script(request: dict) -> Script:
        compare.ollama.error_after = 0 if request["options"]["seed"] == 8 else None
        return Script("Well.")

    compare.ollama.script = script
    compare.ollama.models = [m for m in compare.ollama.models if m.name == "tiny:q4"]
    compare.visit.allow("404|500")
    compare.start()
    expect(compare.status).to_have_text("Interrupted: 1 of 6 answers are complete and are kept.")
    expect(compare.root.get_by_text("unexpectedly stopped").first).to_be_visible()
    compare.button("Skip that answer").click()
    expect(compare.status).to_have_text("Interrupted: 2 of 5 answers are complete and are kept.")
    expect(compare.cells.nth(1)).to_have_text("failed")
    compare.button("Skip that model").click()
    expect(compare.status).to_have_text("Done: 2 answers.")
    expect(compare.cells.nth(1)).to_have_text("skipped")
    expect(compare.root.get_by_text("there is nothing to compare")).to_be_visible()


@pytest.fixture
def held(ollama: Ollama) -> Iterator[Event]:
    """Answers begin when this is set."""
    event = Event()

    def script(request: dict) -> Script:
        event.wait(PATIENCE / 1000)
        return Script("word")

    ollama.script = script
    yield event
    event.set()


def test_pause_stop_and_continue(panel, held):
    compare = panel()
    compare.start()
    expect(compare.cells.nth(0)).to_contain_text("writing")
    expect(compare.status).to_have_text(
        re.compile(
            r".* is writing answer 1 of 6\. The time left is estimated after the first answer\."
        )
    )
    # The conversation waits for its turn.
    waits = compare.page.get_by_role("button", name="A comparison is using the server")
    expect(waits).to_be_disabled()
    compare.button("Pause").click()
    expect(compare.status).to_contain_text("Pausing after this answer.")
    held.set()
    expect(compare.status).to_have_text("Paused: 1 of 6 answers are complete.")
    expect(compare.spoken).to_have_text("Paused: 1 of 6 answers are complete.")
    expect(compare.page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    held.clear()
    compare.button("Continue").click()
    expect(compare.status).to_contain_text("left, based on 1 answer so far")
    compare.button("Stop").click()
    expect(compare.status).to_have_text("Stopped: 1 of 6 answers are complete and are kept.")
    expect(compare.button("Continue")).to_be_focused()
    held.set()
    compare.button("Continue").click()
    expect(compare.status).to_have_text("Done: 6 answers.")


def test_a_run_outlives_a_visit_to_another_page(panel, held):
    compare = panel()
    compare.start()
    expect(compare.cells.nth(0)).to_contain_text("writing")
    compare.page.locator("article").get_by_role("link", name="To the lab").click()
    expect(compare.page.locator("quantlab-widget").first).to_be_visible()
    held.set()
    compare.page.go_back()
    expect(compare.status).to_have_text(re.compile("^Done: 6"))
    expect(compare.cells.nth(3)).to_contain_text("word")
    assert len(compare.asked()) == 8


def test_a_server_that_is_not_deterministic(panel):
    compare = panel()
    times = count()
    compare.ollama.script = lambda request: Script(f"This is answer {next(times)}.")
    compare.run(seeds=2)
    text = compare.root.inner_text()
    assert (
        "tiny:q4 gave another answer when asked again with the same seed; the two answers differ after 15 characters. This server is not deterministic"
        in text
    )
    assert "character for character" not in text


def test_a_server_that_answers_with_another_model(panel, start_llama_server):
    # llama.cpp has one model, and answers to any name.
    compare = panel(start_llama_server("tiny:q4"))
    # It is asked whether it is Ollama.
    compare.visit.allow("404.* http://.*/api/version")
    compare.run(seeds=2)
    text = compare.root.inner_text()
    assert re.search(
        r"The server was asked for tiny:q6 and answered with \S+tiny-Q4_K_M.gguf", text
    )
    expect(compare.cells.nth(1)).to_contain_text("tiny-Q4_K_M.gguf")
    # The same seed gives the same answer, also under another name.
    assert (
        "tiny:q4 and tiny:q6 gave exactly the same answer when asked again with the same seed"
        in text
    )
    answers = [answer["text"] for answer in compare.data()["answers"]]
    assert answers[:3] == answers[3:]
    compare.button("Find the first difference").click()
    sentence = compare.root.locator(".quantlab-compare-sentence")
    expect(sentence).to_contain_text("with no difference")


def test_pictures_are_shown_and_measured(panel):
    compare = panel()
    compare.ollama.script = drawing
    compare.run(seeds=2)
    for cell in compare.cells.all():
        cell.scroll_into_view_if_needed()  # each is drawn when it is about to be seen
    expect(compare.cells.locator("iframe")).to_have_count(4)
    picture = compare.cells.nth(3).locator("iframe")
    assert picture.get_attribute("sandbox") == ""
    assert picture.get_attribute("title") == "Drawing by tiny:q6, seed 8"
    expect(picture.content_frame.locator("circle")).to_have_attribute("r", "108")
    expect(compare.cells.nth(3)).to_contain_text("SVG of 3 elements")
    measures = compare.data()["answers"][0]["measures"]
    assert [measures[key] for key in ("svg", "wellFormed", "viewBox", "elements")] == [1, 1, 1, 3]


def test_a_blind_vote(panel):
    compare = panel()
    compare.ollama.script = drawing
    compare.root.get_by_label("Hide the answers").check()
    compare.run(seeds=6)
    assert compare.cells.count() == 0
    compare.button("Vote blind").click()
    # Who votes for q6 every time, by what is drawn: nothing in the page says a model's name.
    results = compare.root.locator(".quantlab-compare-results")
    for _ in range(12):
        assert "tiny" not in results.inner_html()
        left = compare.root.get_by_role("region", name="Left").locator("iframe").content_frame
        radius = left.locator("circle").get_attribute("r")
        question = compare.root.locator(".quantlab-compare-question").inner_text()
        compare.button("Left is better" if int(radius) > 100 else "Right is better").click()
        expect(compare.root.get_by_text(question)).to_have_count(0)
    # Clopper and Pearson, 0 of 6: up to 1 - 0.025 ** (1 / 6) = 45.9 %.
    expect(compare.voted).to_have_text(
        "tiny:q4 against tiny:q6: 6 pairs, each judged twice with the sides swapped. Preferred both times: tiny:q4 in 0, tiny:q6 in 6; "
        "0 undecided. tiny:q4 won 0 % of the decided pairs (exact 95 % interval 0 to 46 %). The interval does not include 50 %: "
        "this voter preferred one model on these prompts. Same judgement both times: 6 of 6. Same side both times, whichever answer was there: 0."
    )
    expect(compare.voted).to_be_focused()
    assert len(compare.data()["vote"]["judgements"]) == 12


def test_a_vote_by_keyboard(panel):
    compare = panel()
    compare.ollama.script = drawing
    compare.run(seeds=1)
    question = compare.root.locator(".quantlab-compare-question")
    compare.button("Vote blind").focus()
    for number, button in ((1, "Left is better"), (2, "Right is better")):
        if number == 1:
            compare.page.keyboard.press("Enter")
        expect(question).to_be_focused()
        expect(question).to_contain_text(f"Question {number} of 2")
        # On the way are both texts.
        for _ in range(3 if number == 1 else 5):
            compare.page.keyboard.press("Tab")
        expect(compare.button(button)).to_be_focused()
        compare.page.keyboard.press("Enter")
    expect(compare.voted).to_be_focused()
    expect(compare.voted).to_contain_text("Same judgement both times: 1 of 1")


def test_a_vote_for_the_left_side_decides_nothing_and_one_after_a_look_is_not_blind(panel):
    compare = panel()
    compare.ollama.script = drawing
    compare.run(seeds=2)
    compare.button("Vote blind").click()
    for _ in range(4):
        compare.button("Left is better").click()
    expect(compare.voted).to_contain_text("the vote is undecided")
    expect(compare.voted).to_contain_text("Same side both times, whichever answer was there: 2.")
    expect(compare.voted).to_contain_text("This vote was not blind")


def test_where_two_models_first_differ(panel):
    compare = panel()
    compare.run(seeds=1, prompt="Name four colours.")
    compare.button("Find the first difference").click()
    sentence = compare.root.locator(".quantlab-compare-sentence")
    expect(sentence).to_contain_text("wrote the same")
    found = compare.data()["firstDivergence"]
    first, second = (answer["tokens"] for answer in found["answers"])
    at = found["parting"]["one"]
    assert at == found["parting"]["other"]
    assert [t["token"] for t in first[:at]] == [t["token"] for t in second[:at]]
    assert first[at]["token"] != second[at]["token"]
    lists = compare.root.locator(".quantlab-compare-parting table")
    expect(lists).to_have_count(2)
    assert compare.root.locator("mark").all_inner_texts() == [
        first[at]["token"],
        second[at]["token"],
    ]
    for answer, shown in zip((first, second), lists.all(), strict=True):
        expect(shown.locator("tbody tr")).to_have_count(len(answer[at]["candidates"]))
        taken = shown.get_by_role("row").filter(has_text="chosen")
        assert taken.locator("th").inner_text() == answer[at]["token"].replace(" ", "␣")
        # Greedy: what is taken is the likeliest.
        assert answer[at]["candidates"][0]["token"] == answer[at]["token"]


def test_a_server_without_probabilities(panel):
    compare = panel()
    compare.ollama.script = lambda request: Script("The same words.")
    compare.run(seeds=1)
    compare.button("Find the first difference").click()
    sentence = compare.root.locator(".quantlab-compare-sentence")
    expect(sentence).to_contain_text("does not return token probabilities for tiny:q4 and tiny:q6")


def test_files_hold_everything_but_the_key(panel):
    compare = panel()
    compare.ollama.script = lambda request: Script("```\nfenced | text\n```\n")
    compare.page.get_by_label("Key, if the server wants one").fill("a-secret-key")
    compare.page.get_by_label("Key, if the server wants one").press("Tab")
    compare.run(seeds=1)
    markdown, data = compare.saved("Markdown"), compare.saved("JSON")
    # The conversation's own files have it, too.
    chat = compare.page.locator("quantlab-chat")
    chat.get_by_label("Prompt (Enter sends").fill("Hello.")
    chat.get_by_label("Prompt (Enter sends").press("Enter")
    # Else the answer may still be asked for when the server ends with the test.
    expect(chat.locator("article").last).to_contain_text("fenced | text")
    with compare.page.expect_download() as download:
        chat.get_by_role("button", name="Save as JSON").first.click()
    transcript = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert transcript["comparison"] == json.loads(data)
    assert "a-secret-key" not in markdown + data
    assert "````text\n```\nfenced | text\n```\n\n````" in markdown
    assert "One answer from each model proves nothing" in markdown
    assert "| Measure | tiny:q4 | tiny:q6 | p-value |" in markdown
    assert json.loads(data)["seeds"] == [7]
    # A figure reads the file.
    record = of_data(json.loads(data))
    assert len(record.models) == 2
    assert record.seeds == [7]
    assert record.answers[0].values["words"] == 2
    assert record.answers[0].excerpt == "``` fenced | text ```"
    assert sum(each.is_control for each in record.answers) == 2
    # A preflight has no key.
    posts = [asked for asked in compare.ollama.asked if asked.method == "POST"]
    assert {asked.headers.get("Authorization") for asked in posts} == {"Bearer a-secret-key"}


def test_what_cannot_be_started_says_why(panel):
    compare = panel()
    compare.start(prompt=" ")
    expect(compare.root.get_by_role("alert")).to_have_text("Write a prompt first.")
    for box in compare.root.get_by_role("checkbox", name="tiny").all():
        box.uncheck()
    compare.start()
    expect(compare.root.get_by_role("alert")).to_contain_text("Choose at least one model")
    assert not compare.asked()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_as_wide_as_the_page(panel, width, scheme):
    compare = panel(viewport={"width": width, "height": 800}, color_scheme=scheme)
    compare.ollama.script = drawing
    compare.run(seeds=2)
    compare.page.add_script_tag(path=AXE)
    assert compare.page.evaluate(VIOLATIONS) == []
    assert compare.page.evaluate("document.documentElement.scrollWidth") == width
    compare.button("Vote blind").click()
    expect(compare.root.locator(".quantlab-compare-question")).to_be_focused()
    assert compare.page.evaluate(VIOLATIONS) == []

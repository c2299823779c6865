"""Evidence in Chromium: each kind of field, what outlives what, files out and back in, paper, and every reader."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from markdown import Markdown
from playwright.sync_api import expect

from tests.paths import AXE
from tests.servers.ollama_models import Script

BLOCKED = """Object.defineProperty(window, 'localStorage', {
  get() { throw new DOMException('denied', 'SecurityError'); },
});"""
FULL = """const put = Storage.prototype.setItem;
window.full = true;
Storage.prototype.setItem = function (...args) {
  if (window.full) throw new DOMException('full', 'QuotaExceededError');
  put.apply(this, args);
};"""
# A tab that sleeps hears nothing of the others.
DEAF = "window.addEventListener('storage', e => window.deaf && e.stopImmediatePropagation(), true)"
HOSTILE = "<img src=x onerror=\"document.title='run'\"> | `a` *b*\n# c\n</script>\u2028"


class Evidence:
    """The page's evidence, and its parts."""

    def __init__(self, visit):
        self.visit = visit
        self.page = visit.page
        self.sheet = self.page.locator("quantlab-evidence-sheet")
        expect(self.sheet).to_have_attribute("data-ready", "")
        self.status = self.sheet.get_by_role("status").first
        self.said = self.sheet.get_by_role("status").last
        self.text = self.field("first-broken").locator("textarea")
        self.number = self.page.get_by_label("Signal-to-noise ratio at 4 bits")

    def field(self, name):
        return self.page.locator(f"#lab-evidence-{name}")

    def press(self, name):
        self.sheet.get_by_role("button", name=name, exact=True).click()

    def cell(self, name):
        return self.page.get_by_label(name, exact=True)

    def write(self):
        """Fills in what is written by hand, five of the page's seven fields."""
        self.text.fill("The *colours*.\n\nThen | `all`.")
        self.number.fill("20.18")
        self.page.get_by_label("Q6_K", exact=True).check()
        for row, seed in enumerate(("7", "8"), 1):
            self.cell(f"Seed, row {row}").fill(seed)
            self.cell(f"Q4 right?, row {row}").fill("yes | no\n<b>or</b>")
            self.cell(f"Q6 right?, row {row}").fill("`yes`")
        self.cell("Bits, 16").fill("6")
        self.cell("Bits, 4").fill("12")

    def values(self):
        """What the fields show that are written by hand."""
        return [
            self.text.input_value(),
            self.number.input_value(),
            self.page.get_by_label("Q6_K", exact=True).is_checked(),
            self.cell("Q4 right?, row 2").input_value(),
            self.cell("Bits, 4").input_value(),
        ]

    def save(self, kind):
        """A file as it is saved: its name and its text."""
        with self.page.expect_download() as download:
            self.press(f"Save as {kind}")
        path = Path(download.value.path())
        return download.value.suggested_filename, path.read_text(encoding="utf-8")

    def open(self, text, name="evidence.json"):
        """Opens a file."""
        file = {"name": name, "mimeType": "application/json", "buffer": text.encode()}
        with self.page.expect_file_chooser() as chooser:
            self.press("Open a file")
        chooser.value.set_files(file)

    def kept(self):
        """What the browser keeps, by key."""
        return self.page.evaluate("({...localStorage})")


@pytest.fixture
def start(visit):
    """Opens the page with evidence."""
    return lambda site="mkdocs", **options: Evidence(visit(site, page="evidence", **options))


WRITTEN = ["The *colours*.\n\nThen | `all`.", "20.18", True, "yes | no\n<b>or</b>", "12"]
NOTHING = ["", "", False, "", ""]


# Keeping


@pytest.mark.parametrize("site_name", ["material", "mkdocs-flat", "readthedocs"])
def test_what_is_written_outlives_a_reload_and_stays_with_its_page(start, site_name, site):
    lab = start(site_name)
    expect(lab.status).to_have_text("0 of 7 filled in. Kept in this browser only.")
    lab.page.wait_for_load_state("networkidle")  # the theme's own scripts ask for more
    requests = len(lab.visit.requests)
    lab.write()
    expect(lab.status).to_have_text("5 of 7 filled in. Kept in this browser only.")
    assert len(lab.visit.requests) == requests
    lab.page.reload()
    lab = Evidence(lab.visit)
    expect(lab.status).to_have_text("5 of 7 filled in. Kept in this browser only.")
    assert lab.values() == WRITTEN
    lab.visit.open(site(site_name).page("evidence-2"))
    other = Evidence(lab.visit)
    expect(other.status).to_have_text("0 of 1 filled in. Kept in this browser only.")
    other.text.fill("elsewhere")
    lab.visit.open(site(site_name).page("evidence") + "?x=1#objective-2-compare")
    assert Evidence(lab.visit).values() == WRITTEN


def test_instant_navigation_keeps_what_the_browser_does_not(visit, site):
    reader = visit("material", page="plain")
    reader.page.add_init_script(BLOCKED)
    # Material itself warns of what it cannot keep.
    reader.allow("denied|localStorage|__md")
    reader.open(site("material").page("evidence"))
    lab = Evidence(reader)
    lab.text.fill("only here")
    lab.page.get_by_role("link", name="To the lab").click()
    expect(lab.page.locator("h1")).to_contain_text("Lab")
    lab.page.go_back()
    expect(lab.page.locator("h1")).to_contain_text("Evidence lab")
    expect(Evidence(reader).text).to_have_value("only here")


def test_two_tabs_follow_each_other(start, site):
    lab = start()
    other = Evidence(lab.visit.beside(site("mkdocs").page("evidence")))
    lab.write()
    expect(other.status).to_have_text("5 of 7 filled in. Kept in this browser only.")
    assert other.values() == WRITTEN
    other.text.fill("from the other")
    expect(lab.text).to_have_value("from the other")
    other.number.fill("")
    expect(lab.number).to_have_value("")
    expect(lab.status).to_have_text("4 of 7 filled in. Kept in this browser only.")
    lab.press("Clear all")
    lab.press("Clear all of it")
    expect(other.status).to_have_text("0 of 7 filled in. Kept in this browser only.")
    assert other.values() == NOTHING
    assert lab.page.locator(".lab-evidence-other").count() == 0


def test_of_two_texts_at_once_the_newer_stays_and_the_older_is_beside_it(start, site):
    lab = start()
    sleeper = lab.visit.beside(site("mkdocs").page("plain"))
    sleeper.page.add_init_script(DEAF)
    sleeper.open(site("mkdocs").page("evidence"))
    other = Evidence(sleeper)
    other.page.evaluate("window.deaf = true")
    lab.text.fill("the older")
    lab.number.fill("1")
    other.text.fill("the newer")
    for each in (lab, other):
        expect(each.text).to_have_value("the newer")
        expect(each.field("first-broken").locator(".lab-evidence-other")).to_contain_text(
            "the older"
        )
    other.page.evaluate(
        "window.deaf = false; document.dispatchEvent(new Event('visibilitychange'))"
    )
    expect(other.number).to_have_value("1")
    assert '"older"' not in lab.save("JSON")[1]
    assert json.loads(lab.save("JSON")[1])["fields"][0]["others"] == ["the older"]
    lab.page.get_by_role("button", name="Use this one").click()
    expect(other.text).to_have_value("the older")
    other.page.get_by_role("button", name="Forget this one").click()
    expect(lab.page.locator(".lab-evidence-other")).to_have_count(0)
    other.press("Undo: Forget this one")
    expect(lab.page.locator(".lab-evidence-other")).to_contain_text("the newer")


def leaves_unasked(page):
    """Whether the page goes without a question of the browser's."""
    asked = []

    def on_dialog(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", on_dialog)
    page.evaluate("location.hash = ''")
    page.close(run_before_unload=True)
    try:
        page.wait_for_event("close", timeout=2000)
    except Exception:  # noqa: BLE001  # it stayed
        assert asked == ["beforeunload"]
        return False
    return not asked


def test_where_storage_is_blocked_it_is_said_and_leaving_is_asked(visit, site):
    reader = visit("mkdocs", page="plain")
    reader.page.add_init_script(BLOCKED)
    reader.open(site("mkdocs").page("evidence"))
    lab = Evidence(reader)
    expect(lab.status).to_have_text(
        "0 of 7 filled in. This browser stores nothing for this page: save a file before you leave it."
    )
    lab.text.click()
    lab.page.keyboard.type("not kept")
    expect(lab.status).to_contain_text("1 of 7 filled in.")
    assert not leaves_unasked(lab.page)
    assert "not kept" in lab.save("Markdown")[1]
    lab.page.evaluate("() => { document.dispatchEvent(new Event('visibilitychange')); }")
    assert leaves_unasked(lab.page)


def test_a_full_storage_is_said_until_there_is_room(visit, site):
    reader = visit("mkdocs", page="plain")
    reader.page.add_init_script(FULL)
    reader.open(site("mkdocs").page("evidence"))
    lab = Evidence(reader)
    lab.text.click()
    lab.page.keyboard.type("no room")
    expect(lab.status).to_have_text(
        "1 of 7 filled in. This browser did not store your last changes, its storage may be full: save a file before you leave the page."
    )
    assert not leaves_unasked(lab.page)
    lab.page.evaluate("window.full = false")
    lab.number.fill("3")
    expect(lab.status).to_have_text("2 of 7 filled in. Kept in this browser only.")
    lab.page.reload()
    expect(Evidence(reader).text).to_have_value("no room")


def test_what_another_page_of_the_visit_could_not_store_is_asked_about_too(visit, site):
    reader = visit("material", page="plain")
    reader.page.add_init_script(FULL)
    reader.open(site("material").page("evidence"))
    lab = Evidence(reader)
    lab.text.click()
    lab.page.keyboard.type("no room")
    expect(lab.status).to_contain_text("This browser did not store your last changes")
    lab.page.evaluate(
        """url => {
          const link = Object.assign(document.createElement('a'), {href: url, textContent: 'Go on'});
          document.querySelector('article').append(link);
        }""",
        site("material").page("evidence-2"),
    )
    lab.page.get_by_role("link", name="Go on").click()
    expect(lab.page.locator("h1")).to_contain_text("Other evidence")
    lab.page.evaluate("window.full = false")
    other = Evidence(reader)
    other.text.fill("room again")
    expect(other.status).to_have_text("1 of 1 filled in. Kept in this browser only.")
    assert not leaves_unasked(lab.page)


def test_leaving_is_not_asked_where_all_is_kept(start):
    lab = start()
    lab.text.click()
    lab.page.keyboard.type("kept")
    assert leaves_unasked(lab.page)


def test_what_is_no_evidence_counts_as_none(start):
    lab = start()
    lab.text.fill("x")
    [key] = [key for key in lab.kept() if key.startswith("quantlab-evidence")]
    for kept in ("{", "null", "[]", '{"kind": "table", "value": "x"}'):
        lab.page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [key, kept])
        lab.page.reload()
        expect(Evidence(lab.visit).status).to_contain_text("0 of 7 filled in.")


def test_evidence_of_a_field_that_is_gone_is_kept(start):
    lab = start()
    lab.text.fill("kept")
    lab.page.evaluate(
        """() => {
          const [key, text] = Object.entries(localStorage).find(([key]) => key.startsWith('quantlab-evidence'));
          localStorage.setItem(key.replace('first-broken', 'renamed'), text.replace('first-broken', 'renamed'));
        }"""
    )
    lab.page.reload()
    lab = Evidence(lab.visit)
    expect(lab.sheet).to_contain_text(
        "No longer on the page, but still in the files: What broke first?."
    )
    assert "## What broke first? (no longer on the page)\n\nkept" in lab.save("Markdown")[1]
    gone = json.loads(lab.save("JSON")[1])["fields"][-1]
    assert (gone["name"], gone["isGone"], gone["value"]) == ("renamed", True, "kept")
    lab.press("Clear all")
    lab.press("Clear all of it")
    assert not [key for key in lab.kept() if key.startswith("quantlab-evidence")]


# Fields


def test_a_number_says_what_is_wrong_with_it(start):
    lab = start()
    for typed, problem in (("20,18", "Write 20.18 with a decimal point."), ("61", "The number is greater than 60."), ("x", "This is not a number.")):  # fmt: skip
        lab.number.fill(typed)
        lab.number.blur()
        expect(lab.field("snr").get_by_role("status")).to_have_text(problem)
        expect(lab.number).to_have_attribute("aria-invalid", "true")
        expect(lab.status).to_contain_text("0 of 7 filled in.")
    # Typing on, what is wrong goes as soon as nothing is.
    lab.number.fill("60")
    expect(lab.field("snr").get_by_role("status")).to_have_text("")
    expect(lab.status).to_contain_text("1 of 7 filled in.")


def test_a_choice_can_be_taken_back(start):
    lab = start()
    group = lab.page.get_by_role("radiogroup", name="Which would you keep?")
    group.get_by_label("Neither").check()
    expect(lab.status).to_contain_text("1 of 7")
    group.get_by_role("button", name="Choose none").click()
    expect(lab.status).to_contain_text("0 of 7")
    expect(group.get_by_label("Q4_K_M")).to_be_focused()
    assert group.locator("input:checked").count() == 0


def test_a_figure_is_taken_down_as_it_stands(start):
    lab = start()
    figure = lab.visit.widget("quantlab-1")
    figure.set("bits", "3")
    figure.settle()
    result = figure.result.inner_text()
    field = lab.field("figure")
    field.get_by_role("button", name="Capture the figure").click()
    expect(field.get_by_role("status")).to_have_text("Captured.")
    figure.set("bits", "5")
    figure.settle()
    assert figure.result.inner_text() != result
    lab.page.reload()
    lab = Evidence(lab.visit)
    taken = lab.field("figure").locator(".lab-evidence-control .lab-evidence-taken")
    expect(taken).to_contain_text(result)
    expect(taken.locator("dl > div").first).to_have_text("Bits3")
    data = json.loads(lab.save("JSON")[1])["fields"][5]["value"]
    assert data["title"] == "Single-weight explorer"
    assert dict(map(tuple, data["options"]))["Scheme"] == "Symmetric"
    assert data["result"] == result
    assert data["tables"][0]["columns"][0] == "Bits"
    assert data["link"].endswith("?quantlab-1.bits=3#quantlab-1")
    # Once more, and back.
    lab.field("figure").get_by_role("button", name="Capture it again").click()
    expect(taken).not_to_contain_text(result)
    lab.press("Undo: Capture the figure")
    expect(taken).to_contain_text(result)
    lab.field("figure").get_by_role("button", name="Remove").click()
    expect(taken).to_have_count(0)
    lab.press("Undo: Remove")
    expect(taken).to_contain_text(result)


def test_an_answer_of_the_chat_is_taken_with_all_that_made_it(start_ollama, start):
    ollama = start_ollama()
    ollama.script = lambda request: Script(
        f"**{request['model']}** ```\n<b>{request['messages'][-1]['content']}</b>"
    )
    lab = start("material", servers=[ollama.url])
    field = lab.field("best")
    field.get_by_role("button", name="Choose an answer").click()
    expect(field.get_by_role("status")).to_have_text("The chat has no finished answer yet.")
    chat = lab.page.locator("quantlab-chat")
    address = lab.page.get_by_label("Endpoint")
    address.fill(ollama.url)
    address.blur()
    box = lab.page.get_by_label("Prompt (Enter sends")
    for count, (model, prompt) in enumerate((("tiny:q4", "One"), ("tiny:q6", "Two")), 1):
        chat.get_by_role("combobox", name="Model", exact=True).select_option(model)
        box.fill(prompt)
        box.press("Enter")
        expect(chat.locator(".quantlab-chat-figures")).to_have_count(count)
    field.get_by_role("button", name="Choose an answer").click()
    expect(
        field.get_by_role("list", name="Answers in the chat").get_by_role("button")
    ).to_have_count(3)
    field.get_by_role("button", name="tiny:q6, seed 7: Two").click()
    expect(field.get_by_role("status")).to_have_text("Captured.")
    lab.page.reload()
    lab = Evidence(lab.visit)
    taken = lab.field("best").locator(".lab-evidence-control .lab-evidence-taken")
    expect(taken).to_contain_text("**tiny:q6** ```\n<b>Two</b>")
    expect(taken).to_contain_text("seed 7, temperature 0.7")
    value = json.loads(lab.save("JSON")[1])["fields"][6]["value"]
    assert (value["model"], value["prompt"], value["earlier"]) == ("tiny:q6", "Two", 1)
    assert value["endpoint"] == ollama.url
    assert value["settings"] == {"seed": 7, "temperature": 0.7, "topP": 0.95, "maxTokens": 400, "think": False}  # fmt: skip
    assert value["figures"]["tokens"] > 0
    markdown = lab.save("Markdown")[1]
    assert "````text\n**tiny:q6** ```\n<b>Two</b>\n````" in markdown
    assert f"- Model: tiny:q6 ({ollama.url})" in markdown


def test_an_answer_of_a_comparison_is_taken_too(start_ollama, start):
    ollama = start_ollama()
    ollama.script = lambda request: Script(f"{request['model']} {request['options']['seed']}")
    lab = start("material", servers=[ollama.url])
    field = lab.field("best")
    address = lab.page.get_by_label("Endpoint")
    address.fill(ollama.url)
    address.blur()
    compare = lab.page.locator(".quantlab-chat-compare")
    compare.get_by_text("Compare models", exact=True).click()
    compare.get_by_label("Prompt 1", exact=True).fill("Say it.")
    compare.get_by_label("Answers from each model").fill("2")
    compare.get_by_role("button", name="Start").click()
    expect(compare.locator(".quantlab-compare-status")).to_have_text("Done: 6 answers.")
    field.get_by_role("button", name="Choose an answer").click()
    offered = field.get_by_role("list", name="Answers in the chat").get_by_role("button")
    # Two models, two seeds, and Cancel: what only controls the server is not offered.
    expect(offered).to_have_count(5)
    field.get_by_role("button", name="tiny:q6, seed 8: Say it.").click()
    value = json.loads(lab.save("JSON")[1])["fields"][6]["value"]
    assert (value["model"], value["prompt"], value["text"]) == ("tiny:q6", "Say it.", "tiny:q6 8")
    # A voter is not to know whose answers they are.
    compare.get_by_role("button", name="Vote blind").click()
    field.get_by_role("button", name="Choose another answer").click()
    expect(field.get_by_role("status")).to_have_text("The chat has no finished answer yet.")


# Files


def test_a_file_brings_back_what_was_saved(start, visit):
    lab = start()
    lab.write()
    lab.field("figure").get_by_role("button", name="Capture the figure").click()
    name, text = lab.save("JSON")
    assert name == "evidence-evidence-lab.json"
    new = start()
    new.open(text)
    expect(new.said).to_contain_text("Taken from the file: 6 of 6.")
    assert new.values() == WRITTEN
    again = json.loads(new.save("JSON")[1])
    assert again["fields"] == json.loads(text)["fields"]
    new.open(text)
    expect(new.said).to_have_text("The page already has everything in the file.")


def test_a_file_in_markdown_is_valid_whatever_is_in_it(start):
    lab = start()
    lab.write()
    name, text = lab.save("Markdown")
    assert name == "evidence-evidence-lab.md"
    html = Markdown(extensions=["tables", "fenced_code"]).convert(text)
    assert "<h1>Your evidence: Evidence lab</h1>" in html
    assert "<p>The *colours*.</p>\n<p>Then | `all`.</p>" in html
    assert "<p>20.18 dB</p>" in html
    assert html.count("<table>") == 2
    assert "<td>yes | no<br>&lt;b&gt;or&lt;/b&gt;</td>\n<td>`yes`</td>" in html
    assert html.count("<p><em>Not filled in.</em></p>") == 2


def test_a_file_asks_before_it_writes_over_anything(start):
    lab = start()
    lab.write()
    text = lab.save("JSON")[1]
    lab.text.fill("mine")
    lab.number.fill("")
    lab.open(text)
    question = lab.sheet.get_by_role(
        "group", name="The file has other values for “What broke first?”."
    )
    expect(question.get_by_role("button", name="Cancel")).to_be_focused()
    question.get_by_role("button", name="Cancel").click()
    expect(lab.said).to_have_text("Nothing was changed.")
    assert lab.values() == ["mine", "", *WRITTEN[2:]]
    lab.open(text)
    lab.press("Keep mine, add the rest")
    assert lab.values() == ["mine", *WRITTEN[1:]]
    lab.open(text)
    lab.press("Use the file's")
    assert lab.values() == WRITTEN
    lab.press("Undo: Open a file")
    assert lab.text.input_value() == "mine"


def _file(field):
    """An evidence file with this field."""
    page = '"page": {"title": "x", "url": "y"}'
    return f'{{"format": "quantlab-evidence", "version": 1, {page}, "fields": [{field}]}}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "it is not valid JSON. Nothing was changed."),
        ('{"turns": []}', "This is not an evidence file. Nothing was changed."),
        ("whole"[:3], "it is not valid JSON. Nothing was changed."),
        ('{"format": "quantlab-evidence", "version": 1, "page": {"title": "x", "url": "y"}, "fields": [{}]}', "This file is damaged"),
        ("[" * 10_000 + "]" * 10_000, "This is not an evidence file."),
        ('{"a":' * 10_000 + "1" + "}" * 10_000, "This is not an evidence file."),
        ("[" * 4_000_000, "it is not valid JSON."),
        ("null", "This is not an evidence file."),
        (_file("5"), "This file is damaged"),
        (_file("null"), "This file is damaged"),
        (_file('{"__proto__": {"kind": "text", "name": "x", "label": "x", "value": "x", "at": "2026-01-01T00:00:00Z"}}'), "This file is damaged"),
        (_file('{"kind": "constructor", "name": "x", "label": "x", "value": "x", "at": "2026-01-01T00:00:00Z"}'), "This file is damaged"),
        (_file('{"kind": "text", "name": "x", "label": "x", "value": ' + "[" * 10_000 + "]" * 10_000 + ', "at": "2026-01-01T00:00:00Z"}'), "This file is damaged"),
        (_file('{"kind": "text", "name": "x", "label": "x", "value": "x", "at": 1e999}'), "This file is damaged"),
        (_file('{"kind": "text", "name": {"toString": 1}, "label": [], "value": "x", "at": "2026-01-01T00:00:00Z"}'), "This file is damaged"),
        (_file('{"kind": "table", "name": "x", "label": "x", "value": {"columns": "ab", "rows": {"length": 3}}, "at": "2026-01-01T00:00:00Z"}'), "This file is damaged"),
    ],
    ids=lambda each: each[:30],
)  # fmt: skip
def test_a_damaged_file_is_refused_in_a_sentence(start, text, said):
    lab = start()
    lab.write()
    lab.open(text)
    expect(lab.said).to_contain_text(said)
    assert lab.values() == WRITTEN


def test_a_file_of_another_page_is_refused_or_asks(start, visit, site):
    lab = start()
    lab.write()
    text = lab.save("JSON")[1]
    data = json.loads(text)
    elsewhere = visit("mkdocs", page="evidence-2")
    other = Evidence(elsewhere)
    other.open(json.dumps({**data, "fields": data["fields"][1:]}))
    expect(other.said).to_have_text(
        "This file has the evidence of another page, “Evidence lab”, and nothing for the fields of this one. Nothing was changed."
    )
    # A field of that name is on both: the site may have moved.
    other.open(text)
    expect(other.sheet).to_contain_text("This file was saved on another page, “Evidence lab”")
    other.press("Use it")
    expect(other.text).to_have_value(WRITTEN[0])
    expect(other.sheet).to_contain_text(
        "No longer on the page, but still in the files: Signal-to-noise"
    )


def test_what_is_in_a_file_is_text_and_nothing_else(start):
    lab = start()
    lab.write()
    lab.field("figure").get_by_role("button", name="Capture the figure").click()
    data = json.loads(lab.save("JSON")[1])
    for field in data["fields"]:
        value = field["value"]
        if isinstance(value, str):
            field["value"] = HOSTILE
        elif value and "rows" in value:
            value["rows"][0] = [HOSTILE for _ in value["columns"]]
            value["columns"] = [HOSTILE, *value["columns"][1:]]
        elif value and "tables" in value:
            value.update(title=HOSTILE, result=HOSTILE, options=[[HOSTILE, HOSTILE]])
            value["link"] = "javascript:document.title='run'"
            value["tables"][0].update(caption=HOSTILE, columns=[HOSTILE], rows=[[HOSTILE]])
        field["label"] = HOSTILE
    answer = {"prompt": HOSTILE, "system": HOSTILE, "earlier": 1, "model": HOSTILE, "label": HOSTILE, "endpoint": HOSTILE, "text": HOSTILE, "thinking": HOSTILE, "settings": {}, "figures": {}, "words": [HOSTILE]}  # fmt: skip
    data["fields"][6].update(value=answer, at="2026-01-01T00:00:00Z", label=HOSTILE)
    data["fields"].append({"kind": "text", "name": "gone", "label": HOSTILE, "value": HOSTILE, "others": [HOSTILE + "2"], "at": "2026-01-01T00:00:00Z"})  # fmt: skip
    data["page"]["title"] = HOSTILE
    new = start("material")
    new.open(
        json.dumps({**data, "page": {"title": HOSTILE, "url": "https://other.example/" + HOSTILE}})
    )
    new.press("Use it")
    expect(new.said).to_contain_text("Taken from the file: 8 of 8.")
    new.page.evaluate("() => { window.print = () => {}; }")
    new.press("Print")
    assert (
        new.page.locator(
            "quantlab-evidence img, quantlab-evidence-sheet img, .lab-evidence-sheet-paper img"
        ).count()
        == 0
    )
    assert new.page.locator("[href^='javascript']").count() == 0
    assert new.page.title() != "run"
    markdown = new.save("Markdown")[1]
    html = Markdown(extensions=["tables", "fenced_code"]).convert(markdown)
    for tag in ("<img", "<script", "javascript:"):
        assert tag not in html


# Clearing


def test_clearing_asks_and_can_be_undone(start):
    lab = start()
    expect(lab.sheet.get_by_role("button", name="Clear all")).to_be_disabled()
    lab.write()
    lab.press("Clear all")
    expect(
        lab.sheet.get_by_role("group", name="Clear all 5 fields that are filled in?")
    ).to_be_visible()
    lab.press("Cancel")
    assert lab.values() == WRITTEN
    lab.press("Clear all")
    lab.press("Clear all of it")
    assert lab.values() == NOTHING
    assert not [key for key in lab.kept() if key.startswith("quantlab-evidence")]
    # What is written before the undo is not lost by it.
    lab.text.fill("since")
    lab.press("Undo: Clear all")
    assert lab.values() == WRITTEN
    expect(lab.field("first-broken").locator(".lab-evidence-other")).to_contain_text("since")
    expect(lab.sheet.get_by_role("button", name="Undo")).to_be_hidden()
    lab.page.reload()
    assert Evidence(lab.visit).values() == WRITTEN


# Paper


@pytest.mark.parametrize("theme", ["material", "mkdocs", "readthedocs"])
def test_the_page_on_paper_has_whole_texts(start, theme):
    lab = start(theme)
    long = "\n".join(f"Line {i} of a text that is longer than any box." for i in range(60))
    lab.text.fill(long)
    lab.cell("Seed, row 1").fill("a long cell " * 20)
    lab.page.emulate_media(media="print")
    paper = lab.field("first-broken").locator(".lab-evidence-paper")
    expect(paper).to_be_visible()
    assert paper.inner_text().strip() == long
    assert paper.evaluate("e => [...e.children].every(c => c.scrollHeight <= c.clientHeight + 1)")
    assert ("a long cell " * 20).strip() in lab.field("seeds").locator(
        ".lab-evidence-paper"
    ).inner_text()
    # What is empty is a form to fill in.
    expect(lab.field("snr").locator(".lab-evidence-blank")).to_be_visible()
    assert lab.page.locator("quantlab-evidence :is(textarea, input, button):visible").count() == 0
    expect(lab.sheet).to_be_hidden()


def test_the_sheet_is_printed_alone(start):
    lab = start("material")
    lab.write()
    lab.field("figure").get_by_role("button", name="Capture the figure").click()
    lab.page.evaluate(
        "() => { window.print = () => { window.printed = document.querySelector('.lab-evidence-sheet-paper').innerText; }; }"
    )
    lab.press("Print")
    assert lab.page.evaluate("window.printed")
    lab.page.emulate_media(media="print")
    paper = lab.page.locator(".lab-evidence-sheet-paper")
    expect(paper.get_by_role("heading")).to_have_text(
        ["Your evidence: Evidence lab", "What broke first?", "Signal-to-noise ratio at 4 bits", "Which would you keep?", "Five seeds", "Bits", "The figure at 3 bits", "The best answer"]
    )  # fmt: skip
    expect(paper.get_by_text("The same weight at every bit width")).to_be_visible()
    assert lab.page.locator("body > :visible").count() == 1
    lab.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(paper).to_have_count(0)
    expect(lab.page.locator("h1", has_text="Evidence lab")).to_be_visible()


def test_without_script_it_is_a_form_for_a_pencil(visit):
    page = visit("material", page="evidence", java_script_enabled=False).page
    for media in ("screen", "print"):
        page.emulate_media(media=media)
        for label in (
            "What broke first?",
            "☐ Q4_K_M",
            "Weights per scale",
            "Single-weight explorer",
        ):
            expect(page.locator("quantlab-evidence").get_by_text(label, exact=True)).to_be_visible()
        assert page.locator("quantlab-evidence :is(input, textarea, button)").count() == 0
        assert page.locator(".lab-evidence-box").first.bounding_box()["height"] > 60


# Every reader


def test_by_keyboard(start):
    lab = start()
    lab.text.focus()
    lab.page.keyboard.type("typed")
    lab.page.keyboard.press("Tab")
    expect(lab.number).to_be_focused()
    lab.page.keyboard.type("7")
    lab.page.keyboard.press("Tab")
    lab.page.keyboard.press("ArrowDown")
    expect(lab.page.get_by_label("Q6_K", exact=True)).to_be_checked()
    lab.sheet.get_by_role("button", name="Clear all").focus()
    lab.page.keyboard.press("Enter")
    expect(lab.sheet.get_by_role("button", name="Cancel")).to_be_focused()
    lab.page.keyboard.press("Shift+Tab")
    lab.page.keyboard.press("Enter")
    expect(lab.said).to_have_text("Cleared. Undo restores it until you leave the page.")
    expect(lab.status).to_be_focused()


@pytest.mark.parametrize(
    "name", ["material", "mkdocs", "readthedocs", "material, dark", "mkdocs-dark"]
)
def test_accessibility(start, name):
    name, _, dark = name.partition(", ")
    lab = start(name)
    # With a dark mode and no highlight.js, MkDocs's own darkmode.js stumbles.
    lab.visit.allow("setting 'disabled'")
    if dark:
        lab.page.locator("label[for=__palette_1]").click()
    lab.write()
    lab.number.fill("x")
    lab.number.blur()
    lab.field("figure").get_by_role("button", name="Capture the figure").click()
    lab.field("figure").locator(".lab-evidence-control summary").click()
    lab.press("Clear all")
    lab.page.evaluate("Promise.all(document.getAnimations().map(a => a.finished.catch(() => {})))")
    lab.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = lab.page.evaluate(
        """async () => (await axe.run({include: ['quantlab-evidence', 'quantlab-evidence-sheet']}, {resultTypes: ['violations']})).violations
          .map(v => `${v.id}: ${v.nodes.map(n => `${n.target} ${n.failureSummary}`).join('\\n')}`)"""
    )
    assert found == []


@pytest.mark.parametrize("theme", ["material", "mkdocs", "readthedocs"])
def test_a_phone(start, theme):
    lab = start(theme, viewport={"width": 320, "height": 800})
    lab.write()
    lab.field("figure").get_by_role("button", name="Capture the figure").click()
    lab.field("figure").locator(".lab-evidence-control summary").click()
    lab.press("Clear all")
    assert lab.page.evaluate("document.documentElement.scrollWidth") <= 320
    outside = lab.page.locator(
        "quantlab-evidence-sheet button:visible, quantlab-evidence > .lab-evidence-control"
    ).evaluate_all(
        "all => all.filter(e => e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML)"
    )
    assert outside == []


# The script


def test_pages_without_evidence_do_not_fetch_the_script(visit):
    lab = visit("mkdocs", page="lab-1")
    expect(lab.page.locator("quantlab-objectives")).to_have_attribute("data-ready", "")
    assert not [url for url in lab.requests if url.endswith("/evidence.js")]


def test_a_script_that_does_not_come_leaves_the_form(visit, server, site):
    reader = visit("mkdocs", page="plain")
    reader.allow("500|evidence.js")
    with server.replaced("evidence.js", 500):
        reader.open(site("mkdocs").page("evidence"))
        expect(
            reader.page.get_by_text("This part of the page could not be fetched.")
        ).to_be_visible()
        expect(reader.page.locator(".lab-evidence-box").first).to_be_visible()

"""Pages in another language: texts, numbers as readers type them, and what says that it is English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import Widget


@pytest.fixture
def german(visit):
    return visit("german", permissions=["clipboard-read", "clipboard-write"])


def test_a_form_in_german(german):
    root = german.explorer.root
    expect(root.get_by_role("button", name="Zurücksetzen")).to_be_visible()
    expect(german.explorer.detail).to_contain_text("Zeigen Sie auf einen Wert")
    # The author wrote no language: figures and options are English, and say so.
    assert root.locator("> figure").get_attribute("lang") == "en"
    root.get_by_role("link", name="Link zu diesem Stand kopieren").click()
    expect(german.explorer.status).to_have_text("Link kopiert.")
    german.explorer.root.locator("[data-item]").first.focus()
    assert german.explorer.detail.get_attribute("lang") == "en"


def typed(widget: Widget, option: str, text: str) -> None:
    widget.set(option, text)
    widget.settle()


def test_a_decimal_comma_is_taken(german):
    explorer = german.explorer
    expect(explorer.control("weight")).to_have_value("0,156347")
    typed(explorer, "weight", "0,5")
    expect(explorer.result).to_contain_text("the weight 0.5 is stored")
    expect(explorer.control("weight", "[type=range]")).to_have_value("0.5")
    assert "quantlab-1.weight=0.5#" in explorer.link.get_attribute("href")
    explorer.control("weight").press("ArrowDown")
    expect(explorer.control("weight")).to_have_value("-0,5")
    explorer.control("weight", "[type=range]").press("Home")
    expect(explorer.control("weight")).to_have_value(re.compile(r"^-0,\d+$"))
    grid = german.grid
    typed(grid, "weights", "0,5 0,25 -1")
    expect(grid.control("count")).to_have_value("3")
    expect(grid.status).to_be_empty()


def test_what_can_be_read_in_two_ways_is_refused(german):
    explorer = german.explorer
    before = explorer.figure()
    typed(explorer, "max", "1.234")
    expect(explorer.status).to_contain_text("„1.234“ kann man auf mehrere Arten lesen.")
    expect(explorer.control("max")).to_have_attribute("aria-invalid", "true")
    assert explorer.figure() == before
    assert "max" not in explorer.link.get_attribute("href")
    # A message of Python's is English.
    typed(explorer, "max", "viele")
    expect(explorer.status).to_contain_text("max takes a number")
    assert explorer.status.get_attribute("lang") == "en"
    typed(explorer, "max", "1,5")
    expect(explorer.status).to_be_empty()
    assert explorer.control("max").get_attribute("aria-invalid") is None


def test_a_decimal_comma_on_an_english_page(warm):
    explorer = warm.explorer
    typed(explorer, "weight", "0,5")
    expect(explorer.status).to_contain_text("decimals have a point, as in 0.5")
    typed(explorer, "weight", "0.5")
    expect(explorer.result).to_contain_text("the weight 0.5 is stored")
    typed(warm.grid, "weights", "0,5 0,25")
    expect(warm.grid.status).to_contain_text("may be one number or several")


def test_texts_that_cannot_be_fetched_are_english(visit, server):
    with server.replaced("page.js", 404):
        german = visit("german", permissions=["clipboard-read", "clipboard-write"])
        german.explorer.link.click()
        expect(german.explorer.status).to_have_text("Link copied.")
    german.allow("404")


def test_only_the_pages_language_is_fetched(visit):
    english = visit("mkdocs")
    english.explorer.settle()
    assert not [url for url in english.requests if "/texts/" in url]
    german = visit("german")
    german.explorer.settle()
    fetched = {url.partition("/texts/")[2] for url in german.requests if "/texts/" in url}
    assert fetched == {"de/page.js", "de/shared.js"}


def test_evidence_in_german(visit):
    german = visit("german", page="evidence")
    sheet = german.page.locator("quantlab-evidence-sheet")
    expect(sheet).to_contain_text("0 von 7 ausgefüllt. Nur in diesem Browser gespeichert.")
    number = german.page.locator("#lab-evidence-snr")
    number.get_by_role("textbox").fill("20,18")
    number.get_by_role("textbox").blur()
    expect(number.get_by_role("status")).to_be_empty()
    expect(sheet).to_contain_text("1 von 7 ausgefüllt.")
    number.get_by_role("textbox").fill("61,5")
    number.get_by_role("textbox").blur()
    expect(number.get_by_role("status")).to_have_text("Die Zahl ist größer als 60.")


def test_the_chat_takes_a_decimal_comma_and_says_that_it_is_english(visit):
    german = visit("german", page="chat")
    chat = german.page.locator("quantlab-chat").first
    expect(chat).to_have_attribute("lang", "en")
    chat.get_by_text("Settings", exact=True).click()
    temperature = chat.get_by_role("textbox", name="Temperature")
    expect(temperature).to_have_value("0,7")
    for typed, shown in (("0,25", "0,25"), ("3", "0,25"), ("1.234", "0,25"), ("0.5", "0.5")):
        temperature.fill(typed)
        temperature.blur()
        expect(temperature).to_have_value(shown)


def test_an_error_of_the_readers_code_is_english_and_says_so(german):
    code = german.grid.root.locator(".quantlab-code")
    code.locator("summary").click()
    code.get_by_role("button", name="Bearbeiten").click()
    code.locator(".cm-content").click()
    german.page.keyboard.press("Control+a")
    german.page.keyboard.insert_text("raise ValueError('no scheme')")
    code.get_by_role("button", name="Ausführen").click()
    said = code.locator("p[role=status]")
    expect(said).to_contain_text("Zeile 1: ")
    expect(said.locator("[lang=en]")).to_have_text("ValueError: no scheme")


def test_the_words_of_a_worker_are_english_and_say_so(visit, server):
    with server.replaced("python.zip", 200, b"no archive"):
        german = visit("german")
        german.explorer.set("weight", "0,5")
        expect(german.explorer.status).to_contain_text("Dafür wird Python in der Seite gebraucht.")
        expect(german.explorer.status.locator("[lang=en]")).to_contain_text("exit(1)")
    german.allow("zip|exit")


def test_the_comparison_says_that_it_is_english(visit):
    german = visit("german", page="chat")
    chat = german.page.locator("quantlab-chat").first
    compare = chat.get_by_text("Compare models", exact=True)
    expect(compare).to_be_visible()
    assert compare.evaluate("element => element.closest('[lang]').lang") == "en"

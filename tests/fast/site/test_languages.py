"""The language of a page: where it comes from, and what stands on the page in it."""

from __future__ import annotations

import re

import pytest
from markdown import Markdown
from mkdocs.exceptions import PluginError

from mkdocs_quantlab.site.markdown.extension import QuantlabExtension
from mkdocs_quantlab.site.markdown.page import PageFile

FIGURE = "<div data-quantization-explorer></div>\n"
LAB = """\
# Labor

<!-- step-style: badge -->

## Ziel 1: Ein *Gewicht* runden

### Erkunden: Die Zahlengerade

1. Schieben

### Ausführen: Von Hand

1. Rechnen

## Objective 2: Another

### Explore: More

1. Look
"""


def convert(source, meta=None, theme="", **config):
    extension = QuantlabExtension(**config)
    extension.theme_language = theme
    extension.page = PageFile("index.md", source, meta or {})
    return Markdown(extensions=[extension]).convert(source)


@pytest.mark.parametrize(
    ("given", "language"),
    [
        ({}, None),
        ({"theme": "en"}, None),
        ({"language": "en-GB", "theme": "de"}, "en-GB"),
        ({"language": "en-GB"}, None),
        ({"theme": "de"}, "de"),
        ({"language": "de"}, "de"),
        ({"language": "de_AT", "theme": "fr"}, "de-AT"),
        ({"meta": {"lang": "de"}, "language": "en"}, "de"),
        ({"meta": {"lang": "en"}, "theme": "de"}, "en"),
        ({"meta": {"lang": ["de"]}}, "de"),  # as Python-Markdown's `meta` gives it
        ({"meta": {"lang": "plain English"}, "theme": "de"}, "de"),
        ({"theme": "fr"}, "fr"),
    ],
)
def test_where_the_language_comes_from(given, language):
    html = convert(FIGURE, **given)
    found = re.search(r'data-language="(.+?)"', html)
    assert (found and found[1]) == language


def test_a_page_in_german():
    html = convert(FIGURE, theme="de")
    assert ">Zurücksetzen</button>" in html
    assert ">Reset<" not in html
    assert re.search(r'<div\s[^>]*class="quantlab-actions"[^>]*\slang="de"', html)
    # Options and figures are English, and say so.
    assert re.search(r"<form [^>]*lang=\"en\"", html)
    assert '<figure lang="en">' in html


def test_a_page_in_a_language_without_texts():
    html = convert(FIGURE, theme="fr")
    assert ">Reset</button>" in html
    assert re.search(r'<div\s[^>]*class="quantlab-actions"[^>]*\slang="en"', html)


def test_an_english_page_is_as_it_was():
    for html in (convert(FIGURE), convert(LAB)):
        assert "lang=" not in html


def test_headings_of_labs_in_german():
    html = convert(LAB, theme="de")
    assert html.count('class="lab-objective ') == 2
    assert html.count("lab-breakout--explore") == 2
    assert html.count("lab-breakout--execute") == 1
    assert html.count('class="lab-steps ') == 3
    assert '<nav aria-label="Ziele">' in html
    assert ">Ein <em>Gewicht</em> runden</a>" in html


def test_german_headings_are_ordinary_ones_on_an_english_page():
    html = convert(LAB)
    assert html.count('class="lab-objective ') == 1
    assert "Ziel 1: Ein" in html


@pytest.mark.parametrize("language", ["german!", "d", "de at"])
def test_what_is_no_language(language):
    with pytest.raises(PluginError, match=r"`language` takes a language tag such as `en`, `de`"):
        QuantlabExtension(language=language)


def test_norwegian_in_yaml():
    assert QuantlabExtension(language=False).getConfig("language") == "no"


def test_the_chat_says_what_language_it_has():
    chat = (
        '<div data-quantlab-chat data-models="tiny" data-endpoint="http://localhost:11434"></div>'
    )
    html = convert(chat, theme="fr")
    assert re.search(r'<quantlab-chat lang="en"', html)
    assert re.search(r'<quantlab-load [^>]*data-language="fr"', html)
    assert "lang" not in convert(chat).partition("data-config")[0]


def test_a_panel_is_english_and_says_so():
    html = convert('<div data-gguf-quantize data-model="drawing:F16"></div>', theme="de")
    assert re.search(r'<div lang="en"><div [^>]*quantlab-make', html)

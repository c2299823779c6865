"""Directives inside blocks with a `markdown` attribute come out as they do outside of one."""

from __future__ import annotations

import re
from textwrap import dedent, indent

import pytest
from markdown import Markdown

from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension
from mkdocs_quantlab.site.markdown.page import PageFile

EXTENSIONS = [
    "admonition",
    "attr_list",
    "codehilite",
    "def_list",
    "footnotes",
    "md_in_html",
    "pymdownx.details",
    "pymdownx.inlinehilite",
    "pymdownx.smartsymbols",
    "pymdownx.superfences",
    "pymdownx.tabbed",
    "smarty",
    "tables",
    "toc",
]
DIRECTIVE = '<div data-quantization-explorer data-bits="3"></div>'

PLACES = {
    "list": "- one\n\n    {}\n\n- two",
    "tight list": "- {}\n- two",
    "numbered list": "1. one\n\n    {}\n",
    "nested list": "- one\n\n    - two\n\n        {}\n",
    "between words": "- before {} after",
    "table": "| a | b |\n|---|---|\n| 1 | {} |",
    "admonition": "!!! note\n\n    {}\n",
    "details": '??? note "More"\n\n    {}\n',
    "tabs": '=== "One"\n\n    {}\n\n=== "Two"\n\n    text',
    "quote": "> text\n>\n> {}",
    "footnote": "text[^1]\n\n[^1]: note\n\n    {}\n",
    "definition": "term\n:   text\n\n    {}\n",
    "fence": "- one\n\n    ```html\n    {}\n    ```\n",
    "inline code": "- one `{}` two",
    "highlighted inline code": "- one `#!html {}` two",
    "indented code": "- one\n\n        {}\n",
    "comment": "- one\n\n    <!-- {} -->\n",
    "raw code": "<pre>\nx {}\n</pre>",
    "heading": "## Text {}",
}


def convert(source):
    extension = QuantlabExtension()
    extension.page = PageFile("a.md", source, {})
    config = {"pymdownx.tabbed": {"alternate_style": True}}
    html = Markdown(extensions=[*EXTENSIONS, extension], extension_configs=config).convert(source)
    return re.sub(r"<quantlab-widget.*?</quantlab-widget>", "WIDGET", html, flags=re.DOTALL)


def squeezed(html):
    """The page without its line breaks, and without the colours of inline code, which a directive loses there."""
    html = re.sub(r"</?span[^>]*>", "", html)
    return re.sub(r"\s*\n\s*", "\n", html).strip()


@pytest.mark.parametrize("place", [name for name in PLACES if name != "heading"])
def test_a_block_with_markdown_changes_nothing(place):
    content = PLACES[place].format(DIRECTIVE)
    plain = convert(content)
    notes = '<div class="footnote">'
    inside = convert(f'<div class="grid cards" markdown>\n\n{content}\n\n</div>\n')
    body, notes_begin, rest = plain.partition(notes)
    wanted = f'<div class="grid cards">\n{body.strip()}\n</div>\n{notes_begin}{rest}'
    assert squeezed(inside) == squeezed(wanted)


def test_the_rest_of_the_page_is_as_it_was():
    before = "".join(f"{text}\n\n".format(DIRECTIVE) for text in PLACES.values())
    inside = convert(f"<section markdown>\n\n- one\n\n    {DIRECTIVE}\n\n</section>\n\n{before}")
    assert squeezed(inside).endswith(squeezed(convert(before)))


def test_a_card_grid_of_many_and_attributes_on_several_lines():
    cards = "\n".join(
        indent(dedent(f"""
            -   **Card {n}**

                ---

                <div data-quantization-explorer
                  data-bits='{n}'></div>
            """), "")
        for n in range(2, 9)
    )  # fmt: skip
    html = convert(f'<div class="grid cards" markdown>\n{cards}\n</div>\n')
    assert html.count("WIDGET") == 7
    assert html.count("<li>") == 7
    assert html.count("<div") == html.count("</div>") == 1
    assert "quantlabdirective" not in html


def test_a_mistake_in_a_card_has_its_line():
    source = '<div markdown>\n\n- one\n\n    <div data-quantization-explorer\n      data-bits="9"></div>\n\n</div>\n'
    with pytest.raises(LabError, match=r"a\.md:5: `bits` takes one of"):
        convert(source)


def test_the_word_that_stands_for_a_directive_may_be_in_the_page():
    html = convert(f"<div markdown>\n\n- quantlabdirective0end {DIRECTIVE}\n\n</div>\n")
    assert "quantlabdirective0end" in html
    assert html.count("WIDGET") == 1

"""Directives that are left in finished pages are found, and nothing else is."""

from __future__ import annotations

import json

import pytest
from markdown import Markdown

from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.markdown.directives import Directives
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension
from mkdocs_quantlab.site.markdown.finished import Left, left, problems
from mkdocs_quantlab.site.markdown.page import PageFile

DIRECTIVES = Directives()
NAME = "quantization-explorer"


def found(html):
    return list(left(html, DIRECTIVES))


@pytest.mark.parametrize(
    "source",
    [
        '<div data-quantization-explorer data-bits="4></div>',
        '<div class="x data-quantization-explorer></div>',
        '- item\n\n    <div data-quantization-explorer data-bits="4></div>',
        'Text <div data-quantization-explorer data-bits="4></div> text',
        'Text <div data-quantization-explorer data-bits="4></div> and "more"',
        "Text <div data-quantization-explorer data-bits='4></div> and more",
    ],
)
def test_a_lost_quote_is_found(source):
    extension = QuantlabExtension(on_error="warn")
    told = []
    extension.warn = told.append
    html = Markdown(extensions=["md_in_html", extension]).convert(source)
    [message] = told
    assert f"`data-{NAME}` is text on the page" in message
    assert found(f"<html><body>{html}</body></html>") == [Left(NAME, is_text=True)]


def test_a_lost_quote_ends_the_conversion_where_it_stands():
    """Under every engine: Zensical runs nothing of ours on finished pages."""
    whole = f'<div data-{NAME} data-bits="4"></div>'
    broken = f'<div data-{NAME} data-bits="4></div>'
    extension = QuantlabExtension()
    extension.page = PageFile("a.md", f"# A\n\n{whole}\n\n`{broken}`\n\n{broken}\n", {})
    with pytest.raises(LabError, match=r"^a\.md:7: the directive .* is text on the page"):
        Markdown(extensions=[extension]).convert(extension.page.text)


def test_an_element_that_the_extension_never_saw_is_found():
    html = f'<div class="jp-Cell"><div data-{NAME} data-bits="4"></div><div data-gguf-compare></div></div>'
    assert found(html) == [Left(NAME, is_text=False), Left("gguf-compare", is_text=False)]


@pytest.mark.parametrize(
    "html",
    [
        f"<p><code>&lt;div data-{NAME}&gt;&lt;/div&gt;</code></p>",
        f"<pre><code class='x'>&lt;div data-{NAME}&gt;&lt;/div&gt;</code></pre>",
        f"<pre>\n<div data-{NAME}></div></pre>",
        f"<!-- <div data-{NAME}></div> -->",
        f"<p>Write data-{NAME} on a div.</p>",
        f'<meta name="description" content="&lt;div data-{NAME}&gt;&lt;/div&gt;">',
        f'<meta name="description" content="Text > &lt;div data-{NAME}">',
        f"<script>const x = '<div data-{NAME}></div>'</script>",
        # As tables of contents, excerpts and keys have it.
        f'<nav>The &lt;div data-{NAME} data-bits=&quot;4&quot;&gt; directive, for "4" bits</nav>',
        f"<p><kbd>&lt;div data-{NAME} data-bits='4'&gt;</kbd>, which isn't run</p>",
        f"<p>Write &lt;div data-{NAME} …</p>",
        f'<div title="Write data-{NAME}">x</div>',
        f"<div title='&lt;div data-{NAME} data-bits=&quot;4&gt;'>x</div>",
        f'<div class="quantlab-error" role="note"><strong>a.md:1</strong>: write &lt;div data-{NAME}&gt;</div>',
        f"<div class='tabbed-set' data-tabs='1:2'></div><code>data-{NAME}</code>",
        f'<div-x data-{NAME}="1"></div-x>',
    ],
)
def test_text_about_directives_and_other_attributes_are_left_alone(html):
    assert found(html) == []


def test_a_finished_widget_has_none():
    html = Markdown(extensions=[QuantlabExtension()]).convert(
        "<div data-quantization-explorer></div>\n\n<div data-quantlab-chat></div>\n\n"
        '<div data-lab-evidence="answer" data-name="a" data-label="x"></div>'
    )
    assert "<quantlab-widget" in html
    assert found(html) == []


def test_places():
    source = f"---\ntitle: x\n---\n\n```\n<div data-{NAME}></div>\n```\n\n<div data-{NAME}\n data-bits='4></div>\n"
    told = problems([Left(NAME, is_text=True)], "a.md", source)
    assert [place for place, _ in told] == ["a.md:9"]
    assert "with both quotes around each value" in told[0][1]
    cells = [
        {"cell_type": "code", "source": ["x"]},
        {"cell_type": "markdown", "source": ["# Title\n", f"<div data-{NAME}></div>"]},
    ]
    told = problems([Left(NAME, is_text=False)], "a.ipynb", json.dumps({"cells": cells}))
    assert told[0][0] == "a.ipynb: cell 2"
    assert "has no effect in a notebook" in told[0][1]
    assert problems([Left(NAME, is_text=False)], "a.ipynb", "no JSON")[0][0] == "a.ipynb"
    assert problems([Left(NAME, is_text=False)], "a.md", "nothing")[0][0] == "a.md"

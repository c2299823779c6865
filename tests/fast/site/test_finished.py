"""Directives that are left in finished pages are found, and nothing else is."""

from __future__ import annotations

import json
from html import escape

import pytest
from markdown import Markdown

from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.markdown import finished
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
    source = "text\n\n" + "<div data-gguf-compare></div>\n" * 2
    told = problems([Left("gguf-compare", is_text=False)] * 2, "a.md", source)
    assert [place for place, _ in told] == ["a.md:3", "a.md:4"]
    assert problems([Left(NAME, is_text=False)], "a.ipynb", "no JSON")[0][0] == "a.ipynb"
    assert problems([Left(NAME, is_text=False)], "a.md", "nothing")[0][0] == "a.md"


def test_cells_of_a_notebook():
    """The HTML is that of mkdocs-jupyter 0.26.3, whose cells nbconvert's Markdown converts: attributes come out in another order, and a code
    cell has its text a second time, for the clipboard."""
    whole, broken = (
        f'<div data-{NAME} data-bits="4"></div>',
        f'<div data-{NAME} data-bits="4></div>\n',
    )
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "\n", f"`{whole}` is code."]},
        {"cell_type": "code", "source": [f"x = 1  # {whole}"]},
        {"cell_type": "markdown", "source": [f"{whole}\n", "\n", "text"]},
        {"cell_type": "markdown", "source": broken},
    ]
    html = f"""
        <div class="jp-RenderedHTMLCommon jp-RenderedMarkdown jp-MarkdownOutput" data-mime-type="text/markdown">
        <h1 id="title">Title</h1><p><code>{escape(whole)}</code> is code.</p>
        </div>
        <div class="highlight-ipynb hl-python"><pre><span class="c1"># {escape(whole, quote=False)}</span></pre></div>
        <div class="clipboard-copy-txt" id="cell-1">x = 1  # {escape(whole, quote=False)}</div>
        <div data-bits="4" data-{NAME}=""></div>
        <p>text</p>
        &lt;div data-{NAME} data-bits="4&gt;</div>
    """
    told = problems(found(html), "a.ipynb", json.dumps({"cells": cells}))
    assert [place for place, _ in told] == ["a.ipynb: cell 3", "a.ipynb: cell 4"]
    assert all("has no effect in a notebook" in problem for _, problem in told)


@pytest.mark.parametrize(
    "opening", ["<!--", "<code>", "<pre ", '<div class="quantlab-error">', "<svg><title>"]
)
def test_what_is_never_closed_is_searched_once(monkeypatch, opening):
    """Characters looked at for ends grow with the page, not with its square."""
    looked = 0

    class Counting:
        def __init__(self, pattern):
            self.pattern = pattern

        def search(self, text, at):
            nonlocal looked
            found = self.pattern.search(text, at)
            looked += (found.end() if found else len(text)) - at
            return found

    ends = {kind: Counting(end) for kind, end in finished._ENDS.items()}
    monkeypatch.setattr(finished, "_ENDS", ends)
    counts = []
    for times in (500, 1000):
        looked = 0
        html = "<div data-gguf-compare></div>" + opening * times
        assert [each.name for each in left(html, DIRECTIVES)] == ["gguf-compare"]
        counts.append(looked)
    assert 0 < counts[1] < 3 * counts[0]

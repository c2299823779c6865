"""HTML that passes unharmed through other tools: regular expressions over lines, wrappers of tables, Markdown."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown

from mkdocs_quantlab.site.markdown.directives import Directives
from mkdocs_quantlab.site.markdown.extension import PageFile, QuantlabExtension
from mkdocs_quantlab.site.markdown.portable import MAX_LINE, json_attribute, portable
from tests.gguf_files import write_gguf

OPTIONS = {
    "gguf-compare": "data-models='f32 q4'",
    "lab-evidence": "data-name=x data-label=X data-columns='A | B' data-rows=2",
    "quantlab-chat": f"data-system='{'Answer in one sentence. ' * 300}'",
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The element of each directive."""
    folder = tmp_path_factory.mktemp("models")
    write_gguf(folder / "f32.gguf", "F32", file_type=0)
    write_gguf(folder / "q4.gguf", file_type=15)
    models = {name: str(folder / f"{name}.gguf") for name in ("f32", "q4")}
    found = {}
    for name in Directives().names:
        extension = QuantlabExtension(models=models)
        value = '="table"' if name == "lab-evidence" else ""
        source = f"<div data-{name}{value} {OPTIONS.get(name, '')}></div>\n"
        extension.page = PageFile("a.md", source, {})
        found[name] = Markdown(extensions=[extension]).convert(source)
    return found


class Attributes(HTMLParser):
    """All attributes of a page."""

    def __init__(self, html):
        super().__init__()
        self.raw: list[str] = []
        self.found: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, _tag, attrs):
        self.raw.append(self.get_starttag_text())
        self.found += [(name, value or "") for name, value in attrs]


def test_no_line_is_long_or_blank(pages):
    for name, html in pages.items():
        lines = html.split("\n")
        assert max(map(len, lines)) < MAX_LINE, name
        assert all(line.strip() for line in lines), name


def test_no_attribute_has_markup(pages):
    for name, html in pages.items():
        for start in Attributes(html).raw:
            assert not re.search("[<>]", start[1:-1]), name


def wrapped(html):
    """What a theme does to tables."""
    html = re.sub(r"<table\b", '<div class="table-wrapper"><table', html)
    return html.replace("</table>", "</table></div>")


def test_data_survives_a_wrapper_of_tables(pages):
    for name, html in pages.items():
        before, after = (
            [pair for pair in Attributes(each).found if pair[0].startswith("data-")]
            for each in (html, wrapped(html))
        )
        assert before == after, name


JSON = st.recursive(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=50) | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner),
)


@given(JSON, st.integers(1, 60))
def test_json_comes_back(data, times):
    text = json_attribute([data] * times)
    [(_, value)] = Attributes(f"<p data-x={text}>").found
    assert json.loads(value.replace("\n", " ")) == [data] * times


def test_text_keeps_its_lines():
    """What stands in a `pre` stays, blank lines too."""
    text = "a\n\n\nb\n  \nc\n"
    html = portable(f"<pre>{text * 500}</pre>")
    assert all(line.strip() for line in html.split("\n"))
    assert html.replace("&#10;", "\n") == f"<pre>{text * 500}</pre>"


def test_lines_break_inside_tags_only():
    html = "".join(f'<td class="n" id="c{number}">some text {number}</td>' for number in range(900))
    broken = portable(html)
    assert broken.replace("\n", " ") == html
    assert "\n" in broken
    assert re.findall(r"\n\S+", broken) == re.findall(r"(?<=<td)\n\S+", broken)

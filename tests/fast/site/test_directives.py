"""Directives in Markdown: what becomes a widget, what is left alone, and what is an error, in golden files."""

from __future__ import annotations

import re

import pytest
from markdown import Markdown
from mkdocs.utils.meta import get_data

from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.markdown.directives import Directives
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension
from mkdocs_quantlab.site.markdown.page import PageFile
from mkdocs_quantlab.site.markdown.source import line_of

EXTENSIONS = [
    "admonition",
    "attr_list",
    "md_in_html",
    "pymdownx.superfences",
    "pymdownx.details",
    "pymdownx.tabbed",
    "tables",
    "toc",
]


ALL = ", ".join(f"`data-{name}`" for name in Directives().names)


def convert(source, **config):
    extension = QuantlabExtension(**config)
    extension.page = PageFile("labs/lab-2.md", source, get_data(source)[1])
    md = Markdown(
        extensions=[*EXTENSIONS, extension],
        extension_configs={"pymdownx.tabbed": {"alternate_style": True}},
    )
    return md.convert(source), extension


def outline(html):
    """The page with each widget shortened to its name and options."""
    shape = re.compile(
        r"<quantlab-widget(?P<kept>.*?) name=\"(?P<name>.*?)\" data-primary.*?\sdata-options='(?P<options>.*?)'.*?</quantlab-widget>",
        re.DOTALL,
    )
    return shape.sub(r"[\g<name> \g<options>\g<kept>]", html)


@pytest.mark.golden_test("directives/*.yml")
def test_markdown(golden):
    html = error = None
    try:
        html = outline(convert(golden["markdown"])[0])
    except LabError as found:
        error = str(found).replace(ALL, "(all)")
    assert html == golden.out.get("html")
    assert error == golden.out.get("error")


def test_warnings_leave_a_note_and_the_rest_of_the_page():
    told = []
    source = "before\n\n<div data-quantization-explorer data-bits='9'></div>\n\n<div data-quantization-explorer></div>\n"
    extension = QuantlabExtension(on_error="warn")
    extension.warn = told.append
    html = Markdown(extensions=[extension]).convert(source)
    assert told == [
        "line 3: `bits` takes one of `2`, `3`, `4`, `5`, `6`, `7`, `8`; found `9`; the nearest is `8`"
    ]
    assert '<div class="quantlab-error" role="note"><strong>line 3</strong>: `bits` takes' in html
    assert html.count("<quantlab-widget") == 1
    assert html.startswith("<p>before</p>")


def test_expanding_twice_changes_nothing():
    extension = QuantlabExtension()
    md = Markdown(extensions=[extension])
    html = md.convert("<div data-quantization-grid-explorer></div>")
    for processor in md.postprocessors:
        if type(processor).__module__.startswith("mkdocs_quantlab"):
            assert processor.run(html) == html


def test_the_same_page_gives_the_same_html():
    source = "<div data-quantization-grid-explorer data-preset='laplace'></div>"
    assert convert(source)[0] == convert(source)[0]


def test_defaults_give_way_to_the_directive():
    defaults = {"quantization-grid-explorer": {"bits": 2, "preset": "gaussian", "seed": 5}}
    html, _ = convert("<div data-quantization-grid-explorer data-bits=3></div>", defaults=defaults)
    assert (
        '[quantization-grid-explorer {"bits": "3", "preset": "gaussian", "seed": "5"}'
        in outline(html)
    )
    html, _ = convert(
        "<div data-quantization-grid-explorer data-weights='1 2'></div>", defaults=defaults
    )
    assert '[quantization-grid-explorer {"bits": "2", "weights": "1 2"}' in outline(html)


def test_text_of_options_is_data_and_not_markup():
    with pytest.raises(LabError, match="found `<script>"):
        convert('<div data-quantization-explorer data-bits="<script>alert(1)</script>"></div>')
    extension = QuantlabExtension(on_error="warn")
    extension.warn = lambda _: None
    html = Markdown(extensions=[extension]).convert(
        '<div data-quantization-explorer data-bits="&lt;script&gt;"></div>'
    )
    assert "<script>" not in html


@pytest.mark.parametrize(
    "html",
    [
        "<p>nothing here</p>",
        "<div data-quantity='3'></div>",
        "<div data-objective-chat></div>",
        "<script>const x = '<div data-quantization-explorer></div>'</script>",
        "<svg><title data-quantization-explorer></title></svg>",
        "<template><div data-quantization-explorer></div></template>",
    ],
)
def test_other_pages_are_left_alone(html):
    assert Directives().scan(html) == []


def test_places_are_those_of_the_file():
    source = "---\ntitle: x\n---\n\n```\n<div data-a>\n```\n\n~~~~\n```\n<div data-a>\n~~~~\n\n`<div data-a>`\n\n<div\n  data-a>\n\n<div data-a>\n"
    assert line_of("<div data-a>", 0, source) == 16
    assert line_of("<div data-a>", 1, source) == 19
    assert line_of("<div data-b>", 0, source) is None


def test_a_prefix_that_others_share_is_a_mistake_only_where_it_is_likely_ours():
    near, other = (
        Directives().scan('<div data-model-memry></div><div data-model-name="x"></div>'),
        Directives().scan('<div data-model-name="x"></div>'),
    )
    assert [bool(found.problem and "`data-model-memory`?" in found.problem) for found in near] == [
        True
    ]
    assert other == []

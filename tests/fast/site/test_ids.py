"""Each directive's `id` is unique on its page."""

from __future__ import annotations

import pytest
from markdown import Markdown

from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension

ONE = "<div data-quantization-explorer></div>\n\n"


def convert(source):
    return Markdown(
        extensions=["attr_list", "fenced_code", "md_in_html", QuantlabExtension()]
    ).convert(source)


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('<div data-quantization-explorer id="a"></div>\n\n<div data-gguf-recipe id="a"></div>', [1, 3]),
        (f'{ONE}<div data-gguf-recipe id="quantlab-1"></div>', [3]),
        (f'<div data-gguf-recipe id="quantlab-2"></div>\n\n{ONE}', [1]),
        (f"# Title {{#quantlab-1}}\n\n{ONE}", [3]),
        ('# Title {#a}\n\n<div data-gguf-recipe id="a"></div>', [3]),
        (f'<p id="quantlab-1">text</p>\n\n{ONE}', [3]),
    ],
)  # fmt: skip
def test_doubled(source, lines):
    with pytest.raises(LabError) as raised:
        convert(source)
    told = str(raised.value).splitlines()
    assert [line.partition(":")[0] for line in told] == [f"line {line}" for line in lines]
    assert all("`id`" in line for line in told)


@pytest.mark.parametrize(
    "source",
    [
        ONE * 3,
        f'{ONE}<div data-gguf-recipe id="a"></div>\n\n{ONE}',
        f'```html\n<p id="quantlab-1">\n```\n\n{ONE}',
        f'<!-- <p id="quantlab-1"></p> -->\n\n{ONE}',
        f'`<div data-quantization-explorer id="a"></div>`\n\n<div data-quantization-explorer id="a"></div>\n\n{ONE}',
        # A figure keeps its place's number even if another has an `id` of its own.
        f'<div data-gguf-recipe id="quantlab-1"></div>\n\n{ONE}',
    ],
)
def test_unique(source):
    assert "<quantlab-widget" in convert(source)

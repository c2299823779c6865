"""Which attributes are directives: found from the registry alone, each on a page where nothing else is."""

from __future__ import annotations

import pytest
from markdown import Markdown

from mkdocs_quantlab.engine.core.widget import built_in
from mkdocs_quantlab.site.markdown.directives import Directives
from mkdocs_quantlab.site.markdown.extension import LabError, QuantlabExtension
from mkdocs_quantlab.site.markdown.page import PageFile

OWN = ("kv-cache", "sampling", "bits", "tokenizer-merges")
NAMES = Directives().names
# What MkDocs' themes and plugins, Bootstrap, lightboxes, diagrams and analytics write.
OTHERS = """
    data-md-color-scheme data-md-component data-md-state data-toggle data-target data-bs-toggle data-bs-target
    data-quantity data-quality data-question data-quiz data-model data-model-name data-model-id data-memory
    data-theme data-gallery data-src data-srcset data-href data-title data-description data-type data-width
    data-height data-draggable data-zoomable data-caption data-caption-position data-lang data-language
    data-linenos data-line data-lines data-label data-labels data-format data-formats data-lab data-labs data-chat
    data-objective-chat data-objective data-search-exclude data-preview data-clipboard-target data-clipboard-text
    data-tabs data-tab data-id data-index data-key data-value data-name data-options data-config data-turbo
    data-domain data-website-id data-cookieconsent data-lightbox data-fancybox data-aos data-mermaid data-graph
    data-explorer data-recipe data-palette data-layer data-block data-grid data-compare data-inspect data-challenge
    data-quant data-quantile data-sample data-samples data-sampling-rate data-byte data-bit-depth
""".split()


def convert(html):
    """What the extension says of a page that is this element: `made` or the error."""
    try:
        html = Markdown(extensions=[QuantlabExtension(models={"f16": "drawing:F16"})]).convert(html)
    except LabError as error:
        return str(error)
    return "made" if "<quantlab-" in html else html


def misspelt(name):
    """The name with one letter in the middle left out, another, doubled, or changed with its neighbour."""
    i = len(name) // 2
    yield name[:i] + name[i + 1 :]
    yield name[:i] + ("x" if name[i] != "x" else "y") + name[i + 1 :]
    yield name[:i] + name[i] + name[i:]
    yield name[:i] + name[i + 1] + name[i] + name[i + 2 :]


@pytest.mark.parametrize("name", NAMES)
def test_each_alone_is_found(name):
    value, options = {
        "lab-evidence": ("text", ' data-name="x" data-label="x"'),
        "quantlab-chat": ("", ' data-endpoint="http://127.0.0.1:1"'),
        "gguf-quantize": ("", ' data-model="f16"'),
    }.get(name, ("", ""))
    [found] = Directives().scan(f"<div data-{name}></div>")
    assert (found.name, found.problem) == (name, None)
    assert convert(f"<div data-{name}={value!r}{options}></div>") == "made"


@pytest.mark.parametrize("name", NAMES)
def test_each_alone_and_misspelt_is_a_mistake_with_the_right_name(name):
    for wrong in set(misspelt(name)) - {name}:
        said = convert(f"<p>before</p>\n<div data-{wrong}></div>")
        assert f"unknown directive `data-{wrong}` (did you mean `data-{name}`?)" in said
        assert "; the directives are `data-" in said


@pytest.mark.parametrize("name", NAMES)
def test_each_alone_refuses_an_option_it_has_not(name):
    said = convert(f'<div data-{name}="text" data-no-such-option="1"></div>')
    assert "unknown option `no-such-option`" in said


@pytest.mark.parametrize("name", OWN)
def test_each_own_name_alone(name):
    directives = Directives((*built_in(), *OWN))
    [found] = directives.scan(f"<div data-{name} data-x=1></div>")
    assert (found.name, found.options, found.problem) == (name, {"x": "1"}, None)
    for wrong in set(misspelt(name)) - {name}:
        [found] = directives.scan(f"<div data-{wrong}></div>")
        assert f"did you mean `data-{name}`?" in found.problem
    assert Directives().scan(f"<div data-{name}></div>") == []


@pytest.mark.parametrize("attribute", OTHERS)
def test_attributes_of_others_are_left_alone(attribute):
    for html in (f'<div {attribute}="x"></div>', f"<span {attribute}>text</span>"):
        assert Directives().scan(html) == []
        assert Directives((*built_in(), *OWN)).scan(html) == []


def test_a_near_miss_is_a_mistake_only_where_nothing_else_is_made_of_it():
    """An empty `div` does nothing by itself; what has content is somebody else's."""
    directives = Directives(("kv-cache",))
    assert directives.scan("<div data-kv-cashe>text</div>") == []
    assert directives.scan("<span data-kv-cashe></span>") == []
    [found] = directives.scan("<div data-kv-cashe>\n</div>")
    assert "did you mean `data-kv-cache`?" in found.problem


def test_an_unknown_member_of_a_family_is_a_mistake_wherever_it_stands():
    [found] = Directives().scan("<span data-gguf-histogram>text</span>")
    assert found.problem.startswith("unknown directive `data-gguf-histogram`")


ASKED = {
    "<div data-chat></div>": "`data-chat` is not a directive; did you mean `data-quantlab-chat`?",
    '<div class="x" data-explorer="1">\n</div>': "`data-explorer` is not a directive; did you mean `data-quantization-explorer` or `data-quantization-grid-explorer`?",
    "<div data-grid-explorer data-bits=3></div>": "`data-grid-explorer` is not a directive; did you mean `data-quantization-grid-explorer`?",
    "<div data-chat>text</div>": "",
    "<span data-chat></span>": "",
    "`<div data-chat></div>`": "",
    "<div data-chats></div>": "",
    "<div data-qat></div>": "",
    "<div data-quantlab-chat></div>": "",
    '<div data-gguf-recipe data-recipe="Q8_0"></div>': "",
}  # fmt: skip


@pytest.mark.parametrize("source", ASKED)
def test_a_part_of_a_name_is_asked_about_and_ends_nothing(source):
    """It may belong to another tool."""
    extension = QuantlabExtension(on_error="fail")
    told = []
    extension.inform = told.append
    extension.page = PageFile("a.md", f"# A\n\n{source}\n", {})
    Markdown(extensions=[extension]).convert(extension.page.text)
    assert told == ([f"a.md:3: {ASKED[source]}"] if ASKED[source] else [])

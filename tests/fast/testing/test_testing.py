"""What `mkdocs_quantlab.testing` says of widgets, right ones and others."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location

import pytest

from mkdocs_quantlab.engine.core.custom import WidgetError
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.testing import check, render
from mkdocs_quantlab.testing.figure import mistakes
from tests.fast.site.test_custom_widgets import SAMPLING

# Those whose figures are drawn in milliseconds.
QUICK = (
    "gguf-inspect",
    "quantization-explorer",
    "quantization-grid-explorer",
    "quantization-quality",
)


@pytest.fixture
def sampling(tmp_path, monkeypatch):
    """Writes a widget in the current folder; parts of the right one are replaced."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "widgets").mkdir()

    def write(*changes):
        text = SAMPLING
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "widgets/sampling.py"
        file.write_text(text, encoding="utf-8")
        return file

    return write


@pytest.mark.parametrize("name", QUICK)
def test_ours_pass(name):
    assert "figures drawn; the page's Python was not used: `page` is false" in check(
        name, page=False, tries=3
    )


def test_by_name_by_path_and_as_a_module(sampling):
    file = sampling()
    spec = spec_from_file_location("some_sampling", file)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    for widget in ("sampling", file, module):
        assert (
            render(widget, temperature=0.5, top=2) == '<p class="quantlab-result">0.119, 0.881</p>'
        )
        assert "figures drawn" in check(widget, page=False)
    assert "some_sampling" not in sys.modules


def test_options_and_names_are_refused(sampling):
    sampling()
    with pytest.raises(OptionError, match="`top` takes one of"):
        render("sampling", top=9)
    with pytest.raises(
        WidgetError, match=r"there is no widget `samplin` \(did you mean `sampling`\?\)"
    ):
        render("samplin")


WRONG = {
    "not closed": (('tag("p", shown', 'Html("<p>" + shown + "<b>x</p>") + tag("p", shown'), "closes nothing inside `<b>`"),
    "id": (('class_="quantlab-result"', 'id="x"'), "`<p>` has an `id`"),
    "script": (('tag("p", shown', 'tag("script", shown'), "a figure cannot have `<script>`"),
    "handler": (('class_="quantlab-result"', 'onclick="x()"'), "figures cannot contain scripts"),
    "changes": (("    weights =", "    from random import random\n    weights = [random()]\n    weights +="), "a second drawing differs"),
    "mark": (('tag("p", shown', 'tag("p", shown, **api.click("tap", 2)'), r"a mark with `data-click` sets the option `tap`, which does not exist \(did you mean `top`\?\)"),
    "marked value": (('tag("p", shown', 'tag("p", shown, **api.click("top", 9)'), "a mark with `data-click` sets a value that is not taken: `top` takes one of"),
    "played value": (('tag("p", shown', 'tag("button", shown, **api.play("temperature", (1, 3))'), "a mark with `data-play` sets a value that is not taken: `temperature` takes a number"),
    "paint": (('tag("p", shown', 'tag("p", shown, **api.paint("temperature", 0, 1)'), "a mark with `data-paint` sets `temperature`, which is not a `FloatList`"),
    "crashes": (("/ options.temperature", "/ (2 - options.temperature)"), "ZeroDivisionError"),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_said(sampling, kind):
    change, said = WRONG[kind]
    sampling(change)
    with pytest.raises((AssertionError, WidgetError), match=said):
        check("sampling", page=False)


def test_a_field_that_reads_its_own_text_otherwise(sampling):
    sampling(
        ("Real(1, 0.1", "Rounded(1, 0.1"),
        (
            "class Options",
            "class Rounded(Real):\n    def format(self, value):\n        return str(round(value, 1))\n\n\nclass Options",
        ),
    )
    with pytest.raises(
        AssertionError,
        match=r"`temperature` given '.*': parsed as .*, but its string '.*' is parsed as a different value",
    ):
        check("sampling", page=False)


def test_without_what_the_page_needs_it_says_so(sampling, monkeypatch):
    sampling()
    monkeypatch.setenv("PATH", "")
    assert check("sampling").endswith("the page's Python was not used: Node is not installed")


@pytest.mark.parametrize(
    "html",
    [
        "",
        "text",
        "<p>a<br>b</p>",
        '<svg><path d="M0 0"/><g></g></svg>',
        "<p>&lt;b&gt;</p><details><summary>x</summary></details>",
    ],
)
def test_figures_that_may_stand_in_a_page(html):
    assert mistakes(html) == ""

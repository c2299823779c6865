"""Evidence as it is built: what each field is without script, what the page's script gets of it, and mistakes."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from markdown import Markdown

from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.evidence.evidence import KINDS, SHEET
from mkdocs_quantlab.site.markdown.directives import Directives
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension
from mkdocs_quantlab.site.markdown.page import PageFile

EXPLORER = "<div data-quantization-explorer></div>\n\n"
CHAT = "<div data-quantlab-chat id='talk'></div>\n\n"


def field(kind, more="", name="a"):
    return f'<div data-lab-evidence="{kind}" data-name="{name}" data-label="What &lt;b&gt; is?" {more}></div>\n\n'


def convert(source, **config):
    extension = QuantlabExtension(**config)
    extension.page = PageFile("labs/lab.md", source, {})
    return Markdown(extensions=[extension]).convert(source)


def elements(html):
    """The fields of a page: what each says to readers without script, and what the script reads."""
    found = re.findall(
        r"<quantlab-evidence id=\"(.*?)\".*?data-field='(.*?)'>(.*?)</quantlab-evidence>",
        html,
        re.DOTALL,
    )
    return [(identifier, json.loads(unescape(data)), inside) for identifier, data, inside in found]


@pytest.mark.parametrize(
    ("kind", "options", "config", "blank"),
    [
        ("text", 'data-rows="5" data-hint="Two lines."', {"rows": 5, "hint": "Two lines."}, '<p class="lab-evidence-hint">Two lines.</p>'),
        ("text", "", {"rows": 3}, '<div class="lab-evidence-box" style="--rows: 3"></div>'),
        ("number", 'data-unit="dB" data-min="0" data-max="1e2"', {"unit": "dB", "min": 0, "max": 100}, "</span> dB</p>"),
        ("choice", 'data-options="Q4_K_M | Q6_K"', {"options": ["Q4_K_M", "Q6_K"]}, "<li>☐ Q4_K_M</li><li>☐ Q6_K</li>"),
        ("choice", "data-options='[\"a | b\", \"c\"]'", {"options": ["a | b", "c"]}, "<li>☐ a | b</li><li>☐ c</li>"),
        ("table", 'data-columns="A | B" data-rows="1"', {"columns": ["A", "B"], "rows": 1}, "<tbody><tr><td></td><td></td></tr></tbody>"),
        ("table", 'data-columns="A | B" data-first="16 | 4"', {"columns": ["A", "B"], "first": ["16", "4"], "rows": 3}, '<tr><th scope="row">4</th><td></td></tr></tbody>'),
    ],
)  # fmt: skip
def test_each_kind_reads_as_a_form_and_has_what_the_script_needs(kind, options, config, blank):
    [(identifier, data, inside)] = elements(convert(field(kind, options)))
    assert identifier == "lab-evidence-a"
    assert data == {"kind": kind, "name": "a", "label": "What <b> is?", **config}
    assert inside.startswith('<p class="lab-evidence-label">What &lt;b&gt; is?</p>')
    assert blank in inside


def test_what_is_captured_is_the_nearest_before_or_the_one_that_is_named():
    page = (
        field("widget", name="none-before")
        + '<div data-quantization-explorer id="first"></div>\n\n'
        + "<div data-quantization-grid-explorer></div>\n\n"
        + field("widget", name="nearest")
        + field("widget", 'data-of="first"', name="named")
        + CHAT
        + field("answer", name="answer")
    )
    found = {data["name"]: (data["of"], data["title"]) for _, data, _ in elements(convert(page))}
    assert found == {
        "none-before": ("first", "Single-weight explorer"),
        "nearest": ("quantlab-2", "Toy-layer explorer"),
        "named": ("first", "Single-weight explorer"),
        "answer": ("talk", "The chat"),
    }


def test_links_to_figures_stay_what_they_are_when_evidence_is_added():
    page = EXPLORER + "<div data-quantization-grid-explorer></div>"
    identifiers = r'<quantlab-widget id="(.*?)"'
    before = re.findall(identifiers, convert(page))
    assert re.findall(identifiers, convert(field("text") + page)) == before


def test_the_sheet_follows_the_last_field_or_stands_where_it_is_put():
    pair = field("text") + field("text", name="b")
    html = convert(pair)
    assert html.count("<quantlab-evidence-sheet") == 1
    assert html.index('id="lab-evidence-b"') < html.index(
        '<quantlab-evidence-sheet id="lab-evidence"'
    )
    assert html.count('<quantlab-load data-file="evidence.js">') == 1
    html = convert(
        '<div data-lab-evidence="sheet" data-label="My notes" id="mine"></div>\n\n' + pair
    )
    assert html.count("<quantlab-evidence-sheet") == 1
    assert html.startswith('<quantlab-evidence-sheet id="mine" data-search-exclude="" data-label="My notes">')  # fmt: skip


SAME = "labs/lab.md:3: another field before this one has the `name` `a`: names are unique on a page"
KNOWN = "`text`, `number`, `choice`, `table`, `widget`, `answer`, `sheet`"


@pytest.mark.parametrize(
    ("page", "error"),
    [
        (field("tabel"), f"`data-lab-evidence` takes one of {KNOWN}; found `tabel` (did you mean `table`?)"),
        (field(""), f"`data-lab-evidence` takes one of {KNOWN}; found nothing"),
        ('<div data-lab-evidence="text" data-name="a"></div>', "`label` is missing: evidence has a name and a label"),
        ('<div data-lab-evidence="text" data-label="a"></div>', "`name` is missing: evidence has a name and a label"),
        (field("text", name="a b"), "`name` takes up to 60 letters, digits, `-` and `_`, beginning with a letter or digit; found `a b`"),
        (field("text", 'data-unti="dB"'), "unknown option `unti`; the options are `name`, `label`, `hint`, `rows`"),
        (field("number", 'data-unti="dB"'), "unknown option `unti` (did you mean `unit`?); the options are `name`, `label`, `hint`, `unit`, `min`, `max`"),
        (field("number", 'data-min="low"'), "`min` takes a number; found `low`"),
        (field("number", 'data-min="nan"'), "`min` takes a number; found `nan`"),
        (field("number", 'data-min="3" data-max="2"'), "`min` 3 is above `max` 2"),
        (field("choice", 'data-options="one"'), "`options` takes 2 or more values separated by `|`; found 1"),
        (field("choice", 'data-options="a | b | a"'), "`options` names `a` twice"),
        (field("table"), "`columns` takes 1 or more values separated by `|`; found 0"),
        (field("table", 'data-columns="A" data-first="x"'), "`columns` takes 2 or more values separated by `|`; found 1"),
        (field("table", 'data-columns="A|B" data-first="x" data-rows="2"'), "`first` and `rows` exclude each other: give one"),
        (field("table", 'data-columns="A" data-rows="51"'), "`rows` takes a whole number from 1 to 50; found `51`; the nearest is `50`"),
        (field("widget"), "there is no figure on this page to take the evidence from"),
        (field("answer"), "there is no chat on this page to take the evidence from"),
        (field("widget", 'data-of="quantlab-2"') + EXPLORER, "`of` takes the `id` of a figure on the page: `quantlab-1`; found `quantlab-2` (did you mean `quantlab-1`?)"),
        ('<div data-lab-evidence="sheet"></div>', "the page has a sheet of evidence but no field"),
        ('<div data-lab-evidnce="text"></div>', "unknown directive `data-lab-evidnce` (did you mean `data-lab-evidence`?)"),
    ],
)  # fmt: skip
def test_mistakes_name_line_and_nearest_choice(page, error):
    with pytest.raises(LabError) as found:
        convert(page)
    assert str(found.value).startswith(f"labs/lab.md:1: {error}")


def test_names_are_unique_and_there_is_one_sheet():
    with pytest.raises(LabError, match=re.escape(SAME)):
        convert(field("text") + field("number"))
    sheet = '<div data-lab-evidence="sheet"></div>\n\n'
    with pytest.raises(
        LabError, match=r"labs/lab\.md:5: a page can have only one sheet of evidence"
    ):
        convert(field("text") + sheet + sheet)


def test_where_mistakes_are_warnings_the_other_fields_have_their_sheet():
    told = []
    extension = QuantlabExtension(on_error="warn")
    extension.warn = told.append
    html = Markdown(extensions=[extension]).convert(
        field("text")
        + field("text", name="b")
        + field("txt", name="c")
        + "<div data-lab-evidence='text'>\n"
    )
    assert len(told) == 2
    assert [data["name"] for _, data, _ in elements(html)] == ["a", "b"]
    assert html.count("<quantlab-evidence-sheet") == 1
    assert html.index('id="lab-evidence-b"') < html.index("<quantlab-evidence-sheet")


def test_other_attributes_of_that_name_are_not_ours():
    assert Directives().scan('<div data-lab="text" data-label="x"></div>') == []


def test_a_second_run_changes_nothing():
    extension = QuantlabExtension()
    md = Markdown(extensions=[extension])
    html = md.convert(EXPLORER + field("widget") + field("choice", 'data-options="a|b"', name="b"))
    for processor in md.postprocessors:
        if type(processor).__module__.startswith("mkdocs_quantlab"):
            assert processor.run(html) == html


PAGE = "# Lab\n\n## Objective 1: Collect\n\n### Execute: Write\n\n1. A step.\n\n    " + field(
    "text"
)


def test_every_kind_has_its_words():
    for name, kind in KINDS.items():
        assert kind.help.endswith("."), name
        for option in kind.options.fields():
            assert option.help.endswith("."), (name, option.name)
    assert SHEET not in KINDS

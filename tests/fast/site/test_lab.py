"""Lab pages: what headings, style comments and front matter make of a page, and what other pages are spared."""

from __future__ import annotations

import re

import pytest
from markdown import Markdown
from mkdocs.utils.meta import get_data

from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.markdown import lab
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension
from mkdocs_quantlab.site.markdown.page import PageFile
from mkdocs_quantlab.site.mkdocs.navigation import ordered
from tests.fast.site.test_directives import EXTENSIONS, outline
from tests.paths import ROOT

DOCS = ROOT / "docs"

PAGE = """\
# Lab

<!-- step-style: badge -->

## Objective 1: Round *one* weight & look

### Explore: The line

1. Not a step of an inner list:
    1. inner

### Notes

1. no step

## Objective 4: Another

### Execute: By hand

3. third
4. fourth

Text[^1]

[^1]: A note.

## Conclusion

Done.
"""


def convert(source, *extensions, meta=None, **config):
    extension = QuantlabExtension(**config)
    text, found = get_data(source)
    extension.page = PageFile("labs/lab.md", source, found if meta is None else meta)
    return Markdown(extensions=[*extensions, extension]).convert(text)


@pytest.mark.golden_test("labs/*.yml")
def test_pages(golden):
    """What styles, headings and callouts make of whole pages, and what is said of mistakes."""
    html = error = None
    try:
        html = outline(convert(golden["markdown"], *EXTENSIONS, lab=golden.get("lab") or {}))
    except LabError as found:
        error = str(found)
    assert html == golden.out.get("html")
    assert error == golden.out.get("error")


def test_headings_become_landmarks():
    html = convert(PAGE, "toc", "footnotes", "sane_lists")
    sections = re.findall(r"<section(.*?)>\s*<(h\d)(.*?)>(.*?)</h\d>", html)
    assert [(heading, text) for _, heading, _, text in sections] == [
        ("h2", "Objective 1: Round <em>one</em> weight &amp; look"),
        ("h3", "Explore: The line"),
        ("h2", "Objective 4: Another"),
        ("h3", "Execute: By hand"),
    ]
    for attributes, _, of_heading, _ in sections:
        named = re.search(r'aria-labelledby="(.+?)"', attributes)[1]
        assert f'id="{named}"' in of_heading
    assert 'class="lab-objective lab-objective--divider"' in sections[0][0]
    assert (
        'class="lab-breakout lab-breakout--instruction-rails lab-breakout--explore"'
        in sections[1][0]
    )
    # Lists right in a breakout are steps; those in them, and those elsewhere, are lists.
    assert html.count("lab-steps lab-steps--badge") == 2
    assert '<ol class="lab-steps lab-steps--badge" start="3">' in html
    # What follows an objective is outside of it, and so are the page's footnotes.
    assert html.index("</section>\n</section>\n<h2") < html.index('<div class="footnote">')
    assert html.count("<section") == html.count("</section>") == 4


def test_objectives_are_listed_before_the_first():
    html = convert(PAGE, "toc", "footnotes")
    items = re.findall(r'<li value="(\d)"><a href="#(.+?)">(.+?)</a></li>', html)
    assert [(number, text) for number, _, text in items] == [
        ("1", "Round <em>one</em> weight &amp; look"),
        ("4", "Another"),
    ]
    for _, identifier, _ in items:
        assert f'<h2 id="{identifier}">' in html
    assert html.index("<h1") < html.index("<quantlab-objectives") < html.index("<section")
    assert html.count("<quantlab-objectives") == 1


def test_without_toc_headings_get_identifiers():
    html = convert(PAGE, "footnotes")
    assert '<a href="#objective-4">' in html
    assert '<h2 id="objective-4">' in html
    named = re.findall(r'aria-labelledby="(.+?)"', html)
    assert len(set(named)) == 4


def test_links_in_a_heading_are_no_links_in_the_list():
    page = "<!-- step-style: plain -->\n\n## Objective 1: See [this](a.md)\n"
    md = {"toc": {"permalink": True, "anchorlink": False}}
    extension = QuantlabExtension()
    html = Markdown(extensions=["toc", extension], extension_configs=md).convert(page)
    item = re.search(r"<li .*?</li>", html)[0]
    assert item.count("<a ") == 1
    assert "headerlink" not in item
    assert "See <span>this</span></a>" in item


@pytest.mark.parametrize(
    ("heading", "item"),
    [
        ("![icon](i.png) Objective 1: Round", '<img alt="icon" src="i.png" />Round'),
        ("**Objective 1:** Round *one*", "Round <em>one</em>"),
        ("*Objective* **1**: Round", "Round"),
    ],
)
def test_what_stands_before_or_in_the_beginning(heading, item):
    html = convert(f"<!-- step-style: plain -->\n\n## {heading}\n")
    found = re.sub(
        r"<(em|strong)></\1>", "", re.search(r"<li .*?><a [^>]*>(.*?)</a></li>", html)[1]
    )
    assert found.strip() == item


def test_a_number_without_end_is_no_objective():
    assert "lab-objective" not in convert(
        f"<!-- step-style: plain -->\n\n## Objective {'1' * 5000}: Round\n"
    )


def style(html, part):
    return re.search(rf"lab-{part}--([\w-]+)", html)[1]


def test_the_nearest_statement_counts():
    page = "---\nstep-style: plain\nbreakout-style: card\n---\n" + PAGE
    lab_default = {"objective-style": "card", "breakout-style": "plain"}
    html = convert(page, "toc", lab=lab_default)
    assert style(html, "steps") == "badge"  # the comment, over the front matter
    assert style(html, "breakout") == "card"  # the front matter, over mkdocs.yml
    assert style(html, "objective") == "card"  # mkdocs.yml, over the default


def test_every_value_is_taken_and_has_its_look():
    css = (DOCS.parent / "browser/src/styles/lab.css").read_text(encoding="utf-8")
    for name, each in lab.STYLES.items():
        part = name.replace("step-", "steps-").removesuffix("-style")
        for value in each.values:
            page = PAGE.replace("step-style: badge", f"{name}: {value}")
            assert f"lab-{part}--{value}" in convert(page, "toc")
            assert value == "plain" or f".lab-{part}--{value}" in css


def test_pythons_own_meta_is_front_matter():
    extension = QuantlabExtension()
    html = Markdown(extensions=["meta", extension]).convert(
        "step-style: plain\n\n## Objective 1: a\n\n### Execute: b\n\n1. c\n"
    )
    assert style(html, "steps") == "plain"


@pytest.mark.parametrize(
    ("page", "error"),
    [
        (
            "---\ntitle: x\n---\n\n```\n<!-- step-style: bage -->\n```\n\n<!-- step-style: bage -->\n",
            "labs/lab.md:9: `step-style` takes one of `underline`, `badge`, `plain`; found `bage` (did you mean `badge`?)",
        ),
        (
            "<!-- breakout-stlye: card -->\n",
            "labs/lab.md:1: unknown style `breakout-stlye` (did you mean `breakout-style`?); the styles are `breakout-style`, `step-style`, `objective-style`",
        ),
        (
            "---\ntitle: x\nobjective-style: card\n---\n# A\n\n<!-- step-style: 3 -->\n",
            "labs/lab.md:7: `step-style` takes one of `underline`, `badge`, `plain`; found `3`",
        ),
        (
            "---\ntitle: x\nobjective-style: line\n---\n# A\n",
            "labs/lab.md:3: `objective-style` takes one of `divider`, `card`, `plain`; found `line` (did you mean `plain`?)",
        ),
        (
            '# A\n\n`<div class="lab-callout lab-callout--dangre">`\n\n<div class="lab-callout lab-callout--dangre">\nx\n</div>\n',
            "labs/lab.md:5: `lab-callout--` takes one of `info`, `success`, `warning`, `danger`; found `dangre` (did you mean `danger`?)",
        ),
    ],
)
def test_mistakes_name_their_line(page, error):
    with pytest.raises(LabError) as found:
        convert(page, "toc", "pymdownx.superfences")
    assert str(found.value) == error


def test_a_warning_leaves_a_note_and_the_default():
    told = []
    extension = QuantlabExtension(on_error="warn")
    extension.warn = told.append
    html = Markdown(extensions=["toc", extension]).convert(
        PAGE.replace("badge", "bagde").replace("[^1]", "")
    )
    assert told == [
        "line 3: `step-style` takes one of `underline`, `badge`, `plain`; found `bagde` (did you mean `badge`?)"
    ]
    assert '<div class="quantlab-error" role="note"><strong>line 3</strong>' in html
    assert style(html, "steps") == "underline"
    assert html.startswith("<h1")


def test_callouts_are_notes():
    html = convert(
        '<div class="lab-callout lab-callout--info">a</div>\n\n'
        '<div title="1 > 0" class=\'note lab-callout\' role="alert">b</div>\n\n'
        '<!-- <div class="lab-callout--no lab-callout">c</div> -->\n'
    )
    assert '<div class="lab-callout lab-callout--info" role="note">a</div>' in html
    assert html.count("role=") == 2
    assert lab.callouts(html, lambda *_: pytest.fail("told")) == html


@pytest.mark.parametrize(
    "page",
    [
        "## Objective 1: Sales\n\n### Explore: The market\n\n1. one\n",
        "<!-- list-style: square -->\n\n## Objective 1: a\n",
        "<!-- code-style: fancy -->\n\n<!-- step-by-step: yes -->\n\n# A\n",
        "```html\n<!-- step-style: badge -->\n```\n\n## Objective 1: a\n",
        "    <!-- step-style: badge -->\n\n## Objective 1: a\n",
        "Say `<!-- step-style: badge -->`.\n\n## Objective 1: a\n",
        '`class="lab-callout lab-callout--odd"`\n',
    ],
)
def test_other_pages_are_left_alone(page):
    extensions = ["toc", "pymdownx.superfences"]
    assert convert(page, *extensions) == Markdown(extensions=extensions).convert(page)


def test_of_our_own_pages_only_the_labs_change():
    """Without directives, which change pages elsewhere, each page is the same to the byte with and without us."""
    changed = []
    for path in sorted(DOCS.rglob("*.md")):
        source = get_data(path.read_text(encoding="utf-8"))[0].replace("<div data-", "<div x-")
        before = Markdown(extensions=EXTENSIONS).convert(source)
        extension = QuantlabExtension()
        if Markdown(extensions=[*EXTENSIONS, extension]).convert(source) != before:
            changed.append(path.relative_to(DOCS).as_posix())
    labs = {path.relative_to(DOCS).as_posix() for path in (DOCS / "labs").glob("*.md")}
    assert set(changed) == labs | {"guide/lab-pages.md"}  # which shows a callout


def test_a_site_default_makes_labs_of_pages_with_objectives():
    default = {"step-style": "badge"}
    page = PAGE.replace("<!-- step-style: badge -->", "")
    assert "<section" not in convert(page, "toc")
    assert style(convert(page, "toc", lab=default), "steps") == "badge"
    plain = "## Explore: A town\n\n1. one\n"
    assert convert(plain, "toc", lab=default) == Markdown(extensions=["toc"]).convert(plain)


def test_order_counts_in_each_folder():
    no = float("inf")
    orders = {
        "index.md": no,
        "about.md": no,
        "start.md": 1,
        "a/x.md": 2,
        "a/y.md": 1.5,
        "b/index.md": 0,
        "b/c.md": no,
        "b/deep/p.md": 1,
        "b/d.md": -1,
    }
    assert ordered(orders) == [
        "index.md",
        "b/index.md",
        "b/d.md",
        "b/c.md",
        "b/deep/p.md",
        "start.md",
        "about.md",
        "a/y.md",
        "a/x.md",
    ]
    # Without any order, MkDocs's own stands.
    same = dict.fromkeys(["index.md", "about.md", "a/x.md", "b/index.md", "b/c.md", "b/d/p.md"], no)
    assert ordered(same) == list(same)


def test_the_search_for_callouts_is_linear():
    """Work is counted, not timed: the search begins again at each tag, and must not read on from there to the page's end."""
    html = "<a class='" * 20_000 + "lab-callout"
    assert lab.callouts(html, lambda *_: None) == html
    html = '<p class="x">' * 20_000 + '<p class="lab-callout">'
    assert lab.callouts(html, lambda *_: None).endswith('<p class="lab-callout" role="note">')

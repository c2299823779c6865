"""Labs in built sites: their navigation, their search, and what each engine makes of them."""

from __future__ import annotations

import re

import pytest

from tests.fast.site.test_lab import PAGE

LABS = {
    "docs/labs/one.md": "---\norder: 2\ntitle: One\ndescription: d\n---\n" + PAGE,
    "docs/labs/two.md": "---\norder: 1\ntitle: Two\n---\nText.\n",
    "docs/labs/rest.md": "# Rest\n",
}


@pytest.mark.parametrize("engine", ["mkdocs", "properdocs"])
def test_navigation_follows_order_where_nav_does_not(build, engine):
    theme = "theme: {name: material, font: false}\n"
    code, output, site = build(LABS, theme + "plugins: [quantlab]\n", engine)
    assert code == 0, output
    html = (site / "labs/two/index.html").read_text(encoding="utf-8")
    nav = html[html.index('<nav class="md-nav md-nav--primary"') :]
    assert re.findall(r'href="(\.\./\w+/|\./)"', nav)[:3] == ["./", "../one/", "../rest/"]
    one = (site / "labs/one/index.html").read_text(encoding="utf-8")
    assert '<meta name="description" content="d">' in one
    assert "<title>One - Course</title>" in one
    config = theme + "plugins: [quantlab]\nnav: [index.md, labs/one.md, labs/two.md, labs/rest.md]"
    code, output, site = build(LABS, config, engine)
    assert code == 0, output
    html = (site / "labs/two/index.html").read_text(encoding="utf-8")
    nav = html[html.index('<nav class="md-nav md-nav--primary"') :]
    assert re.findall(r'href="(\.\./\w+/|\./)"', nav)[:3] == ["../one/", "./", "../rest/"]


def test_an_order_that_is_no_number(build):
    pages = {"docs/a.md": "---\ntitle: A\norder: first\n---\n", "docs/b.md": "---\norder: 1\n---\n"}
    code, output, _ = build(pages)
    assert code == 1
    assert "a.md:3: `order` takes a number; found `first`" in output
    code, output, _ = build(pages, "plugins: [{quantlab: {on_error: warn}}]")
    assert code == 0, output
    assert "a.md:3: `order` takes a number" in output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("step-stile: plain", "unknown style `step-stile` (did you mean `step-style`?)"),
        ("step-style: cards", "`step-style` takes one of `underline`, `badge`, `plain`"),
    ],
)
def test_mistakes_in_mkdocs_yml_name_their_line(build, options, message):
    code, output, _ = build({}, f"plugins:\n  - quantlab:\n      lab: {{{options}}}\n")
    assert code == 1
    assert "mkdocs.yml:4: " in output
    assert message in output


def test_engines_agree(build):
    """Front matter and comments, by the plugin and by the extension alone: the same article."""
    page = LABS["docs/labs/one.md"].replace("title: One", "title: One\nobjective-style: card")
    theme = "theme: {name: material, font: false}\n"
    articles = {}
    for engine in ("mkdocs", "properdocs", "zensical"):
        extensions = "[toc, footnotes, quantlab]" if engine == "zensical" else "[toc, footnotes]"
        config = theme + f"markdown_extensions: {extensions}\n"
        config += "" if engine == "zensical" else "plugins: [quantlab]\n"
        code, output, site = build({"docs/lab.md": page}, config, engine)
        assert code == 0, output
        html = (site / "lab/index.html").read_text(encoding="utf-8")
        article = html[html.index("<quantlab-objectives") : html.index("Conclusion</h2>")]
        article = article.replace(
            ' data-search-exclude=""', ""
        )  # Zensical acts on it and takes it out
        articles[engine] = [line.strip() for line in article.splitlines() if line.strip()]
    assert any("lab-objective--card" in line for line in articles["mkdocs"])
    assert articles["properdocs"] == articles["mkdocs"]
    assert articles["zensical"] == articles["mkdocs"]


def test_search_finds_the_text_of_sections(build):
    config = "theme: {name: material, font: false}\nplugins: [search, quantlab]\n"
    code, output, site = build({"docs/lab.md": PAGE}, config)
    assert code == 0, output
    index = (site / "search/search_index.json").read_text(encoding="utf-8")
    for text in ("no step", "fourth", "Done."):
        assert text in index
    assert "quantlab-objectives" not in index

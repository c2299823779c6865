"""Whole sites, built by the engines' own commands."""

from __future__ import annotations

import re

import pytest

from mkdocs_quantlab.site.assets import FOLDER, SCRIPT, STYLE
from tests.compatibility import ENGINES, THEMES

LAB = """
---
title: A lab
---

<div data-quantization-explorer></div>

- in a list

    <div data-quantization-grid-explorer data-bits="3"></div>

```html
<div data-quantization-explorer></div>
```
"""
WIDGET = re.compile(r"<quantlab-widget.*?</quantlab-widget>", re.DOTALL)
PYODIDE = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm")


def files(site):
    folder = site / FOLDER
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("directory_urls", [True, False])
def test_themes_and_urls(build, theme, directory_urls):
    config = f"""
        site_url: https://example.org/repo/
        theme: {{name: {theme}{", font: false" if theme == "material" else ""}}}
        use_directory_urls: {str(directory_urls).lower()}
        plugins: [search, quantlab]
        """
    code, output, site = build({"docs/labs/lab.md": LAB}, config, "mkdocs", "--strict")
    assert code == 0, output
    page = site / ("labs/lab/index.html" if directory_urls else "labs/lab.html")
    html = page.read_text(encoding="utf-8")
    assert len(WIDGET.findall(html)) == 2
    up = "../../" if directory_urls else "../"
    assert f'src="{up}{FOLDER}/{SCRIPT}" defer' in html
    assert f'href="{up}{FOLDER}/{STYLE}"' in html
    assert {SCRIPT, STYLE, "worker.js", "pyodide/python.zip"} <= files(site)


def test_engines_agree(build):
    """MkDocs and ProperDocs by the plugin, Zensical by the Markdown extension: the same widgets to the letter."""
    extensions = "[admonition, attr_list, md_in_html, pymdownx.superfences, tables, toc{}]"
    theme = "theme: {name: material, font: false}"
    articles = {}
    for engine in ("mkdocs", "properdocs"):
        config = f"{theme}\nmarkdown_extensions: {extensions.format('')}\nplugins: [quantlab]\n"
        code, output, site = build({"docs/lab.md": LAB}, config, engine)
        assert code == 0, output
        html = (site / "lab/index.html").read_text(encoding="utf-8")
        # Material's search reads this; Zensical takes it out of the page.
        assert html.count(' data-search-exclude=""') == 2
        articles[engine] = html.replace(' data-search-exclude=""', "")
    config = f"{theme}\nmarkdown_extensions: {extensions.format(', quantlab')}\n"
    code, output, site = build({"docs/lab.md": LAB}, config, "zensical")
    assert code == 0, output
    articles["zensical"] = (site / "lab/index.html").read_text(encoding="utf-8")

    def article(html):
        body = re.search(r"<article[^>]*>(.*?)</article>", html, re.DOTALL)[1]
        # The title, the skip link and the edit button are the theme's.
        body = body[body.index("<quantlab-widget") :]
        return [line.strip() for line in body.splitlines() if line.strip()][:40]

    assert len(WIDGET.findall(articles["mkdocs"])) == 2
    assert article(articles["properdocs"]) == article(articles["mkdocs"])
    assert WIDGET.findall(articles["zensical"]) == WIDGET.findall(articles["mkdocs"])
    assert article(articles["zensical"])[:6] == article(articles["mkdocs"])[:6]


SEARCHED = """
# Lab

<!-- step-style: plain -->

Words before.

<div data-quantization-explorer></div>

Words between.

<div data-quantlab-chat></div>

## Objective 1: Sought

- in a list

    <div data-quantization-grid-explorer data-bits="3"></div>

Words after, about `<quantlab-widget>`.
"""


@pytest.mark.parametrize(
    ("engine", "theme"),
    [
        ("mkdocs", "material"),
        ("mkdocs", "mkdocs"),
        ("mkdocs", "readthedocs"),
        ("properdocs", "mkdocs"),
        ("zensical", "material"),
    ],
)
def test_search_finds_words_and_not_figures(build, engine, theme):
    """Nor controls, nor the list of objectives, nor what travels in attributes; the page has all of it."""
    own = "markdown_extensions: [toc, quantlab]" if engine == "zensical" else ""
    config = f"theme: {{name: {theme}}}\nplugins: [search{'' if own else ', quantlab'}]\n{own}"
    code, output, site = build({"docs/lab.md": SEARCHED}, config, engine)
    assert code == 0, output
    [index] = [file for file in site.rglob("search*.json") if "assets" not in file.parts]
    text = index.read_text(encoding="utf-8")
    for word in ("Words before", "Words between", "Sought", "in a list", "Words after"):
        assert word in text
    for figure in ("read back", "Copy link", "RMSE", "data-frames", "temperature", "Objectives"):
        assert figure not in text, figure
    html = (site / "lab/index.html").read_text(encoding="utf-8")
    assert len(WIDGET.findall(html)) == 2
    assert html.count("<quantlab-chat") == html.count("<quantlab-objectives") == 1
    assert "quantlab-hidden" not in html


@pytest.mark.parametrize("place", ["before", "after"])
def test_other_plugins_may_change_the_page_while_search_reads_it(build, project, place):
    (project({}) / "hook.py").write_text(
        "from mkdocs.plugins import event_priority\n"
        f"@event_priority({1 if place == 'before' else -1})\n"
        "def on_page_context(context, *, page, config, nav):\n"
        "    page.content = '<p>First.</p>' + page.content\n",
        encoding="utf-8",
    )
    config = "theme: mkdocs\nhooks: [hook.py]\nplugins: [search, quantlab]"
    code, output, site = build({"docs/lab.md": SEARCHED}, config)
    assert code == 0, output
    html = (site / "lab/index.html").read_text(encoding="utf-8")
    assert html.count("<p>First.</p>") == 1
    assert len(WIDGET.findall(html)) == 2


@pytest.mark.parametrize("engine", ENGINES)
def test_a_mistake_fails_the_build_with_its_place(build, engine):
    page = '---\ntitle: x\n---\n\n# Lab\n\n<div data-quantization-explorer data-bits="9"></div>\n'
    config = {
        "mkdocs": "theme: mkdocs\nplugins: [quantlab]",
        "properdocs": "theme: {name: material, font: false}\nplugins: [quantlab]",
        "zensical": "markdown_extensions: [quantlab]",
    }
    code, output, _ = build({"docs/labs/lab-2.md": page}, config[engine], engine)
    assert code != 0
    assert "labs/lab-2.md:7: `bits` takes one of" in output
    if engine != "zensical":  # which shows every exception with its traceback
        assert "Traceback" not in output


def test_a_warning_counts_under_strict(build):
    page = "# Lab\n\n<div data-quantisation-explorer></div>\n\n<div data-quantization-explorer></div>\n"
    config = "plugins: [{quantlab: {on_error: warn}}]"
    code, output, site = build({"docs/lab.md": page}, config)
    assert code == 0
    assert "WARNING" in output
    assert "lab.md:3: unknown directive `data-quantisation-explorer`" in output
    html = (site / "lab/index.html").read_text(encoding="utf-8")
    assert 'class="quantlab-error"' in html
    assert len(WIDGET.findall(html)) == 1
    code, output, _ = build({"docs/lab.md": page}, config, "mkdocs", "--strict")
    assert code == 1
    assert "Aborted with 1 warnings in strict mode" in output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("on_error: stop", "'on_error': mkdocs.yml:2: takes `fail` or `warn`; found `stop`"),
        (
            "pyodide: local",
            "'pyodide': mkdocs.yml:2: takes `bundled`, `off` or the http(s) URL of a folder; found `local`",
        ),
        (
            "defaults: {quantization-explorrer: {}}",
            "`defaults`: there is no widget `quantization-explorrer` (did you mean `quantization-explorer`?)",
        ),
        (
            "defaults: {quantization-explorer: {bits: 9}}",
            "`quantization-explorer`: `bits` takes one of",
        ),
        ("defaults: {quantization-explorer: 3}", "takes a mapping from option to value; found `3`"),
        (
            "defaults: 3",
            "'defaults': mkdocs.yml:2: takes a mapping from directive to options; found `3`",
        ),
        (
            "on_eror: warn",
            "'on_eror': mkdocs.yml:2: unknown option `on_eror` (did you mean `on_error`?); the options are `on_error`, `pyodide`",
        ),
    ],
)
def test_mistakes_in_mkdocs_yml(build, options, message):
    code, output, _ = build({}, f"plugins: [{{quantlab: {{{options}}}}}]")
    assert code == 1
    assert message in output
    assert "Traceback" not in output


def test_nothing_is_added_to_a_site_without_directives(build):
    pages = {"docs/page.md": "# Page\n\nText.\n"}
    code, output, site = build(pages, "plugins: [quantlab]")
    assert code == 0, output
    with_plugin = (site / "page/index.html").read_text(encoding="utf-8")
    assert not (site / FOLDER).exists()
    build(pages, "plugins: []")
    assert (site / "page/index.html").read_text(encoding="utf-8") == with_plugin


@pytest.mark.parametrize(
    ("option", "ours", "pyodides"),
    [("bundled", True, True), ("off", False, False), ("https://example.org/pyodide/", True, False)],
)
def test_pyodide_comes_from_where_the_option_says(build, option, ours, pyodides):
    code, output, site = build(
        {"docs/lab.md": LAB}, f"plugins: [{{quantlab: {{pyodide: {option}}}}}]"
    )
    assert code == 0, output
    assert ("pyodide/python.zip" in files(site)) is ours
    assert all((f"pyodide/{name}" in files(site)) is pyodides for name in PYODIDE)
    assert f'data-pyodide="{option}"' in (site / "lab/index.html").read_text(encoding="utf-8")


def test_a_dirty_build_keeps_what_unchanged_pages_need(build, project):
    build({"docs/lab.md": LAB})
    code, output, site = build(
        {"docs/lab.md": LAB, "docs/other.md": "# Other\n"},
        "plugins: [quantlab]",
        "mkdocs",
        "--dirty",
    )
    assert code == 0, output
    assert SCRIPT in files(site)


def test_the_extension_listed_twice_is_said_and_harmless(build):
    config = "plugins: [quantlab]\nmarkdown_extensions: [quantlab]"
    code, output, site = build({"docs/lab.md": LAB}, config)
    assert code == 0
    assert "take it out of `markdown_extensions`" in output
    assert len(WIDGET.findall((site / "lab/index.html").read_text(encoding="utf-8"))) == 2


def test_a_directive_that_a_macro_made_is_named_by_its_text(build, project):
    (project({}) / "hook.py").write_text(
        "def on_page_markdown(markdown, **_):\n"
        "    return markdown + '\\n\\n<div data-quantization-explorer data-bits=\"1\"></div>\\n'\n",
        encoding="utf-8",
    )
    code, output, _ = build({}, "hooks: [hook.py]\nplugins: [quantlab]")
    assert code == 1
    assert 'index.md: <div data-quantization-explorer data-bits="1">: `bits` takes' in output


def test_a_directive_that_did_nothing_ends_the_build(build):
    """Text for want of a quote, and an element that a template or another plugin added."""
    pages = {
        "docs/a.md": '# A\n\n<div data-quantization-explorer data-bits="4></div>\n',
        "docs/b.md": "# B\n",
        "theme/main.html": '{% extends "base.html" %}{% block footer %}{% if page.title == "B" %}'
        "<div data-gguf-compare></div>{% endif %}{% endblock %}",
    }
    code, output, _ = build(
        pages, "theme: {name: mkdocs, custom_dir: theme}\nplugins: [quantlab]\n"
    )
    assert code == 1
    assert "a.md:3: the directive `data-quantization-explorer` is text on the page" in output
    assert "Traceback" not in output
    del pages["docs/a.md"]
    pages["docs/a.md"] = "# A\n"
    code, output, _ = build(
        pages, "theme: {name: mkdocs, custom_dir: theme}\nplugins: [quantlab]\n"
    )
    assert code == 1
    assert "b.md: the directive `data-gguf-compare` has no effect" in output
    config = "theme: {name: mkdocs, custom_dir: theme}\nplugins: [{quantlab: {on_error: warn}}]\n"
    assert build(pages, config)[0] == 0


@pytest.mark.parametrize("engine", ["mkdocs", "properdocs"])
def test_the_markdown_extension_without_the_plugin_is_told(build, engine):
    pages = {"docs/a.md": "# A\n\n<div data-quantization-explorer></div>\n"}
    config = "theme: mkdocs\nmarkdown_extensions: [quantlab]\n"
    code, output, _ = build(pages, config, engine)
    assert code == 1
    assert "a.md: this page has a directive, but no script for it" in output
    config += "extra_javascript: [{path: assets/quantlab/quantlab.js, defer: true}]\n"
    code, output, _ = build(pages, config, engine)
    assert code == 0, output


def test_zensical_without_the_script_says_what_is_missing(build):
    pages = {"docs/a.md": "# A\n\n<div data-quantization-explorer></div>\n"}
    code, output, _ = build(pages, "markdown_extensions: [quantlab]\n", "zensical")
    assert code == 0
    assert (
        "a.md: this page has a directive, but `extra_javascript` does not name its script" in output
    )


def test_front_matter_that_mkdocs_drops_is_told(build):
    pages = {
        "docs/a.md": "---\norder: 1\ntitle: Lab 2: one: two\n---\n\n# A\n",
        "docs/b.md": "---\n- list\n---\n\n# B\n",
        "docs/c.md": "---\ntitle: 'Lab 2: one'\n---\n\n# C\n",
        "docs/d.md": "---\n---\n\n# D\n",
        "docs/e.md": "# E\n\n---\n\ntext: a: b\n\n---\n",
    }
    code, output, _ = build(pages)
    assert code == 0
    assert (
        "a.md:3: MkDocs ignores this front matter, which is not valid YAML (mapping values are not allowed here): "
        'put the value in quotes, as in `title: "Lab 2: one: two"`'
    ) in output
    assert "b.md:2: MkDocs ignores this front matter, which has no `name: value` lines" in output
    assert output.count("MkDocs ignores") == 2
    assert build(pages, "plugins: [quantlab]", "mkdocs", "--strict")[0] == 1


@pytest.mark.parametrize("nav", ["", "nav: [index.md, a.md]\n"])
@pytest.mark.parametrize("engine", ["mkdocs", "properdocs"])
def test_a_page_that_is_not_utf_8_is_named(build, project, engine, nav):
    folder = project({}, "")
    (folder / "docs/a.md").write_bytes("# Seite\n\nGröße\n".encode("latin-1"))
    code, output, _ = build({}, f"theme: mkdocs\nplugins: [quantlab]\n{nav}", engine)
    assert code == 1
    assert "a.md:3: this is not UTF-8 (byte 0xF6): save the page as UTF-8" in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("directive", "options", "message"),
    [
        ('<div data-quantization-explorer data-bits="9"></div>', "", "a.md:3: `bits` takes one of"),
        ('<div data-quantization-explorer data-bits="4></div>', "", "a.md:3: the directive `data-quantization-explorer` is text"),
        ("<div data-quantization-explorer></div>", "modles: {}", "zensical.yml:3: unknown option `modles`"),
        ("<div data-quantization-explorer></div>", "defaults: {quantization-explorer: {bts: 3}}", "zensical.yml:3: `defaults`"),
    ],
)  # fmt: skip
def test_zensical_ends_with_one_line(build, directive, options, message):
    config = f"markdown_extensions:\n  - quantlab: {{{options}}}\n"
    code, output, _ = build({"docs/a.md": f"# A\n\n{directive}\n"}, config, "zensical")
    assert code == 1
    said = output.strip().splitlines()[-1]
    assert said.startswith("RuntimeError: Python error: LabError: ")
    assert message in said
    assert 'File "' not in output

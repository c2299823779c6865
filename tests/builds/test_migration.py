"""The plugin turned on in documentation that was there before: pages without directives stay as they were, to the byte."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from mkdocs_quantlab.site.assets import FOLDER, SCRIPT, STYLE

SOURCES = Path(__file__).parent / "material"
LAB = {"docs/lab.md": "# Lab\n\n<div data-quantization-explorer></div>\n"}


@pytest.fixture(scope="module")
def built(tmp_path_factory, run_mkdocs):
    """Builds the site with more lines in `plugins` and `markdown_extensions`, and more pages; gives all its files."""

    def build(plugin="", extension="", pages=()):
        folder = tmp_path_factory.mktemp("migration") / "site"
        shutil.copytree(SOURCES, folder)
        config = (folder / "mkdocs.yml").read_text(encoding="utf-8")
        config = config.replace("  - meta\n", f"  - meta\n{plugin}").replace(
            "  - abbr\n", f"  - abbr\n{extension}"
        )
        (folder / "mkdocs.yml").write_text(config, encoding="utf-8")
        for path, text in dict(pages).items():
            (folder / path).write_text(text, encoding="utf-8")
        code, output = run_mkdocs(folder, "mkdocs", "--strict")
        assert code == 0, output
        site = folder / "site"
        return {
            path.relative_to(site).as_posix(): path.read_bytes()
            for path in site.rglob("*")
            # Says when it was packed.
            if path.is_file() and path.name != "sitemap.xml.gz"
        }

    return build


@pytest.fixture(scope="module")
def before(built):
    return built()


def test_the_site_is_a_heavy_one(before):
    """Each of its parts came out as what it is there for, or the comparisons would compare text."""
    pages = b"".join(content for path, content in before.items() if path.endswith(".html"))
    for made in (
        b'<pre class="mermaid"><code>',
        b'<div class="tabbed-set tabbed-alternate"',
        b'<div class="footnote">',
        b'<abbr title="Hyper Text Markup Language">HTML</abbr>',
        b'<div class="grid cards">',
        b'<span class="twemoji">',
        b"<details",
        b'<div class="arithmatex">',
        b'<div class="progress',
        b'<span class="keys">',
        b'<input type="checkbox"',
        b'class="md-tag"',
        b"From another file",
        b'<div data-quantity="3"',
        b'<script>const html = "<div data-quantization-explorer></div>";</script>',
    ):
        assert made in pages, made


@pytest.mark.parametrize(
    "more",
    [{"plugin": "  - quantlab\n"}, {"extension": "  - quantlab\n"}],
    ids=["plugin", "extension"],
)
def test_nothing_changes(built, before, more):
    """No page, no search index, and no file more."""
    assert _differences(built(**more), before) == []


def test_beside_a_lab_only_the_browser_files_are_new(built):
    """Every page then names the script and the style sheet, which instant navigation needs, and is otherwise as before."""
    lab = built(plugin="  - quantlab\n", pages=LAB)
    without = built(pages=LAB)
    ours = {path for path in lab if path.startswith(f"{FOLDER}/")}
    assert {f"{FOLDER}/{SCRIPT}", f"{FOLDER}/{STYLE}"} <= ours
    pages = {path: content for path, content in lab.items() if path not in ours}
    named = re.compile(
        rb"\s*<(?:script src|link rel=\"stylesheet\" href)=\"[^\"]*assets/quantlab/[^>]*>(?:</script>)?"
    )
    for path, content in pages.items():
        if path.endswith(".html"):
            assert len(named.findall(content)) == 2, path
            pages[path] = named.sub(b"", content)
    changed = _differences(
        {path: _squeezed(content) for path, content in pages.items()},
        {path: _squeezed(content) for path, content in without.items()},
    )
    assert changed == ["lab/index.html"]


def _squeezed(content):
    """Without white space at the ends of lines and empty lines, which the theme's loops leave around the two tags."""
    return re.sub(rb"\s*\n\s*", b"\n", content)


def _differences(these, those):
    return sorted(
        path for path in these.keys() | those.keys() if these.get(path) != those.get(path)
    )

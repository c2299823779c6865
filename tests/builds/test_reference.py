"""Whatever an author can write is in the built documentation: each list here comes from the code that reads it."""

from __future__ import annotations

import re
from html import unescape
from importlib import import_module
from pkgutil import iter_modules, walk_packages

import click
import pytest
import yaml
from markdown import markdown

from mkdocs_quantlab import api, fast
from mkdocs_quantlab.cli import main
from mkdocs_quantlab.engine import ggml, methods
from mkdocs_quantlab.engine.core.widget import built_in, widget
from mkdocs_quantlab.site.chat import chat
from mkdocs_quantlab.site.markdown import lab
from mkdocs_quantlab.site.markdown.directives import ALIASES, CHAT, EVIDENCE, Directives
from mkdocs_quantlab.site.mkdocs.navigation import ORDER
from mkdocs_quantlab.site.settings import SETTINGS
from tests.paths import ROOT

PAGES = {name: f"widgets/{name}" for name in built_in()} | {CHAT: "widgets/chat"}
OPTIONS = {name: widget(name).options for name in built_in()} | {CHAT: chat.Options}


def walk(command, path):
    """Each command by what one types, groups among them."""
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from walk(below, f"{path} {name}")


COMMANDS = dict(walk(main, "quantlab"))


@pytest.fixture
def page(docs):
    """The HTML of a page's article, by its path without `/index.html`."""

    def read(path):
        html = (docs / path / "index.html").read_text(encoding="utf-8")
        return re.search(r"<article.*?</article>", html, re.DOTALL)[0]

    return read


def words(html):
    """What a reader sees, without line breaks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).replace("¶", "").split())


def sections(html):
    """What is under each heading, up to the next one, by the heading's words."""
    parts = re.split(r"<h[1-6] id=[^>]*>(.*?)</h[1-6]>", html, flags=re.DOTALL)
    return {words(heading): text for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def headings(html, level):
    """The headings of a level that are names: all of them in `<code>`."""
    return re.findall(rf"<h{level} id=[^>]*><code>([^<]+)</code>", html)


def rows(html, prefix=""):
    """The words of each row of a table that begins with a name, by the name."""
    found = re.findall(rf"<tr>\s*<td><code>{prefix}([\w-]+)</code></td>(.*?)</tr>", html, re.DOTALL)
    assert len(dict(found)) == len(found)
    return {name: words(row) for name, row in found}


def test_every_directive_is_listed(page):
    linked = r'<a href="[^"]+"><code>(data-[\w-]+)</code></a>'
    named = [f"data-{name}" for name in Directives().names]
    assert sorted(re.findall(linked, page("widgets"))) == sorted(named)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `(data-[\w-]+)` \|", readme, re.MULTILINE)) == sorted(named)
    for alias, name in ALIASES.items():
        assert f"<code>data-{alias}</code>" in page(PAGES[name])


# Fields for evidence have options by kind: test_docs.py looks for them.
@pytest.mark.parametrize("name", [name for name in Directives().names if name != EVIDENCE])
def test_every_option_of_a_directive(page, name):
    """Each is a row with its meaning, what it takes and its default, and there is no row of anything else."""
    listed = rows(page(PAGES[name]), "data-")
    fields = {field.name: field for field in OPTIONS[name].fields()}
    assert set(listed) == set(fields)
    for field in fields.values():
        assert field.help, field.name
        for text in (field.help, field.allowed):
            assert words(markdown(text)) in listed[field.name]


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_and_its_options(page, path):
    command = COMMANDS[path]
    heading = "Command line" if command is main else path
    text = words(sections(page("reference/command-line"))[heading])
    assert f"Usage: {path} " in text
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            assert parameter.human_readable_name in text
            continue
        assert parameter.help, parameter.name
        for option in (*parameter.opts, *parameter.secondary_opts):
            assert re.search(rf"(?<!\S){re.escape(option)}\b", text), option


def test_no_command_that_is_not_there(page):
    listed = headings(page("reference/command-line"), "[23]")
    assert sorted(listed) == sorted(set(COMMANDS) - {"quantlab"})


def test_every_key_of_the_configuration(page):
    html = page("guide/configuration")
    assert headings(html, 2) == list(SETTINGS)
    for name, setting in SETTINGS.items():
        assert words(markdown(setting.help)) in words(sections(html)[name])


def test_every_style_of_lab_pages_and_key_of_front_matter(page):
    html = page("guide/lab-pages")
    assert headings(html, 3) == list(lab.STYLES)
    for name, style in lab.STYLES.items():
        section = sections(html)[name]
        assert rows(section) == style.values
        assert f"Default: {style.default}." in words(section)
    keys = re.findall(r"<code>([^<]+)</code>", "".join(re.findall(r"<dt>.*?</dt>", html)))
    assert keys == ["title", "description", ORDER]
    for kind in lab.CALLOUTS:
        assert f"<code>lab-callout--{kind}</code>" in html


def test_the_mathematics_and_what_is_exported(page):
    """Each module of it, and each name that a package offers."""
    engine, measured = page("reference/engine"), page("reference/measure")
    for module in iter_modules(methods.__path__, f"{methods.__name__}."):
        assert f'id="{module.name}"' in engine
    for name in ggml.__all__:
        assert re.search(rf'id="{ggml.__name__}\.(?:\w+\.)?{name}"', engine), name
    for name in fast.__all__:
        assert re.search(rf'id="{fast.__name__}\.(?:\w+\.)?{name}"', measured), name


def test_everything_that_widgets_import(page):
    """Each module of the interface, and each name that it offers."""
    html = page("reference/api")
    modules = [api.__name__, *(m.name for m in walk_packages(api.__path__, f"{api.__name__}."))]
    for module in modules:
        assert f'id="{module}"' in html
        for name in getattr(import_module(module), "__all__", ()):
            assert f'id="{module}.{name}"' in html


def test_every_page_is_in_the_navigation():
    """A page that no link leads to documents nothing."""

    def files(entry):
        below = entry.values() if isinstance(entry, dict) else entry
        return (
            [entry] if isinstance(entry, str) else [file for each in below for file in files(each)]
        )

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!ENV", lambda loader, node: loader.construct_sequence(node))
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    nav = files(yaml.load(text, Loader)["nav"])
    there = [path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")]
    assert sorted(nav) == sorted(there)

"""A directive as HTML for sites of other kinds: `quantlab export --widget`."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt

from mkdocs_quantlab.cli import main
from mkdocs_quantlab.site.assets import files
from mkdocs_quantlab.site.markdown.directives import Directives
from tests.gguf_files import write_gguf

EXPLORER = "data-quantization-explorer data-bits=3"
OPTIONS = {
    "gguf-compare": "data-models='f32.gguf q4.gguf'",
    "lab-evidence": "data-label=X data-columns='A | B' data-rows=2",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_gguf(tmp_path / "f32.gguf", "F32", file_type=0)
    write_gguf(tmp_path / "q4.gguf", file_type=15)
    return tmp_path


def export(*args, **kwargs):
    return CliRunner().invoke(main, ["export", "out/quantlab", "--no-pyodide", *args], **kwargs)


def html_of(directive, *args):
    done = export("--widget", directive, *args)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_html_and_the_files_that_it_needs(folder):
    done = CliRunner().invoke(
        main, ["export", "out/quantlab", "--widget", EXPLORER, "-o", "out/labs/explorer.html"]
    )
    assert done.exit_code == 0, done.output
    assert done.stdout == ""
    assert "files copied to out/quantlab" in done.stderr
    for name in files("bundled", in_page=False):
        assert (folder / "out/quantlab" / name).is_file()
    html = (folder / "out/labs/explorer.html").read_text(encoding="utf-8")
    assert re.findall(r'(?:src|href)="([^"#]+)', html) == [
        "../quantlab/quantlab.css",
        "../quantlab/quantlab.js",
    ]


@pytest.mark.parametrize(
    ("args", "start"),
    [((), "quantlab/"), (("--folder-url", "/a b&c/"), "/a b&amp;c/")],
)
def test_where_the_page_finds_the_files(folder, args, start):
    assert f'<script src="{start}quantlab.js" defer>' in html_of(EXPLORER, *args)


def test_a_directive_from_the_standard_input(folder):
    text = '<div data-quantization-explorer\n\n id="mine"></div>\n\n<div data-quantization-block></div>\n'
    done = export("--widget", "-", input=text)
    assert done.exit_code == 0, done.output
    assert re.findall(r'<quantlab-widget id="([^"]+)"', done.stdout) == ["mine", "quantlab-2"]


@pytest.mark.parametrize("name", [name for name in Directives().names if name != "lab-evidence"])
def test_two_pieces_in_one_page_have_no_id_in_common(folder, name):
    directive = f"data-{name} {OPTIONS.get(name, '')}"
    first, second = (
        set(re.findall(r'\sid="?([^"\s>]+)', html_of(directive, "--id", each))) for each in "ab"
    )
    assert not first & second


def test_ids_of_pieces(folder):
    text = f"<div {EXPLORER}></div>\n<div id=mine {EXPLORER}></div>\n<div {EXPLORER}></div>\n"
    ids = re.compile(r'<quantlab-widget id="([^"]+)"')
    done = export("--widget", "-", "--id", "lab", input=text)
    assert ids.findall(done.stdout) == ["lab-1", "mine", "lab-3"]
    assert export("--widget", EXPLORER, "-o", "out/1 lab 2.html").exit_code == 0
    assert ids.findall((folder / "out/1 lab 2.html").read_text(encoding="utf-8")) == ["lab-2-1"]
    done = export("--widget", EXPLORER, "--id", "a b")
    assert done.exit_code == 2
    assert "`--id` takes letters, digits, `_` and `-`, with a letter first; found `a b`" in done.stderr  # fmt: skip


def test_files_of_models_that_the_page_has_readers_fetch(folder):
    html = html_of("data-quantlab-chat data-models=drawing:Q4_K_M")
    (model,) = (folder / "out/quantlab").rglob("*.gguf")
    assert model.relative_to(folder / "out/quantlab").as_posix() in html
    assert (folder / "out/quantlab/wllama/wllama.wasm").is_file()


def test_a_commonmark_renderer_leaves_it_as_it_is(folder):
    """It is one block of HTML, whatever surrounds it."""
    renderer = MarkdownIt("commonmark")
    for name in Directives().names:
        value = "=table data-name=x" if name == "lab-evidence" else ""
        html = html_of(f"data-{name}{value} {OPTIONS.get(name, '')}")
        assert re.match(r"<div>\n", html), name
        assert renderer.render(html) == html, name
        assert renderer.render(f"Before.\n{html}\nBehind.\n") == (
            f"<p>Before.</p>\n{html}<p>Behind.</p>\n"
        ), name


def test_the_same_figure_as_on_a_page(folder, build):
    code, output, site = build(
        {"docs/index.md": f"<div {EXPLORER}></div>\n"}, "plugins: [quantlab]\n", "mkdocs"
    )
    assert code == 0, output
    element = re.compile(r"<quantlab-widget.*</quantlab-widget>", re.DOTALL)
    html = html_of(EXPLORER, "--folder-url", "x").replace(
        'data-pyodide="off"', 'data-pyodide="bundled"'
    )
    page = (site / "index.html").read_text(encoding="utf-8")
    assert element.search(html)[0] == element.search(page)[0]


@pytest.mark.parametrize(
    ("directive", "message"),
    [
        (
            "data-quantization-explorer data-bits=33",
            "--widget:1: `bits` takes one of `2`, `3`, `4`, `5`, `6`, `7`, `8`; found `33`; the nearest is `8`",
        ),
        (
            "data-quantization-explorer bits=3",
            "--widget:1: `data-quantization-explorer` does not take the attribute `bits`; options begin with `data-`, as `data-bits`",
        ),
        (
            "quantization-explorer",
            "--widget: found no directive: write one such as `data-quantization-explorer data-bits=3`",
        ),
        ("", "--widget: found no directive: write one such as `data-quantization-explorer data-bits=3`"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_and_copies_nothing(folder, directive, message):
    done = export("--widget", directive, "-o", "out/x.html")
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"Error: {message}\n")
    assert not (folder / "out").exists()


def test_a_custom_widget_that_the_folder_does_not_have(folder):
    done = export("--widget", "data-sampling data-temperature=0.7")
    assert done.exit_code == 2
    assert "--widget: unknown directive `data-sampling`; the directives are `data-" in done.stderr


def test_options_that_need_a_widget(folder):
    done = export("-o", "out/x.html")
    assert done.exit_code == 2
    assert "`--output`, `--folder-url` and `--id` need `--widget`" in done.stderr


@pytest.mark.parametrize(
    ("setting", "python"),
    [("", False), ("pyodide: off", False), ("pyodide: https://example.org/pyodide/", True)],
)
def test_without_pyodide_a_site_has_what_its_configuration_needs(folder, setting, python):
    """Where Pyodide comes from another address, our worker and our modules are still the site's own."""
    options = f"{{quantlab: {{{setting}}}}}" if setting else "quantlab"
    (folder / "mkdocs.yml").write_text(f"site_name: Site\nplugins: [{options}]\n", encoding="utf-8")
    done = export()
    assert done.exit_code == 0, done.output
    out = folder / "out/quantlab"
    assert (out / "worker.js").exists() is python
    assert bool(list(out.glob("pyodide/*.zip"))) is python
    assert not (out / "pyodide/pyodide.asm.wasm").exists()

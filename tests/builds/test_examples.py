"""Every example of the documentation does what the page says."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import PurePosixPath

import click
import pytest
from click.testing import CliRunner
from mkdocs.utils.yaml import yaml_load

from mkdocs_quantlab.cli import main
from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.settings import SETTINGS
from tests.examples import Example, fences, inline
from tests.fast.site.test_directives import convert
from tests.gguf_files import write_gguf
from tests.paths import ROOT

# One site holds all examples of Markdown, and one process builds it.
MISTAKES = [each for each in inline(r"<(?:div|span) .*") if each.page == "docs/guide/directives.md"]
INLINE = [each for each in inline(r"<div data-\S.*></div>") if each not in MISTAKES]
PAGES = [*fences("html", "markdown"), *INLINE]
MODELS = "".join(
    f"        {name}: docs/models/tiny-llama-{recipe}.gguf\n"
    for name, recipe in {"f16": "F16", "q8": "Q8_0", "q4": "Q4_K_M", "q2": "Q2_K"}.items()
)
CONFIG = f"""\
theme: {{name: material, font: false}}
markdown_extensions: [admonition, attr_list, md_in_html, pymdownx.details, pymdownx.superfences, tables, toc]
plugins:
  - quantlab:
      on_error: warn
      models:
{MODELS}"""


def name(example: Example) -> str:
    """A page for an example, by its place."""
    return f"{example.page.removesuffix('.md')}-{example.line}"


def named(examples):
    return {"argvalues": examples, "ids": [example.place for example in examples]}


@pytest.fixture(scope="module")
def site(tmp_path_factory, run_mkdocs):
    """The site of all examples: for each the HTML of its page, and what the build said of it."""
    folder = tmp_path_factory.mktemp("examples")
    for files in ("docs/models", "docs/widgets/comparisons"):
        shutil.copytree(ROOT / files, folder / files)
    shutil.copytree(ROOT / "docs/example_widgets", folder / "widgets")
    (folder / "mkdocs.yml").write_text("site_name: Examples\n" + CONFIG, encoding="utf-8")
    for example in (*PAGES, *MISTAKES):
        page = folder / "docs" / f"{name(example)}.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        # On the line where it is in the documentation, so that messages name that; front matter comes first.
        above = "" if example.text.startswith("---") else "# Lab\n" + "\n" * (example.line - 2)
        page.write_text(above + example.text + "\n", encoding="utf-8")
    code, output = run_mkdocs(folder)
    assert code == 0, output

    def read(example):
        said = [line for line in output.splitlines() if f"{name(example)}.md" in line]
        html = (folder / "site" / name(example) / "index.html").read_text(encoding="utf-8")
        return re.search(r"<article.*?</article>", html, re.DOTALL)[0], said

    return read


@pytest.mark.parametrize("example", **named(PAGES))
def test_markdown(site, example):
    html, said = site(example)
    assert said == []
    directives = re.findall(r"<div\s+data-(?!lab-)[\w-]+", example.text)
    assert len(re.findall(r"<quantlab-(?:widget|chat)\b", html)) == len(directives)
    assert html.count('class="lab-callout') == example.text.count('class="lab-callout')
    assert html.count("<section") == len(
        re.findall(r"^#+ (?:Objective \d|Expl|Exec|Ziel \d|Erk|Ausf)", example.text, re.MULTILINE)
    )
    assert directives or "lab-" in html


@pytest.mark.parametrize("example", **named(MISTAKES))
def test_mistakes_are_mistakes(site, example):
    html, said = site(example)
    assert len(said) == 1
    assert f" {name(example)}.md:{example.line}: " in said[0]
    assert 'class="quantlab-error"' in html


def test_there_are_mistakes():
    assert len(MISTAKES) >= 7


LAB = '# Lab\n\n<div data-quantization-explorer></div>\n\n<div class="lab-callout">Note</div>\n'
CONFIGURATIONS = fences("yaml")
CUSTOM_WIDGET = ROOT / "docs/guide/custom-widget.md"


@pytest.mark.parametrize("example", **named(CONFIGURATIONS))
def test_configuration(build, project, example):
    """With a name and Material where it says none, it builds a page with a figure."""
    folder = project({})
    config = example.text
    if "site_name:" in config:
        config = config.replace("site_name: My course\n", "")
    if "theme:" not in config:
        config += "theme: {name: material, font: false}\n"
    # Lists its extensions: it is for an engine that runs no plugins.
    is_zensical = "markdown_extensions:" in config
    if is_zensical:
        done = CliRunner().invoke(main, ["export", str(folder / "docs/assets/quantlab")])
        assert done.exit_code == 0, done.output
    elif "plugins:" not in config:
        config += "plugins: [quantlab]\n"
    engine = ("zensical",) if is_zensical else ("mkdocs", "--strict")
    code, output, site = build({"docs/lab.md": LAB}, config, *engine)
    assert code == 0, output
    html = (site / "lab/index.html").read_text(encoding="utf-8")
    assert html.count("<quantlab-widget") == 1
    assert "assets/quantlab/quantlab.js" in html


EXPRESSIONS = inline(rf"(?:{'|'.join(SETTINGS)}): .+")
IN_HELP = [
    Example("mkdocs_quantlab/site/settings.py", 0, "", setting, text)
    for setting, each in SETTINGS.items()
    for text in re.findall(rf"`((?:{'|'.join(SETTINGS)}): .+?)`", each.help)
]


@pytest.mark.parametrize("text", sorted({each.text for each in (*EXPRESSIONS, *IN_HELP)}))
def test_settings_in_sentences(text, monkeypatch):
    monkeypatch.setenv("MODEL_URL", "https://example.org/model.gguf")
    for setting, value in yaml_load(text.replace("…", "example.org")).items():
        SETTINGS[setting].read(value)


COMMANDS = [
    each._replace(line=each.line + number, text=line.removeprefix("$ "))
    for each in (*fences("sh", "console"), *inline("quantlab .+"))
    for number, line in enumerate(each.text.replace("\\\n", "").splitlines())
    if line.removeprefix("$ ").startswith("quantlab ")
]


@pytest.mark.parametrize("example", **named(COMMANDS))
def test_commands(example):
    """There is such a command, and it takes these options and arguments."""
    command, context = main, click.Context(main)
    arguments = shlex.split(example.text, comments=True)[1:]
    while isinstance(command, click.Group) and arguments:
        _, command, arguments = command.resolve_command(context, arguments)
    values, _, _ = command.make_parser(context).parse_args(arguments)
    if arguments:  # alone, its name stands for it in a sentence
        for parameter in command.params:
            given = values.get(parameter.name)
            assert not parameter.required or given not in (None, ()), parameter.name


def test_python_that_reads_gguf_files(tmp_path, monkeypatch):
    """The page's pieces, one after another, beside such files as they name."""
    for file in ("model-Q4_K_M.gguf", "model.gguf"):
        write_gguf(tmp_path / file)
    write_gguf(tmp_path / "model.gguf", tensors_a_part=3)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for suffix in ("q4", "q8"):
        content = (tmp_path / "model.gguf").read_bytes()
        names[f"fetch_{suffix}"] = lambda start, stop, content=content: content[start:stop]
        names[f"size_of_{suffix}"] = len(content)
    examples = fences("python", pages=(ROOT / "docs/guide/reading-gguf.md",))
    assert len(examples) == 4
    for example in examples:
        # Blank lines above, so that a traceback names the line of the page.
        code = compile("\n" * (example.line - 1) + example.text, example.page, "exec")
        exec(code, names)
    assert len(names["model"].tensors) == 9


def test_python_markdown_alone():
    [example] = fences("python", pages=(ROOT / "docs/guide/engines.md",))
    names = {"text": LAB}
    exec(example.text, names)
    assert "<quantlab-widget" in names["html"]


WRITTEN = {
    "9": '<div data-quantization-explorer data-bits="9"></div>',
    "bage": "<!-- step-style: bage -->",
}
"""What an author wrote, by what a message says that it found."""
MESSAGES = [each for each in fences("text") if each.text.startswith("ERROR   -  ")]


@pytest.mark.parametrize("example", **named(MESSAGES))
def test_messages(example):
    """Those that end a build, as they are for the page and the line that they name."""
    shown = re.fullmatch(
        r"ERROR   -  [\w/-]+\.md:(?P<line>\d+)(?P<said>.*found `(.*?)`.*)\n", example.text
    )
    above = "# Lab\n" + "\n" * (int(shown["line"]) - 2)
    with pytest.raises(LabError) as error:
        convert(f"{above}{WRITTEN[shown[3]]}\n")
    assert str(error.value) == f"labs/lab-2.md:{shown['line']}{shown['said']}"


def test_a_widget_from_an_empty_file(tmp_path, monkeypatch, run_mkdocs):
    """The guide's files, as they stand there, are a course that builds and whose test passes, in under 60 lines."""
    files = {
        each.title: each.text
        for each in fences("python", "markdown", pages=(CUSTOM_WIDGET,))
        if each.title
    }
    assert set(files) == {"widgets/sampling.py", "docs/sampling.md", "test_sampling.py"}
    # The name is between two marks: ruff formats fences of Python, and takes `--8<-- "file"` for an expression.
    [snippet] = re.findall(r"^--8<--\n(.*)\n--8<--$", files["widgets/sampling.py"])
    files["widgets/sampling.py"] = (ROOT / snippet).read_text(encoding="utf-8")
    files["mkdocs.yml"] = "site_name: Sampling\nplugins: [quantlab]\n"
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert sum(text.count("\n") for text in files.values()) < 60
    code, output = run_mkdocs(tmp_path, "mkdocs", "--strict")
    assert code == 0, output
    html = (tmp_path / "site/sampling/index.html").read_text(encoding="utf-8")
    assert "follows with a probability of" in html
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(files["test_sampling.py"], names)
    names["test_sampling"]()


def test_examples_are_found():
    """The patterns above still find what the pages have."""
    titles = {PurePosixPath(each.title).name for each in (*PAGES, *CONFIGURATIONS) if each.title}
    assert {"index.md", "rounding.md", "mkdocs.yml"} <= titles
    assert len(COMMANDS) > 10
    assert len(MESSAGES) > 2

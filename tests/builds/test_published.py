"""`quantlab doctor` knows what will be published: git's files, models that it ignores, and Zensical's own configuration."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from textwrap import dedent

import pytest
from click.testing import CliRunner
from markdown import Markdown

from mkdocs_quantlab.cli import main
from mkdocs_quantlab.cli.models import settings_of
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension
from tests.gguf_files import write_gguf

YML = """
site_name: Course
site_url: https://course.example.org/
theme: {name: material, font: false}
plugins:
  - quantlab:
      models: {q4: models/q4.gguf}
"""
TOML = """
[project]
site_name = "Course"
site_url = "https://course.example.org/"
extra_css = ["assets/quantlab/quantlab.css"]
extra_javascript = [{path = "assets/quantlab/quantlab.js", defer = true}]

[project.theme]
font = false

[project.markdown_extensions.quantlab]
models = {q4 = "models/q4.gguf"}
"""


def run(*arguments):
    done = CliRunner().invoke(main, arguments)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def todo(*arguments):
    done = run("doctor", "--json", *arguments)
    assert done.exit_code in (0, 1), done.output
    return {(each["about"], each["found"]) for each in json.loads(done.stdout) if each["do"]}


def git(*arguments):
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Course\n", encoding="utf-8")
    (tmp_path / "models").mkdir()
    write_gguf(tmp_path / "models" / "q4.gguf")
    return tmp_path


def test_a_model_that_git_ignores_and_no_lock_holds(course):
    (course / "mkdocs.yml").write_text(YML, encoding="utf-8")
    (course / ".gitignore").write_text("*.gguf\n/site/\n", encoding="utf-8")
    assert todo() == set()  # no repository, no publishing from it
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "All")
    [(about, found)] = todo()
    assert about == "models"
    assert (
        "`q4` (models/q4.gguf) is a file that git ignores, and quantlab.lock does not contain it"
        in found
    )
    assert run("gguf", "lock").exit_code == 0
    [(about, found)] = todo()
    assert (about, found) == ("git", "1 file is not committed: quantlab.lock")
    git("add", ".")
    git("commit", "-qm", "Lock")
    assert todo() == set()


def test_files_that_are_not_committed(course):
    (course / "mkdocs.yml").write_text(YML, encoding="utf-8")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "All")
    assert todo() == set()
    for name in ("b c", "ü", *"defgh"):
        (course / "docs" / f"{name}.md").write_text("# New\n", encoding="utf-8")
    (course / "notes.txt").write_text("not of the site", encoding="utf-8")
    [(about, found)] = todo()
    assert about == "git"
    assert found.startswith("7 files are not committed: docs/b c.md, ")
    assert found.endswith(", …")


def test_zensical_toml(course):
    (course / "zensical.toml").write_text(TOML, encoding="utf-8")
    assert todo() == {("script", "docs/assets/quantlab/quantlab.js does not exist")}
    done = run("export", "docs/assets/quantlab")
    assert done.exit_code == 0
    assert "[project.markdown_extensions.quantlab]" in done.stdout
    assert todo() == set()
    (course / "docs/assets/quantlab/quantlab.js").write_text("older", encoding="utf-8")
    assert "is from another version" in str(todo())
    assert run("gguf", "lock").exit_code == 0
    assert run("gguf", "show", "q4").exit_code == 0
    assert (course / "quantlab.lock").is_file()


def test_the_lines_that_export_prints_are_zensicals(course, monkeypatch):
    (course / "zensical.toml").write_text('[project]\nsite_name = "x"\n', encoding="utf-8")
    done = run("export", "docs/assets/quantlab")
    lines = done.stdout.split("\n\n", 1)[1]
    (course / "zensical.toml").write_text(f'[project]\nsite_name = "x"\n{lines}', encoding="utf-8")
    assert settings_of(course / "zensical.toml") == {}
    assert {about for about, _ in todo()} == {"site_url", "theme"}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("[project\n", "zensical.toml: Expected ']' at the end of a table declaration (at line 1, column 9)"),
        ("x = 1\n", "zensical.toml: this is not a site's configuration"),
    ],
)  # fmt: skip
def test_mistakes_in_zensical_toml(course, config, message):
    (course / "zensical.toml").write_text(config, encoding="utf-8")
    done = run("doctor")
    assert done.exit_code == 2
    assert message in done.stderr


def test_options_in_zensical_toml_are_checked(course):
    (course / "zensical.toml").write_text(TOML.replace("models =", "modles ="), encoding="utf-8")
    [(about, found)] = todo()
    assert about == "quantlab"
    assert "unknown option `modles` (did you mean `models`?)" in found


def test_defaults_that_a_widget_does_not_take(course):
    """They depend on the site's widgets, which MkDocs' own checks of a configuration do not know."""
    text = YML + "      defaults: {quantization-explorer: {bts: 3}}\n"
    (course / "mkdocs.yml").write_text(text, encoding="utf-8")
    [(about, found)] = todo()
    assert about == "quantlab"
    assert found.startswith(
        "mkdocs.yml:8: `defaults`: `quantization-explorer`: unknown option `bts`"
    )


def test_a_site_of_zensical_with_mkdocs_yml_needs_no_theme_of_mkdocs(course):
    text = dedent("""
        site_name: Course
        site_url: https://course.example.org/
        theme: {name: nowhere, font: false}
        markdown_extensions: [quantlab]
        """)
    (course / "mkdocs.yml").write_text(text, encoding="utf-8")
    assert {about for about, _ in todo()} == {"script"}


def test_a_course_for_mkdocs_that_zensical_built(course):
    """It runs no plugins, so that nothing is in the pages, and it says nothing about that."""
    text = """
site_name: Course
site_url: https://course.example.org/
theme: {name: material, font: false}
"""
    directive = "<div data-quantization-explorer></div>"
    plugin = "plugins: [search, quantlab]\n"
    (course / "mkdocs.yml").write_text(text + plugin, encoding="utf-8")
    assert todo() == set()
    finished(course, a=directive)
    head = '<html><head><meta charset="utf-8"><meta name="generator" content="{}"></head></html>'
    (course / "site/index.html").write_text(head.format("zensical-0.0.73"), encoding="utf-8")
    [(about, found)] = todo()
    assert (about, "Zensical, which built the site, runs no plugins" in found) == ("quantlab", True)
    # With both, one file serves two engines.
    both = f"{text}{plugin}markdown_extensions: [quantlab]\n"
    (course / "mkdocs.yml").write_text(both, encoding="utf-8")
    assert {about for about, _ in todo()} == {"script", "pages"}
    (course / "site/index.html").write_text(head.format("mkdocs-1.6.1"), encoding="utf-8")
    assert todo() == set()


def test_a_folder_of_docs_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mkdocs.yml").write_text("site_name: x\nplugins: [quantlab]\n", encoding="utf-8")
    assert {about for about, _ in todo()} == {"docs_dir"}


def finished(course, **pages):
    """Writes finished pages that are newer than their sources."""
    for name, html in pages.items():
        page = course / "site" / name / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(html, encoding="utf-8")
        source = course / "docs" / f"{name}.md"
        if source.is_file():
            os.utime(source, (1e9, 1e9))


def test_directives_without_effect_in_a_finished_site_of_zensical(course):
    """Zensical runs nothing of ours on finished pages."""
    (course / "zensical.toml").write_text(TOML, encoding="utf-8")
    run("export", "docs/assets/quantlab")
    assert "the folder site has no finished pages" in run("doctor").stdout
    directive = "<div data-quantization-explorer></div>"
    broken = '<div data-quantization-explorer data-bits="4></div>'
    (course / "docs/a.md").write_text(f"# A\n\n{directive}\n\n{broken}\n", encoding="utf-8")
    (course / "docs/b.md").write_text("# B\n", encoding="utf-8")
    as_text = '<p>&lt;div data-quantization-explorer data-bits="4&gt;</div></p>'
    finished(course, a=as_text, b=f"<nav>\n{directive}\n</nav>", c=f"<nav>\n{directive}\n</nav>")
    found = todo()
    assert {about for about, _ in found} == {"pages"}
    assert sorted(text.partition(" ")[0] for _, text in found) == ["a.md:5:", "b.md:", "c/index.html:"]  # fmt: skip
    assert "because a template or another plugin added it" in str(found)
    finished(course, a="<p>A</p>", b="", c="")
    assert todo() == set()
    assert "every directive of 3 finished pages has an effect" in run("doctor").stdout


def test_a_finished_page_that_is_older_than_its_source_is_not_examined(course):
    (course / "zensical.toml").write_text(TOML, encoding="utf-8")
    run("export", "docs/assets/quantlab")
    finished(course, a="<div data-quantization-explorer></div>")
    os.utime(course / "site/a/index.html", (1e9, 1e9))
    (course / "docs/a.md").write_text("# A\n", encoding="utf-8")
    assert todo() == {("pages", "a.md is newer than its finished page, which was not examined")}


def test_a_template_that_adds_a_directive_to_each_page_is_few_findings(course):
    (course / "zensical.toml").write_text(TOML, encoding="utf-8")
    run("export", "docs/assets/quantlab")
    finished(course, **{f"p{n}": f"<div data-quantization-explorer>{n}</div>" for n in range(50)})
    assert len(todo()) == 21
    assert ("pages", "30 more directives have no effect") in todo()


def test_a_chat_whose_models_were_not_exported_for_zensical(course):
    (course / "zensical.toml").write_text(TOML, encoding="utf-8")
    run("export", "docs/assets/quantlab")
    chat = Markdown(extensions=[QuantlabExtension()]).convert(
        '<div data-quantlab-chat data-models="drawing:Q2_K drawing:Q8_0"></div>'
    )
    finished(course, a=chat, b=chat)
    shutil.copytree(course / "docs/assets", course / "site/assets")
    assert {text.partition(",")[0] for _, text in todo()} == {
        "a/index.html: the chat runs `drawing:Q2_K` in the page",
        "a/index.html: the chat runs `drawing:Q8_0` in the page",
    }
    assert "--model drawing:Q2_K" in run("doctor").stdout
    # llama.cpp comes with any model.
    run("export", "site/assets/quantlab", "--model", "drawing:Q2_K")
    [(_, found)] = todo()
    assert "drawing:Q8_0" in found
    run("export", "site/assets/quantlab", "--model", "drawing:Q8_0")
    assert todo() == set()


def test_advice_for_zensical_toml_is_toml(course):
    key = "sk-proj-" + "a1B2c3D4" * 6
    text = f'[project]\nsite_name = "x"\n# {key}\n[project.markdown_extensions.quantlab]\n'
    (course / "zensical.toml").write_text(text, encoding="utf-8")
    given = run("doctor").stdout
    assert "Set `font = false` in the table `[project.theme]`." in given
    assert "Set `site_url` in the table `[project]`" in given
    assert "TOML cannot read it from the environment" in given
    (course / "zensical.toml").write_text('[project]\nsite_name = "x"\n', encoding="utf-8")
    assert "the table `[project.markdown_extensions.quantlab]`" in run("doctor").stdout

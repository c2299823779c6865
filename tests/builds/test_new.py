"""`quantlab new`: a course that builds as it is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from mkdocs_quantlab.cli import main
from mkdocs_quantlab.site.models.lock import read_lock
from tests.gguf_files import write_gguf


def new(*arguments):
    return CliRunner().invoke(main, ["new", *map(str, arguments)])


def built(folder):
    command = [str(Path(sys.executable).parent / "mkdocs"), "build", "--strict"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_it_builds_strictly_and_the_doctor_finds_nothing(tmp_path):
    course = tmp_path / "my-first_course"
    done = new(course)
    assert done.exit_code == 0, done.output
    code, output = built(course)
    assert code == 0, output
    lab = (course / "site/labs/lab-1/index.html").read_text(encoding="utf-8")
    assert lab.count("<quantlab-widget") == 3
    assert lab.count("<quantlab-evidence ") == 3
    assert lab.count("<quantlab-evidence-sheet") == 1
    assert "<title>Lab 1 – What rounding costs - My first course</title>" in lab
    assert not (course / "quantlab.lock").exists()
    examined = CliRunner().invoke(main, ["doctor", "-f", str(course / "mkdocs.yml")])
    assert examined.exit_code == 0, examined.output


def test_a_lab_that_is_added_is_listed_by_its_order(tmp_path):
    new(tmp_path)
    for order in (3, 2):
        page = tmp_path / f"docs/labs/about-{order}.md"
        page.write_text(f"---\norder: {order}\ntitle: Lab {order}\n---\n", encoding="utf-8")
    code, output = built(tmp_path)
    assert code == 0, output
    home = (tmp_path / "site/index.html").read_text(encoding="utf-8")
    nav = home[home.index('<nav class="md-nav md-nav--primary"') :]
    listed = ["labs/lab-1/", "labs/about-2/", "labs/about-3/"]
    assert re.findall(r'href="(labs/[^"]+)"', nav)[:3] == listed


@pytest.mark.parametrize("folder", ["a course", "."])
def test_the_last_line_is_a_command_that_runs(tmp_path, monkeypatch, folder):
    monkeypatch.chdir(tmp_path)
    last = new(folder).output.splitlines()[-1].removeprefix("Now: ")
    last = last.replace("pip install -r", "ls").replace("mkdocs serve", "ls mkdocs.yml")
    done = subprocess.run(last, shell=True, capture_output=True, check=False, text=True)
    assert done.stdout == "requirements.txt\nmkdocs.yml\n"
    assert last.startswith("cd") is (folder != ".")


def test_models_are_named_locked_and_shown(tmp_path):
    course = tmp_path / "course"
    (course / "models").mkdir(parents=True)
    file = write_gguf(course / "models/tiny.gguf", file_type=15)
    title = 'Bits: "all" of them'
    done = new(course, "--title", title, "--model", "q4=models/tiny.gguf")
    assert done.exit_code == 0, done.output
    assert list(read_lock(course / "quantlab.lock")) == ["models/tiny.gguf"]
    file.unlink()
    code, output = built(course)
    assert code == 0, output
    home = (course / "site/index.html").read_text(encoding="utf-8")
    assert "<quantlab-widget" in home
    assert 'Bits: "all" of them' in home.replace("&quot;", '"').replace("&#34;", '"')


def test_it_overwrites_nothing(tmp_path):
    mine = tmp_path / "docs/labs/lab-1.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", encoding="utf-8")
    done = new(tmp_path)
    assert done.exit_code == 2
    assert done.stderr == f"Error: {mine} already exists; a new course overwrites nothing\n"
    assert mine.read_text(encoding="utf-8") == "mine"
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [mine]


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("q4", "takes NAME=PLACE; found `q4`"),
        ("q 4=a.gguf", "a name takes letters, digits and any of `_.+-`; found `q 4`"),
        ("q4=no.gguf", "`q4` (no.gguf): there is no file "),
    ],
)
def test_mistakes_in_models(tmp_path, model, message):
    done = new(tmp_path / "course", "--model", model)
    assert done.exit_code == 2
    assert message in done.stderr
    assert not (tmp_path / "course").exists()


def test_the_same_name_twice(tmp_path):
    done = new(tmp_path / "course", "--model", "a=1.gguf", "--model", "a=2.gguf")
    assert done.exit_code == 2
    assert "names `a` twice" in done.stderr


def test_a_file_in_the_way(tmp_path):
    (tmp_path / "docs").write_text("", encoding="utf-8")
    done = new(tmp_path)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"Error: {tmp_path / 'docs'}")


def test_the_workflow_publishes_what_it_built(tmp_path):
    new(tmp_path)
    text = (tmp_path / ".github/workflows/publish.yml").read_text(encoding="utf-8")
    deploy = yaml.safe_load(text)["jobs"]["deploy"]
    assert deploy["permissions"] == {"pages": "write", "id-token": "write"}
    assert deploy["needs"] == "build"


def test_a_course_is_for_mkdocs_1(tmp_path):
    new(tmp_path)
    lines = (tmp_path / "requirements.txt").read_text(encoding="utf-8").splitlines()
    [line] = [line for line in lines if line.startswith("mkdocs>")]
    assert line.endswith(",<2")


def test_a_course_builds_with_other_engines(tmp_path, run_mkdocs):
    """By the steps of `guide/after-material.md`."""
    new(tmp_path)
    code, output = run_mkdocs(tmp_path, "properdocs", "--strict")
    assert code == 0, output
    lab = (tmp_path / "site/labs/lab-1/index.html").read_text(encoding="utf-8")
    assert "<quantlab-widget" in lab
    file = tmp_path / "mkdocs.yml"
    text = file.read_text(encoding="utf-8").partition("\nplugins:")
    extensions = text[2].partition("\nmarkdown_extensions:\n")[2]
    done = CliRunner().invoke(main, ["export", str(tmp_path / "docs/assets/quantlab")])
    added = done.stdout.partition("\n\n")[2].replace(f"{tmp_path.as_posix()}/docs/", "")
    added = added.replace("markdown_extensions:\n  - quantlab\n", "")
    nav = "nav: [index.md, labs/lab-1.md]\n"
    changed = f"{text[0]}\nmarkdown_extensions:\n  - quantlab\n{extensions}\n{added}\n{nav}"
    file.write_text(changed, encoding="utf-8")
    code, output = run_mkdocs(tmp_path, "zensical")
    assert code == 0, output
    again = (tmp_path / "site/labs/lab-1/index.html").read_text(encoding="utf-8")
    widgets = re.compile(r"<quantlab-widget.*?</quantlab-widget>", re.DOTALL)
    without_mark = lab.replace(' data-search-exclude=""', "")
    assert widgets.findall(again) == widgets.findall(without_mark)
    assert 'src="../../assets/quantlab/quantlab.js"' in again

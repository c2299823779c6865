"""Sites as they are published: under a sub-path, with the plugins of courses, in several versions, fresh from `quantlab new`."""

import json
import os
import re
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import expect

from mkdocs_quantlab.cli import main
from mkdocs_quantlab.engine.widgets import answer

pytestmark = pytest.mark.xdist_group("browser")

ROOT = Path(__file__).parents[2]
COMMANDS = Path(sys.executable).parent


def run(*command, cwd, **environment):
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout


def redraws(widget, weight="0.25"):
    """The page's Python draws what the engine draws here."""
    options = {"bits": "4", "weight": weight}
    widget.set("bits", "4")
    widget.set("weight", weight)
    expect(widget.result).to_contain_text(f"At 4 bits the weight {weight} ")
    widget.settle()
    assert widget.figure() == widget.same(answer("quantization-explorer", options)["html"])


@pytest.fixture(scope="module")
def documentation(server, tmp_path_factory):
    """The documentation under `/repo/`, as its workflow builds it; gives its home."""
    folder = tmp_path_factory.mktemp("documentation")
    home = f"{server.origin}/repo/"
    mkdocs = COMMANDS / "mkdocs"
    run(mkdocs, "build", "--strict", "--site-dir", folder, cwd=ROOT, SITE_URL=home)
    server.sites["repo"] = folder
    return home


def test_the_documentation_under_a_sub_path(visit, documentation):
    lab = visit(url=documentation)
    # By the page's own links, which must stay below the path.
    lab.page.get_by_role("link", name=re.compile("^Labs$")).first.click()
    expect(lab.page.locator("quantlab-widget").first).to_have_attribute("data-ready", "")
    assert lab.page.url.startswith(f"{documentation}labs/")
    redraws(lab.widget("quantlab-1"))
    outside = [url for url in lab.requests if not url.startswith((documentation, "data:", "blob:"))]
    assert outside == []


def test_its_404_page_leads_back(visit, documentation):
    lost = visit(url=documentation)
    lost.allow("status of 404 .* .*/labs/no/such/lab$")
    failed = []
    lost.page.on("response", lambda r: failed.append(r.url) if r.status >= 400 else None)
    lost.open(f"{documentation}labs/no/such/lab")
    assert failed == [f"{documentation}labs/no/such/lab"]
    assert lost.page.locator("a.md-logo").first.evaluate("a => a.href") == documentation


def test_search_finds_the_text_and_not_our_numbers(visit, documentation, server):
    index = json.loads(
        (server.sites["repo"] / "search/search_index.json").read_text(encoding="utf-8")
    )
    texts = {
        entry["location"]: entry["text"]
        for entry in index["docs"]
        if entry["location"].startswith("labs/quantization-tradeoffs/")
    }
    whole = "\n".join(texts.values())
    assert "The line shows every value that the chosen number of bits can store" in whole
    assert "read back as 0.130029" not in whole
    assert "Copy link to this state" not in whole
    lab = visit(url=documentation)
    lab.page.keyboard.press("/")
    lab.page.locator(".md-search__input").press_sequentially("predict which weights vanish")
    found = lab.page.locator(".md-search-result__link").first
    expect(found).to_have_attribute("href", re.compile("labs/quantization-tradeoffs/"))


@pytest.mark.parametrize("name", ["privacy", "offline", "tags", "minify"])
def test_plugins_of_courses(visit, site, name):
    lab = visit(name)
    redraws(lab.explorer)
    if name == "minify":
        html = (site(name).root / "index.html").read_text(encoding="utf-8")
        assert "\n" not in html.partition("</head>")[0]


def test_offline_from_a_file(visit, site):
    lab = visit(url=(site("offline").root / "own.html").as_uri())
    single = lab.widget("single")
    single.set("bits", "2")
    expect(single.result).to_contain_text("At 2 bits the weight 0.5 ")


def test_versions_by_mike(visit, server, project):
    folder = project(
        {"docs/lab.md": "# Lab\n\n<div data-quantization-explorer></div>\n"},
        f"""
        site_url: {server.origin}/versions/
        theme: {{name: material, font: false}}
        extra: {{version: {{provider: mike}}}}
        plugins: [search, mike, quantlab]
        """,
    )
    identity = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", "test"), ("EMAIL", "test@example.org"))
    }
    run("git", "init", "--quiet", cwd=folder)
    run("git", "add", ".", cwd=folder)
    run("git", "commit", "--quiet", "--message", "A course", cwd=folder, **identity)
    path = f"{COMMANDS}{os.pathsep}{os.environ['PATH']}"
    for version in ("1.0", "2.0"):
        mike = [COMMANDS / "mike", "deploy", "--update-aliases", version, "latest"]
        run(*mike, cwd=folder, PATH=path, **identity)
    archive = run("git", "archive", "gh-pages", cwd=folder)
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(folder / "published", filter="data")
    server.sites["versions"] = folder / "published"
    for version in ("1.0", "2.0"):
        home = f"{server.origin}/versions/{version}/"
        lab = visit(url=f"{home}lab/")
        redraws(lab.explorer)
        python = lab.python_requests()
        assert python
        assert all(url.startswith(home) for url in python)


def test_a_new_course(visit, server, tmp_path):
    course = tmp_path / "course"
    done = CliRunner().invoke(main, ["new", str(course)])
    assert done.exit_code == 0, done.output
    home = f"{server.origin}/course/"
    run(COMMANDS / "mkdocs", "build", "--strict", cwd=course, SITE_URL=home)
    server.sites["course"] = course / "site"
    lab = visit(url=home)
    lab.page.get_by_role("link", name="What rounding costs").last.click()
    expect(lab.page.locator("h1")).to_have_text("Lab 1 – What rounding costs")
    redraws(lab.explorer)

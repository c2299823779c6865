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
from PIL import Image, ImageFont
from playwright.sync_api import expect

from mkdocs_quantlab.cli import main
from mkdocs_quantlab.engine.core.widget import answer
from tests.compatibility import PLUGINS

COMMANDS = Path(sys.executable).parent
IDENTITY = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "test"), ("EMAIL", "test@example.org"))
}


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


def committed(folder):
    """Makes a repository of a folder."""
    run("git", "init", "--quiet", "--initial-branch", "main", cwd=folder)
    run("git", "add", ".", cwd=folder)
    run("git", "commit", "--quiet", "--message", "A course", cwd=folder, **IDENTITY)


def published(repository, folder):
    """The files of the branch that GitHub Pages serves."""
    archive = run("git", "archive", "gh-pages", cwd=repository)
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


def redraws(widget, weight="0.25"):
    """The page's Python draws what the engine draws here."""
    options = {"bits": "4", "weight": weight}
    widget.set("bits", "4")
    widget.set("weight", weight)
    expect(widget.result).to_contain_text(f"At 4 bits the weight {weight} ")
    widget.settle()
    assert widget.figure() == widget.same(answer("quantization-explorer", options)["html"])


@pytest.fixture
def documentation(server, docs):
    """The documentation under `/repo/`, as its workflow builds it; gives its home."""
    server.sites["repo"] = docs
    return f"{server.origin}/repo/"


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
    found = lab.page.locator(".md-search-result__link[href*='labs/quantization-tradeoffs/']")
    expect(found.first).to_be_attached()


@pytest.mark.parametrize("name", PLUGINS)
def test_plugins_of_courses(visit, site, name):
    lab = visit(name)
    redraws(lab.explorer)
    if name == "minify":
        html = (site(name).root / "index.html").read_text(encoding="utf-8")
        assert "\n" not in html.partition("</head>")[0]


OTHERS = """tags, {privacy: {assets_exclude: ["unpkg.com/mermaid@*"]}},
            {minify: {minify_html: true, minify_js: true, minify_css: true}},"""


@pytest.mark.parametrize("others", ["", OTHERS], ids=["alone", "with others"])
def test_social_cards(visit, server, project, others):
    """A card for a lab, from its title and description; the page computes as without."""
    try:
        import cairosvg  # noqa: F401  # needs the library cairo, which is none of Python's
    except OSError as error:
        pytest.skip(str(error))
    page = "---\ntitle: What rounding costs\ndescription: One weight.\n---\n\n{}\n"
    home = f"{server.origin}/social/"
    folder = project(
        {"docs/lab.md": page.format("<div data-quantization-explorer></div>")},
        f"""
        site_url: {home}
        theme: {{name: material, font: false}}
        plugins: [search, {{social: {{cache_dir: cache}}}}, {others} quantlab]
        """,
    )
    # The plugin fetches Roboto where its cache has none, and the tests ask other servers for nothing.
    fonts = folder / "cache/fonts/Roboto"
    fonts.mkdir(parents=True)
    for style in ("Regular", "Bold"):
        (fonts / f"{style}.ttf").write_bytes(ImageFont.load_default(12).font_bytes)
    run(COMMANDS / "mkdocs", "build", "--strict", cwd=folder)
    server.sites["social"] = folder / "site"
    html = (folder / "site/lab/index.html").read_text(encoding="utf-8")
    [card] = re.findall(r'property="?og:image"? content="?(.+?)["> ]', html)
    with Image.open(folder / "site" / card.removeprefix(home)) as image:
        assert image.size == (1200, 630)
    assert re.search(r'property="?og:description"? content="One weight\."', html)
    lab = visit(url=f"{home}lab/")
    redraws(lab.explorer)


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
    committed(folder)
    path = f"{COMMANDS}{os.pathsep}{os.environ['PATH']}"
    for version in ("1.0", "2.0"):
        mike = [COMMANDS / "mike", "deploy", "--update-aliases", version, "latest"]
        run(*mike, cwd=folder, PATH=path, **IDENTITY)
    server.sites["versions"] = published(folder, folder / "published")
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


def test_a_new_course_by_gh_deploy(visit, server, tmp_path):
    """With the address where the configuration's comment says, pushed to another repository."""
    course, remote = tmp_path / "course", tmp_path / "remote.git"
    assert CliRunner().invoke(main, ["new", str(course)]).exit_code == 0
    home = f"{server.origin}/deployed/"
    config = course / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    assert text.count('"http://127.0.0.1:8000/"') == 1
    config.write_text(text.replace("http://127.0.0.1:8000/", home), encoding="utf-8")
    committed(course)
    run("git", "init", "--quiet", "--bare", remote, cwd=tmp_path)
    run("git", "remote", "add", "origin", remote, cwd=course)
    run(COMMANDS / "mkdocs", "gh-deploy", "--strict", cwd=course, **IDENTITY)
    server.sites["deployed"] = published(remote, tmp_path / "published")
    # Without it GitHub would leave out whatever begins with an underscore.
    assert (tmp_path / "published/.nojekyll").is_file()
    # Without the final slash, which GitHub Pages adds.
    lab = visit(url=f"{home}labs/lab-1")
    assert lab.page.url == f"{home}labs/lab-1/"
    redraws(lab.explorer)
    lab.page.locator("a.md-logo").first.click()
    expect(lab.page).to_have_url(home)
    inside = [url for url in lab.requests if not url.startswith(("data:", "blob:"))]
    assert all(url.startswith(home) for url in inside)
    assert any("/assets/quantlab/pyodide/" in url for url in inside)

"""Pages of two builds in one visit, whose custom widgets have changed between: each is drawn with its own build's files."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from hashlib import sha256

import pytest
from playwright.sync_api import expect

from tests.browser.test_code import Panel
from tests.builds.test_widgets_lock import wheel

WIDGET = """from {module} import VERSION

from mkdocs_quantlab import api

TITLE = "Versions"
{requires}

class Options(api.Options):
    size = api.Integer(1, 1, 9, label="Size", help="A size.")


def render(options):
    return api.result(f"{{options.size}} of {{VERSION}}")
"""
CODE = """
from versions_wheel import VERSION
from mkdocs_quantlab import api
from mkdocs_quantlab.api import Choice, LiveCode
from mkdocs_quantlab.api.live import number

TITLE = "Code"
REQUIRES = ("versions-wheel",)


def double(x):
    return 2 * x


def run(made, x):
    return made(x) + (VERSION == "2.0")


class Options(api.Options):
    primary = "of"

    of = Choice(4, {4: "4", 8: "8"}, label="Of", help="The number.")


LIVE = LiveCode(
    "of",
    {"4": double, "8": double},
    lambda given: given.of,
    (run,),
    lambda given, inputs, value: number(value, "the result"),
)


def render(given, edited=None):
    return api.result(f"It gives {edited if edited else 0:g}.")
"""
STYLES = {
    "1.0": "[name=of-folder] .quantlab-result { text-indent: 3px }\n",
    "2.0": "[name=of-folder] .quantlab-result { font-weight: 700 }\n",
}
PAGE = """# Versions

<div data-of-folder></div>

<div data-of-wheel></div>

<div data-of-package></div>

<div data-of-code></div>

<a href="../{other}/">The other</a>
"""


def write(folder, files):
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def build(folder, packages, version, config):
    """One build: its site, as a folder."""
    shutil.rmtree(folder / "widgets", ignore_errors=True)
    path = wheel(folder / "widgets/wheels", "versions-wheel", version)
    package = {
        "name": "versions-wheel",
        "version": version,
        "file_name": path.name,
        "sha256": sha256(path.read_bytes()).hexdigest(),
        "depends": [],
    }
    lock = json.dumps({"packages": {"versions-wheel": package}})
    files = {
        "mkdocs.yml": json.dumps(config),
        "widgets/wheels/pyodide-lock.json": lock,
        "widgets/_shown.py": f"VERSION = {version!r}\n",
        "widgets/of_folder/widget.py": WIDGET.format(module=".._shown", requires=""),
        "widgets/of_folder/style.css": STYLES[version],
        "widgets/of_wheel.py": WIDGET.format(
            module="versions_wheel", requires='REQUIRES = ("versions-wheel",)'
        ),
        "widgets/of_code.py": CODE,
    }
    installed = {
        "versions_package/__init__.py": f"VERSION = {version!r}\n",
        "versions_package/widget.py": WIDGET.format(module="versions_package", requires=""),
        "versions_package-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: versions-package\nVersion: 1\n",
        "versions_package-1.dist-info/entry_points.txt": "[quantlab.widgets]\nof-package = versions_package.widget\n",
    }
    write(folder, files)
    write(packages, installed)
    with zipfile.ZipFile(path) as file:
        file.extractall(packages)
    done = subprocess.run(
        [sys.executable, "-B", "-m", "mkdocs", "build", "--strict", "-d", f"site-{version}"],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(packages), os.environ.get("PYTHONPATH", "")]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / f"site-{version}"


@pytest.fixture(scope="module", params=["material", "mkdocs"])
def versions(request, server, tmp_path_factory):
    """The address of a site with the page `first` of one build and `second` of the next."""
    folder = tmp_path_factory.mktemp("versions")
    packages = folder / "packages"
    themes = {
        "material": {"name": "material", "font": False, "features": ["navigation.instant"]},
        "mkdocs": {"name": "mkdocs", "highlightjs": False},
    }
    name = f"versions-{request.param}"
    config = {
        "site_name": "Versions",
        "site_url": f"{server.origin}/{name}/",
        "theme": themes[request.param],
        "plugins": ["search", "quantlab"],
        "nav": [{"Versions": "index.md"}, {"First": "first.md"}, {"Second": "second.md"}],
    }
    pages = {
        "docs/index.md": "# Versions\n",
        "docs/first.md": PAGE.format(other="second"),
        "docs/second.md": PAGE.format(other="first"),
    }
    write(folder, pages)
    old, new = (build(folder, packages, version, config) for version in ("1.0", "2.0"))
    # As a page that a browser or a proxy still has from before the second build, whose files the server still has.
    shutil.copy(old / "first/index.html", new / "first/index.html")
    shutil.copytree(
        old / "assets/quantlab/widgets", new / "assets/quantlab/widgets", dirs_exist_ok=True
    )
    server.sites[name] = new
    return f"{server.origin}/{name}/"


def test_each_page_is_drawn_with_its_own_version(visit, versions):
    page = visit(url=f"{versions}first/")
    for size, name, version in ((2, "first", "1.0"), (3, "second", "2.0"), (4, "first", "1.0")):
        expect(page.page).to_have_url(f"{versions}{name}/")
        for id_ in ("quantlab-1", "quantlab-2", "quantlab-3"):
            widget = page.widget(id_)
            expect(widget.result).to_have_text(f"1 of {version}")
            widget.set("size", str(size))
            expect(widget.result).to_have_text(f"{size} of {version}")
        result = page.widget("quantlab-1").result
        expect(result).to_have_css("text-indent", "3px" if name == "first" else "0px")
        page.page.get_by_role("link", name="The other").click()


def test_the_readers_code_runs_with_its_pages_version(visit, versions):
    page = visit(url=f"{versions}first/")
    for name, result in (("first", 13), ("second", 14), ("first", 13)):
        expect(page.page).to_have_url(f"{versions}{name}/")
        widget = page.widget("quantlab-4")
        panel = Panel(widget)
        panel.edit()
        panel.write("def double(x):\n    return 3 * x + 1\n")
        panel.press("Run")
        expect(widget.result).to_have_text(f"It gives {result}.")
        page.page.get_by_role("link", name="The other").click()

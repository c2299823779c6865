"""An author's custom widgets in the page: from a course's folder, and from a package that was built and installed."""

import json
import os
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.test_code import Panel
from tests.builds.test_widgets_lock import wheel
from tests.fast.site.test_custom_widgets import SAMPLING

PACKAGE = Path(__file__).parent / "sample_widget"
FILES = {
    "docs/index.md": """# Custom widgets

<div data-sampling></div>

<div data-rounding-steps></div>

[To a page of ours](ours.md)
""",
    "docs/ours.md": """# Ours

<div data-quantization-explorer></div>
""",
    "docs/packed.md": """# Packed

<div data-packed></div>
""",
    "widgets/packed.py": """from quantlab_test_outer import VERSION

from mkdocs_quantlab import api

TITLE = "Packed"
REQUIRES = ("quantlab-test-outer",)


class Options(api.Options):
    size = api.Integer(1, 1, 9, label="Size", help="A size.")


def render(options):
    return api.tag("p", f"{options.size} of {VERSION}", class_="quantlab-result")
""",
    "docs/code.md": """# Code

<div data-halving></div>
""",
    "widgets/halving.py": '''"""A number halved, by code that readers may edit."""

from mkdocs_quantlab import api
from mkdocs_quantlab.api import Choice, LiveCode, result
from mkdocs_quantlab.api.live import number

TITLE = "Halving"


def half(x):
    return x / PARTS


PARTS = 2


class Options(api.Options):
    primary = "of"

    of = Choice(8, {8: "8", 10: "10"}, label="Of", help="The number.")


LIVE = LiveCode(
    "of",
    {"8": half, "10": half},
    lambda given: given.of,
    (lambda made, x: made(x),),
    lambda given, inputs, value: number(value, "the result"),
)


def render(given, edited=None):
    return result(f"It gives {half(given.of) if edited is None else edited:g}.")
''',
    "docs/parts.md": "# Parts\n\n<div data-parts></div>\n",
    "widgets/parts.py": """from mkdocs_quantlab import api

TITLE = "Parts"


class Options(api.Options):
    level = api.Real(1, 0, 2, label="Level", help="A level.")


def render(given):
    return api.join(
        api.cells("Numbers", [("-1", api.shade(-1)), ("0", api.shade(0))], 4),
        api.tag("b", "-1", class_=api.shade(-1), style="background: var(--ql-hue)"),
        api.tag("button", "Play", **api.play("level", (0, 1, 2))),
        api.table("Levels", ("Level",), [api.row(api.plain(given.level))]),
        api.result("A level of ", api.plain(given.level)),
    )
""",
    "widgets/sampling/words.py": "from mkdocs_quantlab.api import ggml, plots\n\ndef sentence(shown):\n    assert plots\n    return f'The {len(ggml.__all__) and \"shares\"} are {shown}.'\n",
    "widgets/sampling/style.css": ".own-sentence { color: rgb(1, 2, 3) }\n",
    "widgets/sampling/widget.py": SAMPLING.replace("from math", "from .words import sentence\nfrom math")
    .replace('tag("p", shown, class_="quantlab-result")', 'tag("p", sentence(shown), class_="quantlab-result own-sentence")')
    .replace("    weights =", "    assert options.temperature != 1.5, 'not this'\n    weights ="),
}  # fmt: skip


def pip(*arguments):
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """The folder where the sample package is installed, from its wheel."""
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("packages")
    pip("wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", wheels, PACKAGE)
    [wheel] = wheels.glob("quantlab_sample-*.whl")
    pip("install", "--no-deps", "--no-index", "--target", target, wheel)
    return target


@pytest.fixture(scope="module", params=["material", "mkdocs"])
def own(request, server, packages, tmp_path_factory):
    """A course with two custom widgets; gives its address and its files."""
    folder = tmp_path_factory.mktemp("own")
    for path, text in FILES.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    themes = {
        "material": {"name": "material", "font": False, "features": ["navigation.instant"]},
        "mkdocs": {"name": "mkdocs", "highlightjs": False},
    }
    name = f"own-{request.param}"
    config = {
        "site_name": "Own",
        "site_url": f"{server.origin}/{name}/",
        "theme": themes[request.param],
        "plugins": ["search", "quantlab"],
    }
    (folder / "mkdocs.yml").write_text(json.dumps(config), encoding="utf-8")
    depends = {"quantlab-test-inner": [], "quantlab-test-outer": ["quantlab-test-inner"]}
    wheels = {each: wheel(folder / "widgets/wheels", each, "1.5") for each in depends}
    locked = {
        each: {
            "name": each,
            "version": "1.5",
            "file_name": path.name,
            "sha256": sha256(path.read_bytes()).hexdigest(),
            "depends": depends[each],
        }
        for each, path in wheels.items()
    }
    lock = json.dumps({"packages": locked})
    (folder / "widgets/wheels/pyodide-lock.json").write_text(lock, encoding="utf-8")
    here = folder / "here"  # where the build has the package installed
    for path in wheels.values():
        with zipfile.ZipFile(path) as file:
            file.extractall(here)
    paths = [str(packages), str(here), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    server.sites[name] = folder / "site"
    return f"{server.origin}/{name}/", folder


def of_widgets(visit):
    """What was asked for of custom widgets, without hashes."""
    asked = visit.server.asked[visit.asked :]
    return sorted(url.rpartition("/")[2].partition("-")[0] for url in asked if "/widgets/" in url)


def test_figures_are_there_and_python_draws_them_again(visit, own):
    page = visit(url=own[0])
    sampling, rounding = page.widget("quantlab-1"), page.widget("quantlab-2")
    expect(sampling.result).to_have_text("The shares are 0.090, 0.245, 0.665.")
    expect(sampling.result).to_have_css("color", "rgb(1, 2, 3)")
    expect(page.page.locator(".rounding-steps")).to_have_css("font-weight", "700")
    # Frames need no Python, and so nothing of the widgets but their style.
    sampling.set("top", "2")
    expect(sampling.result).to_have_text("The shares are 0.269, 0.731.")
    assert page.python_requests() == []
    assert of_widgets(page) == ["rounding", "sampling"]

    sampling.set("temperature", "0.5")
    expect(sampling.result).to_have_text("The shares are 0.119, 0.881.")
    assert of_widgets(page) == ["rounding", "sampling", "sampling"]
    rounding.set("value", "3.3")
    expect(rounding.result).to_have_text("3.3 in whole steps is 3.")
    rounding.set("step", "4")
    expect(rounding.result).to_have_text("3.3 in quarter steps is 3.25.")
    sampling.set("temperature", "2")
    expect(sampling.result).to_have_text("The shares are 0.378, 0.622.")
    assert of_widgets(page) == ["rounding", "rounding", "sampling", "sampling"]


def test_a_page_without_them_fetches_nothing_of_them(visit, own):
    page = visit(url=f"{own[0]}ours/")
    explorer = page.explorer
    explorer.set("weight", "0.5")
    expect(explorer.result).to_contain_text("the weight 0.5 ")
    assert of_widgets(page) == []
    assert "widgets/" not in page.page.content()


def test_what_a_custom_widget_raises_is_said_and_python_goes_on(visit, own):
    page = visit(url=own[0])
    sampling = page.widget("quantlab-1")
    sampling.set("temperature", "1.5")
    expect(sampling.status).to_have_text("sampling/widget.py:20: AssertionError: not this")
    sampling.set("temperature", "9")
    expect(sampling.status).to_contain_text("temperature takes a number from 0.1 to 2; found 9")
    sampling.set("temperature", "2")
    expect(sampling.result).to_have_text("The shares are 0.186, 0.307, 0.506.")


def test_files_that_are_not_there_are_said(visit, own):
    page = visit(url=own[0])
    sampling = page.widget("quantlab-1")
    page.allow("404")
    [archive] = (own[1] / "site/assets/quantlab/widgets").glob("sampling-*.zip")
    with page.server.replaced(archive.name, 404):
        sampling.set("temperature", "0.5")
        expect(sampling.status).to_contain_text("The files of this widget are missing")
    sampling.set("temperature", "2")
    expect(sampling.result).to_have_text("The shares are 0.186, 0.307, 0.506.")


def test_code_of_a_custom_widget_runs_in_an_interpreter_of_its_own(visit, own):
    page = visit(url=f"{own[0]}code/")
    halving = page.widget("quantlab-1")
    panel = Panel(halving)
    expect(halving.result).to_have_text("It gives 4.")
    panel.edit()
    panel.write("def half(x):\n    return x / PARTS + 0.5\n")
    panel.press("Run")
    expect(halving.result).to_have_text("It gives 4.5.")
    panel.write("def half(x):\n    return str(x)\n")
    panel.press("Run")
    expect(panel.said).to_have_text(
        "the result is 8; it must be a finite number in the range of float32"
    )
    halving.set("of", "10")
    expect(halving.result).to_have_text("It gives 5.")
    assert set(of_widgets(page)) == {"halving"}


def test_parts_of_figures_look_alike_in_custom_widgets(visit, own):
    """A colour outside a grid is that of the grid, and themes that reset buttons leave one that plays a button."""
    page = visit(url=f"{own[0]}parts/")
    parts = page.widget("quantlab-1").root

    def style(selector, name):
        return parts.locator(selector).first.evaluate(
            "(e, name) => getComputedStyle(e)[name]", name
        )

    assert style("b", "backgroundColor") == style("li.n8", "backgroundColor")
    assert style("b", "backgroundColor") != style("li.z", "backgroundColor")
    for name in ("borderTopWidth", "borderTopStyle", "backgroundColor", "minHeight"):
        assert style("[data-play]", name) == style(".quantlab-actions button", name), name
    expect(parts.locator(".quantlab-detail")).to_be_hidden()  # no part has arithmetic to show


def test_packages_that_a_custom_widget_needs(visit, own):
    page = visit(url=f"{own[0]}packed/")
    packed = page.widget("quantlab-1")
    expect(packed.result).to_have_text("1 of 1.5")
    page.allow("integrity|404")
    with page.server.replaced("quantlab_test_outer-1.5-py3-none-any.whl", 200, b"another file"):
        packed.set("size", "2")
        expect(packed.status).to_contain_text("is not the file that was locked")
    packed.set("size", "3")
    expect(packed.result).to_have_text("3 of 1.5")
    packed.set("size", "4")
    expect(packed.result).to_have_text("4 of 1.5")
    assert of_widgets(page).count("quantlab_test_inner") <= 2

"""Sites with custom widgets, as engines build them."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from mkdocs_quantlab.cli import main
from mkdocs_quantlab.testing import check
from tests.fast.site.test_custom_widgets import SAMPLING

PAGE = "# Lab\n\n<div data-sampling></div>\n"
OTHER = "# Other\n\n<div data-quantization-explorer></div>\n"


@pytest.fixture
def course(project):
    folder = project({"docs/labs/one.md": PAGE, "docs/other.md": OTHER})
    below = folder / "widgets/sampling"
    below.mkdir(parents=True)
    (below / "widget.py").write_text(SAMPLING, encoding="utf-8")
    (below / "style.css").write_text("p { color: red }", encoding="utf-8")
    return folder


@pytest.mark.parametrize("theme", ["material", "mkdocs", "readthedocs"])
def test_a_style_sheet_is_linked_on_the_pages_that_use_it(course, build, theme):
    config = f"theme: {{name: {theme}}}\nplugins: [quantlab]\n"
    code, output, site = build({}, config, "mkdocs", "--strict")
    assert code == 0, output
    [sheet] = (site / "assets/quantlab/widgets").glob("*.css")
    head = (site / "labs/one/index.html").read_text(encoding="utf-8").partition("</head>")[0]
    link = f'<link rel="stylesheet" href="../../assets/quantlab/widgets/{sheet.name}">'
    assert head.count(link) == 1
    for page in ("other/index.html", "index.html"):
        assert "quantlab/widgets" not in (site / page).read_text(encoding="utf-8")


def test_zensical_has_them_by_export(course, build):
    done = CliRunner().invoke(
        main,
        ["export", str(course / "docs/assets/quantlab"), "--widgets", str(course / "widgets")],
    )
    assert done.exit_code == 0, done.output
    config = "markdown_extensions: [quantlab]\n"
    code, output, site = build({}, config, "zensical")
    assert code == 0, output
    html = (site / "labs/one/index.html").read_text(encoding="utf-8")
    assert "0.090, 0.245, 0.665" in html
    files = set(re.findall(r"widgets/sampling-[0-9a-f]{12}\.(?:zip|css)", html))
    assert len(files) == 2
    for file in files:
        assert (site / "assets/quantlab" / file).is_file()


def test_a_mistake_ends_the_build_in_one_line(course, build):
    file = course / "widgets/sampling/widget.py"
    file.write_text(SAMPLING.replace("exp(logit", "exp(1000 * logit"), encoding="utf-8")
    code, output, _ = build({}, "plugins: [quantlab]\n", "mkdocs", "--strict")
    assert code == 1
    said = (
        "widgets/sampling/widget.py:19: OverflowError: math range error (drawn for labs/one.md:3)"
    )
    assert said in output
    assert "Traceback" not in output


def test_the_pages_python_draws_the_same(course, monkeypatch):
    """With a helper, and with modules of the package that no page has from the start."""
    text = SAMPLING.replace(
        "TITLE =", "from mkdocs_quantlab.api import ggml, plots\nfrom .words import WORD\n\nTITLE ="
    )
    text = text.replace(
        'tag("p", shown', 'tag("p", shown, WORD, plots and ggml.ggml_type("Q4_0").name'
    )
    (course / "widgets/sampling/widget.py").write_text(text, encoding="utf-8")
    (course / "widgets/sampling/words.py").write_text("WORD = ' in '", encoding="utf-8")
    monkeypatch.chdir(course)
    assert check("sampling", tries=5).endswith(" of them by the page's Python, too")
    # What differs there is found.
    (course / "widgets/sampling/words.py").write_text(
        "import sys\n\nWORD = sys.platform", encoding="utf-8"
    )
    with pytest.raises(
        AssertionError, match=r"the defaults: the page draws .*emscripten.* but the build draws"
    ):
        check("sampling", tries=5)

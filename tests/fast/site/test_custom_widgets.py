"""An author's custom widgets: how they are found, checked and loaded, and what is said of mistakes in them."""

from __future__ import annotations

import gc
import io
import json
import os
import re
import sys
import zipfile
from html import unescape
from textwrap import dedent

import pytest
from click.testing import CliRunner
from markdown import Markdown

from mkdocs_quantlab.cli import main
from mkdocs_quantlab.engine.core.custom import WidgetError
from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension
from mkdocs_quantlab.site.markdown.page import PageFile
from mkdocs_quantlab.site.widgets.loader import PREFIX
from mkdocs_quantlab.site.widgets.registry import Widgets
from mkdocs_quantlab.testing import check

SAMPLING = '''\
"""Softmax with a temperature."""

from math import exp

from mkdocs_quantlab import api
from mkdocs_quantlab.api import Choice, Html, Real, tag

TITLE = "Sampling"


class Options(api.Options):
    temperature = Real(1, 0.1, 2, label="Temperature", help="Divides the logits before the softmax.")
    top = Choice(3, {1: "1", 2: "2", 3: "3"}, label="Top-k", help="Tokens that are kept.")

    primary = "top"


def render(options: Options) -> Html:
    weights = [exp(logit / options.temperature) for logit in range(options.top)]
    shown = ", ".join(f"{weight / sum(weights):.3f}" for weight in weights)
    return tag("p", shown, class_="quantlab-result")
'''
PAGE = '# Lab\n\n<div data-sampling data-temperature="0.5"></div>\n'


@pytest.fixture
def course(tmp_path):
    """Writes files into a course's folder."""

    def write(files):
        for path, text in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(dedent(text), encoding="utf-8")
        return tmp_path

    return write


def convert(folder, source=PAGE, **config):
    """A page, and the extension that made it."""
    extension = QuantlabExtension(**config)
    extension.folder = folder
    extension.page = PageFile("labs/lab-2.md", source, {})
    extension.warnings = []
    extension.warn = extension.warnings.append
    return Markdown(extensions=[extension]).convert(source), extension


def mistake(folder, source=PAGE, **config):
    with pytest.raises(LabError) as raised:
        convert(folder, source, **config)
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("path", ["widgets/sampling.py", "widgets/sampling/widget.py"])
def test_a_file_or_a_folder_is_a_directive(course, path):
    html, extension = convert(course({path: SAMPLING}))
    assert '<quantlab-widget id="quantlab-1" name="sampling" data-primary="top"' in html
    assert '<p class="quantlab-result">0.016, 0.117, 0.867</p>' in html
    assert extension.seen
    [archive] = extension.archives["labs/lab-2.md"]
    assert re.fullmatch(r"widgets/sampling-[0-9a-f]{12}\.zip", archive.name)
    said = json.loads(re.search(r"data-archive='(.*?)'", html)[1])
    assert said == {"file": archive.name, "module": archive.module}
    assert set(json.loads(unescape(re.search(r"data-frames='(.*?)'", html)[1]))) == {"1", "2"}
    assert not list(course({}).rglob("__pycache__"))


def test_the_folder_is_a_setting(course):
    folder = course({"own/kinds/kv_cache.py": SAMPLING})
    html, _ = convert(folder, "<div data-kv-cache></div>", widgets="own/kinds")
    assert 'name="kv-cache"' in html
    assert convert(folder, "<div data-kv-cache></div>")[0] == "<div data-kv-cache></div>"
    said = mistake(folder, widgets="own/kind")
    assert said == "quantlab: `widgets` names the folder `own/kind`, which does not exist"
    with pytest.raises(LabError, match="`widgets` takes the path of a folder; found `3`"):
        QuantlabExtension(widgets=3)


def test_settings_and_misspelt_directives_know_custom_widgets(course):
    folder = course({"widgets/sampling.py": SAMPLING})
    html, _ = convert(folder, "<div data-sampling></div>", defaults={"sampling": {"top": 2}})
    assert "0.269, 0.731" in html
    said = mistake(folder, defaults={"sampling": {"top": 9}})
    assert said.startswith(
        "quantlab: `defaults`: `sampling`: `top` takes one of `1`, `2`, `3`; found `9`"
    )
    said = mistake(folder, defaults={"samplin": {}})
    assert "there is no widget `samplin` (did you mean `sampling`?)" in said
    said = mistake(folder, "\n<div data-samplin></div>")
    assert said.startswith(
        "labs/lab-2.md:2: unknown directive `data-samplin` (did you mean `data-sampling`?)"
    )
    said = mistake(folder, PAGE.replace("0.5", "5"))
    assert (
        said
        == "labs/lab-2.md:3: `temperature` takes a number from 0.1 to 2; found `5`; the nearest is `2`"
    )


def test_an_own_name_may_be_an_option_of_another(course):
    folder = course(
        {
            "widgets/bits.py": SAMPLING,
            "widgets/temperature.py": SAMPLING,
            "widgets/sampling.py": SAMPLING,
        }
    )
    html, _ = convert(
        folder, "<div data-quantization-explorer data-bits=3></div>\n\n<div data-bits></div>"
    )
    assert re.findall(r'<quantlab-widget id="\S+" name="(\S+)"', html) == [
        "quantization-explorer",
        "bits",
    ]
    assert 'name="sampling"' in convert(folder)[0]
    assert "are on one `div`" in mistake(folder, "<div data-bits data-sampling></div>")


def test_files_import_each_other(course):
    folder = course(
        {
            "widgets/_shared.py": "HOW = 'shared'",
            "widgets/sampling/softmax.py": "from .._shared import HOW\nWORD = f'{HOW}, softmax'",
            "widgets/sampling/data/words.txt": "and data",
            "widgets/sampling/widget.py": SAMPLING.replace(
                'tag("p", shown',
                'tag("p", WORD + " " + (Path(__file__).parent / "data/words.txt").read_text(encoding="utf-8")',
            ).replace(
                "from math", "from pathlib import Path\n\nfrom .softmax import WORD\nfrom math"
            ),
        }
    )
    html, extension = convert(folder)
    assert "shared, softmax and data" in html
    [archive] = extension.archives["labs/lab-2.md"]
    inside = zipfile.ZipFile(io.BytesIO(archive.data)).namelist()
    package = archive.module.partition(".")[0]
    assert archive.module == f"{package}.sampling.widget"
    assert inside == [
        f"{package}/{path}"
        for path in (
            "_shared.py",
            "sampling/data/words.txt",
            "sampling/softmax.py",
            "sampling/widget.py",
        )
    ]


def test_a_style_sheet_is_a_file_of_its_own(course):
    folder = course(
        {"widgets/sampling/widget.py": SAMPLING, "widgets/sampling/style.css": "p { color: red }"}
    )
    html, extension = convert(folder)
    [archive] = extension.archives["labs/lab-2.md"]
    assert set(archive.files) == {archive.name, archive.style_name}
    assert archive.files[archive.style_name] == b"p { color: red }"
    assert json.loads(re.search(r"data-archive='(.*?)'", html)[1])["style"] == archive.style_name
    assert "style.css" not in zipfile.ZipFile(io.BytesIO(archive.data)).namelist()[0]


def test_addresses_name_contents(course):
    """The same files have the same address, wherever they are; changed ones another."""
    first = convert(course({"widgets/sampling.py": SAMPLING}))[1].archives["labs/lab-2.md"]
    again = convert(course({"widgets/other.py": "TITLE = 1", "widgets/sampling.py": SAMPLING}))[1]
    assert again.archives["labs/lab-2.md"] == first
    changed = convert(course({"widgets/sampling.py": SAMPLING + "\n"}))[1].archives["labs/lab-2.md"]
    assert {a.name for a in changed} != {a.name for a in first}
    assert {a.module for a in changed} != {a.module for a in first}


def test_builds_keep_nothing(course):
    """A changed helper of a widget counts at once, but not in a build that began before; two sites do not meet."""
    widget = SAMPLING.replace("TITLE =", "from .word import WORD\n\nTITLE =").replace(
        '"p", shown', '"p", WORD'
    )

    def write(site, word):
        return (
            course(
                {
                    f"{site}/widgets/sampling/widget.py": widget,
                    f"{site}/widgets/sampling/word.py": f"WORD = {word!r}",
                }
            )
            / site
        )

    def shown():
        first, extension = convert(write("a", "one"))
        yield first
        yield convert(write("b", "two"))[0]
        yield convert(write("a", "six"))[0]
        yield Markdown(extensions=[extension]).convert(PAGE)

    before = set(sys.modules)
    said = [re.search(r'quantlab-result">(.*?)<', html)[1] for html in shown()]
    assert said == ["one", "two", "six", "one"]
    gc.collect()
    assert [name for name in sys.modules if name.startswith(PREFIX) and name not in before] == []
    assert not {"sampling", "word", "softmax"} & set(sys.modules)


BROKEN = {
    "code that is no LiveCode": (SAMPLING + "\nLIVE = 5\n", f"{SAMPLING.count(chr(10)) + 2}: `LIVE` must be a `LiveCode`; found 5"),
    "code for no option": (
        SAMPLING + "\nfrom mkdocs_quantlab.api import LiveCode\nLIVE = LiveCode('tep', {}, None, (), None)\n",
        f"{SAMPLING.count(chr(10)) + 3}: `LIVE` names the option `tep`, which does not exist (did you mean `t",
    ),
    "code that render does not show": (
        SAMPLING + "\nfrom mkdocs_quantlab.api import LiveCode\nLIVE = LiveCode('top', {}, None, (), None)\n",
        f"{SAMPLING[: SAMPLING.index('def render')].count(chr(10)) + 1}: `render` of a widget with `LIVE` takes a second argument",
    ),
    "syntax": ("def render(options:\n", "1: SyntaxError: '(' was never closed"),
    "import": ("import math\nimport nothing_like_it\n", "2: ModuleNotFoundError: No module named 'nothing_like_it'; install the package that provides it where the site is built, and name it in `REQUIRES`"),
    "helper": ("from .softmax import softmax\n", "1: ModuleNotFoundError: No module named '.softmax' (drawn"),
    "raises": ("VALUE = 1 / 0\n", "1: ZeroDivisionError: division by zero"),
    "exits": ("\nraise SystemExit\n", "2: SystemExit"),
    "nothing": ("", "1: it has no `TITLE`, a string, the widget's name"),
    "render": (SAMPLING.replace("def render", "def renders"), "1: it has no `render`, a function that takes options and returns HTML (did you mean `renders`?)"),
    "title": (SAMPLING.replace('"Sampling"', "7"), "8: `TITLE` must be a string, the widget's name; found 7"),
    "options": (SAMPLING.replace("Options(api.Options)", "Options"), "11: `Options` must be a subclass of `api.Options`; found <class"),
    "arguments": (SAMPLING.replace("render(options: Options)", "render(options, bits)"), "18: `render` is called with the options alone: missing a required argument: 'bits'"),
    "returns": (SAMPLING.replace('tag("p", shown, class_="quantlab-result")', "shown"), "18: `render` must return HTML, as `tag` and `join` make it; it returned str"),
    "returns too much": (SAMPLING.replace('"p", shown', '"p", "x" * 4_000_000'), "18: `render` returned 4,000,031 characters of HTML; a figure may have 4,000,000"),
    "default": (SAMPLING.replace("Real(1,", "Real(5,"), "12: the default of `temperature`, 5, is not taken: `temperature` takes a number from 0.1 to 2; found `5`"),
    "choice": (SAMPLING.replace("Choice(3,", "Choice(4,"), "13: the default of `top`, 4, is not taken: `top` takes one of `1`, `2`, `3`; found `4`"),
    "type": (SAMPLING.replace("Real(1,", 'Real("x",'), "12: the default of `temperature`, 'x', is not taken: "),
    "reserved": (SAMPLING.replace("temperature =", "values ="), "12: an option cannot be called `values`: the class `Options` uses this name"),
    "case": (SAMPLING.replace("temperature =", "kT ="), "12: an option cannot be called `kT`: use lower-case letters"),
    "primary": (SAMPLING.replace('"top"', '"tap"'), "15: `primary` takes the name of a `Choice` (`top`); found `tap` (did you mean `top`?)"),
    "exit of its own": ("class Stop(BaseException): ...\nraise Stop('now')\n", "2: Stop: now"),
    "error without a text": ("class Odd(Exception):\n    def __str__(self):\n        raise ValueError\nraise Odd\n", "4: Odd (drawn"),
    "error with an odd file": ("raise SyntaxError('odd', (5, 'x', 1, 't'))\n", "1: SyntaxError: odd"),
    "another object": ("import sys\nsys.modules[__name__] = 5\n", "1: AttributeError: 'int' object has no attribute '__file__'"),
    "class that returns no HTML": (SAMPLING + "\nclass R:\n    def __call__(self, options): return 5\nrender = R()\n", "18: `render` must return HTML"),
    "label": (SAMPLING.replace('label="Temperature"', "label=7"), "1: TypeError: "),
    "field without control": (SAMPLING.replace("class Options", "class Odd(api.Field):\n    parse = lambda self, text: text\nclass Options").replace("Real(1, 0.1, 2,", "Odd('x',"), "1: TypeError: `temperature`: fields of the kind `field` have no control"),
    "bounds": (SAMPLING.replace('    primary = "top"', "    bounds = lambda self: 5"), "1: AttributeError: "),
    "files": (SAMPLING.replace("    primary =", "    takes_files ="), "1: KeyError: 'top'"),
    "steps": (
        SAMPLING + "\nfrom mkdocs_quantlab.api import LiveCode\nLIVE = LiveCode('top', {}, None, 5, None)\n",
        f"{SAMPLING.count(chr(10)) + 3}: `LIVE` takes functions as its `steps`; found 5",
    ),
    "code without a text": (
        SAMPLING + "\nfrom mkdocs_quantlab.api import LiveCode\nLIVE = LiveCode('top', {3: len}, None, (), None)\n",
        f"{SAMPLING.count(chr(10)) + 3}: `LIVE` names for `3` something without source code in a file: <built-in function len>",
    ),
    "versions": (SAMPLING + "\nREQUIRES = ('regex>=2024.*',)\n", "23: `REQUIRES` takes names of packages with their versions, as in `('regex>=2024',)`; found ('regex>=2024.*',)"),
    "number as text": (SAMPLING.replace('"p", shown', '"p", 3'), "21: TypeError: an element holds text, HTML, or several of these; found 3 (drawn"),
    "imported name": (SAMPLING.replace("Real, tag", "Reel, tag"), "6: ImportError: cannot import name 'Reel' from 'mkdocs_quantlab.api' (did you mean `Real`?) (drawn"),
    "attribute": (SAMPLING.replace("range(options.top)", "range(options.topp)"), "19: AttributeError: 'Options' object has no attribute 'topp' (did you mean `top`?) (drawn"),
    "variable": (SAMPLING.replace('"p", shown', '"p", show'), "21: NameError: name 'show' is not defined (did you mean `shown`?) (drawn"),
    "requires": (SAMPLING + "\nREQUIRES = 'numpy'\n", "23: `REQUIRES` takes names of packages with their versions, as in `('regex>=2024',)`; found 'numpy'"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_a_mistake_is_one_line_with_the_authors_file(course, kind):
    text, said = BROKEN[kind]
    found = mistake(course({"widgets/sampling.py": text}), "\n\n<div data-sampling></div>")
    assert found.startswith(f"widgets/sampling.py:{said}")
    assert found.endswith(" (drawn for labs/lab-2.md:3)")


def test_a_module_that_is_not_imported_may_be_broken(course):
    folder = course(
        {
            "widgets/sampling/widget.py": SAMPLING,
            "widgets/sampling/template.py": "class {{ name }}:\n",
            "widgets/_old.py": "print 'old'\n",
        }
    )
    html, extension = convert(folder)
    assert "0.016, 0.117, 0.867" in html
    assert extension.warnings == []


def test_a_traceback_is_cut_to_the_authors_file(course):
    divide = SAMPLING.replace("for logit in range", "for logit in {}[options.top] + range")
    found = mistake(course({"widgets/sampling.py": divide}))
    assert found == "widgets/sampling.py:19: KeyError: 3 (drawn for labs/lab-2.md:3)"
    files = {
        "widgets/sampling/widget.py": SAMPLING.replace("return tag", "from .deep import dig; dig(9)\n    return tag"),
        "widgets/sampling/deep.py": "def dig(n):\n    return dig(n - 1) if n else int('x\\n' * 999)\n",
    }  # fmt: skip
    (course({}) / "widgets/sampling.py").unlink()
    found = mistake(course(files))
    assert found.startswith(
        "widgets/sampling/deep.py:2: ValueError: invalid literal for int() with base 10: 'x"
    )
    assert len(found) < 400


def test_with_warnings_the_build_goes_on(course):
    folder = course(
        {
            "widgets/sampling.py": SAMPLING.replace("exp(logit", "exp(1000 * logit"),
            "widgets/good.py": SAMPLING,
        }
    )
    html, extension = convert(folder, PAGE + "\n<div data-good></div>\n", on_error="warn")
    assert extension.warnings == [
        "widgets/sampling.py:19: OverflowError: math range error (drawn for labs/lab-2.md:3)"
    ]
    assert "<strong>widgets/sampling.py:19</strong>: OverflowError" in html
    assert 'name="good"' in html
    assert [a.name.partition("-")[0] for a in extension.archives["labs/lab-2.md"]] == [
        "widgets/good"
    ]


def test_two_of_one_name_name_both_files(course):
    folder = course({"widgets/sampling.py": SAMPLING, "widgets/sampling/widget.py": SAMPLING})
    found = mistake(folder)
    assert (
        found
        == "labs/lab-2.md:3: `sampling` is the name of widgets/sampling/widget.py and widgets/sampling.py: remove or rename one of them"
    )


def test_a_custom_widget_takes_the_place_of_one_of_ours_with_a_warning(course):
    folder = course({"widgets/quantization_explorer.py": SAMPLING})
    html, extension = convert(
        folder, "<div data-quantization-explorer></div>\n\n<div data-quantization-explorer></div>"
    )
    assert html.count("0.090, 0.245, 0.665") == 2
    assert extension.warnings == [
        "widgets/quantization_explorer.py replaces the built-in widget `quantization-explorer`"
    ]


@pytest.mark.parametrize("file", ["kv-cache.py", "KV_Cache.py", "kv cache/widget.py"])
def test_a_file_that_cannot_be_a_name_says_so(course, file):
    directive = "<div data-kv-cache></div>"
    folder = course({f"widgets/{file}": SAMPLING})
    if " " in file:
        assert Widgets(folder / "widgets", folder).names.count("kv cache") == 1
        return
    found = mistake(folder, directive)
    assert found.startswith(
        f"widgets/{file}: names of widgets consist of the letters a to z, digits and `_`, and begin with a letter: rename it to `kv_cache`"
    )


@pytest.mark.parametrize(
    ("file", "hint"),
    [("3d.py", ": rename it to `d`"), ("größe.py", ": rename it to `gr_e`"), ("ö.py", ""), ("kv cache.py", ": rename it to `kv_cache`")],
)  # fmt: skip
def test_a_file_that_no_directive_can_name_is_a_warning(course, file, hint):
    _, extension = convert(course({f"widgets/{file}": SAMPLING}), "# Nothing\n")
    assert extension.warnings == [
        f"widgets/{file}: names of widgets consist of the letters a to z, digits and `_`, and begin with a letter{hint}"
    ]


def test_a_folder_without_a_module_is_a_warning(course):
    files = {
        "widgets/sampling/widgets.py": SAMPLING,
        "widgets/top.py": SAMPLING,
        "widgets/top/data.json": "{}",
        "widgets/_shared/a.py": "",
        "widgets/wheels/a.whl": "",
    }
    _, extension = convert(course(files), "# Nothing\n")
    assert extension.warnings == [
        (
            "widgets/sampling: this folder has no `widget.py`, so it is not a widget; if widgets import or read it, "
            "rename it to `_sampling`"
        )
    ]


def test_folders_without_a_module_are_one_warning(course):
    files = {f"widgets/{name}/x.txt": "" for name in "abcdefgh"}
    _, extension = convert(course(files), "# Nothing\n")
    assert extension.warnings == [
        (
            "widgets: 8 folders have no `widget.py`, so they are not widgets: `a`, `b`, `c`, `d`, `e` and 3 more; "
            "if widgets import or read one of them, begin its name with `_`"
        )
    ]


def test_a_name_of_ours_that_is_no_widget_is_refused(course):
    folder = course({"widgets/quantlab_chat.py": SAMPLING})
    found = mistake(folder, "# Nothing\n")
    assert (
        found
        == "quantlab: widgets/quantlab_chat.py: `data-quantlab-chat` is a built-in directive: rename the widget"
    )


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Installs a package with widgets, as pip lays it out."""

    def install(entries, files, name="quantlab-sampling"):
        folder = tmp_path / name
        info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8"
        )
        (info / "entry_points.txt").write_text(
            "[quantlab.widgets]\n" + "\n".join(entries), encoding="utf-8"
        )
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(str(folder))

    yield install
    for module in [name for name in sys.modules if name.startswith("quantlab_sampling")]:
        del sys.modules[module]


def test_a_package_offers_widgets(course, package):
    package(["sampling = quantlab_sampling.draw.widget"], {
        "quantlab_sampling/__init__.py": "", "quantlab_sampling/draw/widget.py": SAMPLING.replace("from math", "from quantlab_sampling.words import WORD\nfrom math"),
        "quantlab_sampling/words.py": "WORD = 1", "quantlab_sampling/draw/style.css": "p { color: red }",
    })  # fmt: skip
    folder = course({})
    html, extension = convert(folder)
    assert "0.016, 0.117, 0.867" in html
    [archive] = extension.archives["labs/lab-2.md"]
    assert archive.module == "quantlab_sampling.draw.widget"
    assert archive.style == b"p { color: red }"
    inside = zipfile.ZipFile(io.BytesIO(archive.data)).namelist()
    assert {
        "quantlab_sampling/__init__.py",
        "quantlab_sampling/words.py",
        archive.module.replace(".", "/") + ".py",
    } <= set(inside)
    course({"widgets/sampling.py": SAMPLING})
    found = mistake(folder)
    assert (
        found
        == "labs/lab-2.md:3: `sampling` is the name of widgets/sampling.py and quantlab_sampling.draw.widget (quantlab-sampling): remove or rename one of them"
    )


def test_mistakes_in_a_package(course, package):
    package(
        ["sampling = quantlab_sampling", "lost-one = quantlab_lost.widget"],
        {"quantlab_sampling.py": SAMPLING.replace("exp(logit", "exp(1000 * logit")},
    )
    assert mistake(course({})).startswith(
        "quantlab_sampling.py:19: OverflowError: math range error"
    )
    found = mistake(course({}), "<div data-lost-one></div>")
    assert found.startswith(
        "quantlab_lost.widget (quantlab-sampling): its entry point names the module `quantlab_lost.widget`, which is not installed"
    )


def test_an_unknown_widget_is_no_key_error(tmp_path):
    with pytest.raises(
        WidgetError, match="there is no widget `blob`; the widgets are `gguf-compare`"
    ):
        Widgets(tmp_path, tmp_path).widget("blob")


MISSING = {
    "numpy": ("import numpy", "the page's Python has no module `numpy`: name its package in `REQUIRES`"),
    "sqlite": ("from sqlite3 import connect", "the page's Python has no module `sqlite3`: it leaves out this part of the standard library"),
    "inside": ("def late():\n    import logging", "the page's Python has no module `logging`"),
    "site": ("from mkdocs_quantlab.site import settings", "the page's Python has no module `mkdocs_quantlab.site`: import from `mkdocs_quantlab.api`"),
    "other": ("from .other import X", "`other` belongs to another widget, whose files this page may not have: rename it to `_other`"),
}  # fmt: skip


@pytest.mark.parametrize("kind", MISSING)
def test_an_import_that_a_page_has_not_is_a_warning(course, kind):
    line, said = MISSING[kind]
    folder = course({"widgets/sampling.py": f"{line}\n{SAMPLING}", "widgets/other.py": "X = 1"})
    number = line.count("\n") + 1
    pytest.importorskip("numpy")
    warnings = convert(folder, PAGE + PAGE)[1].warnings
    assert len(warnings) == 1
    assert warnings[0].startswith(f"widgets/sampling.py:{number}: {said}")
    assert convert(folder, pyodide="off")[1].warnings == []


def test_imports_that_a_page_has(course):
    lines = """
    from __future__ import annotations
    import html.parser
    import os.path
    from collections.abc import Mapping
    from pathlib import Path
    from typing import TYPE_CHECKING
    from mkdocs_quantlab.api import plots
    from . import _shared
    from ._shared import X
    if TYPE_CHECKING:
        import numpy
    try:
        import numpy
    except ImportError:
        numpy = None
    """
    folder = course(
        {"widgets/_shared.py": "X = 1", "widgets/sampling.py": dedent(lines) + SAMPLING}
    )
    assert convert(folder)[1].warnings == []


def test_a_new_widget_works_and_overwrites_nothing(course, monkeypatch):
    folder = course({"mkdocs.yml": "plugins: [{quantlab: {widgets: own}}]"})
    monkeypatch.chdir(folder)

    def new(name):
        done = CliRunner().invoke(main, ["new", "widget", name])
        return done.exit_code, done.output

    assert new("kv-cache") == (0, "own/kv_cache.py\n\nNow, on a page: <div data-kv-cache></div>\n")
    html, _ = convert(folder, "<div data-kv-cache></div>", widgets="own")
    assert "0.300 is stored as 0.333: an error of +0.033." in html
    assert "figures drawn" in check(folder / "own/kv_cache.py", page=False)
    assert new("kv-cache") == (
        2,
        "Error: own/kv_cache.py already exists; a new widget overwrites nothing\n",
    )
    for name, said in (
        ("KV", "takes lower-case letters, digits and `-`; found `KV`"),
        ("model-memory", "`model-memory` is a built-in directive"),
        ("quantlab-chat", "`quantlab-chat` is a built-in directive"),
    ):
        code, output = new(name)
        assert code == 2
        assert said in output
    assert [path.name for path in (folder / "own").iterdir()] == ["kv_cache.py"]


def test_an_import_past_the_interface_is_a_warning(course):
    line = "from mkdocs_quantlab.engine.core.html import tag as t\n"
    [warning] = convert(course({"widgets/sampling.py": f"{line}{SAMPLING}"}), PAGE + PAGE)[
        1
    ].warnings
    assert warning == (
        "widgets/sampling.py:1: the names in `mkdocs_quantlab.engine.core.html` may change with any version: "
        "import from `mkdocs_quantlab.api`"
    )


def test_a_name_with_a_hyphen_is_a_warning_on_any_page(course):
    _, extension = convert(course({"widgets/my-widget.py": SAMPLING}), "# Nothing\n")
    assert len(extension.warnings) == 1
    assert extension.warnings[0].startswith("widgets/my-widget.py: ")
    assert extension.warnings[0].endswith("rename it to `my_widget`")


def test_data_that_no_reader_should_fetch_is_refused(course, monkeypatch):
    folder = course(
        {"widgets/sampling/widget.py": SAMPLING, "widgets/sampling/data.json": "1" * 2000}
    )
    monkeypatch.setattr("mkdocs_quantlab.site.widgets.archive.MAX_BYTES", 2500)
    assert "`sampling` has " in mistake(folder)
    assert "at most 2,500 are taken. The largest is sampling/data.json" in mistake(folder)


def linked(course, link, *, relative):
    """A course whose folder of widgets has a link to what is beside it."""
    folder = course({"widgets/sampling/widget.py": SAMPLING, "private/id": "KEY"})
    path = folder / "widgets" / link
    target = folder / "private" / ("id" if path.suffix else "")
    path.symlink_to(os.path.relpath(target, path.parent) if relative else target)
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="links as POSIX has them")
@pytest.mark.parametrize(
    "link", ["sampling/data.json", "sampling/style.css", "_shared", "_shared.py"]
)
@pytest.mark.parametrize("relative", [True, False])
def test_a_link_out_of_the_folder_is_refused(course, link, relative):
    """What a link leads to, such as a file with a key, would be fetched by readers."""
    found = mistake(linked(course, link, relative=relative))
    assert f"widgets/{link}" in found
    assert "this symbolic link leads out of the folder of widgets" in found


@pytest.mark.skipif(sys.platform == "win32", reason="links as POSIX has them")
def test_a_linked_folder_in_a_widget_is_left_out(course):
    _, extension = convert(linked(course, "sampling/more", relative=True))
    archive = extension.widgets.custom("sampling").archive
    names = zipfile.ZipFile(io.BytesIO(archive.data)).namelist()
    assert [name.partition("/")[2] for name in names] == ["sampling/widget.py"]


@pytest.mark.skipif(sys.platform == "win32", reason="links as POSIX has them")
def test_links_within_the_folder_and_in_circles_are_taken(course):
    folder = course({"widgets/sampling/widget.py": SAMPLING, "widgets/sampling/a.txt": "A"})
    (folder / "widgets/sampling/b.txt").symlink_to("a.txt")
    (folder / "widgets/sampling/circle.txt").symlink_to("circle.txt")
    html, _ = convert(folder)
    assert "quantlab-widget" in html


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("/", "contains the site"),
        (".", "contains the site"),
        ("docs/..", "contains the site"),
        ("a" * 5000, "which does not exist"),
        ("a\0b", "takes the path of a folder; found `a\\x00b`"),
        ("a\ud800", "takes the path of a folder"),
    ],
)
def test_a_setting_that_is_no_folder_of_widgets(course, setting, problem):
    found = mistake(course({"docs/a.md": ""}), widgets=setting)
    assert problem in found
    assert found.isprintable()
    assert len(found) < 1000


def test_a_package_that_has_changed_is_imported_anew(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "quantlab_changing").mkdir()
    (tmp_path / "quantlab_changing-1.dist-info").mkdir()
    (tmp_path / "quantlab_changing-1.dist-info/METADATA").write_text(
        "Name: quantlab-changing\nVersion: 1\n", "utf-8"
    )
    entry = "[quantlab.widgets]\nchanging = quantlab_changing.widget\n"
    (tmp_path / "quantlab_changing-1.dist-info/entry_points.txt").write_text(entry, "utf-8")
    (tmp_path / "quantlab_changing/__init__.py").touch()
    file = tmp_path / "quantlab_changing/widget.py"
    for number in (1, 2):
        file.write_text(SAMPLING.replace("Sampling", f"Sampling {number}"), "utf-8")
        os.utime(file, (number, number))
        widgets = Widgets(tmp_path / "widgets", tmp_path)
        assert widgets.widget("changing").title == f"Sampling {number}"
        assert widgets.paths() == [tmp_path / "quantlab_changing"]

"""The widgets' element knows no widget: what one of them needs of the page's scripts is declared in its HTML."""

from __future__ import annotations

import re

import pytest

from mkdocs_quantlab.engine.core.form import FILES
from mkdocs_quantlab.engine.core.widget import built_in
from tests.paths import PACKAGE, ROOT

SOURCE = ROOT / "browser" / "src"
PANELS = {path.stem for path in (SOURCE / "widget").glob("quantize.ts")}
"""Scripts of one widget, each fetched where a page has it."""
SHARED = sorted(
    path
    for folder in ("ui", "python", "widget")
    for path in (SOURCE / folder).glob("*.ts")
    if path.stem not in PANELS
)
CLASS = re.compile(r"\.((?:quantlab|lab|is)-[a-z-]+)")


def classes(*sheets):
    return {found for path in sheets for found in CLASS.findall(path.read_text(encoding="utf-8"))}


OWN = classes(*(PACKAGE / "engine" / "widgets").glob("*/style.css")) - classes(
    *SOURCE.glob("styles/*.css")
)
"""Classes that are styled for one widget."""


def test_widgets_have_classes_of_their_own():
    assert {"quantlab-make", "quantlab-pixels"} <= OWN


@pytest.mark.parametrize("path", SHARED, ids=lambda path: path.stem)
def test_scripts_that_widgets_share_name_none(path):
    text = path.read_text(encoding="utf-8")
    for name in [*built_in(), *sorted(OWN)]:
        assert not re.search(rf"(?<![\w-]){name}(?![\w-])", text), name


def test_every_panel_names_a_script_that_is_registered():
    registered = set(
        re.findall(
            r'^register\("([a-z-]+)"', (SOURCE / "quantlab.ts").read_text("utf-8"), re.MULTILINE
        )
    )
    named = {
        kind
        for path in PACKAGE.glob("engine/widgets/*/*.py")
        for kind in re.findall(r'data_script="([^"]*)"', path.read_text(encoding="utf-8"))
    }
    assert named == registered


def test_every_kind_of_file_has_a_reader():
    text = (SOURCE / "widget" / "files.ts").read_text(encoding="utf-8")
    readers = text.partition("READERS")[2].partition("\n};")[0]
    assert set(re.findall(r"^  ([a-z]+): async", readers, re.MULTILINE)) == FILES.keys()

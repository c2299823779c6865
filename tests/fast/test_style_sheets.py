"""Style sheets: values stand in tokens.css only, and what Python writes for a colour is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mkdocs_quantlab
from mkdocs_quantlab.engine.core.figures import SERIES, SHADES, series, shade
from mkdocs_quantlab.engine.views.tensor_maps import SCALE

PACKAGE = Path(mkdocs_quantlab.__file__).parent
STYLES = PACKAGE.parent / "browser" / "src"
TOKENS = STYLES / "styles" / "tokens.css"
SHEETS = {
    path.relative_to(PACKAGE.parent).as_posix(): path
    for path in sorted([*STYLES.rglob("*.css"), *PACKAGE.rglob("widgets/*/style.css")])
}

NAMED = (
    "black white gray grey silver red green blue orange yellow purple teal navy maroon lime aqua"
)
LITERAL = re.compile(
    rf"""
    \#[0-9a-f]{{3,8}}\b
    | \b(?:rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\(
    | :[^;{{]*\b(?:{NAMED.replace(" ", "|")})\b
    | \bfont(?:-size)?:[^;]*(?<![\w-])[\d.]+(?:[a-z]+|%)
    | \bborder(?:-[a-z]+)*-radius:[^;]*(?<![\w.-])(?!0[\s;]|50%)[\d.]+(?:[a-z]+|%)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def rules(path: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def literals(css: str) -> list[str]:
    # A `var()` within `calc()` may have a factor.
    return [
        found[0].strip() for found in LITERAL.finditer(re.sub(r"calc\([\d.]+ \*", "calc(", css))
    ]


@pytest.mark.parametrize("css", ["color: #d33;", "fill: rgb(1 2 3);", "border: 1px solid red;", "font-size: 0.9em;", "font: 12px/1 serif;", "border-radius: 0 0.3em;", "border-top-left-radius: 3px;"])  # fmt: skip
def test_what_is_a_literal(css):
    assert literals(f"a {{ {css} }}")


@pytest.mark.parametrize("css", ["border-radius: 50%;", "border-radius: 0;", "font: inherit;", "font-size: var(--ql-font-size);", "white-space: pre;", "border-radius: calc(2 * var(--ql-radius));", "background: Canvas;"])  # fmt: skip
def test_what_is_none(css):
    assert not literals(f"a {{ {css} }}")


@pytest.mark.parametrize("name", SHEETS)
def test_colours_radii_and_font_sizes_stand_in_the_tokens_only(name):
    if SHEETS[name] != TOKENS:
        assert not literals(rules(SHEETS[name]))


@pytest.mark.parametrize("name", SHEETS)
def test_tokens_are_read_by_their_private_names(name):
    """A sheet that read `--quantlab-accent` itself would have no default; one that set it would take it from the site."""
    css = rules(SHEETS[name])
    if SHEETS[name] == TOKENS:
        assert not re.search(r"--quantlab-[\w-]+\s*:", css)
    else:
        assert "--quantlab-" not in css


def test_every_property_that_is_read_is_set_somewhere():
    css = "".join(map(rules, SHEETS.values()))
    scripts = "".join(path.read_text(encoding="utf-8") for path in STYLES.rglob("*.ts"))
    read = set(re.findall(r"var\((--ql-[\w-]+)", css))
    set_ = set(re.findall(r"(--ql-[\w-]+)\s*:", css)) | set(re.findall(r'"(--ql-[\w-]+)"', scripts))
    assert read == set_


def test_the_scales_have_a_colour_for_every_class():
    css = rules(TOKENS)
    for name in [*map(series, range(SERIES)), *(f"bits-{bits}" for bits in SCALE)]:
        assert f".{name} {{" in css, name
    assert set(re.findall(r"\.(?:series|bits)-\w+", css)) == {
        f".{name}" for name in [*map(series, range(SERIES)), *(f"bits-{bits}" for bits in SCALE)]
    }
    for n in range(1, SHADES + 1):
        assert f".{shade(n / SHADES)},\n.{shade(-n / SHADES)} {{" in css
        assert f"var(--ql-shade) * {n} / {SHADES})" in css

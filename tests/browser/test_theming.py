"""Every property that docs/guide/theming.md names changes what it says, in every theme, light and dark."""

import importlib.util
from pathlib import Path

import pytest
from playwright.sync_api import expect

SCRIPT = Path(__file__).parents[2] / "docs" / "theme_tokens.py"
SPEC = importlib.util.spec_from_file_location("theme_tokens", SCRIPT)
theme_tokens = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(theme_tokens)

BITS = (1, 2, 3, 4, 5, 6, 8, 16, 32)
SERIES = range(1, 9)

INSIDE = f"""
<ol class="quantlab-cells of-16" id="grid"><li class="p8"></li></ol>
<div style="width: 300px; container: quantlab / inline-size">
  <ol class="quantlab-cells of-16 is-matrix" id="matrix"><li></li></ol>
</div>
<svg class="quantlab-line quantlab-trials"><circle /></svg>
<svg class="quantlab-map"><path class="quantlab-rules" /></svg>
<div class="quantlab-share"><svg><g class="bits-1"><text /></g><g class="bits-4"><text /></g></svg></div>
<div class="quantlab-block">{"".join(f'<p class="quantlab-sub series-{n}"></p>' for n in SERIES)}</div>
<p class="quantlab-legend">{"".join(f'<i class="bits-{n}"></i>' for n in BITS)}</p>
<dl class="quantlab-facts"><div><dt></dt></div></dl>
<p class="quantlab-detail" id="read"></p>
"""
"""Parts of figures, to put into a widget."""

BESIDE = """
<div class="quantlab-error"></div>
<div class="lab-callout lab-callout--success"></div>
<div class="lab-callout lab-callout--warning"></div>
"""

COLOUR, LENGTH = "rgb(1, 2, 3)", "7px"

PROMISES = {
    "accent": (".quantlab-segments input:checked + span", "border-top-color", COLOUR),
    "positive": (".quantlab-line circle:not(.quantlab-reach)", "fill", COLOUR),
    "negative": (".quantlab-line text.quantlab-weight ~ .quantlab-weight, .quantlab-weight path", "fill", COLOUR),
    "muted": (".quantlab-trials circle", "fill", COLOUR),
    "line": ("quantlab-widget", "border-top-color", COLOUR),
    "surface": ("quantlab-widget button", "background-color", COLOUR),
    "page": (".quantlab-rules", "stroke", COLOUR),
    "error": (".quantlab-error", "border-top-color", COLOUR),
    "success": (".lab-callout--success", "border-left-color", COLOUR),
    "warning": (".lab-callout--warning", "border-left-color", COLOUR),
    **{f"series-{n}": (f".series-{n}", "border-left-color", COLOUR) for n in SERIES},
    **{f"bits-{n}": (f"i.bits-{n}", "background-color", COLOUR) for n in BITS},
    "bits-text": (".bits-4 text", "fill", COLOUR),
    "bits-1-text": (".bits-1 text", "fill", COLOUR),
    # All of the colour that numbers above zero have.
    "shade": ("#grid li", "background-color", "color(srgb 0.164706 0.470588 0.839216)"),
    "radius": ("quantlab-widget", "border-top-left-radius", LENGTH),
    "radius-control": ("quantlab-widget button", "border-top-left-radius", LENGTH),
    "radius-cell": ("#grid li", "border-top-left-radius", LENGTH),
    "code-font": ("#read", "font-family", "Sentinel"),
    "font-size": (".quantlab-control", "font-size", LENGTH),
    "font-size-label": ("quantlab-widget dt", "font-size", LENGTH),
    "font-size-small": (".quantlab-legend", "font-size", LENGTH),
    "font-size-cell": ("#grid li", "font-size", LENGTH),
    "font-size-narrow": ("#matrix li", "font-size", LENGTH),
    "font-size-plot": (".quantlab-line", "font-size", LENGTH),
    "font-size-map": (".quantlab-map", "font-size", LENGTH),
}  # fmt: skip
"""What each property sets: an element, one of its properties, and the value to set and to find."""

PREPARE = """([inside, beside]) => {
  const widget = document.querySelector('quantlab-widget');
  widget.querySelector('figure').insertAdjacentHTML('beforeend', inside);
  widget.insertAdjacentHTML('afterend', beside);
}"""

# A transition of the theme would show a value on its way.
MEASURE = """promises => {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  return Object.fromEntries(Object.entries(promises).map(([name, [selector, property, value]]) => {
    const read = () => getComputedStyle(document.querySelector(selector))[property];
    const off = '* { transition: none !important; }';
    sheet.replaceSync(off);
    const before = read();
    sheet.replaceSync(`${off} :root { --quantlab-${name}: ${name === 'shade' ? '100%' : value}; }`);
    return [name, [before, read()]];
  }));
}"""


def test_every_documented_property_is_tested():
    assert {token.name for token in theme_tokens.tokens()} == {f"--quantlab-{n}" for n in PROMISES}


def dark(page):
    page.locator("label[for=__palette_1]").click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")


@pytest.mark.parametrize("name", ["material", "material, dark", "mkdocs", "mkdocs-dark"])
def test_a_property_on_the_root_has_its_effect(visit, name):
    name, _, is_dark = name.partition(", ")
    lab = visit(name)
    # With a dark mode and no highlight.js, MkDocs's own darkmode.js stumbles.
    lab.allow("setting 'disabled'")
    if is_dark:
        dark(lab.page)
    assert lab.explorer
    lab.page.evaluate(PREPARE, [INSIDE, BESIDE])
    found = lab.page.evaluate(MEASURE, PROMISES)
    for token, (_, _, wanted) in PROMISES.items():
        before, after = found[token]
        assert after == wanted, token
        assert before != wanted, token


LINES = """() => [...document.querySelectorAll('quantlab-widget')].map(
  widget => getComputedStyle(widget).borderTopColor
)"""


def test_the_nearest_value_counts(visit):
    lab = visit()
    assert lab.explorer
    page = lab.page
    page.add_style_tag(
        content="""
        * { transition: none !important; }
        :root { --quantlab-line: rgb(1, 1, 1); }
        [data-md-color-scheme="slate"] { --quantlab-line: rgb(2, 2, 2); }
        #quantlab-2 { --quantlab-line: rgb(3, 3, 3); }
        """
    )
    assert page.evaluate(LINES) == ["rgb(1, 1, 1)", "rgb(3, 3, 3)"]
    dark(page)
    assert page.evaluate(LINES) == ["rgb(2, 2, 2)", "rgb(3, 3, 3)"]

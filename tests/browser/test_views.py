"""In-page options of any widget switch between their views, without script and without Python."""

from mkdocs_quantlab import api
from mkdocs_quantlab.api import Choice, join, view
from mkdocs_quantlab.engine.core.form import form
from mkdocs_quantlab.site.assets import STATIC, STYLE

SIDES = ("north", "east", "south", "west")
PARTS = ("all", "head", "tail")


def choice(values: tuple[str, ...]) -> Choice[str]:
    return Choice(values[0], {v: v for v in values}, label="Show", help="", in_page=True)


class Options(api.Options):
    """Two options that no widget of the package has."""

    primary = ""

    side = choice(SIDES)
    part = choice(PARTS)


def test_each_value_shows_its_view_and_no_other(browser):
    page = browser.new_context(java_script_enabled=False).new_page()
    views = [view(Options.side, name, name) for name in SIDES]
    views += [view(Options.part, name, name) for name in PARTS[1:]]
    style = (STATIC / STYLE).read_text(encoding="utf-8")
    page.set_content(
        f"<style>{style}</style><quantlab-widget name=own>{form(Options())}<figure>{join(*views)}</figure></quantlab-widget>"
    )
    shown = page.locator(".quantlab-view:visible")
    for side in SIDES:
        page.locator(f"[value={side}]").check()
        assert shown.all_inner_texts() == [side, "head", "tail"]
    for part in PARTS[1:]:
        page.locator(f"[value={part}]").check()
        assert shown.all_inner_texts() == ["west", part]
    page.locator("[value=all]").check()
    assert shown.all_inner_texts() == ["west", "head", "tail"]
    page.context.close()

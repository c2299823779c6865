"""What the tests build sites with and visit. The tests take their parameters from here, and `docs/compatibility_table.py` prints it."""

from __future__ import annotations

from typing import NamedTuple

ENGINES = {
    "mkdocs": "the plugin",
    "properdocs": "the plugin, as it is",
    "zensical": "the Markdown extension and `quantlab export`; `quantlab doctor` examines the finished site",
}
"""Engines, by their packages, and what of ours they run. `tests/builds` builds sites by their commands."""

THEMES = {
    "material": "light and dark, instant navigation on and off",
    "mkdocs": "light and dark; set `highlightjs: false`, or pages ask a CDN",
    "readthedocs": "light; set `highlightjs: false`, or pages ask a CDN",
}
"""Themes of which `tests/builds` builds sites, and `tests/browser` visits them."""

PLUGINS = ("privacy", "offline", "tags", "minify")
"""Plugins beside which `tests/browser/test_publishing.py` builds a site, and computes in its pages."""
PLUGINS_ALONE = ("search", "social", "mike")
"""Plugins that have a test of their own there."""


class Browser(NamedTuple):
    """A browser.

    Attributes:
        engine: What the tests start.
        covers: What they do in it; empty where they do not start it.
        least: The least version that should do: derived from the features that the scripts use, not run.
        why: The feature that decides it.
    """

    engine: str
    covers: str
    least: str
    why: str


BROWSERS = {
    "Chrome, Edge": Browser("Chromium", "all of `tests/browser`", "120", "`URL.canParse`"),
    "Firefox": Browser(
        "Firefox",
        "the smoke set of `tests/browser/smoke.py` in this documentation",
        "121",
        "`:has()`",
    ),
    "Safari": Browser("WebKitGTK", "the same smoke set", "17", "`URL.canParse`"),
}
"""Browsers by the names that readers know. `covers` belongs to the tests that start them."""

BY_HAND = {
    "MaterialX": (
        "`mkdocs-materialx` 10.2.2",
        "`theme: materialx`",
        "MkDocs 1.6.1, ProperDocs 1.6.7",
    ),
    "MkDocs NG": ("`mkdocs-ng` 1.8.0, `mkdocs-ng-material` 9.7.7", "unchanged", "its own `mkdocs`"),
}
"""Forks that were tried once and are not in the suite: the packages, the theme in `mkdocs.yml`, and the engine."""

THEMES_BY_HAND = {
    "darkly": ("mkdocs-bootswatch 1.1", "readable; it loads highlight.js from a CDN"),
    "simple-blog": ("mkdocs-simple-blog 0.6.1", "readable"),
    "terminal": ("mkdocs-terminal 4.8.0", "readable; each field is as wide as the page"),
}
"""Other themes in which a course from `quantlab new` was built, looked at and used in Chromium: the package, and what was seen."""

PLUGINS_BY_HAND = {
    "mkdocs-jupyter": (
        "mkdocs-jupyter 0.26.3, nbconvert 7.17.2",
        "notebooks build; a directive in a cell has no effect, and ends the build with the cell's number",
    )
}
"""Plugins beside which a site was built by hand."""

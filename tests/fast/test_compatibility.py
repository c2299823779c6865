"""The page on compatibility says what the tests run, with the versions that they install."""

from __future__ import annotations

import importlib.util

import pytest

from tests.compatibility import BROWSERS, ENGINES, PLUGINS_ALONE, THEMES
from tests.paths import ROOT


@pytest.fixture
def table(monkeypatch):
    monkeypatch.chdir(ROOT)
    spec = importlib.util.spec_from_file_location(
        "compatibility_table", ROOT / "docs/compatibility_table.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_engine_has_its_locked_version(table):
    printed = table.builds()
    for engine in ENGINES:
        assert f"| {table.NAMES[engine]} | {table.locked(engine)} |" in printed
    for theme in THEMES:
        assert f"Theme `{theme}`" in printed
    with pytest.raises(LookupError):
        table.locked("no-such-package")


def test_every_browser_has_a_least_version(table):
    printed = table.browsers()
    for name, browser in BROWSERS.items():
        assert f"| {name} | " in printed
        assert browser.least.isdigit()
        assert (browser.covers or "not in the tests") in printed


@pytest.mark.parametrize(
    "file", ["builds/test_builds.py", "browser/test_themes.py", "browser/test_publishing.py"]
)
def test_tests_take_their_parameters_from_it(file):
    assert "from tests.compatibility import" in (ROOT / "tests" / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("plugin", PLUGINS_ALONE)
def test_plugins_alone_have_a_test(plugin):
    text = (ROOT / "tests/browser/test_publishing.py").read_text(encoding="utf-8")
    assert f"{plugin}" in text
    assert any(plugin in line for line in text.splitlines() if "plugins:" in line)

"""The smoke set in Debian's Firefox, and what only Firefox has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.engines.firefox import Firefox
from tests.browser.engines.tab import ENTER
from tests.browser.smoke import CHAT_BOX, READY, Smoke, home, ollama
from tests.browser.test_other_engines import RED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.conftest import Server
    from tests.browser.engines.tab import Tab

__all__ = ["home", "ollama"]


@pytest.fixture(scope="module")
def tab(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """Firefox."""
    profile = tmp_path_factory.mktemp("profile")
    with Firefox(profile, server.origin.removeprefix("http://")) as tab:
        yield tab


class TestFirefox(Smoke):
    def test_a_model_in_the_page(self, tab: Tab, home: str) -> None:
        tab.open(f"{home}widgets/chat/")
        tab.wait(READY)
        tab.click(CHAT_BOX)
        tab.keys("a red circle" + ENTER)
        tab.wait("() => document.querySelector('.quantlab-chat-figures') !== null")
        assert tab.wrong() == []

    def test_a_picture_is_not_read_as_noise(
        self, server: Server, home: str, tmp_path: Path
    ) -> None:
        """Firefox with what Tor Browser sets."""
        picture = tmp_path / "red.svg"
        picture.write_bytes(RED)
        profile = tmp_path / "profile"
        profile.mkdir()
        wanted = {"privacy.resistFingerprinting": True}
        with Firefox(profile, server.origin.removeprefix("http://"), **wanted) as tab:
            tab.open(f"{home}widgets/quantization-palette/")
            tab.wait(READY)
            tab.files("quantlab-widget [type=file]", picture)
            tab.wait_text(".quantlab-status", "gives pages noise")

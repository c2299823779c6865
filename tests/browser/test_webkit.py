"""The smoke set in Debian's WebKit, the engine of Safari, and what only WebKit lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.engines.webkit import WebKit
from tests.browser.smoke import READY, Smoke, home, ollama

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import Server
    from tests.browser.engines.tab import Tab

__all__ = ["home", "ollama"]


@pytest.fixture(scope="module")
def tab(server: Server) -> Iterator[Tab]:
    """WebKit."""
    with WebKit(server.origin.removeprefix("http://")) as tab:
        yield tab


class TestWebKit(Smoke):
    def test_no_model_in_the_page_and_a_sentence(self, tab: Tab, home: str) -> None:
        tab.open(f"{home}widgets/chat/")
        tab.wait(READY)
        assert "no 64-bit memory" in tab.text(".quantlab-chat-page")
        tab.run(
            "() => [...document.querySelectorAll('quantlab-chat summary')].find(e => e.textContent === 'Compare models').click()"
        )
        tab.wait(
            "() => [...document.querySelectorAll('quantlab-chat button')].some(e => e.textContent === 'Start')"
        )
        # Nothing is offered that would fetch what cannot run.
        buttons = tab.run(
            "() => [...document.querySelectorAll('quantlab-chat [type=submit]')].map(e => [e.textContent, e.disabled])"
        )
        assert buttons == [["Send", True], ["Start", True]]
        assert "from this site: the files" not in tab.run(
            "() => document.querySelector('quantlab-chat').textContent"
        )
        assert tab.wrong() == []

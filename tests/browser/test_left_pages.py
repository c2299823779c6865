"""What our elements keep of a page that was left, where the document lives on as it does with instant navigation: nothing.

Material's own script keeps the content of every page of a visit (3,800 nodes a page of these docs, with our scripts or without), so
the content is put in and taken out here without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import CDPSession

    from tests.browser.conftest import Site, Visit

FETCH = """async url => {
  const text = await (await fetch(url)).text();
  window.left = new DOMParser().parseFromString(text, 'text/html').querySelector('[role=main]').innerHTML;
}"""

ENTER = "document.querySelector('[role=main]').innerHTML = left"
LEAVE = "document.querySelector('[role=main]').replaceChildren()"
READY = """() => [...document.querySelectorAll('quantlab-widget, quantlab-chat, quantlab-evidence, quantlab-evidence-sheet')]
  .every(e => e.hasAttribute('data-ready'))"""


def counted(browser: CDPSession) -> dict[str, int]:
    """Documents, nodes and listeners that are still there once all garbage is collected."""
    for _ in range(4):
        browser.send("HeapProfiler.collectGarbage")
    return browser.send("Memory.getDOMCounters")


@pytest.mark.parametrize("name", ["index", "chat", "evidence", "lab-1", "compare", "methods"])
def test_nothing_of_a_left_page_is_kept(
    visit: Callable[..., Visit], site: Callable[[str], Site], name: str
) -> None:
    lab = visit("mkdocs", page="plain")
    page = lab.page
    browser = lab.context.new_cdp_session(page)
    browser.send("HeapProfiler.enable")
    page.evaluate(FETCH, site("mkdocs").page(name))
    kept = []
    for _ in range(4):
        page.evaluate(ENTER)
        page.wait_for_function(READY)
        page.wait_for_timeout(300)
        page.evaluate(LEAVE)
        page.wait_for_timeout(100)
        kept.append(counted(browser))
    # The first visit fetches scripts, which stay.
    assert kept[-1] == kept[1]

"""Widgets where no theme of MkDocs's is: in a page of plain HTML, in a frame of another page, behind a service worker."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt
from playwright.sync_api import expect

from mkdocs_quantlab.cli import main
from tests.browser.test_hosts import built, draws, edits

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Server

__all__ = ["built"]

PAGE = '<!doctype html>\n<html lang="en"><head><title>Mine</title><link rel="icon" href="data:,"></head>\n<body>\n{}</body></html>\n'


@pytest.fixture
def mine(tmp_path: Path, server: Server) -> Path:
    """The folder of a site that the server has under the name `mine`."""
    server.sites["mine"] = tmp_path
    return tmp_path


def exported(folder: Path, directive: str) -> str:
    args = ["export", str(folder / "files/quantlab"), "--folder-url", "files/quantlab"]
    done = CliRunner().invoke(main, [*args, "--widget", directive])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("render", [str, MarkdownIt("commonmark").render], ids=["HTML", "Markdown"])
def test_exported_html_in_a_page_of_its_own(visit, server, mine, render):
    text = exported(mine, "data-quantization-explorer id=explorer")
    text += "\nSome words.\n\n" + exported(mine, "data-quantization-grid-explorer id=grid")
    (mine / "index.html").write_text(PAGE.format(render(text)), encoding="utf-8")
    lab = visit(url=f"{server.origin}/mine/")
    draws(lab.widget("explorer"))
    edits(lab)
    assert lab.widget("grid").root.evaluate("e => getComputedStyle(e).display") == "block"


def test_a_page_with_a_figure_in_a_frame(visit, server, mine, built):
    server.sites["hosts"] = built
    frame = f'<iframe src="{server.origin}/hosts/" title="Lab" width="900" height="700"></iframe>'
    (mine / "index.html").write_text(PAGE.format(frame), encoding="utf-8")
    lab = visit(url=f"{server.origin}/mine/")
    root = lab.page.frame_locator("iframe").locator("#explorer")
    expect(root).to_have_attribute("data-ready", "")
    root.locator("[name=weight]").first.fill("0.25")
    expect(root.locator("figure")).to_contain_text("the weight 0.25 ")


CACHES_ALL = """
const NAME = "all";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));
self.addEventListener("fetch", (event) => event.respondWith(answer(event.request)));
async function answer(request) {
  const cache = await caches.open(NAME);
  const known = await cache.match(request);
  if (known) return known;
  const response = await fetch(request);
  if (request.method === "GET" && response.ok) await cache.put(request, response.clone());
  return response;
}
"""


def test_a_site_whose_service_worker_caches_everything(visit, server, mine, built):
    shutil.copytree(built, mine, dirs_exist_ok=True)
    (mine / "sw.js").write_text(CACHES_ALL, encoding="utf-8")
    lab = visit(url=f"{server.origin}/mine/")
    lab.page.evaluate("""async () => {
      await navigator.serviceWorker.register("sw.js");
      await navigator.serviceWorker.ready;
    }""")
    lab.wait_for("navigator.serviceWorker.controller")
    lab.page.reload(wait_until="domcontentloaded")
    draws(lab.widget("explorer"))
    edits(lab)
    asked = len(server.asked)
    lab.page.reload(wait_until="domcontentloaded")
    draws(lab.widget("explorer"))
    edits(lab)
    again = [url for url in server.asked[asked:] if not url.endswith("/sw.js")]
    assert not again, "all came from the worker's cache"

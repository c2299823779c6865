"""A smoke set of the built documentation for browsers that the other tests do not drive: `test_firefox.py` and `test_webkit.py` run it.

It says that what a page promises happens, in each engine, and that readers' code gets out in none. Visits to all pages and the escapes take
long: they are of `make slow`. How it looks and every turn it may take is for the tests in Chromium.
"""

from __future__ import annotations

import json
import re
import threading
import time
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.browser import escapes
from tests.browser.engines.tab import ARROW_RIGHT, ENTER, TAB, WAIT_SECONDS, WATCH, Tab
from tests.browser.escapes import ALONE, BATCHES, ENDLESS_LINE, TRUNCATED_LINE, Attempts
from tests.browser.test_chat_hostile import ALLOWED, BEACON, RUN
from tests.gguf_files import write_gguf
from tests.paths import ROOT
from tests.servers.ollama_models import Script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.browser.conftest import Server, Site
    from tests.servers.ollama import Ollama

OURS = "quantlab-widget, quantlab-chat, quantlab-evidence, quantlab-evidence-sheet, quantlab-objectives"

# An element in a page's HTML: its tag or, of a widget, its name.
KIND = re.compile(r"<(quantlab-(?!widget)[a-z-]+)|<quantlab-widget[^>]* name=\"?([a-z-]+)")

# Whether all elements of a page are upgraded, or what they say in place of it.
READY = f"""() => document.readyState === 'complete'
  && [...document.querySelectorAll('{OURS}')].every(e => e.hasAttribute('data-ready'))"""

# What is wrong with how a page is laid out.
LAYOUT = f"""() => {{
  const {{scrollWidth, clientWidth}} = document.documentElement;
  const wide = scrollWidth > clientWidth ? [`${{scrollWidth}} px wide in ${{clientWidth}} px`] : [];
  const seen = [...document.querySelectorAll(':is({OURS}) [hidden]')].filter(e => getComputedStyle(e).display !== 'none');
  return [...wide, ...seen.map(e => `hidden, but seen: ${{e.outerHTML.slice(0, 100)}}`)];
}}"""

CHAT_BOX = "quantlab-chat[data-ready] .quantlab-chat-bottom textarea"
WIDGET = "quantlab-widget[data-ready]"
DRAWN = "The figure is drawn with this code."

HOSTILE = [
    ("script", "alone"), ("broken image", "alone"), ("frame", "alone"), ("link", "alone"), ("refresh", "alone"),
    ("style with an import", "alone"), ("svg load", "alone"), ("svg image", "alone"), ("svg use", "alone"),
    ("svg paint", "alone"), ("markdown image", "alone"), ("look-up", "alone"), ("form", "alone"),
]  # fmt: skip


@pytest.fixture(scope="module")
def home(server: Server, docs: Path) -> Iterator[str]:
    """The address of the documentation, whose pages note their errors."""
    server.sites["repo"] = docs
    with server.inserted(WATCH):
        yield f"{server.origin}/repo/"


@pytest.fixture
def ollama(start_ollama: Callable[..., Ollama]) -> Ollama:
    """A model server, whose models say what a test has them say."""
    return start_ollama()


def _start_chat(tab: Tab, home: str, ollama: Ollama) -> None:
    """Opens a chat and connects it to a server."""
    tab.open(f"{home}widgets/chat/")
    tab.wait(READY)
    tab.run(
        "() => document.querySelectorAll('quantlab-chat details').forEach(e => (e.open = true))"
    )
    tab.fill("quantlab-chat [type=url]", ollama.url)
    tab.keys(TAB)
    tab.fill(".quantlab-chat-send > label input", "tiny:q4")
    tab.click(CHAT_BOX)


def _pages(docs: Path) -> tuple[list[str], list[str]]:
    """Pages that together have each kind of element, and all others."""
    kinds = {
        path.parent.relative_to(docs).as_posix(): {
            tag or name for tag, name in KIND.findall(path.read_text(encoding="utf-8"))
        }
        for path in sorted(docs.rglob("index.html"))
    }
    assert len(kinds) > 80
    left = set[str]().union(*kinds.values())
    assert len(left) > 15
    few = []
    while left:
        few.append(max(kinds, key=lambda page: len(kinds[page] & left)))
        left -= kinds[few[-1]]
    return few, [page for page in kinds if page not in few]


def _visit_pages(tab: Tab, home: str, pages: list[str]) -> None:
    """Goes to pages, on which there must be no error, nothing that stays undone, and nothing that is too wide."""
    tab.resize(1200, 1000)
    wrong = {}
    for page in pages:
        tab.open(home if page == "." else f"{home}{page}/")
        tab.wait(READY, seconds=60)
        found = [*tab.wrong(), *tab.run(LAYOUT)]
        if found:
            wrong[page] = found
    assert wrong == {}


class Smoke:
    """The tests, for a module that has the fixture `tab`."""

    def test_a_page_of_each_element(self, tab: Tab, home: str, docs: Path) -> None:
        _visit_pages(tab, home, _pages(docs)[0])

    @pytest.mark.slow
    @pytest.mark.timeout(1800)
    def test_all_other_pages(self, tab: Tab, home: str, docs: Path) -> None:
        _visit_pages(tab, home, _pages(docs)[1])

    def test_frames_and_python(self, tab: Tab, home: str, server: Server) -> None:
        tab.open(f"{home}widgets/quantization-explorer/")
        tab.wait(READY)
        asked = len(server.asked)
        tab.click("[name=bits][value='3'] + *")
        tab.wait_text(".quantlab-result", "At 3 bits")
        tab.keys(ARROW_RIGHT)
        tab.wait_text(".quantlab-result", "At 4 bits")
        assert not [url for url in server.asked[asked:] if "pyodide" in url]
        tab.fill("[name=weight]", "0.5")
        # Stopped while it starts, and begun again.
        tab.wait("() => !document.querySelector('.quantlab-stop').hidden")
        tab.run("() => document.querySelector('.quantlab-stop').click()")
        tab.wait_text(".quantlab-status", "Stopped")
        tab.fill("[name=weight]", "0.25")
        tab.wait_text(".quantlab-result", "weight 0.25")
        tab.fill("[name=weight]", "-0.125")
        tab.wait_text(".quantlab-result", "weight -0.125")
        tab.fill("[name=weight]", "x")
        tab.wait(
            "() => document.querySelector('[name=weight]').ariaInvalid === 'true' || /takes/.test(document.querySelector('.quantlab-status').innerText)"
        )
        assert tab.wrong() == []

    def test_evidence(self, tab: Tab, home: str) -> None:
        tab.open(f"{home}guide/evidence/")
        tab.run("() => localStorage.clear()")
        tab.open(f"{home}guide/evidence/")
        tab.wait(READY)
        box = "quantlab-evidence textarea"
        tab.click(box)
        tab.keys("kept")
        tab.open(f"{home}guide/evidence/")
        tab.wait(f"() => document.querySelector('{box}')?.value === 'kept'")
        saved = tab.run(
            """async () => {
              const made = URL.createObjectURL;
              let blob;
              URL.createObjectURL = given => { blob = given; return 'about:blank#'; };
              HTMLAnchorElement.prototype.click = () => {};
              [...document.querySelectorAll('quantlab-evidence-sheet button')].find(e => /JSON/.test(e.textContent)).click();
              URL.createObjectURL = made;
              return blob.text();
            }"""
        )
        assert "kept" in json.dumps(json.loads(saved))
        # A box grows with its text, whether or not the engine has `field-sizing`.
        for at in (box, "quantlab-evidence td textarea"):
            tab.click(at)
            tab.keys("\n".join("lines") if "td" not in at else "a\nb\nc")
        assert (
            tab.run(
                "() => [...document.querySelectorAll('quantlab-evidence textarea')].filter(e => e.scrollHeight > e.offsetHeight + 2).map(e => [e.value, e.scrollHeight, e.offsetHeight, e.clientHeight, e.style.height])"
            )
            == []
        )
        assert tab.wrong() == []

    def test_a_file(self, tab: Tab, home: str, tmp_path: Path) -> None:
        file = write_gguf(tmp_path / "picked-Q4_K_M.gguf", file_type=15)
        tab.open(f"{home}widgets/gguf-inspect/")
        tab.wait(READY)
        tab.files(f"{WIDGET} [type=file]", file)
        tab.wait_text(".quantlab-result", "picked-Q4_K_M")
        assert tab.wrong() == []

    def test_an_answer_streams(self, tab: Tab, home: str, ollama: Ollama) -> None:
        released = threading.Event()

        def words() -> Iterator[str]:
            yield "First "
            assert released.wait(WAIT_SECONDS)
            yield "last."

        ollama.script = lambda request: Script(words())
        _start_chat(tab, home, ollama)
        tab.keys("Go" + ENTER)
        tab.wait_text("quantlab-chat article", "First")
        assert not tab.run("() => document.querySelector('.quantlab-chat-figures') !== null")
        released.set()
        tab.wait_text("quantlab-chat article", "First last.")
        tab.wait("() => document.querySelector('.quantlab-chat-figures') !== null")
        # And is stopped: the server is left.
        ollama.script = lambda request: Script(["more "] * 2000, pause=0.05)
        tab.click(CHAT_BOX)
        tab.keys("On" + ENTER)
        tab.wait_text("quantlab-chat article", "more more")
        tab.run(
            "() => [...document.querySelectorAll('quantlab-chat button')].find(e => e.textContent === 'Stop').click()"
        )
        tab.wait_text("quantlab-chat article", "Stopped")
        assert tab.wrong() == []

    def test_hostile_answers(self, tab: Tab, home: str, ollama: Ollama, server: Server) -> None:
        corpus = yaml.safe_load((ROOT / "tests/browser/hostile.yml").read_text(encoding="utf-8"))
        texts = []
        for vector, container in HOSTILE:
            text = corpus["containers"][container].replace("VECTOR", corpus["vectors"][vector])
            texts.append(text.replace("RUN", RUN).replace("BEACON", BEACON))
        ollama.script = lambda request: Script(texts[int(request["messages"][-1]["content"])])
        strays = len(server.strays)
        _start_chat(tab, home, ollama)
        for number, text in enumerate(texts):
            tab.run(
                "() => [...document.querySelectorAll('quantlab-chat button')].find(e => e.textContent === 'Clear').click()"
            )
            tab.run(f"() => document.querySelector('{CHAT_BOX}').focus()")
            tab.keys(f"{number}" + ENTER)
            tab.wait("() => document.querySelector('.quantlab-chat-figures') !== null")
            assert "Failed" not in tab.text(".quantlab-chat-figures"), text
            assert tab.run(f"() => ({ALLOWED})(document.querySelector('quantlab-chat'))") == [], (
                text
            )
        tab.run("() => new Promise(resolve => setTimeout(resolve, 300))")
        assert not tab.run("() => Boolean(window.pwned)")
        assert not [stray for stray in server.strays[strays:] if "beacon" in stray]

    def test_a_beacon_would_be_seen(self, tab: Tab, home: str, server: Server) -> None:
        """What the test before this one relies on."""
        tab.open(home)
        tab.run("address => fetch(address).catch(() => {})", f"{BEACON}/control")
        assert [stray for stray in server.strays if stray.startswith(BEACON)]
        server.strays.clear()

    def test_code_without_end_is_stopped(
        self, tab: Tab, server: Server, site: Callable[[str], Site]
    ) -> None:
        attempts = Attempts(tab, server, site("mkdocs").page(), checked=False)
        tab.run(escapes.RUN, ENDLESS_LINE)
        attempts.wait("() => !document.querySelector('#quantlab-2 .quantlab-stop').hidden")
        attempts.draws("0.25")  # meanwhile
        tab.run("() => document.querySelector('#quantlab-2 .quantlab-stop').click()")
        tab.wait_text("#quantlab-2 .quantlab-status", "Stopped")
        assert attempts.run(ENDLESS_LINE) == "The code was stopped after 10 seconds."
        assert attempts.run(TRUNCATED_LINE) == DRAWN

    @pytest.mark.slow
    @pytest.mark.timeout(1800)
    def test_code_reaches_nothing(
        self, tab: Tab, server: Server, site: Callable[[str], Site]
    ) -> None:
        attempts = Attempts(tab, server, site("mkdocs").page())
        for batch in BATCHES:
            assert attempts.run(escapes.code(server.origin, batch)) == DRAWN
            time.sleep(0.5)  # for what goes on after the run
            assert attempts.reached() == []
        attempts.draws("0.25")
        assert attempts.run(TRUNCATED_LINE) == DRAWN

    @pytest.mark.slow
    @pytest.mark.timeout(1800)
    def test_nothing_that_is_forged_or_broken_is_shown(
        self, tab: Tab, server: Server, site: Callable[[str], Site]
    ) -> None:
        attempts = Attempts(tab, server, site("mkdocs").page())
        for name, text in ALONE.items():
            assert attempts.run(escapes.code(server.origin, {name: text})), name
            assert "pwned" not in tab.run(
                "() => document.querySelector('#quantlab-2 > figure').innerHTML"
            ), name
            assert attempts.reached() == [], name
        attempts.draws("0.25")
        assert attempts.run(TRUNCATED_LINE) == DRAWN

"""Code of a reader that tries to get out, in any browser: the same texts, the same page, and what must be as it was.

A browser is whatever has `open` and `run`, as `Reader` describes them: make `Attempts` of it, give its `run` the `code` of each of
`BATCHES`, then of each of `ALONE`, and ask for what was `reached`.
"""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, Any, Protocol

import yaml

from tests.live import text_of
from tests.paths import ROOT

if TYPE_CHECKING:
    from tests.browser.conftest import Server

ESCAPES = yaml.safe_load((ROOT / "tests/browser/escapes.yml").read_text(encoding="utf-8"))
TOGETHER: dict[str, str] = ESCAPES["together"]
ALONE: dict[str, str] = ESCAPES["alone"]

BATCHES = [dict(list(TOGETHER.items())[i : i + 40]) for i in range(0, len(TOGETHER), 40)]
"""`TOGETHER` in texts that the editor takes at once in every browser."""

GRID = "quantization-grid-explorer"
ORIGINAL = text_of(GRID, "symmetric")
TRUNCATED = ORIGINAL.replace("stored(weight, self.scale)", "int(weight / self.scale)")

AWAY = "http://away.test/escape"
"""Another server, which nobody may ask."""

# What the code begins with. It gets at the browser through the importer of `js`, which Python keeps.
BEGINNING = '''
import sys
_found = next(finder.jsproxies for finder in sys.meta_path if hasattr(finder, "jsproxies"))
from pyodide.ffi import create_proxy as proxy, to_js

class names(dict):
    """A copy for each escape."""

js, pyodide_js = _found["js"], _found["pyodide_js"]
home, away, port = HOME, AWAY, PORT

def obj(**given):
    return to_js(given, dict_converter=js.Object.fromEntries)

def blob(text):
    return js.URL.createObjectURL(js.Blob.new(to_js([text]), obj(type="text/javascript")))

def inherited(name):
    place = js.Object.getPrototypeOf(js)
    while place is not None:
        found = js.Object.getOwnPropertyDescriptor(place, name)
        if found is not None:
            return found.value
        place = js.Object.getPrototypeOf(place)
    raise LookupError(name)

def escape(text):
    try:
        exec(text, {**globals()})
    except BaseException:
        pass
'''


def code(server: str, escapes: dict[str, str]) -> str:
    """Python that tries these escapes, then defines the scheme as it is in the engine.

    One line, so that no editor indents anything.

    Args:
        server: The origin that the page is of.
        escapes: Texts by name.
    """
    beginning = BEGINNING.replace("HOME", repr(f"{server}/escape/")).replace("AWAY", repr(AWAY))
    tries = []
    for name, text in escapes.items():
        place = f"home = {server + '/escape/' + name.replace(' ', '-')!r}\n"
        tries.append(f"escape({place + text!r})\n")
    whole = beginning.replace("PORT", server.rpartition(":")[2]) + "".join(tries) + ORIGINAL
    packed = base64.b64encode(whole.encode()).decode()
    return f"import base64; exec(base64.b64decode('{packed}'))"


class Reader(Protocol):
    """A tab of some browser."""

    def open(self, url: str) -> None:
        """Goes to a page."""

    def run(self, function: str, *args: Any) -> Any:
        """Calls a JavaScript function, which may be async, with JSON values, and gives its JSON value."""


# Marks what the page has, and listens.
WATCH = """() => {
  for (const storage of [localStorage, sessionStorage]) storage.setItem('kept', 'page');
  document.cookie = 'kept=page';
  window.heard = [];
  addEventListener('message', ({data}) => heard.push(`message ${JSON.stringify(data)}`));
  for (const name of ['quantlab', 'escape']) {
    new BroadcastChannel(name).onmessage = ({data}) => heard.push(`broadcast ${JSON.stringify(data)}`);
  }
}"""

# All of a page that code might have changed, but for the figure that is drawn with it, and for what the page keeps of it for
# a reader who comes back (keepLink).
STATE = """async () => {
  const names = object => Reflect.ownKeys(object).map(String).filter(name => !/^[0-9]+$/.test(name)).sort().join();
  const html = selector => [...document.querySelectorAll(selector)].map(element => element.outerHTML);
  return {
    heard: window.heard,
    address: location.href,
    title: document.title,
    cookie: document.cookie,
    local: {...localStorage},
    session: Object.fromEntries(Object.entries(sessionStorage).filter(([name]) => !name.startsWith('quantlab '))),
    databases: (await indexedDB.databases()).length,
    caches: await caches.keys(),
    serviceWorkers: (await navigator.serviceWorker.getRegistrations()).length,
    globals: names(window),
    prototypes: [Object, Array, Function, Promise, MessagePort, MessageEvent, EventTarget].map(each => names(each.prototype)),
    loaded: html('script, link, base, meta, object, embed, img:not(.cm-widgetBuffer), iframe:not([sandbox="allow-scripts"])'),
    figure: html('#quantlab-1 > figure'),
  };
}"""

EDIT = """async () => {
  const code = document.querySelector('#quantlab-2 .quantlab-code');
  code.open = true;
  const until = async (found) => { while (!found()) await new Promise(done => setTimeout(done, 20)); };
  code.querySelector('button').click();
  await until(() => code.querySelector('.cm-content'));
}"""

# Puts code in the place of what stands in the editor, and presses Run.
RUN = """async code => {
  const panel = document.querySelector('#quantlab-2 .quantlab-code');
  const content = panel.querySelector('.cm-content');
  content.focus();
  getSelection().selectAllChildren(content);
  document.execCommand('insertText', false, code);
  await new Promise(done => setTimeout(done, 50));
  panel.querySelectorAll('button')[1].click();
}"""

SAID = """() => {
  const widget = document.querySelector('#quantlab-2');
  const said = widget.querySelector('.quantlab-code p[role=status]').textContent;
  return widget.hasAttribute('data-busy') ? '' : said;
}"""


class Attempts:
    """A page in which code tries to get out.

    Args:
        reader: A tab.
        server: Serves the page.
        url: The page: an explorer of one weight, then one of a layer.
        checked: Code without any such intention is run first.
    """

    def __init__(self, reader: Reader, server: Server, url: str, *, checked: bool = True) -> None:
        self.reader = reader
        self.server = server
        reader.open(url)
        self.wait("() => document.querySelector('#quantlab-2')?.hasAttribute('data-ready')")
        self.wait("() => document.readyState === 'complete'")
        self.draws("0.5")  # the page's own Python is there
        reader.run(EDIT)
        reader.run(WATCH)
        self.begun = len(server.asked)
        self.strays = len(server.strays)
        if checked:
            self.run(TRUNCATED_LINE)
        self.before = reader.run(STATE)

    def wait(self, function: str, seconds: float = 60) -> Any:
        """Calls a function until its value counts as true."""
        end = time.monotonic() + seconds
        while not (value := self.reader.run(function)):
            assert time.monotonic() < end, f"waited for {function}"
            time.sleep(0.05)
        return value

    def draws(self, weight: str) -> None:
        """The page's own Python draws another figure."""
        self.reader.run(
            """weight => {
              const box = document.querySelector('#quantlab-1 [name=weight]:not([type=range])');
              box.value = weight;
              box.dispatchEvent(new Event('input', {bubbles: true}));
            }""",
            weight,
        )
        words = f"'the weight {weight} '"
        self.wait(
            f"() => document.querySelector('#quantlab-1 figure').textContent.includes({words})"
        )

    def run(self, text: str) -> str:
        """Runs code, and gives what the page says of it."""
        self.reader.run(RUN, text)
        return self.wait(SAID)

    def reached(self) -> list[str]:
        """What of page and servers is not as it was."""
        found = [url for url in self.server.asked[self.begun :] if "/escape" in url]
        found += self.server.strays[self.strays :]
        for key, value in self.reader.run(STATE).items():
            before = self.before[key]
            if value != before:
                new = (
                    [each for each in value if each not in before]
                    if isinstance(value, list)
                    else value
                )
                found.append(f"{key}: {new}")
        return found


def one_line(text: str) -> str:
    """The same Python in one line."""
    return f"import base64; exec(base64.b64decode('{base64.b64encode(text.encode()).decode()}'))"


TRUNCATED_LINE = one_line(TRUNCATED)
ENDLESS_LINE = one_line(f"while True: pass\n{ORIGINAL}")

"""Real sites in a real Chromium: what the browser tests share.

Sites are built once a session with the MkDocs command, as an author would, and served in the manner of GitHub Pages.
Every visit is watched: a request that leaves the site's origin, or an error in the console, fails its test.
"""

from __future__ import annotations

import json
import re
import shutil
import threading
from contextlib import contextmanager
from copy import copy
from functools import cache
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.gguf_files import write_gguf
from tests.oracle.quantized import source
from tests.oracle.recipes import Case
from tests.servers.quiet import QuietServer
from tests.shared import ORIGIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Locator

    from tests.shared import Shared

# Its assertions say what they found, though no test module.
pytest.register_assert_rewrite("tests.browser.smoke")

# Python in the page starts in a second or two, but the machine may be doing other things.
PATIENCE = 20_000

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


# Sites

PAGES = {
    "index.md": """# Lab

[Before](plain.md)

<div data-quantization-explorer></div>

[Between](plain.md)

<div data-quantization-grid-explorer></div>

[After](plain.md)

[To the author's own](own.md)
""",
    "own.md": """# The author's own

<div data-quantization-explorer id="single" data-bits="3" data-weight="0.5" data-max="1"></div>

<div data-quantization-grid-explorer id="layer" data-bits="5" data-weights="0.5 -0.25 1 0.125 -0.75"></div>

[To the lab](index.md)
""",
    "wide.md": """# As wide as it gets

<div data-quantization-explorer data-bits="8" data-max="1000" data-weight="-999.123456789"></div>

<div data-quantization-grid-explorer data-bits="8" data-preset="gaussian" data-count="256" data-block="4"></div>
""",
    "block.md": """# A block

<div data-quantization-block data-format="Q4_K" data-compare="Q4_0"></div>
""",
    "legacy.md": """# A small block

<div data-quantization-block></div>
""",
    "stored.md": """# A block of a file

<div data-quantization-block data-tensor="q4:blk.0.attn_q.weight[1]"></div>
""",
    "formats.md": """# Formats

<div data-quantization-formats></div>
""",
    "measured.md": """# Formats on a tensor

<div data-quantization-formats data-tensor="f32:blk.0.attn_q.weight"></div>
""",
    "compare.md": """# Files

<div data-gguf-compare data-models="f32 q4"></div>
""",
    "inspect.md": """# The reader's files

<div data-gguf-inspect></div>
""",
    "memory.md": """# Memory

<div data-model-memory></div>
""",
    "contest.md": """# A contest

<div data-quantization-challenge></div>
""",
    "quantize.md": """# A model to quantize

<div data-gguf-quantize data-model="f16"></div>

<div data-quantization-challenge data-start="absmax8"></div>

<div data-quantization-grid-explorer data-block="64"></div>
""",
    "recipe.md": """# A recipe

<div data-gguf-recipe data-compare="Q4_K_S"></div>
""",
    "methods.md": """# Methods

<div data-quantization-layer id="layer"></div>

<div data-quantization-qat id="qat"></div>

<div data-quantization-quality id="quality"></div>

<div data-quantization-palette id="palette"></div>
""",
    "chat.md": """# A chat

<div data-quantlab-chat data-endpoint="" data-models="tiny:q4 tiny:q6" data-seed="7" data-max_tokens="400"></div>

[To the lab](index.md)
""",
    "drawings.md": """# A chat that marks drawings

<div data-quantlab-chat data-endpoint="" data-models="tiny:q4 tiny:q6" data-seed="7" data-marks="on"></div>
""",
    "rules.md": """# A chat whose prompts have rules

<div data-quantlab-chat data-endpoint="" data-models="tiny:q4 tiny:q6" data-seed="7"
data-prompts="Say something. | What is 17 × 23? => {number: 391}"></div>
""",
    "lab-1.md": """# A lab

<!-- breakout-style: card -->
<!-- step-style: badge -->
<!-- objective-style: card -->

## Objective 1: Round

<div class="lab-callout lab-callout--warning">Careful.</div>

### Explore: The line

<div data-quantization-explorer></div>

### Execute: By hand

1. Compute the scale.
2. Round, and say what a long sentence says that needs more than one line on the screen of a phone.

## Objective 2: Compare

### Execute: Write it down

1. Once.

## Elsewhere

[To the other lab](lab-2.md)
""",
    "lab-2.md": """# Another lab

<!-- step-style: underline -->

## Objective 1: Round

### Execute: By hand

1. Compute the scale.

## Elsewhere

[To the first lab](lab-1.md)
""",
    "evidence.md": """# Evidence lab

<!-- breakout-style: instruction-rails -->

## Objective 1: Break it

<div data-quantization-explorer></div>

### Execute: Collect

<div data-lab-evidence="text" data-name="first-broken" data-label="What broke first?" data-hint="One or two sentences."></div>

<div data-lab-evidence="number" data-name="snr" data-label="Signal-to-noise ratio at 4 bits" data-unit="dB" data-min="0" data-max="60"></div>

1. A step.

    <div data-lab-evidence="choice" data-name="keep" data-label="Which would you keep?" data-options="Q4_K_M | Q6_K | Neither"></div>

<div data-lab-evidence="table" data-name="seeds" data-label="Five seeds" data-columns="Seed | Q4 right? | Q6 right?" data-rows="2"></div>

<div data-lab-evidence="table" data-name="given" data-label="Bits" data-columns="Weights per scale | Bits" data-first="16 | 4"></div>

<div data-lab-evidence="widget" data-name="figure" data-label="The figure at 3 bits"></div>

<div data-lab-evidence="answer" data-name="best" data-label="The best answer"></div>

<div data-lab-evidence="sheet"></div>

## Objective 2: Compare

<div data-quantlab-chat data-endpoint="" id="chat" data-models="tiny:q4 tiny:q6" data-seed="7" data-max_tokens="400"></div>

[To the lab](index.md)
""",
    "evidence-2.md": """# Other evidence

<div data-lab-evidence="text" data-name="first-broken" data-label="What broke first, here?"></div>
""",
    "plain.md": """# No widget here

[To the lab](index.md)

[To three bits](index.md?quantlab-1.bits=3#quantlab-1)

[To half a weight](index.md?quantlab-1.weight=0.5)
""",
}

MATERIAL = {
    "name": "material",
    "font": False,
    "palette": [
        {"scheme": "default", "toggle": {"icon": "material/weather-night", "name": "Dark"}},
        {"scheme": "slate", "toggle": {"icon": "material/weather-sunny", "name": "Light"}},
    ],
}
# Both themes would fetch highlight.js from elsewhere.
MKDOCS = {"name": "mkdocs", "highlightjs": False}
READTHEDOCS = {"name": "readthedocs", "highlightjs": False}
MINIFY = {
    "minify_html": True,
    "minify_js": True,
    "minify_css": True,
    "htmlmin_opts": {"remove_comments": True},
}

SITES = {
    "material": {"theme": MATERIAL | {"features": ["navigation.instant"]}},
    "material-flat": {"theme": MATERIAL, "use_directory_urls": False, "plugins": ["quantlab"]},
    "german": {"theme": MATERIAL | {"language": "de"}},
    "mkdocs": {"theme": MKDOCS},
    "mkdocs-dark": {"theme": MKDOCS | {"color_mode": "dark"}},
    "mkdocs-flat": {"theme": MKDOCS, "use_directory_urls": False},
    "readthedocs": {"theme": READTHEDOCS},
    "readthedocs-flat": {"theme": READTHEDOCS, "use_directory_urls": False},
    "off": {"theme": MKDOCS, "plugins": ["search", {"quantlab": {"pyodide": False}}]},
    # It would download what Material itself names for diagrams, and the tests have no network.
    "privacy": {
        "theme": MATERIAL,
        "plugins": [
            "search",
            {"privacy": {"assets_exclude": ["unpkg.com/mermaid@*"]}},
            "quantlab",
        ],
    },
    "offline": {
        "theme": MATERIAL,
        "plugins": ["search", "offline", "quantlab"],
        # In place of the shim that the plugin would fetch from unpkg.com; only pages from a file need one, to search.
        "extra": {"polyfills": ["data:text/javascript,/*iframe-worker*/"]},
        "use_directory_urls": False,
    },
    "tags": {"theme": MATERIAL, "plugins": ["search", "tags", "quantlab"]},
    "minify": {"theme": MATERIAL, "plugins": ["search", "quantlab", {"minify": MINIFY}]},
    "url": {
        "theme": MKDOCS,
        "plugins": [
            "search",
            {"quantlab": {"pyodide": f"{ORIGIN}/npm/pyodide"}},
        ],
    },
}


class Site(NamedTuple):
    """A built site.

    Attributes:
        url: Its home page on the server, with a final slash.
        root: Its files.
        flat: Pages are files (`own.html`) instead of folders (`own/`).
    """

    url: str
    root: Path
    flat: bool

    def page(self, name: str = "index") -> str:
        """The URL of a page."""
        if name == "index":
            return self.url
        return f"{self.url}{name}.html" if self.flat else f"{self.url}{name}/"


@pytest.fixture(scope="session")
def models(shared: Shared) -> dict[str, str]:
    """The models that sites name, and where they are."""

    def make(folder: Path) -> None:
        (folder / "tiny-F16.gguf").write_bytes(source(Case(layers=2), rows=32))
        write_gguf(folder / "tiny-F32.gguf", "F32", file_type=0)
        write_gguf(folder / "tiny-Q4_K_M.gguf", file_type=15)

    folder = shared.once("models", "", make)
    named = {"f32": "tiny-F32.gguf", "q4": "tiny-Q4_K_M.gguf", "f16": "tiny-F16.gguf"}
    return {name: str(folder / file) for name, file in named.items()}


def _with_models(plugin: str | dict[str, dict], models: dict[str, str]) -> str | dict[str, dict]:
    if plugin == "quantlab":
        plugin = {"quantlab": {}}
    if "quantlab" not in plugin:
        return plugin
    return {"quantlab": {"models": models, **plugin["quantlab"]}}


@pytest.fixture(scope="session")
def site(server: Server, models: dict[str, str], shared: Shared) -> Callable[[str], Site]:
    """Builds a site of `SITES` when a test first needs it."""

    def build(name: str) -> Site:
        settings = {"plugins": ["search", "quantlab"]} | SITES[name]
        settings["plugins"] = [_with_models(plugin, models) for plugin in settings["plugins"]]
        config = {
            "site_name": "Labs",
            "site_url": f"{ORIGIN}/{name}/",
            "nav": [
                {"Lab": "index.md"},
                {"Own": "own.md"},
                {"Wide": "wide.md"},
                {"Block": "block.md"},
                {"Legacy": "legacy.md"},
                {"Stored": "stored.md"},
                {"Formats": "formats.md"},
                {"Measured": "measured.md"},
                {"Compare": "compare.md"},
                {"Inspect": "inspect.md"},
                {"Chat": "chat.md"},
                {"Plain": "plain.md"},
            ],
            **settings,
        }
        sources = {f"docs/{path}": text for path, text in PAGES.items()}
        sources["mkdocs.yml"] = json.dumps(config)  # JSON is YAML
        root = server.sites[name] = shared.site(name, sources)
        return Site(f"{server.origin}/{name}/", root, settings.get("use_directory_urls") is False)

    return cache(build)


# The server

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "application/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".mjs": "application/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
    ".zip": "application/zip",
}


# Files that may have addresses of their own site in them.
ADDRESSES = {".html", ".json", ".xml"}

# Chromium itself asks this about forms, whatever the page.
AUTOFILL = "content-autofill.googleapis.com:443"


class Server(QuietServer):
    """Serves each site under a path of its own, as GitHub Pages does, and misbehaves where a test asks for it.

    It is the visits' proxy as well, which shows what is asked of other hosts: by pages, workers and shared workers alike.

    Attributes:
        asked: The URLs asked for that no cache had.
        first: What each page begins with, beside what it has.
        others: Other sites that a test plays: an answer to a request, by origin with a final slash.
        strays: What was asked of any other.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.origin = f"http://127.0.0.1:{self.server_port}"
        self.sites: dict[str, Path] = {}
        self.gates: dict[str, threading.Event] = {}
        self.bodies: dict[str, tuple[int, bytes]] = {}
        self.types: dict[str, str] = {}
        self.first = b""
        self.asked: list[str] = []
        self.others: dict[str, Callable[[_Handler], None]] = {}
        self.strays: list[str] = []

    @contextmanager
    def held(self, file: str) -> Iterator[None]:
        """Answers requests for a file only when the block is left."""
        gate = self.gates[file] = threading.Event()
        try:
            yield
        finally:
            del self.gates[file]
            gate.set()

    @contextmanager
    def replaced(self, file: str, status: int, body: bytes = b"") -> Iterator[None]:
        """Answers with something else in place of a file."""
        self.bodies[file] = (status, body)
        try:
            yield
        finally:
            del self.bodies[file]

    @contextmanager
    def typed(self, suffix: str, type_: str) -> Iterator[None]:
        """Names another type for a kind of file."""
        self.types[suffix] = type_
        try:
            yield
        finally:
            del self.types[suffix]

    @contextmanager
    def inserted(self, html: bytes) -> Iterator[None]:
        """Puts something at the beginning of each page's head."""
        self.first = html
        try:
            yield
        finally:
            self.first = b""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_CONNECT(self) -> None:
        if self.path != AUTOFILL:
            self.server.strays.append(self.path)
        self._answer(502, TYPES[".html"], b"")

    def do_POST(self) -> None:
        self.do_CONNECT()

    def do_GET(self) -> None:
        asked = self.path if "://" in self.path else self.server.origin + self.path
        for origin, answer in self.server.others.items():
            if asked.startswith(origin):
                answer(self)
                return
        if not asked.startswith(self.server.origin + "/"):
            self.do_CONNECT()
            return
        self.server.asked.append(asked)
        url = urlsplit(asked)
        name, _, rest = unquote(url.path).lstrip("/").partition("/")
        root = self.server.sites.get(name)
        if root is None:
            self._answer(404, TYPES[".html"], b"No such site")
            return
        file = root / rest
        if file.is_dir() and not url.path.endswith("/"):
            place = url.path + "/" + (f"?{url.query}" if url.query else "")
            self._answer(301, TYPES[".html"], b"", Location=place)
            return
        if file.is_dir():
            file /= "index.html"
        elif not file.suffix and not url.path.endswith("/"):
            file = file.with_suffix(".html")
        name = file.name
        if file.parent.name == "pyodide":
            name = re.sub(r"-[0-9a-f]{12}(?=\.zip$)", "", name)  # the build's hash
        gate = self.server.gates.get(name)
        if gate:
            gate.wait(PATIENCE / 1000)
        if name in self.server.bodies:
            status, body = self.server.bodies[name]
            self._answer(status, self._type(file), body, **{"Cache-Control": "no-store"})
        elif file.is_file():
            cache = {"Cache-Control": "max-age=600"}
            self._answer(200, self._type(file), self._content(file), **cache)
        else:
            self._answer(404, TYPES[".html"], (root / "404.html").read_bytes())

    do_HEAD = do_GET  # noqa: N815  # the standard library's name

    def _content(self, file: Path) -> bytes:
        content = file.read_bytes()
        if file.suffix in ADDRESSES:
            content = content.replace(ORIGIN.encode(), self.server.origin.encode())
        if file.suffix == ".html":
            content = content.replace(b"<head>", b"<head>" + self.server.first, 1)
        return content

    def _type(self, file: Path) -> str:
        types = TYPES | self.server.types
        return types.get(file.suffix, "application/octet-stream")

    def _answer(self, status: int, type_: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", type_)
        self.send_header("Content-Length", str(len(body)))
        # GitHub Pages sends this, and no headers that would isolate the page from other origins.
        self.send_header("Access-Control-Allow-Origin", "*")
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The server, for as long as the tests run."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


# The browser

# Counts our workers, those of one page and shared ones, and what is said to them; themes have workers too.
COUNT = """
window.tally = {workers: 0, posted: [], received: []};
const watch = (end, number) => {
  end.addEventListener('message', ({data}) => tally.received.push(data.type));
  const post = end.postMessage.bind(end);
  end.postMessage = (message, ...rest) => {
    tally.posted.push(`${message.type} ${number}`);
    post(message, ...rest);
  };
};
for (const [kind, end] of [['Worker', worker => worker], ['SharedWorker', worker => worker.port]]) {
  window[kind] = class extends window[kind] {
    constructor(url, options) {
      super(url, options);
      if (String(url).endsWith('/quantlab/worker.js')) watch(end(this), ++tally.workers);
    }
  };
}
"""

# A figure without what the page's script adds to it: tab stops, lit items, opened details, and what marks have as controls.
PLAIN = """html => {
  const figure = document.createElement('figure');
  figure.innerHTML = html;
  for (const item of figure.querySelectorAll('[data-item]')) item.removeAttribute('tabindex');
  for (const mark of figure.querySelectorAll('[data-drag-x], [data-drag-y], [data-click], [data-paint], [data-scrub], [data-play]')) {
    for (const {name} of [...mark.attributes]) if (/^(role|tabindex|aria-.*)$/.test(name)) mark.removeAttribute(name);
  }
  // The theme numbers blocks of code, for its buttons.
  for (const code of figure.querySelectorAll('pre[id^=__code]')) code.removeAttribute('id');
  for (const details of figure.querySelectorAll('details')) details.removeAttribute('open');
  for (const lit of figure.querySelectorAll('.is-lit')) {
    lit.classList.remove('is-lit');
    if (!lit.className) lit.removeAttribute('class');
  }
  return figure.innerHTML;
}"""


class Widget:
    """A widget in a page, and its parts."""

    def __init__(self, root: Locator) -> None:
        self.root = root
        self.page = root.page
        self.result = root.locator(".quantlab-result")
        self.status = root.locator(".quantlab-status")
        self.detail = root.locator(".quantlab-detail")
        self.link = root.locator(".quantlab-link")
        self.stop = root.get_by_role("button", name="Stop")
        self.reset = root.get_by_role("button", name="Reset")

    def control(self, name: str, kind: str = ":not([type=range])") -> Locator:
        """An option's control; of a number with a slider, the box."""
        return self.root.locator(f"[name={name}]{kind}")

    def set(self, name: str, value: str) -> None:
        """Sets a control, and does not wait for the answer."""
        control = self.control(name)
        match control.first.evaluate("e => e.type"):
            case "radio":
                self.root.locator(f"[name={name}][value='{value}']").check()
            case "select-one":
                control.select_option(value)
            case _:
                control.fill(value)

    def settle(self) -> None:
        """Waits until the figure is up to date."""
        expect(self.root).not_to_have_attribute("data-busy", "")

    def start_over(self) -> None:
        """Presses Reset, whose effect comes a timer's turn later."""
        self.reset.click()
        self.page.evaluate("new Promise(resolve => setTimeout(resolve))")
        self.settle()

    def figure(self) -> str:
        """The figure's HTML."""
        return self.page.evaluate(PLAIN, self.root.locator("> figure").inner_html())

    def same(self, html: str) -> str:
        """HTML as the browser writes it, to compare with `figure`."""
        return self.page.evaluate(PLAIN, html)

    def items(self, group: str) -> Locator:
        """The parts of the figure that can be pointed at, in a group."""
        return self.root.locator(f"{group} > [data-item]")


class Visit:
    """A reader's visit: one page, in a browser that has seen nothing yet.

    Attributes:
        requests: Every URL that the page asked for, and its own workers.
        wanted: What the reader asked for by address: origins, each with a final slash.
        servers: Origins of model servers, which the page may ask.
    """

    def __init__(self, context: BrowserContext, server: Server) -> None:
        self.context = context
        self.server = server
        self.asked = len(server.asked)
        self.strays = len(server.strays)
        self.requests: list[str] = []
        self.wanted: list[str] = []
        self.servers: list[str] = []
        self.errors: list[str] = []
        self.allowed: list[re.Pattern[str]] = []
        context.add_init_script(COUNT)
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.errors.append(f"uncaught: {error.error}"))
        self.page = context.new_page()

    def _on_console(self, message) -> None:
        if message.type in ("error", "warning", "assert"):
            self.errors.append(f"{message.type}: {message.text} {message.location.get('url', '')}")

    def allow(self, pattern: str) -> None:
        """Expects errors in the console that match."""
        self.allowed.append(re.compile(pattern))

    def beside(self, url: str) -> Visit:
        """Another page in the same browser, watched as this one is."""
        other = copy(self)
        other.page = self.context.new_page()
        other.open(url)
        return other

    def open(self, url: str) -> None:
        """Goes to a page."""
        # Deferred scripts have run by then.
        self.page.goto(url, wait_until="domcontentloaded")

    def widget(self, identifier: str) -> Widget:
        """The widget with that id, upgraded."""
        root = self.page.locator(f"quantlab-widget#{identifier}")
        expect(root).to_have_attribute("data-ready", "")
        expect(root.locator(".quantlab-files:not([data-ready])")).to_have_count(0)
        return Widget(root)

    @property
    def explorer(self) -> Widget:
        """The single-weight explorer of the lab page."""
        return self.widget("quantlab-1")

    @property
    def grid(self) -> Widget:
        """The toy-layer explorer of the lab page."""
        return self.widget("quantlab-2")

    def python_requests(self) -> list[str]:
        """Requests for anything of the page's Python, by anyone since this visit began."""
        ours = re.compile(r"/quantlab/worker\.js|/pyodide")
        return [url for url in self.server.asked[self.asked :] if ours.search(url)]

    def tally(self, key: str):
        """What `COUNT` counted."""
        return self.page.evaluate(f"tally.{key}")

    def wait_for(self, condition: str) -> None:
        """Waits for a JavaScript condition."""
        self.page.wait_for_function(condition, timeout=PATIENCE)

    def check(self) -> None:
        """What holds for every visit."""
        ours = (
            f"{self.server.origin}/",
            "file:",
            "data:",
            "blob:",
            "about:",
            *self.wanted,
            *self.servers,
        )
        strays = [url for url in self.requests if not url.startswith(ours)]
        strays += self.server.strays[self.strays :]
        assert not strays, "\n".join(strays)
        unexpected = [e for e in self.errors if not any(p.search(e) for p in self.allowed)]
        assert not unexpected, "\n".join(unexpected)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    names = ("chromium-headless-shell", "google-chrome", "chromium")
    path = next(filter(None, map(shutil.which, names)), None)
    assert path, f"the browser tests need Chromium: one of {', '.join(names)}"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(
    browser: Browser, server: Server, site: Callable[[str], Site]
) -> Iterator[Callable[..., Visit]]:
    """Starts a visit at a page of a site, or at a URL; more of them are separate readers.

    `servers` are origins of model servers, which the page may ask. Arguments beyond are Playwright's for a browser
    context.
    """
    visits: list[Visit] = []

    def start(
        name: str = "material",
        page: str = "index",
        query: str = "",
        url: str = "",
        servers: Sequence[str] = (),
        **options,
    ) -> Visit:
        options = {"viewport": {"width": 1280, "height": 900}} | options
        bypass = ",".join(urlsplit(origin).netloc for origin in servers)
        context = browser.new_context(proxy={"server": server.origin, "bypass": bypass}, **options)
        context.set_default_timeout(PATIENCE)
        visit = Visit(context, server)
        visit.servers += servers
        visits.append(visit)
        visit.open(url or site(name).page(page) + query)
        return visit

    yield start
    for each in visits:
        each.context.close()
    for each in visits:
        each.check()


@pytest.fixture(scope="session")
def warm_visit(browser: Browser, server: Server, site: Callable[[str], Site]) -> Iterator[Visit]:
    """A lab page whose Python is started once."""
    visit = Visit(browser.new_context(proxy={"server": server.origin}), server)
    visit.context.set_default_timeout(PATIENCE)
    visit.open(site("material").page())
    yield visit
    visit.context.close()
    visit.check()


@pytest.fixture
def warm(warm_visit: Visit) -> Visit:
    """The same page for many tests, reset: for what does not depend on how Python starts."""
    for widget in (warm_visit.explorer, warm_visit.grid):
        widget.root.locator("details").evaluate_all("all => all.forEach(e => (e.open = false))")
        widget.start_over()
    return warm_visit

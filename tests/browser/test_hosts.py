"""Sites as web servers publish them: nginx with its own table of types, policies, frames, service workers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from mkdocs_quantlab.engine.core.widget import answer
from tests.browser.conftest import MKDOCS, PATIENCE
from tests.paths import AXE, ROOT
from tests.servers.nginx import Nginx, free_port, static_site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.browser.conftest import Visit, Widget
    from tests.shared import Shared

TINY = ROOT / "docs/models/tiny-llama-Q4_K_M.gguf"
PAGES = {
    "index.md": """# Lab

<div data-quantization-explorer id="explorer"></div>

<div data-quantization-grid-explorer id="grid"></div>""",
    "drawing.md": """# Drawing

<div data-quantlab-chat data-models="drawing:Q8_0" data-temperature="0"></div>
""",
    "chat.md": """# Chat

<div data-quantlab-chat data-endpoint="browser" data-models="q4" data-max_tokens="3"></div>
""",
}


@pytest.fixture(scope="session")
def built(shared: Shared) -> Path:
    """The site's files."""
    config = {
        "site_name": "Labs",
        "theme": MKDOCS,
        "plugins": ["search", {"quantlab": {"models": {"q4": str(TINY)}}}],
    }
    sources = {f"docs/{name}": text for name, text in PAGES.items()}
    sources["mkdocs.yml"] = json.dumps(config)
    return shared.site("hosts", sources)


@pytest.fixture
def publish(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Serves the site by Debian's nginx with more lines in its `server` block; gives its address."""
    servers = []

    def start(lines: str = "", root: Path = built) -> str:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        folder = tmp_path_factory.mktemp("nginx")
        servers.append(Nginx(folder, static_site(root, port, lines), url))
        return url

    yield start
    for server in servers:
        server.stop()


BARE = """<!doctype html>
<html lang="en">
<head><title>{{ page.title }}</title><link rel="icon" href="data:,">
{% for path in config.extra_css %}<link rel="stylesheet" href="{{ path|url }}">{% endfor %}
HEAD
</head>
<body BODY>
{{ page.content }}
FOOT
</body>
</html>
"""
"""A theme's only template."""

AT_ONCE = "{% for script in config.extra_javascript %}<script src='{{ script|url }}'></script>{% endfor %}"
DEFERRED = AT_ONCE.replace("<script", "<script defer")
WRAPPER = """import re

def on_post_page(output, **_):
    output = re.sub(r"<table\\b", '<div class="table-wrapper"><table', output)
    return output.replace("</table>", "</table></div>")
"""
"""What the theme shadcn does to tables."""


def bare_site(
    shared: Shared, head: str = DEFERRED, foot: str = "", body: str = "", hook: str = ""
) -> Path:
    """The site in a theme that is one template."""
    config = {
        "site_name": "Labs",
        "theme": {"name": None, "custom_dir": "theme"},
        "plugins": [{"quantlab": {"models": {"q4": str(TINY)}}}],
        "hooks": ["hook.py"],
    }
    sources = {f"docs/{name}": text for name, text in PAGES.items()}
    template = BARE.replace("HEAD", head).replace("FOOT", foot).replace("BODY", body)
    sources |= {"theme/main.html": template, "hook.py": hook, "mkdocs.yml": json.dumps(config)}
    return shared.site("bare", sources)


def draws(widget: Widget) -> None:
    """The page's Python draws."""
    widget.set("weight", "0.25")
    widget.settle()
    expect(widget.result).to_contain_text("the weight 0.25 ")
    assert widget.status.inner_text() == ""


DRAWN = "The figure is drawn with this code."
NOT_ALLOWED = (
    "This site does not allow edited code to run: its Content-Security-Policy must allow blob:"
)


def edits(visit: Visit) -> None:
    """The editor comes, and its code runs."""
    runs(visit)
    said = visit.widget("grid").root.locator(".quantlab-code p[role=status]")
    expect(said).to_have_text(DRAWN)
    visit.widget("grid").settle()


def runs(visit: Visit) -> None:
    """Has the editor come and its code run."""
    code = visit.widget("grid").root.locator(".quantlab-code")
    code.locator("summary").click()
    code.get_by_role("button", name="Edit").click()
    expect(code.locator(".cm-content")).to_be_visible()
    code.locator(".cm-content").click()
    visit.page.keyboard.press("Control+End")
    visit.page.keyboard.insert_text("\n# mine\n")
    code.get_by_role("button", name="Run").click()


def chats(visit: Visit, prompt: str = "Once") -> None:
    """A model in the page answers."""
    chat = visit.page.locator("quantlab-chat")
    expect(chat).to_have_attribute("data-ready", "")
    chat.get_by_label("Prompt (Enter sends").fill(prompt)
    chat.locator(".quantlab-chat-bottom [type=submit]").click()
    expect(chat.locator(".quantlab-chat-figures")).to_have_count(1, timeout=3 * PATIENCE)
    expect(chat.locator(".quantlab-chat-text")).not_to_be_empty()


def test_a_site_on_stock_nginx(visit, publish):
    url = publish()
    lab = visit(url=f"{url}/", servers=[url])
    draws(lab.widget("explorer"))
    edits(lab)
    lab.open(f"{url}/chat/")
    chats(lab)


@pytest.mark.parametrize(
    ("head", "foot"),
    [(AT_ONCE, ""), (AT_ONCE, DEFERRED), (AT_ONCE, AT_ONCE)],
    ids=["without defer", "again with defer", "twice"],
)
def test_a_theme_that_loads_scripts_in_its_own_way(visit, server, shared, head, foot):
    server.sites["bare"] = bare_site(shared, head, foot)
    lab = visit(url=f"{server.origin}/bare/")
    draws(lab.widget("explorer"))
    assert lab.tally("workers") == 1
    lab.open(f"{server.origin}/bare/chat/")
    expect(lab.page.locator("quantlab-chat[data-ready]")).to_have_count(1)


def test_a_theme_that_wraps_tables(visit, server, shared):
    server.sites["bare"] = bare_site(shared, hook=WRAPPER)
    lab = visit(url=f"{server.origin}/bare/")
    grid = lab.widget("grid")
    expect(grid.root.locator(".table-wrapper").first).to_be_attached()
    grid.set("bits", "3")
    grid.settle()
    assert grid.figure() == grid.same(answer("quantization-grid-explorer", {"bits": "3"})["html"])


STRICT = (
    "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self' blob:; worker-src 'self' blob:; frame-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types quantlab dompurify 'allow-duplicates'"
)


@pytest.fixture
def strict(visit, publish, shared) -> Visit:
    """A visit to the site in a plain theme, with a policy that allows only what is needed."""
    url = publish(f'add_header Content-Security-Policy "{STRICT}";', bare_site(shared))
    lab = visit(url=f"{url}/", servers=[url])
    # The frame for readers' code is a file, because HTML in a text is refused; docs/guide/publishing.md says why that is harmless.
    lab.allow("Applying inline style violates|Refused to apply inline style|TrustedHTML.*live.js")
    return lab


def test_figures_under_a_strict_policy(strict):
    draws(strict.widget("explorer"))


def test_the_editor_under_a_strict_policy(strict):
    edits(strict)
    gutter = strict.page.locator(".cm-gutters")
    expect(gutter).to_have_css("display", "flex")  # of CodeMirror's own style


def test_a_chat_and_its_drawing_under_a_strict_policy(strict):
    strict.open(strict.page.url + "drawing/")
    chats(strict, "Draw a pelican riding a bicycle.")
    stage = strict.page.locator(".quantlab-chat-stage")
    frame = stage.locator("iframe")
    expect(frame).to_have_count(1)
    outer = frame.evaluate("f => [f.clientWidth, f.clientHeight]")
    svg = frame.content_frame.locator("svg")
    box = svg.evaluate(
        "e => { const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; }"
    )
    assert box == [0, 0, *outer]
    strict.page.get_by_text("Compare models", exact=True).click()
    expect(strict.page.get_by_label("Prompt 1", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (
            "add_header Content-Security-Policy \"script-src 'self'\";",
            "script-src does not allow 'wasm-unsafe-eval'",
        ),
        (
            "add_header Content-Security-Policy \"worker-src 'none'\";",
            "worker-src does not allow 'self'",
        ),
        (
            "add_header Content-Security-Policy \"require-trusted-types-for 'script'; trusted-types other\";",
            "trusted-types does not allow quantlab dompurify 'allow-duplicates'",
        ),
        (
            "location ~ worker.js$ { types {} }",
            "sends worker.js as application/octet-stream, but browsers run it only as text/javascript",
        ),
        (
            "location ~ pyodide.js$ { types {} }",
            "sends pyodide.js as application/octet-stream, but browsers run it only as text/javascript",
        ),
    ],
    ids=["wasm", "worker", "trusted types", "type of the worker", "type of Pyodide"],
)
def test_what_forbids_python_is_named(visit, publish, shared, lines, reason):
    url = publish(lines, bare_site(shared))
    lab = visit(url=f"{url}/", servers=[url])
    lab.allow("Content Security Policy|MIME type|Trusted|TypePolicy|Failed to construct")
    explorer = lab.widget("explorer")
    explorer.set("weight", "0.25")
    explorer.settle()
    assert reason in explorer.status.inner_text()


@pytest.mark.parametrize(
    ("lines", "result"),
    [
        # A policy for pages only, as one in a `<meta>` element is.
        (
            'location ~ /(index.html)?$ {{ add_header Content-Security-Policy "{}"; }}',
            "live_frame.html",
        ),
        ('add_header Content-Security-Policy "{} blob:";', "live_frame.html"),
        ("add_header X-Frame-Options DENY;", "about:srcdoc"),
        ("add_header Content-Security-Policy \"frame-src 'none'\";", "about:srcdoc"),
        ("add_header Cross-Origin-Embedder-Policy require-corp;", "about:srcdoc"),
        ('add_header Content-Security-Policy "{}";', NOT_ALLOWED),
        ("add_header Content-Security-Policy \"{}; worker-src 'self' blob:\";", NOT_ALLOWED),
        (
            'add_header X-Frame-Options DENY; add_header Content-Security-Policy "{} blob:";',
            NOT_ALLOWED,
        ),
    ],
)
def test_where_code_of_readers_runs(visit, publish, shared, lines, result):
    policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"
    url = publish(lines.format(policy), bare_site(shared))
    lab = visit(url=f"{url}/", servers=[url])
    lab.allow("Content Security Policy|X-Frame-Options")
    runs(lab)
    grid = lab.widget("grid")
    grid.settle()
    if result == NOT_ALLOWED:
        expect(grid.status).to_contain_text(result)
        return
    expect(grid.root.locator(".quantlab-code p[role=status]")).to_have_text(DRAWN)
    assert lab.page.frames[-1].url.endswith(result)


# Contrast of what is drawn on the page itself, by WCAG's formula: the canvas mixes colours and opacities as the page does.
DRAWN_CONTRAST = """() => {
  const context = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  const ground = getComputedStyle(document.body).backgroundColor;
  const luminance = (colour, opacity) => {
    for (const [each, alpha] of [[ground, 1], [colour, opacity]]) {
      context.globalAlpha = alpha;
      context.fillStyle = each;
      context.fillRect(0, 0, 1, 1);
    }
    const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map(each => each / 255)
      .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = luminance(ground, 1);
  const marks = 'circle:not(.quantlab-reach), .quantlab-weight path';
  return [...document.querySelectorAll(`.quantlab-line :is(text, ${marks})`)].map(e => {
    let opacity = 1;
    for (let each = e; each; each = each.parentElement) opacity *= getComputedStyle(each).opacity;
    const mark = luminance(getComputedStyle(e).fill, opacity);
    const ratio = (Math.max(mark, behind) + 0.05) / (Math.min(mark, behind) + 0.05);
    return [e.outerHTML.slice(0, 100), ratio, e.localName === 'text' ? 4.5 : 3];
  });
}"""

TEXT_CONTRAST = """async () => (await axe.run('quantlab-widget', {runOnly: ['color-contrast']})).violations
  .flatMap(({nodes}) => nodes.map(({html, failureSummary}) => `${html.slice(0, 80)} ${failureSummary}`))"""


@pytest.mark.parametrize("colours", ["background:#222;color:#fff", "background:#fff;color:#111"])
def test_contrast_in_a_theme_without_variables(visit, server, shared, colours):
    server.sites["bare"] = bare_site(shared, body=f'style="{colours}"')
    lab = visit(url=f"{server.origin}/bare/", viewport={"width": 390, "height": 844})
    assert lab.widget("explorer")
    lab.page.evaluate(AXE.read_text(encoding="utf-8"))
    assert lab.page.evaluate(TEXT_CONTRAST) == []
    drawn = lab.page.evaluate(DRAWN_CONTRAST)
    assert len(drawn) > 10
    assert [each for each in drawn if each[1] < each[2]] == []


def test_figures_in_a_dark_theme_without_variables(visit, server, shared):
    """What covers a table's ends, a label's surroundings and a line of text has the page's own colour."""
    dark = 'class="dark"><style>.dark{background:#222;color:#fff}.light{background:#fff;color:#111}</style><p'
    server.sites["bare"] = bare_site(shared, body=dark)
    lab = visit(url=f"{server.origin}/bare/")
    assert lab.widget("grid")
    covers = """() => {
      const colours = [...document.querySelectorAll('.quantlab-scroll')].map(e => getComputedStyle(e).backgroundImage);
      const detail = getComputedStyle(document.querySelector('.quantlab-detail')).backgroundColor;
      return [...colours.map(each => each.match(/rgb\\([^)]*\\)/)[0]), detail];
    }"""
    assert set(lab.page.evaluate(covers)) == {"rgb(34, 34, 34)"}
    lab.page.evaluate("document.body.className = 'light'")
    lab.page.wait_for_function(f"({covers})().every(each => each === 'rgb(255, 255, 255)')")


def test_figures_in_a_theme_with_rules_for_all_code_lists_and_labels(visit, server, shared):
    """As in mkdocs-simple-blog 0.6.1 and mkdocs-terminal 4.8.0: code was black on black, numbers of a map had others before them,
    and each choice of a row was as wide as the form. In mkdocs-cinder 1.2.0, lines of code were wider than a phone; in MkDocs'
    readthedocs, a box scrolled that the keyboard does not reach."""
    rules = (
        "code { background-color: #000; color: #fff } code, pre { background-color: #000 !important }"
        'ol li::before { content: counters(item, ".") ". "; counter-increment: item }'
        "label { display: block; width: 100% }"
        "code { white-space: nowrap } pre code { overflow-x: auto } a { color: #aaa }"
    )
    server.sites["bare"] = bare_site(shared, head=f"<style>{rules}</style>")
    page = visit(url=f"{server.origin}/bare/", viewport={"width": 390, "height": 844}).page
    black = """() => [...document.querySelectorAll('quantlab-widget :is(code, pre)')]
        .map(each => getComputedStyle(each).backgroundColor).filter(each => each === 'rgb(0, 0, 0)').length"""
    assert page.locator("quantlab-widget code").count()
    page.wait_for_function(f"() => ({black})() === 0")
    before = """() => [...document.querySelectorAll('quantlab-widget li')]
        .map(each => getComputedStyle(each, '::before').content).filter(each => each !== 'none').length"""
    assert page.locator("quantlab-widget li").count()
    assert page.evaluate(before) == 0
    row = page.locator(".quantlab-segments").first.locator("label")
    assert len({round(each.bounding_box()["y"]) for each in row.all()}) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    scrolls = """() => [...document.querySelectorAll('quantlab-widget pre code')].map(e => getComputedStyle(e).overflowX)"""
    assert set(page.evaluate(scrolls)) == {"visible"}

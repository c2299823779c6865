"""What the chat costs its reader: the time it adds to a first token, the time it takes from the page, and its bytes.

    python -m benchmarks.chat [--rounds 60]

A first token is counted from the request to the frame that shows it, in turns through the chat and through the least code that
can do it: `fetch`, and the first record's text put into the page. This code draws a line of text once, and once the same elements as the
chat, which take their time to lay out and paint: the chat's own time is what it takes longer than that. The browser's frame limit is
off, or what is counted is the wait for a frame. Once the server answers at once, and once after 100 ms, which no model server beats by
much: by then the chat has drawn the prompt. The time taken from the page is that of the main thread, layout
included, while an answer arrives a few tokens a frame, against the usual way: `marked` and DOMPurify over the whole text, again for each
frame. The longest task is the page's, in milliseconds of processor time, while the chat shows 10,000 tokens that arrive as fast as they can.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks import chromium, report, sites
from benchmarks.chromium import Tasks
from benchmarks.server import Server
from mkdocs_quantlab.site.assets import CHAT, STATIC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from playwright.sync_api import BrowserContext, Page

BROWSER = Path(__file__).parent.parent / "browser"
FIRST_TOKEN_AIM = 2.0
BETWEEN = 0.05
"""Seconds between the first token and the others."""
WAITS = (0, 100)
"""Milliseconds that the server takes before it says anything."""
TASK_AIM = 50.0
TOKENS_A_FRAME = 3
UNLIMITED = ("--disable-frame-rate-limit", "--disable-gpu-vsync")
PARAGRAPH = (
    "## Step {n}\n\nThe *scale* of block **{n}** is `max(|w|) / 7`, see [the rule](https://example.org/{n}):\n\n"
    "- every weight is divided by it,\n- rounded, and\n- stored in four bits.\n\n"
    "```python\nq = [round(w / scale) for w in block]\n```\n\n| w | q |\n| --- | --- |\n| 0.91 | 7 |\n| -0.13 | -1 |\n\n"
)


def tokens(count: int) -> list[str]:
    """An answer of so many tokens, of about four characters each."""
    text = "".join(PARAGRAPH.format(n=n) for n in range(count // 40))[: 4 * count]
    return [text[i : i + 4] for i in range(0, len(text), 4)]


def _asked_for(prompt: str) -> tuple[int, list[str]]:
    """What a prompt of two numbers asks for: milliseconds to wait, and tokens to say."""
    wait, count = map(int, prompt.split())
    return wait, tokens(count)


@contextmanager
def model_server(
    answer: Callable[[str], tuple[int, list[str]]] = _asked_for, models: Sequence[str] = ("m",)
) -> Iterator[str]:
    """A server that speaks as Ollama does.

    Args:
        answer: Gives for a prompt the milliseconds that the server waits, and the pieces of text that it then says, at once.
        models: The names that it lists.
    """
    listed = json.dumps({"version": "0.33.0", "models": [{"name": name} for name in models]})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_OPTIONS(self) -> None:  # http.server's name
            self._send(b"")

        def do_GET(self) -> None:
            self._send(listed.encode())

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            wait, said = answer(asked["messages"][-1]["content"])
            time.sleep(wait / 1000)
            records = [{"model": "m", "message": {"content": text}, "done": False} for text in said]
            end = {"model": "m", "message": {"content": ""}, "done": True, "done_reason": "stop"}
            first, *rest = (json.dumps(r) + "\n" for r in [*records, end])
            # A first token comes alone: the next takes its time.
            self._send(first.encode(), "".join(rest).encode())

        def _send(self, body: bytes, later: bytes = b"") -> None:
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Headers", "*")
            self.send_header("Access-Control-Max-Age", "7200")
            self.send_header("Content-Length", str(len(body) + len(later)))
            self.end_headers()
            self.wfile.write(body)
            if later:
                time.sleep(BETWEEN)
                self.wfile.write(later)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


# Milliseconds from the request to the frame that shows the first token: through the chat, and bare, in the same elements and in a line.
FIRST_TOKEN = """
async ([url, rounds, content]) => {
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => {
    const after = new MessageChannel();
    after.port1.onmessage = () => resolve(performance.now());
    after.port2.postMessage(null);
  }));
  const root = document.querySelector("quantlab-chat");
  const box = root.querySelector(".quantlab-chat-bottom textarea");
  const settled = () => new Promise((resolve) => setTimeout(resolve, 60 + 33 * Math.random()));
  let block;
  const chat = async () => {
    [...root.querySelectorAll("button")].find((button) => button.textContent === "Clear").click();
    await settled();
    box.value = content;
    const seen = new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        if (!root.querySelector(".quantlab-chat-text")?.textContent) return;
        observer.disconnect();
        painted().then((at) => {
          block = root.querySelector(".quantlab-chat-turns li").cloneNode(true);
          resolve(at);
        });
      });
      observer.observe(root, { childList: true, subtree: true, characterData: true });
    });
    const begin = performance.now();
    box.form.requestSubmit();
    return (await seen) - begin;
  };
  const bare = async (draw) => {
    // Where the chat's answers are: what nobody sees needs no painting.
    const list = root.querySelector(".quantlab-chat-turns");
    list.replaceChildren();
    await settled();
    const begin = performance.now();
    const body = JSON.stringify({ model: "m", messages: [{ role: "user", content }] });
    const response = await fetch(`${url}/api/chat`, { method: "POST", body, headers: { "Content-Type": "application/json" } });
    const reader = response.body.getReader();
    const { value } = await reader.read();
    list.append(draw(JSON.parse(new TextDecoder().decode(value).split("\\n")[0]).message.content));
    const end = await painted();
    await reader.cancel();
    return end - begin;
  };
  const line = (text) => Object.assign(document.createElement("li"), { textContent: text });
  const same = (text) => {
    const made = block.cloneNode(true);
    let place = made.querySelector(".quantlab-chat-text");
    while (place.firstElementChild) place = place.firstElementChild;
    place.textContent = text;
    return made;
  };
  const times = { chat: [], same: [], line: [] };
  for (let i = 0; i < rounds + 5; i++) {
    times.chat.push(await chat());
    times.same.push(await bare(same));
    times.line.push(await bare(line));
  }
  return [times.chat, times.same, times.line].map((each) => each.slice(5));
}
"""

# An answer of so many tokens arrives and is shown.
LONG_ANSWER = """
async (count) => {
  const root = document.querySelector("quantlab-chat");
  const box = root.querySelector(".quantlab-chat-bottom textarea");
  box.value = `0 ${count}`;
  const answers = root.querySelectorAll(".quantlab-chat-figures").length;
  box.form.requestSubmit();
  while (root.querySelectorAll(".quantlab-chat-figures").length === answers) await new Promise((resolve) => setTimeout(resolve, 50));
  await new Promise((resolve) => setTimeout(resolve, 300));
}
"""

RENDERERS = """
import DOMPurify from "dompurify";
import { marked } from "marked";
import { Markdown } from "./src/chat/markdown/view.ts";

/** Milliseconds of the main thread, layout included, for a text that grows by a few tokens a frame. */
globalThis.renderTime = async (kind, tokens, perFrame) => {
  const host = document.createElement("div");
  document.body.append(host);
  let wake = () => {};
  const ours = new Markdown(host, () => {}, () => wake());
  let all = "";
  let spent = 0;
  const timed = (act) => {
    const begin = performance.now();
    act();
    host.offsetHeight;
    spent += performance.now() - begin;
  };
  // The worker's answer, or none where it waits for more.
  const heard = () => new Promise((resolve) => {
    wake = resolve;
    setTimeout(resolve, 50);
  });
  for (let i = 0; i < tokens.length; i += perFrame) {
    const part = tokens.slice(i, i + perFrame).join("");
    all += part;
    if (kind === "ours") {
      timed(() => ours.write(part));
      await heard();
      timed(() => ours.draw(Infinity));
    } else timed(() => (host.innerHTML = DOMPurify.sanitize(marked.parse(all))));
    if (i % 300 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  ours.close();
  host.remove();
  return spent;
};
"""

# Our scripts look for each other where the page's script is.
BESIDE = """
Object.defineProperty(document, "currentScript", { configurable: true, value: Object.assign(document.createElement("script"), { src: `${location.origin}/assets/quantlab/chat.js` }) });
"""


def renderers() -> str:
    """The two ways to render, as one script."""
    esbuild = [str(BROWSER / "node_modules/.bin/esbuild"), "--bundle", "--minify", "--loader=ts"]
    return subprocess.run(
        esbuild, cwd=BROWSER, input=RENDERERS, capture_output=True, text=True, check=True
    ).stdout


def first_tokens(page: Page, url: str, rounds: int) -> str:
    """The table of first tokens."""
    rows = []
    for wait in WAITS:
        ours, same, line = page.evaluate(FIRST_TOKEN, [url, rounds, f"{wait} 40"])
        added = median(a - b for a, b in zip(ours, same, strict=True))
        when = f"after {wait} ms" if wait else "at once"
        rows += [
            (when, name, f"{median(times):.1f}", f"{report.quantile(times, 0.95):.1f}")
            for name, times in (
                ("bare `fetch`, a line of text", line),
                ("bare `fetch`, the chat's elements", same),
                ("the chat", ours),
            )
        ]
        verdict = report.verdict(added, FIRST_TOKEN_AIM)
        rows.append((when, f"added (aim {FIRST_TOKEN_AIM:.0f} ms: {verdict})", f"{added:.1f}", ""))
    head = f"From the request to the first token's frame, ms ({rounds} rounds)"
    return report.table(("The server answers", head, "p50", "p95"), rows)


def render_times(page: Page) -> str:
    """The table of the main thread's time."""
    page.add_script_tag(content=BESIDE + renderers())
    rows = []
    for count in (300, 1_000, 2_000):
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(3):
            for kind, times in (("ours", ours), ("marked", theirs)):
                arguments = [kind, tokens(count), TOKENS_A_FRAME]
                times.append(page.evaluate("arguments => renderTime(...arguments)", arguments))
        per_thousand = [median(times) / (count / 1000) for times in (ours, theirs)]
        rows.append(
            (
                f"an answer of {count:,} tokens",
                *(f"{t:.1f}" for t in per_thousand),
                f"{report.ratio(theirs, ours):.1f}",
            )
        )
    head = (
        "Main thread, ms per 1,000 tokens",
        "as it arrives",
        "`marked`, again each frame",
        "ratio",
    )
    return report.table(head, rows)


def opened(context: BrowserContext, url: str) -> Page:
    """The chat's page, in which the reader is about to write."""
    page = context.new_page()
    page.goto(url, wait_until="networkidle")
    page.locator("quantlab-chat[data-ready] .quantlab-chat-bottom textarea").focus()
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=60)
    given = parser.parse_args()
    print(report.machine(chromium.version()), end="\n\n")
    data = (STATIC / CHAT).read_bytes()
    head = ("On pages with a chat", "bytes", "gzipped")
    row = (f"`{CHAT}`", f"{len(data):,}", f"{len(gzip.compress(data, 9)):,}")
    print(report.table(head, [row]), end="\n\n")
    with (
        tempfile.TemporaryDirectory() as folder,
        chromium.playwright() as browser,
        model_server() as url,
    ):
        root = Path(folder)
        sites.of_one_page(
            root, f'<div data-quantlab-chat data-endpoint="{url}" data-models="m"></div>\n'
        )
        server = Server(root / "site")
        with chromium.profile(browser, root / "unlimited", *UNLIMITED) as context:
            print(first_tokens(opened(context, server.url), url, given.rounds), end="\n\n")
        with chromium.profile(browser, root / "profile") as context:
            page = opened(context, server.url)
            tasks = Tasks(page)
            tasks.start()
            page.evaluate(LONG_ANSWER, 10_000)
            longest = tasks.longest()
            print(
                f"Longest task while 10,000 tokens arrive at once: {longest:.0f} ms "
                f"(aim {TASK_AIM:.0f}: {report.verdict(longest, TASK_AIM)}).\n"
            )
            print(render_times(page))
        server.close()


if __name__ == "__main__":
    main()

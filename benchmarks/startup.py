"""How long a reader waits for the first figure that Python draws, against plain Pyodide and against peers.

    python -m benchmarks.startup [--rounds 5] [--throttled 3] [--marks] [--only NAME ...]

Time runs from navigation to the frame after the first output. Cold is a new browser profile; warm is the third visit with
one, the browser started anew each time; next is the page after that, in the same tab. Every round visits all sites, one
after the other, so that ratios within a round share its noise. For peers the first output is that of one `print`; for us
and for plain Pyodide it is the same figure of the engine.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from playwright.sync_api import Error

from benchmarks import chromium, peers, report
from benchmarks.server import FAST, LOOPBACK, SLOW, Line, Server

if TYPE_CHECKING:
    from playwright.sync_api import BrowserType, Page, Request

LIMIT = 60_000
SETTLE = 1.5
"""Seconds after a visit in which the browser writes what it keeps."""

# Runs in every page before its own scripts: notes when what is under way is done.
OBSERVE = """
window.measured = { first: 0, tasks: [], marks: {} };
{
  const { marks, tasks } = measured;
  const mark = (name) => { marks[name] ??= performance.now(); };
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map((task) => [task.duration, task.startTime])))
    .observe({ type: "longtask", buffered: true });
  const look = () => {
    if (measured.first) return;
    PRESS;
    if (READY) {
      measured.first = -1;
      requestAnimationFrame(() => { measured.first = performance.now(); });
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
  const compile = WebAssembly.compileStreaming;
  WebAssembly.compileStreaming = (...given) =>
    (mark("page asks for wasm"), compile(...given).finally(() => mark("wasm compiled")));
  window.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      // Material's search has a worker, too.
      if (!/\\bworker\\.js/.test(String(given[0]))) return;
      mark("worker made");
      this.addEventListener("message", ({ data }) => mark(`worker says ${data.type ?? "figure"}`));
    }
    postMessage(...given) {
      if (given[0]?.widget || given[0]?.wasm) mark(`page says ${given[0].type}`);
      return super.postMessage(...given);
    }
  };
}
"""


class Visit(NamedTuple):
    """One visit.

    Attributes:
        first: Milliseconds to the first figure.
        task: The longest task of the main thread, in milliseconds; 0 where none was over 50.
        sent: Bytes of bodies that the server sent.
        python: Those of them that are Python's, its loader's or its packages', not the page's and the theme's.
        marks: When steps were done, where a site has them.
    """

    first: float
    task: float
    sent: int
    python: int
    marks: dict[str, float]


PYTHON = re.compile(r"/pyodide/|/(python|worker|plain-worker)\.m?js$")


def visit(page: Page, server: Server, site: peers.Site) -> Visit:
    """Opens the page and waits for Python's first output."""
    problems: list[str] = []
    outside: list[str] = []

    def on_request(request: Request) -> None:
        if not request.url.startswith((server.url, "blob:", "data:")):
            outside.append(request.url)

    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", on_request)
    before = len(server.log)
    try:
        page.goto(server.url + site.path)
        page.wait_for_function("measured.first > 0", timeout=LIMIT, polling=50)
    except Error as error:
        reason = "; ".join([*problems, *outside]) or str(error).splitlines()[0]
        raise peers.Absent(f"no output: {reason[:600]}") from None
    time.sleep(SETTLE)
    if outside:
        raise peers.Absent(f"it fetched from elsewhere: {outside[0]}")
    found: Any = page.evaluate("({ ...measured, origin: performance.timeOrigin })")
    marks = dict(found["marks"])
    log = server.log[before:]
    for answer in log:
        file = answer.path.rpartition("/")[2] or "page"
        marks[f"{file} asked"] = answer.asked * 1000 - found["origin"]
        marks[f"{file} sent"] = answer.answered * 1000 - found["origin"]
    longest, begin = max(found["tasks"], default=(0.0, 0.0))
    if longest:
        marks[f"task of {longest:.0f} begins"] = begin
    return Visit(
        found["first"],
        longest,
        sum(answer.size for answer in log),
        sum(answer.size for answer in log if PYTHON.search(answer.path)),
        marks,
    )


KINDS = ("cold", "warm", "next")
Visits = dict[str, list[Visit]]
"""Visits by kind."""


def visits(browser: BrowserType, server: Server, site: peers.Site, *, warm: bool) -> list[Visit]:
    """The first visit of a new profile; with `warm`, also the third and the page after it."""
    result = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for number in range(3 if warm else 1):
            with chromium.profile(browser, Path(folder)) as context:
                page = context.new_page()
                page.add_init_script(
                    OBSERVE.replace("PRESS", site.press).replace("READY", site.ready)
                )
                done = visit(page, server, site)
                if number != 1:
                    result.append(done)
                if number == 2:
                    page.goto("about:blank")
                    result.append(visit(page, server, site))
    return result


def measure(
    servers: dict[str, tuple[peers.Site, Server]], line: Line, rounds: int, *, warm: bool
) -> dict[str, Visits]:
    """Visits by site. A site that gives no output in one round is left out."""
    result: dict[str, Visits] = {name: {kind: [] for kind in KINDS} for name in servers}
    with chromium.playwright() as browser:
        for number in range(rounds):
            for name in list(result) if number % 2 else reversed(list(result)):
                site, server = servers[name]
                server.line = line
                try:
                    done = visits(browser, server, site, warm=warm)
                except peers.Absent as why:
                    print(f"{site.name}, {line.name}: not measured: {why}", flush=True)
                    del result[name]
                    continue
                print(f"round {number + 1}, {line.name}: {site.name}", file=sys.stderr, flush=True)
                for kind, found in zip(KINDS, done, strict=False):
                    result[name][kind].append(found)
    return result


def built(root: Path, only: list[str]) -> dict[str, peers.Site]:
    """The sites that can be built here."""
    result = {}
    for name in only:
        try:
            result[name] = peers.ALL[name](root / name)
        except peers.Absent as why:
            print(f"{name}: not measured: {why}")
    return result


def rows_for(
    line: Line, found: dict[str, Visits], servers: dict[str, tuple[peers.Site, Server]]
) -> list[tuple[str, ...]]:
    """A row a site: times and ratios to plain Pyodide by kind of visit, the longest task, and bytes."""
    rows = []
    for name, kinds in found.items():
        cells = [f"{servers[name][0].name}, {line.name}"]
        for kind in KINDS:
            times = [v.first for v in kinds[kind]]
            base = [v.first for v in found.get("plain", {}).get(kind, [])]
            cells.append(f"{median(times):.0f}" if times else "")
            cells.append(f"{report.ratio(times, base):.2f}" if times and base else "")
        tasks = [v.task for visits_of_kind in kinds.values() for v in visits_of_kind]
        longest = f"{median(tasks):.0f}" if median(tasks) else "none over 50"
        cells.append(f"{longest} (worst {max(tasks):.0f})" if max(tasks) else longest)
        cells.append(f"{median(v.sent for v in kinds['cold']) / 1e6:.2f}")
        cells.append(f"{median(v.python for v in kinds['cold']) / 1e6:.2f}")
        rows.append(tuple(cells))
    return rows


def marks(found: list[Visit]) -> list[tuple[str, str]]:
    """When our steps are done, in the median, in order."""
    names = set.intersection(*(set(v.marks) for v in found))
    middle = {name: median(v.marks[name] for v in found) for name in names}
    middle["first figure"] = median(v.first for v in found)
    return [(name, f"{at:.0f}") for name, at in sorted(middle.items(), key=lambda pair: pair[1])]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--throttled", type=int, default=3, help="rounds on each slower line")
    parser.add_argument("--only", nargs="*", choices=peers.ALL, default=list(peers.ALL))
    parser.add_argument("--marks", action="store_true", help="also print when our steps are done")
    given = parser.parse_args()
    print(report.machine(chromium.version()), end="\n\n")
    with tempfile.TemporaryDirectory() as folder:
        sites = built(Path(folder), given.only)
        servers = {name: (site, Server(site.root)) for name, site in sites.items()}
        rows = []
        steps: list[tuple[str, list[Visit]]] = []
        rounds = {LOOPBACK: given.rounds, FAST: given.throttled, SLOW: given.throttled}
        for line, number in rounds.items():
            if not number:
                continue
            found = measure(servers, line, number, warm=line is LOOPBACK)
            rows += rows_for(line, found, servers)
            for kind, done in found.get("ours", {}).items():
                if done:
                    steps.append((f"{line.name}, {kind}", done))
        for _, server in servers.values():
            server.close()
    head = ["From navigation to the first figure"]
    for kind in KINDS:
        head += [f"{kind}, ms", "to plain"]
    head += ["longest main-thread task, ms", "MB, cold", "of them Python's"]
    print(f"\n{report.table(head, rows)}")
    for title, done in steps if given.marks else []:
        print(f"\n{report.table((title, 'ms'), marks(done))}")


if __name__ == "__main__":
    main()

"""Python in the page: how it starts, is stopped, fails and recovers. And that a site can do without it."""

import re

import pytest
from playwright.sync_api import expect

from mkdocs_quantlab.engine.core.widget import answer
from tests.paths import ROOT

EXPLORER = "quantization-explorer"

# A site with Material's instant navigation keeps one page, with a worker of its own; on any other the pages of a visit
# share a worker, where the browser can do that.
KINDS = ["material", "mkdocs"]

ANSWERS = """
const serve = port => {
  port.onmessage = ({data: {type}}) => {
    const say = message => port.postMessage(message);
    if (type === 'start') say({type: 'ready'});
    if (type === 'call') ask(say);
  };
};
if ('onconnect' in self) onconnect = ({ports: [port]}) => serve(port); else serve(self);
"""

# A worker that says it is ready and then computes for ever; its calls tell that it still does.
BUSY = f"""{ANSWERS}
const ask = () => {{
  for (;;) {{
    const call = new XMLHttpRequest();
    call.open('GET', 'busy', false);
    call.send();
  }}
}};""".encode()

# A worker whose memory runs out.
CRASH = f"{ANSWERS} const ask = say => say({{type: 'failed', message: 'MemoryError'}});".encode()


def recovers(lab, weight="0.25"):
    """A change is answered, and nothing is left of what was before."""
    explorer = lab.explorer
    explorer.set("weight", weight)
    explorer.settle()
    assert explorer.status.inner_text() == ""
    expect(explorer.stop).to_be_hidden()
    assert explorer.figure() == explorer.same(answer(EXPLORER, {"weight": weight})["html"])


@pytest.mark.parametrize("kind", KINDS)
def test_the_start_is_seen_and_figures_stay_usable(visit, server, kind):
    lab = visit(kind)
    explorer, grid = lab.explorer, lab.grid
    before = explorer.figure()
    with server.held("python.zip"):
        explorer.set("weight", "0.5")
        expect(explorer.status).to_have_text("Fetching Python …")
        expect(explorer.stop).to_be_visible()
        assert explorer.figure() == before
        # The neighbour answers from its frames all the while.
        grid.set("bits", "2")
        expect(grid.result).to_contain_text("RMSE of 0.20290")
        expect(grid.status).to_be_empty()
    explorer.settle()
    expect(explorer.result).to_contain_text("the weight 0.5 ")
    assert explorer.status.inner_text() == ""
    expect(explorer.stop).to_be_hidden()
    # As on GitHub Pages: what needs isolation is not there.
    assert lab.page.evaluate("crossOriginIsolated") is False


@pytest.mark.parametrize("sign", ["hover", "focus"])
def test_python_starts_while_the_reader_still_aims(visit, sign):
    lab = visit()
    lab.page.get_by_role("heading", name="Lab").hover()
    assert lab.explorer
    assert lab.python_requests() == []
    getattr(lab.explorer.control("weight"), sign)()
    lab.wait_for("tally.received.includes('ready')")
    assert lab.tally("workers") == 1
    expect(lab.explorer.status).to_be_empty()
    expect(lab.explorer.stop).to_be_hidden()


def test_a_control_that_comes_below_a_resting_pointer_starts_nothing(visit):
    lab = visit()
    lab.page.get_by_role("heading", name="Lab").hover()
    assert lab.explorer
    lab.page.evaluate(
        """() => {
          const form = document.querySelector("quantlab-widget form");
          form.addEventListener("pointerover", () => (window.isBelow = true));
          for (const control of form.querySelectorAll(".quantlab-control"))
            if (control.querySelector("[name=weight]")) control.style = "position: fixed; inset: 0; z-index: 9999";
        }"""
    )
    lab.wait_for("window.isBelow")
    assert lab.python_requests() == []
    lab.page.mouse.move(300, 300)
    lab.wait_for("tally.received.includes('ready')")


@pytest.mark.parametrize("kind", KINDS)
def test_two_widgets_share_one_worker(visit, kind):
    lab = visit(kind)
    lab.explorer.set("weight", "0.5")
    lab.grid.set("preset", "gaussian")
    expect(lab.explorer.result).to_contain_text("the weight 0.5 ")
    expect(lab.grid.control("weights")).to_have_value(
        answer("quantization-grid-explorer", {"preset": "gaussian"})["values"]["weights"]
    )
    assert lab.tally("workers") == 1
    said = [message for message in lab.tally("posted") if message != "wasm 1"]
    assert said == ["start 1", "call 1", "call 1"]


def test_the_pages_of_a_visit_share_one_worker(visit, site):
    lab = visit("mkdocs")
    recovers(lab)
    assert sorted(lab.tally("received")) == ["fetched", "outcome", "ready"]
    lab.open(site("mkdocs").page("own"))
    single = lab.widget("single")
    single.set("weight", "0.25")
    single.settle()
    expect(single.result).to_contain_text("the weight 0.25 ")
    # Nothing was fetched again: Python was there.
    assert lab.tally("received") == ["ready", "outcome"]


@pytest.mark.parametrize(
    ("kind", "file"),
    [("material", "pyodide.asm.wasm"), ("material", "python.zip"), ("mkdocs", "python.zip")],
)
def test_stop_while_it_starts(visit, server, kind, file):
    lab = visit(kind)
    explorer = lab.explorer
    before = explorer.figure()
    with server.held(file):
        explorer.set("weight", "0.5")
        expect(explorer.status).to_have_text("Fetching Python …")
        explorer.stop.click()
        expect(explorer.status).to_have_text(re.compile("^Stopped"))
        expect(explorer.stop).to_be_hidden()
        assert explorer.figure() == before
        explorer.set("weight", "0.25")
        expect(explorer.status).to_have_text("Fetching Python …")
    explorer.settle()
    assert explorer.figure() == explorer.same(answer(EXPLORER, {"weight": "0.25"})["html"])
    assert explorer.status.inner_text() == ""
    assert lab.tally("workers") == 2
    # Each worker is started once, the second not by the first one's start as well.
    assert lab.tally("posted").count("start 2") == 1
    assert lab.tally("posted").count("wasm 2") <= 1
    assert sorted(lab.tally("received")) == ["fetched", "outcome", "ready"]


def test_a_start_that_was_stopped_has_no_time_limit(visit, server):
    slow = (
        ANSWERS.replace("say({type: 'ready'})", "say({type: 'fetched'})") + "const ask = () => {};"
    )
    lab = visit("mkdocs")
    lab.page.clock.install()
    explorer = lab.explorer
    with server.replaced("worker.js", 200, slow.encode()):
        explorer.set("weight", "0.5")
        expect(explorer.status).to_have_text("Starting Python …")
        expect(explorer.stop).to_be_visible()
        explorer.stop.click()
        expect(explorer.status).to_have_text(re.compile("^Stopped"))
    recovers(lab)
    # The limit of the start that was given up must not end its successor.
    lab.page.clock.fast_forward(400_000)
    recovers(lab, "0.375")
    assert lab.tally("workers") == 2


def test_a_start_that_takes_long_is_told_and_given_up_in_the_end(visit, server):
    never = (
        ANSWERS.replace("say({type: 'ready'})", "say({type: 'fetched'})") + "const ask = () => {};"
    )
    lab = visit("mkdocs")
    lab.page.clock.install()
    explorer = lab.explorer
    with server.replaced("worker.js", 200, never.encode()):
        explorer.set("weight", "0.5")
        expect(explorer.status).to_have_text("Starting Python …")
        lab.page.clock.fast_forward(61_000)
        expect(explorer.status).to_have_text(re.compile("^Python is still starting"))
        expect(explorer.stop).to_be_visible()
        lab.page.clock.fast_forward(240_000)
        expect(explorer.status).to_contain_text("did not start within five minutes")
    recovers(lab)


def test_word_that_comes_late(visit, server):
    """That everything has arrived may be said after Python is ready: two promises race in the worker."""
    late = f"""{ANSWERS.replace("say({type: 'ready'})", "{ say({type: 'ready'}); say({type: 'fetched'}); }")}
    const ask = say => {{
      const answer = {{html: '<figcaption class="quantlab-result">Drawn</figcaption>', values: {{}}, bounds: {{}}}};
      say({{type: 'outcome', id: ++asked, outcome: JSON.stringify({{answer}})}});
    }};
    let asked = 0;"""
    lab = visit("mkdocs")
    lab.page.clock.install()
    explorer = lab.explorer
    with server.replaced("worker.js", 200, late.encode()):
        explorer.control("weight").hover()
        lab.wait_for("tally.received.includes('fetched')")
        # Nobody still waits for a start, so none fails.
        lab.page.clock.fast_forward(400_000)
        explorer.set("weight", "0.5")
        expect(explorer.result).to_have_text("Drawn")
    assert explorer.status.inner_text() == ""
    assert lab.tally("workers") == 1


@pytest.mark.parametrize("kind", KINDS)
def test_reset_while_it_starts(visit, server, kind):
    # A worker whose files arrive when the test says so, and that then goes through all the states of a start.
    slow = f"""{ANSWERS.replace("say({type: 'ready'})", "begin(say)")}
    const begin = async say => {{
      await fetch('arrival');
      say({{type: 'fetched'}});
      say({{type: 'ready'}});
    }};
    const outcome = JSON.stringify({{answer: {{html: 'late', values: {{}}, bounds: {{}}}}}});
    const ask = say => say({{type: 'outcome', id: 1, outcome}});"""
    lab = visit(kind)
    lab.allow("status of 404")
    explorer = lab.explorer
    with server.replaced("worker.js", 200, slow.encode()):
        with server.held("arrival.html"):
            explorer.set("weight", "0.5")
            expect(explorer.status).to_have_text("Fetching Python …")
            explorer.start_over()
            expect(explorer.status).to_be_empty()
        lab.wait_for("tally.received.includes('outcome')")
    expect(explorer.result).to_contain_text("the weight 0.156347")
    assert explorer.status.inner_text() == ""
    expect(explorer.stop).to_be_hidden()


@pytest.mark.parametrize("kind", KINDS)
def test_stop_a_computation_without_end(visit, server, kind):
    lab = visit(kind)
    explorer = lab.explorer

    def calls():
        return sum(url.endswith("/busy") for url in server.asked)

    lab.allow("status of 404")
    with server.replaced("worker.js", 200, BUSY):
        explorer.set("weight", "0.5")
        expect(explorer.status).to_have_text("Computing …")
        lab.wait_for("tally.posted.includes('call 1')")
        explorer.stop.click()
        expect(explorer.status).to_have_text(re.compile("^Stopped"))
    expect(explorer.result).to_contain_text("the weight 0.156347")
    recovers(lab)
    assert lab.tally("workers") == 2
    if kind == "mkdocs":
        return  # a shared worker cannot be ended while it computes; the engine's own figures are soon done
    # It does not go on computing unseen.
    before = calls()
    recovers(lab, "0.375")
    assert calls() == before


def test_stop_in_one_tab_leaves_the_other_alone(visit, server, site):
    here = visit("mkdocs")
    with server.held("python.zip"):
        here.explorer.set("weight", "0.5")
        expect(here.explorer.status).to_have_text("Fetching Python …")
        there = here.beside(site("mkdocs").page())
        there.explorer.set("weight", "0.25")
        expect(there.explorer.status).to_have_text("Fetching Python …")
        here.explorer.stop.click()
        expect(here.explorer.status).to_have_text(re.compile("^Stopped"))
    recovers(here)
    expect(there.explorer.result).to_contain_text("the weight 0.25 ", timeout=5_000)


FORGED = """async base => {
  const {port} = window.line;
  // Not for the tab's own Python: that would end the worker where one fails, as it may.
  port.onmessage = null;
  const elsewhere = "http://beacon.example/own.zip";
  const draw = {type: "call", id: 1, method: "draw", params: "{}", wanted: ["draw", "quantization-explorer"]};
  const start = {type: "start", folder: base, scripts: {}, archive: elsewhere, wanted: [], willSendWasm: true};
  const answered = [
    start, {...draw, wanted: ["draw", "quantization-block"]}, // whose archive is not here yet
    {...draw, archive: {file: elsewhere}}, {...draw, archive: {file: base + "x.zip", wheels: [{file: elsewhere, sha256: ""}]}},
    {...draw, params: "{"}, {...draw, params: "7"},
    {...draw, params: '{"resources": 7}'}, {...draw, method: "__class__"}, {...draw, wanted: undefined},
    {type: "read", id: 1, files: [{}]},
  ];
  for (const message of [7, "close", {}, {type: "nonsense"}, {type: "wasm"}]) answered.push(message, start);
  const count = answered.filter(({type}) => ["start", "call", "read"].includes(type)).length;
  const said = [];
  await new Promise((resolve) => {
    setTimeout(resolve, 20_000);
    port.addEventListener("message", ({data}) => said.push(data) === count && resolve());
    for (const message of answered) port.postMessage(message);
  });
  return [count, said.map(({type}) => type)];
}"""


def test_a_tab_that_shares_the_worker_can_neither_mislead_nor_harm_another(visit, server, site):
    """As a copy of a tab does, which has its storage.

    It can end the worker, as *Stop* does: the other tab goes on with one of its own.
    """
    here = visit("mkdocs")
    recovers(here)
    there = here.beside(site("mkdocs").page())
    there.page.evaluate(
        """name => {
            sessionStorage.setItem("quantlab-worker", name);
            window.SharedWorker = class extends SharedWorker {
                constructor(...given) {
                    super(...given);
                    window.line = this;
                }
            };
        }""",
        here.page.evaluate("sessionStorage.getItem('quantlab-worker')"),
    )
    recovers(there, "0.5")
    workers = here.tally("workers")
    here.allow("status of 404")
    count, said = there.page.evaluate(
        FORGED, here.page.evaluate("new URL('assets/quantlab/', location).href")
    )
    assert len(said) == count, f"it answered {said}, and then no more"
    # What `test_the_proxy_sees_what_a_shared_worker_asks` shows: it would be here.
    assert not [stray for stray in server.strays[here.strays :] if "beacon" in stray]
    recovers(here, "0.375")
    # It dies in the middle of a question.
    there.explorer.set("weight", "0.625")
    there.page.close()
    recovers(here, "0.125")
    assert here.tally("workers") == workers


def test_the_proxy_sees_what_a_shared_worker_asks(visit, server):
    lab = visit("mkdocs")
    lab.page.evaluate(
        """() => new Promise((resolve) => {
            const asks = "onconnect = ({ports: [port]}) => fetch('http://beacon.example/seen')"
                + ".catch(() => {}).then(() => port.postMessage(0))";
            new SharedWorker(`data:text/javascript,${encodeURIComponent(asks)}`).port.onmessage = resolve;
        })"""
    )
    lab.allow("")
    assert [stray for stray in server.strays[lab.strays :] if "beacon" in stray]
    del server.strays[lab.strays :]


@pytest.mark.parametrize("kind", KINDS)
def test_a_crash(visit, server, kind):
    lab = visit(kind)
    explorer = lab.explorer
    with server.replaced("worker.js", 200, CRASH):
        explorer.set("weight", "0.5")
        explorer.settle()
        assert "MemoryError" in explorer.status.inner_text()
    expect(explorer.result).to_contain_text("the weight 0.156347")
    recovers(lab)


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("mkdocs", "worker.js"),
        ("mkdocs", "pyodide.js"),
        ("mkdocs", "pyodide.asm.js"),
        ("mkdocs", "pyodide.asm.wasm"),
        ("mkdocs", "python.zip"),
        ("mkdocs", "quantization-explorer.zip"),
        ("material", "worker.js"),
        ("material", "pyodide.asm.wasm"),
        ("material", "python.zip"),
        ("material", "quantization-explorer.zip"),
    ],
)
def test_a_file_that_does_not_arrive(visit, server, kind, file):
    lab = visit(kind)
    lab.allow("status of 404")
    # Pyodide's own words on it, in the worker's console.
    lab.allow(r"python\.zip|pyodide\.asm|installing the standard library")
    explorer = lab.explorer
    before = explorer.figure()
    with server.replaced(file, 404):
        explorer.set("weight", "0.5")
        explorer.settle()
        line = explorer.status.inner_text()
        assert line.startswith("This needs Python in the page")
        assert "\n" not in line
        assert len(line) < 300
        # What failed, in words.
        assert re.search(r"Failed to|could not|answered 404", line), line
        assert explorer.figure() == before
        explorer.start_over()
        explorer.set("bits", "6")
        expect(explorer.result).to_contain_text("At 6 bits")
        assert explorer.status.inner_text() == ""
        explorer.start_over()
    recovers(lab)


def test_another_version_of_pyodide(visit, server):
    lab = visit("mkdocs")
    with server.replaced("pyodide.js", 200, b"export const version = '0.1.0';"):
        lab.explorer.set("weight", "0.5")
        lab.explorer.settle()
    assert "holds Pyodide 0.1.0, but this site needs 314" in lab.explorer.status.inner_text()


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_names_wrong_types(visit, server, kind):
    lab = visit(kind)
    with (
        server.typed(".wasm", "application/octet-stream"),
        server.typed(".zip", "application/octet-stream"),
    ):
        recovers(lab)


def test_a_site_without_python(visit, site):
    names = {path.name for path in (site("off").root / "assets/quantlab").rglob("*")}
    assert "quantlab.js" in names
    assert names.isdisjoint({"pyodide", "worker.js", "python.zip"})
    lab = visit("off")
    explorer = lab.explorer
    explorer.set("weight", "0.5")
    explorer.settle()
    line = explorer.status.inner_text()
    assert "This site was built without it" in line
    assert "\n" not in line
    expect(explorer.result).to_contain_text("the weight 0.156347")
    explorer.start_over()
    explorer.set("bits", "8")
    expect(explorer.result).to_contain_text("0.157672")
    assert explorer.status.inner_text() == ""
    assert lab.python_requests() == []
    assert lab.tally("workers") == 0


def test_pyodide_from_another_folder(visit, site, server):
    """As Pyodide itself names its files."""
    server.sites["npm"] = ROOT / "browser/node_modules"
    lab = visit("url")
    recovers(lab)
    asked = [url for url in lab.python_requests() if "/pyodide.asm." in url]
    assert len(asked) == 2
    assert all("/npm/pyodide/" in url for url in asked)
    assert not list(site("url").root.rglob("pyodide.asm.*"))


def test_a_page_opened_from_a_file(visit, site):
    lab = visit(url=(site("material-flat").root / "index.html").as_uri())
    explorer = lab.explorer
    explorer.set("bits", "6")
    expect(explorer.result).to_contain_text("0.146806")
    lab.grid.root.locator("[name=view][value=error]").check()
    expect(lab.grid.root.locator("[data-view=error]")).to_be_visible()
    explorer.set("weight", "0.5")
    explorer.settle()
    line = explorer.status.inner_text()
    assert "opened from a file" in line
    assert "\n" not in line
    expect(explorer.result).to_contain_text("At 6 bits the weight 0.156347")
    explorer.start_over()
    expect(explorer.result).to_contain_text("At 4 bits")
    assert all(url.startswith("file:") for url in lab.requests)
    assert lab.python_requests() == []


@pytest.mark.parametrize("kind", ["Worker", "SharedWorker"])
@pytest.mark.parametrize("url", ["http://elsewhere.test/file", "https://elsewhere.test/file"])
def test_the_watch_sees_what_workers_ask_for(visit, server, kind, url):
    """Without this, that no request leaves a site might only mean that nobody looked."""
    lab = visit("mkdocs")
    lab.allow("Failed to load resource")
    lab.page.evaluate(
        """([kind, url]) => new Promise(resolve => {
          const code = `const say = port => fetch('${url}', {mode: 'no-cors'}).then(
            () => port.postMessage(0), () => port.postMessage(0));
            if ('onconnect' in self) onconnect = e => say(e.ports[0]); else say(self);`;
          const worker = new window[kind](URL.createObjectURL(new Blob([code])));
          (worker.port ?? worker).onmessage = resolve;
        })""",
        [kind, url],
    )
    with pytest.raises(AssertionError, match="elsewhere"):
        lab.check()
    lab.requests[:] = [each for each in lab.requests if each != url]
    del server.strays[lab.strays :]


def test_the_watch_sees_exceptions(visit):
    lab = visit("mkdocs")
    with lab.context.expect_event("weberror"):
        lab.page.evaluate("() => { setTimeout(() => { throw new Error('oh'); }); }")
    with pytest.raises(AssertionError, match="uncaught: oh"):
        lab.check()
    lab.allow("uncaught: oh")

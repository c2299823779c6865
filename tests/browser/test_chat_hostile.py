"""Answers that attack the page: none makes a request, opens a dialog, runs a script, or gets more than it may have into the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import expect

from tests.browser.test_chat import Chat
from tests.servers.ollama_models import Script

CORPUS = yaml.safe_load(Path(__file__).with_name("hostile.yml").read_text(encoding="utf-8"))
RUN = "top.pwned=1,parent.pwned=1,window.pwned=1,alert(1),fetch('BEACON/script')"
BEACON = "http://beacon.example"


def answers(container):
    """The corpus's answers in one container."""
    for vector in CORPUS["vectors"].values():
        text = CORPUS["containers"][container].replace("VECTOR", vector)
        yield text.replace("RUN", RUN).replace("BEACON", BEACON)


# What a rendered answer may consist of, and with which attributes.
ALLOWED = """root => {
  const elements = new Set('a blockquote br button code details div em h4 h5 h6 hr li ol p pre s span strong summary table tbody td th thead tr ul'.split(' '));
  const attributes = {a: ['href', 'rel', 'target', 'title'], ol: ['start'], p: ['class'], button: ['type', 'aria-label'], span: ['class', 'title'], details: ['class', 'open']};
  const wrong = [];
  for (const element of root.querySelectorAll('.quantlab-chat-text *')) {
    const allowed = attributes[element.localName] ?? [];
    if (!elements.has(element.localName)) wrong.push(element.outerHTML);
    for (const {name} of element.attributes) if (!allowed.includes(name)) wrong.push(`${element.localName} ${name}`);
  }
  for (const link of root.querySelectorAll('a[href]')) {
    if (!/^(https?|mailto):/.test(link.href) || !/noopener/.test(link.rel)) wrong.push(link.outerHTML);
  }
  for (const frame of root.querySelectorAll('iframe')) {
    if (frame.getAttribute('sandbox') !== '' || frame.src) wrong.push(frame.outerHTML);
    const inside = new DOMParser().parseFromString(frame.srcdoc, 'text/html');
    for (const bad of inside.body.querySelectorAll('script, foreignObject, iframe, image, img, a, link, meta, form, object, embed')) wrong.push(bad.outerHTML);
    for (const element of inside.querySelectorAll('*')) {
      for (const {name, value} of element.attributes) if (/^on/i.test(name) || (/href$/i.test(name) && !/^#/.test(value))) wrong.push(`${name}=${value}`);
    }
  }
  return wrong;
}"""


def test_the_corpus_is_large():
    assert len(CORPUS["vectors"]) * len(CORPUS["containers"]) >= 400


@pytest.mark.parametrize("container", CORPUS["containers"])
def test_hostile_answers(visit, start_ollama, server, container):
    corpus = list(answers(container))
    ollama = start_ollama()
    # In pieces, as models write.
    ollama.script = lambda request: Script(_pieces(corpus[int(request["messages"][-1]["content"])]))
    lab = visit("material", "chat", servers=[ollama.url])
    dialogs = []
    lab.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    chat = Chat(lab, ollama)
    chat.connect(ollama.url)
    chat.page.get_by_text("Settings", exact=True).click()
    chat.page.get_by_role("textbox", name="Token limit").fill("9999")
    for number in range(len(corpus)):
        chat.root.get_by_role("button", name="Clear").evaluate("button => button.click()")
        chat.send(str(number))
        expect(chat.figures).to_have_count(1)
        for block in chat.root.locator("article summary").all():
            block.evaluate("summary => (summary.parentElement.open = true)")
        assert chat.root.evaluate(ALLOWED) == [], corpus[number]
        # The page itself is as it was.
        assert (
            lab.page.evaluate(
                "typeof document.cookie + document.querySelectorAll('quantlab-chat').length"
            )
            == "string1"
        )
    lab.page.wait_for_timeout(300)
    for frame in lab.page.frames:
        assert not frame.evaluate("Boolean(window.pwned)")
    assert dialogs == []
    assert not [url for url in lab.requests if "beacon" in url]
    assert not [stray for stray in server.strays[lab.strays :] if "beacon" in stray]
    assert len(lab.context.pages) == 1


def _pieces(text):
    return [text[i : i + 40] for i in range(0, len(text), 40)]


def test_the_test_would_notice(visit, server):
    """The same vectors, put into the page as they are, do what they are here for."""
    lab = visit("material", "plain")
    lab.allow("")
    dialogs = []
    lab.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    lab.page.evaluate(
        "texts => texts.forEach(text => document.body.insertAdjacentHTML('beforeend', text))",
        [text for text in answers("alone") if "http-equiv" not in text],
    )
    lab.wait_for("window.pwned === 1")
    lab.page.wait_for_timeout(300)
    asked = [url for url in lab.requests if "beacon" in url]
    assert len(asked) > 10
    assert dialogs
    # This visit was meant to stray.
    lab.requests.clear()
    del server.strays[lab.strays :]


TURNED = """root => {
  const texts = [];
  const nodes = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  // An answer's own text is in blocks of its own, at whose end directions end.
  while (nodes.nextNode()) if (!nodes.currentNode.parentElement.closest('.quantlab-chat-text')) texts.push(nodes.currentNode.data);
  for (const element of root.querySelectorAll('*'))
    for (const name of ['title', 'aria-label', 'alt', 'placeholder']) texts.push(element.getAttribute(name) ?? '');
  const turned = texts.filter(text => text.includes('\\u202e'));
  const isolate = /[\\u2066-\\u2068][^\\u2066-\\u2069]*\\u2069/;
  const outside = turned.filter(text => {
    while (isolate.test(text)) text = text.replace(isolate, '');
    return /[\\u202a-\\u202e\\u2066-\\u2069]/.test(text);
  });
  return [turned.length, outside];
}"""


def test_what_turns_the_direction_ends_with_its_own_text(visit):
    """Names, errors and metadata of a server with U+202E, wherever the chat shows them."""
    turn = "\u2069\u202egnp.exe"
    url = "http://127.0.0.1:47999"
    said = [{"message": {"content": "yes"}, "model": f"another{turn}", "done": False}]
    said.append({"model": f"another{turn}", "done": True, "done_reason": "stop"})
    names = [{"name": f"{name}{turn}", "details": {"quantization_level": turn}} for name in "ab"]
    answers = {
        "/api/version": {"version": f"1{turn}"},
        "/api/tags": {"models": names},
        "/api/show": {
            "details": {"parameter_size": turn},
            "model_info": {"general.architecture": turn, f"general.{turn}": turn},
            "tensors": [{"name": turn, "type": turn, "shape": [1]}],
        },
        "/api/chat": said,
    }
    failing = set()

    def answer(route):
        path = route.request.url.removeprefix(url)
        found = answers.get(path)
        headers = dict.fromkeys(
            ["Access-Control-Allow-Origin", "Access-Control-Allow-Headers"], "*"
        )
        if path in failing or found is None:
            found = {"error": f"it failed {turn}"}
            route.fulfill(status=500, headers=headers, body=json.dumps(found))
        else:
            lines = found if isinstance(found, list) else [found]
            route.fulfill(headers=headers, body="".join(json.dumps(each) + "\n" for each in lines))

    lab = visit("material", "chat", servers=[url])
    lab.page.route(f"{url}/**", answer)
    chat = Chat(lab, None)
    lab.allow("500")
    chat.connect(url)
    chat.check()
    model = chat.root.locator("select").first
    expect(model.locator("option", has_text="gnp")).to_have_count(2)
    model.select_option(index=2)
    chat.ask("Hello")
    failing.add("/api/chat")
    chat.ask("Again")
    count, outside = chat.root.evaluate(TURNED)
    assert outside == []
    assert count > 6


def test_long_names_and_tables_of_a_server_are_bounded(visit):
    """The page gets no wider, and no table has as many rows as a server has time to send."""
    url = "http://127.0.0.1:47998"
    models = [{"name": name * 300, "details": {"quantization_level": "Q" * 9000}} for name in "ab"]
    tensors = [{"name": "t", "type": f"T{i}", "shape": [0]} for i in range(5000)]
    answers = {
        "/api/version": {"version": "1"},
        "/api/tags": {"models": [{"name": ""}, *models, models[0], {"name": "c" * 20_000}]},
        "/api/show": {"model_info": {f"k{i}": "v" * 999 for i in range(5000)}, "tensors": tensors},
    }

    def answer(route):
        headers = dict.fromkeys(
            ["Access-Control-Allow-Origin", "Access-Control-Allow-Headers"], "*"
        )
        found = dict(answers[route.request.url.removeprefix(url)])
        if "a" * 300 in (route.request.post_data or ""):
            found["model_info"] = {}
        route.fulfill(headers=headers, body=json.dumps(found))

    lab = visit("material", "chat", servers=[url])
    lab.page.route(f"{url}/**", answer)
    chat = Chat(lab, None)
    chat.connect(url)
    chat.check()
    expect(chat.model.locator("option")).to_have_count(5)  # two of them are the page's own
    chat.model.select_option(index=2)
    cards = chat.root.locator(".quantlab-chat-cards")
    cards.locator("summary").click()
    for i, select in enumerate(cards.locator("select").all()):
        select.select_option(index=2 + i)
    cards.get_by_role("button").click()
    expect(cards.locator("h4")).to_have_count(3)
    assert cards.locator("tr").count() < 1000
    chat.root.locator(".quantlab-chat-compare > details > summary").click()
    expect(chat.root.get_by_role("button", name="Start", exact=True)).to_be_visible()
    for width in (1280, 360):
        lab.page.set_viewport_size({"width": width, "height": 700})
        wide = lab.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide[0] <= wide[1], wide

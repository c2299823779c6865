"""What other engines do differently, acted out in Chromium: what `test_smoke.py` cannot bring Firefox and WebKit into."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_chat import Chat

# In Safari `compositionend` comes before the `keydown` that ended it: WebKit bug 165004.
END_OF_COMPOSITION = """box => {
  const tell = (type, init) => box.dispatchEvent(new (type.startsWith('key') ? KeyboardEvent : CompositionEvent)(type, {bubbles: true, cancelable: true, ...init}));
  tell('compositionstart', {data: ''});
  box.value = '日本';
  box.dispatchEvent(new InputEvent('input', {bubbles: true, isComposing: true}));
  tell('compositionend', {data: '日本'});
  tell('keydown', {key: 'Enter', keyCode: 229, isComposing: false});
}"""


def test_the_enter_that_ends_a_composition_sends_nothing(visit, ollama):
    lab = visit("material", "chat", servers=[ollama.url])
    chat = Chat(lab, ollama)
    chat.connect(ollama.url)
    chat.box.evaluate(END_OF_COMPOSITION)
    expect(chat.box).to_have_value("日本")
    chat.box.press("Enter")
    expect(chat.figures).to_have_count(1)
    assert len(chat.asked()) == 1


def test_nor_does_it_give_an_address(visit):
    widget = visit("material", "inspect").widget("quantlab-1")
    address = widget.root.locator("[type=url]")
    address.evaluate(END_OF_COMPOSITION)
    assert not widget.root.evaluate("e => e.hasAttribute('data-busy')")
    address.press("Enter")
    expect(widget.status).to_contain_text("An address begins with https://")


def test_a_line_that_an_error_has_of_the_engine_is_not_the_readers(visit, server):
    """JavaScriptCore gives each error the line and the column of the script that made it."""
    lab = visit("material", "quantize")
    lab.allow("404")
    lab.page.evaluate("""() => Object.defineProperty(Error.prototype, 'line', {
      get: () => 7,
      set(value) { Object.defineProperty(this, 'line', {value, writable: true, configurable: true}) },
    })""")
    panel = lab.widget("quantlab-1").root.locator(".quantlab-make")
    [file] = {path.name for path in (server.sites["material"]).rglob("*.gguf")} & {
        panel.evaluate("e => e.dataset.file.split('/').at(-1)")
    }
    with server.replaced(file, 404):
        panel.get_by_role("button", name="quantize").click()
        expect(panel.get_by_role("status")).to_contain_text("could not be fetched")
    expect(panel.get_by_role("status")).not_to_contain_text("Line")


HIDDEN = """() => {
  const wrong = [];
  for (const element of document.querySelectorAll(':is(quantlab-widget, quantlab-chat, quantlab-evidence, quantlab-evidence-sheet, .lab-objectives) *')) {
    const was = element.hasAttribute('hidden');
    element.setAttribute('hidden', '');
    const {display} = getComputedStyle(element);
    if (!was) element.removeAttribute('hidden');
    if (display !== 'none') wrong.push(`${element.localName}.${element.getAttribute('class')}: ${display}`);
  }
  return wrong;
}"""


@pytest.mark.parametrize("theme", ["material", "mkdocs", "readthedocs"])
@pytest.mark.parametrize("page", ["index", "quantize", "inspect", "chat", "evidence"])
def test_what_is_hidden_is_not_seen(visit, theme, page):
    lab = visit(theme, page)
    # Until its script has come, a widget, a chat and a panel each keep the place of what is hidden.
    for waiting in ("quantlab-widget", "quantlab-chat", ".quantlab-make"):
        expect(lab.page.locator(f"{waiting}:not([data-ready])")).to_have_count(0)
    assert lab.page.evaluate(HIDDEN) == []


def test_the_editor_takes_the_place_of_the_code(visit):
    code = visit().grid.root.locator(".quantlab-code")
    code.locator("summary").click()
    expect(code.locator("pre")).to_be_visible()
    code.get_by_role("button", name="Edit").click()
    expect(code.locator(".cm-content")).to_be_visible()
    expect(code.locator("pre")).to_be_hidden()


def test_a_picture_that_is_read_as_noise_is_not_shown(visit):
    """So do Tor Browser and others that protect against fingerprinting."""
    lab = visit("material", "methods")
    lab.page.evaluate("""() => {
      const read = CanvasRenderingContext2D.prototype.getImageData;
      CanvasRenderingContext2D.prototype.getImageData = function (...at) {
        const image = read.apply(this, at);
        image.data.forEach((_, i) => i % 4 < 3 && (image.data[i] = (i * 7919) % 256));
        return image;
      };
    }""")
    palette = lab.widget("palette")
    palette.root.locator("[type=file]").set_input_files(
        {"name": "red.svg", "mimeType": "image/svg+xml", "buffer": RED}
    )
    expect(palette.status).to_contain_text(
        "this browser gives pages noise instead of a picture's pixels"
    )


RED = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path fill="red" d="M0 0h8v8z"/></svg>'


def test_pickers_offer_files_of_types_that_no_phone_knows(visit):
    lab = visit("material", "inspect")
    expect(lab.page.locator("[data-ready] [type=file]").first).to_have_attribute(
        "accept", ".gguf,application/octet-stream"
    )

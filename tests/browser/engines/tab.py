"""A tab of a browser: the few things that tests do in any engine, whichever protocol it is driven by."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WAIT_SECONDS = 120
"""Python starts in seconds, but the machine may be doing other things."""

ENTER, TAB, ARROW_RIGHT = "\ue007", "\ue004", "\ue014"
"""Keys, as WebDriver writes them."""

# The centre of an element, brought into the window, once it rests: what came before it may have changed the page.
CENTRE = """async selector => {
  const element = document.querySelector(selector);
  const centre = () => {
    element.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
    const {left, top, width, height} = element.getBoundingClientRect();
    return [left + width / 2, top + height / 2].map(Math.round);
  };
  for (let before = centre(); ; ) {
    await new Promise(rest => setTimeout(rest, 100));
    const now = centre();
    if (String(now) === String(before)) return now;
    before = now;
  }
}"""

# Errors of a page, from its first moment: WebKit's driver tells nothing of its console.
WATCH = b"""<script>
window.wrong = [];
addEventListener("error", ({message, target}) => {
  // The theme's observers say so where a page changes fast; ours never change a size while they are asked.
  if (/^ResizeObserver loop/.test(message)) return;
  wrong.push(message || `${target.localName} ${target.src || target.href}`);
}, true);
addEventListener("unhandledrejection", ({reason}) => wrong.push(String(reason)));
addEventListener("securitypolicyviolation", ({blockedURI, violatedDirective}) => wrong.push(`${violatedDirective} ${blockedURI}`));
for (const level of ["error", "assert"]) {
  const tell = console[level];
  console[level] = (...said) => {
    if (level === "error" || !said[0]) wrong.push(said.join(" "));
    tell.apply(console, said);
  };
}
</script>"""


class ScriptError(Exception):
    """A script that a test ran in the page failed."""


class Tab(ABC):
    """A tab; a context manager that ends its browser.

    Attributes:
        engine: The browser's name and version.
    """

    engine: str

    @abstractmethod
    def open(self, url: str) -> None:
        """Goes to a page, and waits until its deferred scripts have run."""

    @abstractmethod
    def run(self, function: str, *args: Any) -> Any:
        """Calls a JavaScript function, which may be async, with JSON values, and gives its JSON value.

        Raises:
            ScriptError: It failed, or the page was left meanwhile.
        """

    @abstractmethod
    def act(self, *sources: dict[str, Any]) -> None:
        """Performs the actions of a keyboard or a mouse, as WebDriver describes them."""

    @abstractmethod
    def files(self, selector: str, *paths: Path) -> None:
        """Picks files in a file input."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None:
        """Sets the size of the window, as far as the browser takes it."""

    @abstractmethod
    def close(self) -> None:
        """Ends the browser."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def wait(self, function: str, *args: Any, seconds: float = WAIT_SECONDS) -> Any:
        """Calls a function until its value counts as true, which it gives."""
        end = time.monotonic() + seconds
        while True:
            try:
                value = self.run(function, *args)
            except ScriptError as error:
                value, said = None, error  # the page may be about to change
            else:
                said = None
            if value:
                return value
            if time.monotonic() > end:
                text = self.run(
                    "() => document.querySelector('article, body').innerText.slice(0, 3000)"
                )
                raise AssertionError(
                    f"{self.engine} waited for {function} {args} {said or ''}\n{text}"
                )
            time.sleep(0.05)

    def click(self, selector: str) -> None:
        """Clicks the middle of an element with the mouse."""
        self.wait("selector => document.querySelector(selector) !== null", selector)
        x, y = self.run(CENTRE, selector)
        self.act(
            {
                "type": "pointer",
                "id": "mouse",
                "parameters": {"pointerType": "mouse"},
                "actions": [
                    {"type": "pointerMove", "x": x, "y": y},
                    {"type": "pointerDown", "button": 0},
                    {"type": "pointerUp", "button": 0},
                ],
            }
        )

    def keys(self, text: str) -> None:
        """Types where the focus is; a line break is the key Enter."""
        pressed = text.replace("\n", ENTER)
        actions = [{"type": kind, "value": key} for key in pressed for kind in ("keyDown", "keyUp")]
        self.act({"type": "key", "id": "keyboard", "actions": actions})

    def fill(self, selector: str, text: str) -> None:
        """Types a text in place of what a field has."""
        self.run(
            "selector => { const field = document.querySelector(selector); field.focus(); field.select(); }",
            selector,
        )
        self.keys(text)

    def text(self, selector: str) -> str:
        """The text of an element, empty where there is none."""
        return self.run("selector => document.querySelector(selector)?.innerText ?? ''", selector)

    def wait_text(self, selector: str, text: str, seconds: float = WAIT_SECONDS) -> None:
        """Waits until an element of this selector has this text."""
        self.wait(
            "(selector, text) => [...document.querySelectorAll(selector)].some(e => e.textContent.includes(text))",
            selector,
            text,
            seconds=seconds,
        )

    def wrong(self) -> Sequence[str]:
        """Errors of this page."""
        return self.run("() => window.wrong ?? ['the page is not watched']")

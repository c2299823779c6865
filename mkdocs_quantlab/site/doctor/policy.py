"""What a Content-Security-Policy does not allow of what our scripts and the page's own inline scripts do."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_FALLBACK = {
    "worker-src": ("child-src", "script-src", "default-src"),
    "frame-src": ("child-src", "default-src"),
}
"""What holds in place of a directive that is not there; for others `default-src`."""


class Lack(NamedTuple):
    """One thing that a policy does not allow."""

    directive: str
    missing: str
    """What to add to the directive."""
    what: str
    """What does not work without it."""
    inherited: str | None = None
    """The values of `default-src` where it decides: a directive of its own has to repeat them."""


class InlineScript(NamedTuple):
    """A script that stands in the page itself, as those of many themes do."""

    text: str
    nonce: str


NEEDS = (
    Lack("script-src", "'self'", "the scripts of mkdocs-quantlab"),
    Lack("script-src", "'wasm-unsafe-eval'", "WebAssembly, in which Python and models run"),
    Lack("style-src", "'self'", "the style sheet of mkdocs-quantlab"),
    Lack("worker-src", "'self'", "Python's worker"),
    Lack("connect-src", "'self'", "fetching Python's files"),
    Lack("script-src", "blob:", "the code that readers edit"),
    Lack("worker-src", "blob:", "the code that readers edit, and models in the page"),
    Lack("frame-src", "'self'", "the frame for the code that readers edit"),
    Lack("connect-src", "blob:", "models in the page"),
)
"""What all functions together need; a page without chats or editable code needs less."""
_TRUSTED = Lack(
    "trusted-types", "quantlab dompurify 'allow-duplicates'", "the scripts of mkdocs-quantlab"
)
_SAME = {"'wasm-unsafe-eval'": {"'unsafe-eval'"}}


def lacks(policy: str, page: str, base: str) -> Iterator[Lack]:
    """What a policy does not allow.

    Args:
        policy: Its text.
        page: The address of the page.
        base: The address of our script.
    """
    directives = _directives(policy)
    for need in NEEDS:
        held = _held(directives, need.directive)
        if held is None:
            continue
        name, values = held
        if _allows(values, need.missing, page, base):
            continue
        if name == "default-src":
            kept = " ".join(value for value in values if value.lower() != "'none'")
            yield need._replace(inherited=kept)
        else:
            yield need._replace(directive=name)
    listed = directives.get("trusted-types")
    if listed is not None and "*" not in listed and not {"quantlab", "dompurify"} <= set(listed):
        yield _TRUSTED


def _directives(policy: str) -> dict[str, list[str]]:
    directives: dict[str, list[str]] = {}
    for part in policy.split(";"):
        name, *values = part.split()[:200] or [""]
        directives.setdefault(name.lower(), values)
    return directives


def refused(policy: str, scripts: Iterable[InlineScript]) -> int:
    """How many of a page's inline scripts a policy refuses."""
    held = _held(_directives(policy), "script-src")
    if held is None:
        return 0
    values = held[1]
    given = set(values)
    # A nonce or a hash switches 'unsafe-inline' off.
    named = [
        value
        for value in values
        if value.startswith(("'nonce-", "'sha256-", "'sha384-", "'sha512-"))
    ]
    if not named and "'unsafe-inline'" in given:
        return 0
    return sum(
        f"'nonce-{script.nonce}'" not in given and not given & _hashes(script.text)
        for script in scripts
    )


def _hashes(text: str) -> set[str]:
    return {
        f"'{name}-{base64.b64encode(hashlib.new(name, text.encode()).digest()).decode()}'"
        for name in ("sha256", "sha384", "sha512")
    }


def _held(directives: Mapping[str, list[str]], name: str) -> tuple[str, list[str]] | None:
    """The directive that decides, with its values; None where nothing does."""
    for each in (name, *_FALLBACK.get(name, ("default-src",))):
        if each in directives:
            return each, directives[each]
    return None


def _allows(values: Sequence[str], needed: str, page: str, base: str) -> bool:
    given = {value.lower() for value in values}
    if needed in given or given & _SAME.get(needed, set()):
        return True
    if needed != "'self'":
        return False
    of_page, of_ours = urlsplit(page), urlsplit(base)
    origin = f"{of_ours.scheme}://{of_ours.netloc}".lower()
    is_own = (of_page.scheme, of_page.netloc) == (of_ours.scheme, of_ours.netloc)
    allowed = {"*", f"{of_ours.scheme}:", origin, (of_ours.netloc or "").lower()}
    return (is_own and "'self'" in given) or bool(given & allowed)

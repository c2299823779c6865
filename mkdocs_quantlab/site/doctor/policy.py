"""What a Content-Security-Policy does not allow of what our scripts do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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


NEEDS = (
    Lack("script-src", "'self'", "our scripts"),
    Lack("script-src", "'wasm-unsafe-eval'", "WebAssembly, in which Python and models run"),
    Lack("style-src", "'self'", "our style sheet"),
    Lack("worker-src", "'self'", "Python's worker"),
    Lack("connect-src", "'self'", "fetching Python's files"),
    Lack("script-src", "blob:", "the code that readers edit"),
    Lack("worker-src", "blob:", "the code that readers edit, and models in the page"),
    Lack("frame-src", "'self'", "the frame for the code that readers edit"),
    Lack("connect-src", "blob:", "models in the page"),
)
"""What all functions together need; a page without chats or editable code needs less."""
_TRUSTED = Lack("trusted-types", "quantlab dompurify 'allow-duplicates'", "our scripts")
_SAME = {"'wasm-unsafe-eval'": {"'unsafe-eval'"}}


def lacks(policy: str, page: str, base: str) -> Iterator[Lack]:
    """What a policy does not allow.

    Args:
        policy: Its text.
        page: The address of the page.
        base: The address of our script.
    """
    directives: dict[str, list[str]] = {}
    for part in policy.split(";"):
        name, *values = part.split()[:200] or [""]
        directives.setdefault(name.lower(), values)
    for need in NEEDS:
        held = _held(directives, need.directive)
        if held is None:
            continue
        name, values = held
        if not _allows(values, need.missing, page, base):
            yield need._replace(directive=name)
    listed = directives.get("trusted-types")
    if listed is not None and "*" not in listed and not {"quantlab", "dompurify"} <= set(listed):
        yield _TRUSTED


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

"""What a published site sends, asked as a browser asks, and what to change where a browser would refuse it."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin

import requests

from mkdocs_quantlab.engine.core.foreign import shown
from mkdocs_quantlab.site.assets import SCRIPT, STYLE
from mkdocs_quantlab.site.doctor.finding import Finding
from mkdocs_quantlab.site.doctor.policy import InlineScript, lacks, refused
from mkdocs_quantlab.site.models.places import PlaceError
from mkdocs_quantlab.site.models.web import Client, trouble
from mkdocs_quantlab.site.secrets import masked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TIMEOUT = 60.0
"""Seconds that all requests may take together."""
MAX_PAGE = 4 << 20
"""Bytes of a page that are read."""

_FILES = {
    SCRIPT: "javascript",
    STYLE: "text/css",
    "worker.js": "javascript",
    "editor.js": "javascript",
    "pyodide/pyodide.js": "javascript",
    "pyodide/pyodide.asm.js": "javascript",
    "pyodide/pyodide.asm.wasm": "application/wasm",
}
"""Files that a page may fetch, and what their type contains."""
_OF_PYTHON = "worker.js"
"""Without this file a site was built without Python in its pages."""
_COMPRESSED = (SCRIPT, "pyodide/pyodide.asm.wasm")

_SERVERS = {"nginx": "nginx", "apache": "Apache", "github.com": "GitHub Pages"}
"""What the header `Server` contains, and whose advice it gets."""
_ADVICE = {
    "javascript": {
        "nginx": "`include /etc/nginx/mime.types;` in the `http` block",
        "Apache": "`AddType text/javascript .js`",
    },
    "text/css": {
        "nginx": "`include /etc/nginx/mime.types;` in the `http` block",
        "Apache": "`AddType text/css .css`",
    },
    "application/wasm": {
        "nginx": "`application/wasm wasm;` in mime.types",
        "Apache": "`AddType application/wasm .wasm`",
    },
    "compression": {
        "nginx": "`gzip on; gzip_types text/css application/javascript application/wasm application/json;` in the `server` block",
        "Apache": "`AddOutputFilterByType DEFLATE text/html text/css text/javascript application/javascript application/wasm`",
    },
    "caching": {
        "nginx": '`add_header Cache-Control "max-age=600";` in place of `no-store`',
        "Apache": '`Header set Cache-Control "max-age=600"` in place of `no-store`',
    },
    "ranges": {
        "nginx": "remove `max_ranges 0;`; behind a proxy, add `proxy_force_ranges on;`",
        "Apache": "remove `MaxRanges none`",
    },
}
"""The line to write, by fault and server."""


class UnreachableError(Exception):
    """A page that cannot be had, or has nothing of ours; the message is bounded, and has no secret in it."""

    def __init__(self, message: str) -> None:
        super().__init__(_bounded(message))


def _bounded(text: str) -> str:
    # Masked first: a secret that is cut in two has no name before it.
    return shown(masked(text))


def _joined(base: str, place: str) -> str:
    """The address that a page names.

    Raises:
        UnreachableError: It is none.
    """
    try:
        return urljoin(base, place)
    except ValueError:
        raise UnreachableError(
            f"{base} names the address `{place}`, which is not a valid address"
        ) from None


class _Answer(NamedTuple):
    address: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    led_on: int


_OURS = re.compile(rf"(?:^|/){re.escape(SCRIPT)}(?:[?#]|$)")


class _Page(HTMLParser):
    """What a page says of our files, of models, and of its policy."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.script = ""
        self.policies: list[str] = []
        self.inline: list[InlineScript] = []
        self._nonce: str | None = None  # of the inline script that is being read
        with suppress(AssertionError):  # some versions of Python fail at malformed declarations
            self.feed(html)
        self.models = re.findall(r'"file": "([^"]{1,300}\.gguf)"', html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "script" and _OURS.search(given.get("src", "")):
            self.script = self.script or given["src"]
        is_script = given.get("type", "").lower() in ("", "module", "text/javascript")
        if tag == "script" and "src" not in given and is_script:
            self._nonce = given.get("nonce", "")
        if tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self.policies.append(given.get("content", ""))

    def handle_data(self, data: str) -> None:
        if self._nonce is not None:
            self.inline.append(InlineScript(data, self._nonce))
            self._nonce = None


class _Site:
    """Asks a site until a deadline."""

    def __init__(self) -> None:
        self.client = Client()
        self.end = time.monotonic() + TIMEOUT

    def ask(
        self, address: str, limit: int = 0, headers: Mapping[str, str] | None = None
    ) -> _Answer:
        """What the server answers, with at most `limit` bytes of the content.

        Raises:
            UnreachableError: There is no answer in time.
        """
        try:
            with self.client.get(
                address, {"Accept-Encoding": "identity", **(headers or {})}, {}, self.end
            ) as answer:
                content = bytearray()
                while len(content) < limit and (part := answer.read(limit - len(content))):
                    content += part
                    if time.monotonic() >= self.end:
                        raise requests.Timeout
                return _Answer(
                    answer.address,
                    answer.status,
                    answer.headers,
                    bytes(content),
                    len(answer.led_on),
                )
        except PlaceError as error:
            raise UnreachableError(f"{address} cannot be read: {error}") from None
        except requests.RequestException as error:
            late = f"the requests took longer than {TIMEOUT:g} seconds"
            reason = late if time.monotonic() >= self.end else trouble(error)
            raise UnreachableError(f"{address} cannot be read: {reason}") from None


def examine_published(address: str) -> Iterator[Finding]:
    """Examines a page of a published site, and the files that it fetches; no finding has a secret in it.

    Args:
        address: The page's, of http or https.

    Yields:
        A finding for everything that was looked at, good or bad.

    Raises:
        UnreachableError: The page cannot be had, or has nothing of ours.
    """
    for finding in _examine(address):
        yield finding._replace(found=_bounded(finding.found))


def _examine(address: str) -> Iterator[Finding]:
    if not re.match("https?://", address, re.IGNORECASE):
        raise UnreachableError(f"`{address}` is not an http or https address")
    site = _Site()
    answer = site.ask(address, MAX_PAGE)
    if answer.status != 200:
        raise UnreachableError(f"{address} answered with status {answer.status}")
    page = _Page(answer.content.decode("utf-8", "replace"))
    if not page.script:
        raise UnreachableError(
            f"{address} does not load {SCRIPT}: give the address of a page that has a widget"
        )
    led = f", which {address} redirects to" if answer.led_on else ""
    yield Finding("page", f"{answer.address}{led}")
    server = answer.headers.get("Server", "").lower()
    whose = next((name for part, name in _SERVERS.items() if part in server), "")
    base = _joined(answer.address, page.script)
    yield from _files(site, base, whose)
    yield from _ranges(site, base, page.models, whose)
    policies = [*answer.headers.get("Content-Security-Policy", "").split(","), *page.policies]
    policies = [policy for policy in policies if policy.strip()]
    yield from _policy(policies, answer.address, base, page.inline)
    yield from _frames(answer.headers, policies)


def _do(fault: str, whose: str) -> str:
    advice = _ADVICE[fault]
    if whose in advice:
        return f"{whose}: {advice[whose]}."
    if whose:
        return f"{whose} sets this itself. Publish the site again, or on another host."
    return " ".join(f"{name}: {line}." for name, line in advice.items())


def _files(site: _Site, base: str, whose: str) -> Iterator[Finding]:
    """Types, compression and caching of our files."""
    for name, needed in _FILES.items():
        address = urljoin(base, name)
        answer = site.ask(
            address, headers={"Accept-Encoding": "gzip, br"} if name in _COMPRESSED else None
        )
        if answer.status != 200 and name == _OF_PYTHON:
            yield Finding("Python", "the site was built without it, or does not have its files")
            return
        if answer.status != 200:
            if name.startswith("pyodide/"):
                continue  # from another address
            yield Finding(
                name,
                f"{address} answered with status {answer.status}",
                "Publish all files below `assets/quantlab`.",
            )
            continue
        type_ = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if needed in type_:
            yield Finding(name, f"is sent as {type_}")
        else:
            kind = "browsers compile it more slowly" if "wasm" in needed else "browsers refuse it"
            shown_type = shown(type_, 80) or "no type"
            yield Finding(name, f"is sent as {shown_type}: {kind}", _do(needed, whose))
        if name in _COMPRESSED and not answer.headers.get("Content-Encoding"):
            yield Finding(name, "is sent uncompressed", _do("compression", whose))
        if "no-store" in answer.headers.get("Cache-Control", "").lower():
            yield Finding(
                name,
                "is sent with `no-store`, so browsers fetch it again for each page",
                _do("caching", whose),
            )


def _ranges(site: _Site, base: str, models: list[str], whose: str) -> Iterator[Finding]:
    for model in dict.fromkeys(models[:3]):
        answer = site.ask(_joined(base, model), 4, {"Range": "bytes=0-3"})
        if answer.status not in (200, 206):
            yield Finding(
                model,
                f"the server answered with status {answer.status}",
                "Publish all files below `assets/quantlab`.",
            )
        elif answer.content != b"GGUF":
            yield Finding(
                model, "is not a GGUF file, or the server encoded it", "Send the file unchanged."
            )
        elif answer.status == 200:
            yield Finding(
                model, "is sent whole although a range was requested", _do("ranges", whose)
            )
        else:
            yield Finding(model, "is sent in ranges")


def _policy(
    policies: list[str], page: str, base: str, inline: list[InlineScript]
) -> Iterator[Finding]:
    if not policies:
        yield Finding("policy", "no Content-Security-Policy")
        return
    found = list(dict.fromkeys(each for policy in policies for each in lacks(policy, page, base)))
    for directive in dict.fromkeys(each.directive for each in found):
        of_it = [each for each in found if each.directive == directive]
        what = "; ".join(dict.fromkeys(each.what for each in of_it))
        missing = " ".join(dict.fromkeys(each.missing for each in of_it))
        if any(each.inherited is not None for each in of_it):
            kept = next(each.inherited for each in of_it if each.inherited is not None)
            values = " ".join(dict.fromkeys(f"{kept} {missing}".split()))
            do = f"Add `{directive} {values}` to the policy."
        else:
            do = f"Add `{missing}` to `{directive}`."
        yield Finding("policy", f"`{directive}` does not allow {what}", do)
    count = max(refused(policy, inline) for policy in policies)
    if count:
        scripts = "1 inline script" if count == 1 else f"{count} inline scripts"
        yield Finding(
            "policy",
            f"`script-src` does not allow {scripts} of the page, which the theme or a plugin wrote",
            "Use a theme without inline scripts, or add `'unsafe-inline'` to `script-src`.",
        )
    if not found and not count:
        yield Finding(
            "policy",
            "the Content-Security-Policy allows everything that the scripts of mkdocs-quantlab do",
        )


def _frames(headers: Mapping[str, str], policies: list[str]) -> Iterator[Finding]:
    """What keeps the frame for the code that readers edit from being a file, as it is where inline scripts are forbidden."""
    if all("'unsafe-inline'" in policy for policy in policies if "-src" in policy):
        return
    code = "code that readers edit does not run if the policy forbids inline scripts"
    if headers.get("X-Frame-Options", "").strip().upper() == "DENY":
        yield Finding("X-Frame-Options", f"DENY: {code}", "Send `X-Frame-Options: SAMEORIGIN`.")
    if re.search(r"frame-ancestors\s+'none'", " ".join(policies)):
        yield Finding(
            "policy", f"`frame-ancestors 'none'`: {code}", "Write `frame-ancestors 'self'`."
        )
    name = "Cross-Origin-Embedder-Policy"
    if value := headers.get(name):
        yield Finding(
            name,
            f"{shown(value, 80)}: {code}",
            f"Remove `{name}`; mkdocs-quantlab does not need it.",
        )

"""Whether the pages of a site may chat with a model server: asks it what their readers' browsers would."""

from __future__ import annotations

import ipaddress
import platform
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import requests

from mkdocs_quantlab.endpoint import dialects
from mkdocs_quantlab.engine.core.texts import EN, ENGLISH, catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT = 10.0
"""Seconds in which a server must answer."""

_GROUP = "chat_connection"
_SYSTEMS = {"Windows": "windows", "Darwin": "macos", "Linux": "linux"}


class Case(NamedTuple):
    """A reason why a chat fails, in the words of the page (the texts `chat_connection`)."""

    id: str
    title: str
    why: str
    do: str


def case_ids() -> list[str]:
    """The names of all cases, as pages and links write them."""
    keys = catalogue(ENGLISH)[_GROUP]
    return [key[:-6].replace("_", "-") for key in keys if key.endswith("_title")]


def remedies(case: str) -> Mapping[str, str]:
    """Keys of the texts that say what to do in a case, by the system they are for; by "" where one is for all."""
    start = f"{case.replace('-', '_')}_do"
    return {
        key[len(start) + 1 :]: f"{_GROUP}.{key}"
        for key in catalogue(ENGLISH)[_GROUP]
        if key == start or key.startswith(f"{start}_")
    }


def words_of(case: str, part: str, **values: str) -> str:
    """The title of a case, or why it is one (`title`, `why`)."""
    return EN(f"{_GROUP}.{case.replace('-', '_')}_{part}", **values)


def is_loopback(host: str) -> bool:
    """Whether a host is the machine itself that asks."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def origin_of(url: str) -> str:
    """What a browser calls the site of a page."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def diagnose(endpoint: str, origin: str) -> Case | None:
    """Why pages of an origin cannot chat with a server, or None if they can.

    Sends no prompt and no key: a simple request, as detection does, and the `OPTIONS` request before a prompt
    (https://fetch.spec.whatwg.org/#cors-preflight-fetch).

    Args:
        endpoint: The server's address, which may end in `/v1` or `/api`, or in a request's path.
        origin: The site's scheme, host and port.
    """
    found = _case_id(endpoint, origin)
    return _in_words(found, endpoint, origin) if found else None


def _case_id(endpoint: str, origin: str) -> str | None:
    url = urlsplit(endpoint)
    if origin.startswith("https:") and url.scheme == "http" and not is_loopback(url.hostname or ""):
        return "mixed-content"
    root = re.sub(dialects.ending(), "", endpoint.rstrip("/"))
    answer = None
    for dialect in dialects.DIALECTS:
        if dialect.after:
            # Its servers also answer the probe of the dialect `after`, which was tried before.
            continue
        routes = dialect.routes
        try:
            answer = _ask("GET", root + routes[dialect.probe].path, {"Origin": origin})
        except requests.RequestException:
            return "server-down"
        # A server that wants a key is there, and readers have one.
        if answer.status_code in (200, 401):
            return _permission(answer, origin) or _preflight(
                root + routes[dialect.chat].path, origin
            )
    assert answer is not None
    if answer.is_redirect:
        return "redirected"
    # Ollama refuses an origin with 403, and says no more.
    by_status = {403: "origin-refused", 502: "proxy-alone", 504: "proxy-alone", 503: "queue-full"}
    return by_status.get(answer.status_code, "wrong-address")


def _preflight(url: str, origin: str) -> str | None:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    try:
        answer = _ask("OPTIONS", url, headers)
    except requests.RequestException:
        return "preflight-refused"
    allowed = answer.headers.get("Access-Control-Allow-Headers", "").lower()
    # A `*` does not stand for `Authorization`.
    names = {name.strip() for name in allowed.split(",")}
    if not answer.ok or not {"authorization", "content-type"} <= names:
        return "preflight-refused"
    return _permission(answer, origin)


def _permission(answer: requests.Response, origin: str) -> str | None:
    """The case that the headers of permission are, or None if they let the origin in."""
    # urllib3 keeps apart what requests joins.
    allowed = answer.raw.headers.getlist("Access-Control-Allow-Origin")
    if len(allowed) > 1:
        return "doubled-header"
    return None if allowed in ([origin], ["*"]) else "origin-refused"


def _ask(method: str, url: str, headers: dict[str, str]) -> requests.Response:
    return requests.request(
        method, url, headers=headers, timeout=TIMEOUT, allow_redirects=False, auth=_without_key
    )


def _without_key(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps requests from sending what a .netrc file has for the host: a browser would not."""
    return request


def _in_words(found: str, endpoint: str, origin: str) -> Case:
    ways = remedies(found)
    is_here = is_loopback(urlsplit(endpoint).hostname or "")
    system = _SYSTEMS.get(platform.system(), "linux") if is_here else "elsewhere"
    root = re.sub(dialects.ending(), "", endpoint.rstrip("/"))
    if is_here and re.search(r"/v\d+", endpoint[len(root) :]) and urlsplit(endpoint).port != 11434:
        # This is not Ollama's address, so Ollama's commands would not help.
        system = "other"
    values = {"endpoint": endpoint, "root": root, "origin": origin}
    todo = EN(ways.get("") or ways.get(system) or ways["elsewhere"], **values)
    return Case(found, words_of(found, "title"), words_of(found, "why", **values), todo)

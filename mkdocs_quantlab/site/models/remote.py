"""Remote files by ranges of bytes: over HTTP, from the Hugging Face Hub, and wherever fsspec can open one."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import requests
import urllib3

from mkdocs_quantlab.engine.core.suggest import did_you_mean
from mkdocs_quantlab.engine.gguf.reader import FIRST
from mkdocs_quantlab.site.models.places import PlaceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mkdocs_quantlab.site.models.places import RemoteFile

ATTEMPTS = 4
"""How often a range is asked for where the trouble may pass."""
PAUSE = 0.5
"""Seconds before the second attempt; before each further one twice as long."""
TIMEOUT = 20.0
"""Seconds in which a server must begin to answer, and send the next bytes."""
PATIENCE = 120.0
"""Seconds that one range may take in all."""
WHOLE = 16 << 20
"""Bytes of a file that is taken whole from a server that gives no ranges."""

_PASSING = {408, 425, 429, 500, 502, 503, 504}
_REFUSED = {
    401: "it wants to know who asks (a private or gated file?)",
    403: "it does not let this file be read (a private or gated file?)",
    404: "there is no such file",
    410: "the file is gone",
}


def open_remote(place: str) -> RemoteFile:
    """The file at an address.

    Raises:
        PlaceError: It cannot be had, or its scheme is not known.
    """
    scheme = place.partition("://")[0].lower()
    if scheme in ("http", "https"):
        return HttpFile(place)
    if scheme == "hf":
        return HttpFile(*_hub(place))
    return FsspecFile(place)


class HttpFile:
    """A file on a web server that gives ranges, or small enough to be taken whole.

    Args:
        url: Its address. Where that leads on to another, as the Hub's do to signed ones, ranges are asked for there.
        headers: What to send to `url`, and to no other server.
    """

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        self.url = self.address = url
        self.headers = dict(headers or {})
        self.session = requests.Session()
        self.size = 0
        self.etag = ""
        self._state: tuple[int, str] | None = None
        # The first bytes are always needed, and come with the size; a server without ranges gives all.
        self.beginning = self._get(0, FIRST)

    def fetch(self, start: int, stop: int) -> bytes:
        if stop <= len(self.beginning):
            return self.beginning[start:stop]
        return self._get(start, stop)

    def _get(self, start: int, stop: int) -> bytes:
        pause = PAUSE
        for left in range(ATTEMPTS - 1, -1, -1):
            try:
                return self._attempt(start, stop)
            except _PassingError as error:
                problem = str(error)
            except requests.Timeout:
                problem = "the server does not answer"
            except requests.ConnectionError:
                problem = "there is no connection"
            except requests.RequestException as error:
                raise PlaceError(f"it cannot be asked for: {error}") from None
            if left:
                time.sleep(pause)
                pause *= 2
        raise PlaceError(f"{problem}; tried {ATTEMPTS} times")

    def _attempt(self, start: int, stop: int) -> bytes:
        own = self.headers if self.address == self.url else {}
        asked = {"Range": f"bytes={start}-{stop - 1}", "Accept-Encoding": "identity"}
        with self.session.get(
            self.address, headers={**own, **asked}, stream=True, timeout=TIMEOUT
        ) as response:
            self._check(response)
            partial = response.status_code == 206
            size = _size_of_all(response, start) if partial else _size_of_whole(response)
            state = (size, response.headers.get("ETag", ""))
            if self._state not in (None, state):
                raise PlaceError("it changed while it was read")
            body = _body(response, min(stop, size) - start if partial else size)
            if self._state is None:
                self._state, self.size, self.etag = state, size, _etag(response)
            self.address = response.url
            return body

    def _check(self, response: requests.Response) -> None:
        status = response.status_code
        if status in (401, 403, 410) and self.address != self.url:
            # A signed address holds for a while only; the first one leads to a fresh one.
            self.address = self.url
            raise _PassingError("the address that it leads to is refused")
        if status in _PASSING:
            raise _PassingError(f"the server answers {status} {response.reason}")
        if status == 416:
            raise PlaceError("the file is empty")
        if status not in (200, 206):
            why = _REFUSED.get(status, "")
            raise PlaceError(
                f"the server answers {status} {response.reason}" + f": {why}" * bool(why)
            )
        encoding = response.headers.get("Content-Encoding", "identity")
        if encoding != "identity":
            raise PlaceError(
                f"the server sends it compressed ({encoding}), and so no ranges of the file itself"
            )


class FsspecFile:
    """A file that fsspec can open, with whatever file systems are installed."""

    def __init__(self, place: str) -> None:
        # fsspec is not typed.
        import fsspec  # type: ignore[import-untyped]  # noqa: PLC0415  # few need it

        scheme = place.partition("://")[0]
        try:
            self.system, self.path = fsspec.core.url_to_fs(place)
        except ImportError as error:
            raise PlaceError(f"`{scheme}://` needs a package that is not there: {error}") from None
        except ValueError:
            known = ["http", "https", "hf", *fsspec.available_protocols()]
            raise PlaceError(
                f"the scheme `{scheme}://` is not known to fsspec{did_you_mean(scheme, known)}"
            ) from None
        info: dict[str, Any] = self._ask(self.system.info, self.path)
        self.size = int(info.get("size") or 0)
        self.etag = str(info.get("ETag") or info.get("etag") or "")

    def fetch(self, start: int, stop: int) -> bytes:
        data: bytes = self._ask(self.system.cat_file, self.path, start=start, end=stop)
        return data

    @staticmethod
    def _ask(question: Callable[..., Any], *args: object, **kwargs: object) -> Any:
        try:
            return question(*args, **kwargs)
        except FileNotFoundError:
            raise PlaceError("there is no such file") from None
        except Exception as error:  # noqa: BLE001  # each file system has errors of its own
            raise PlaceError(f"{type(error).__name__}: {error}") from None


class _PassingError(Exception):
    """Trouble that may pass; the message says what it was."""


def _hub(place: str) -> tuple[str, dict[str, str]]:
    """The address of `hf://owner/repository[@revision]/path`, and what to send with it."""
    match = re.fullmatch(r"hf://([^/@]+/[^/@]+)(?:@([^/]+))?/(.+)", place)
    if match is None:
        raise PlaceError("such an address is `hf://owner/repository[@revision]/folder/file.gguf`")
    try:
        from huggingface_hub import get_token, hf_hub_url  # noqa: PLC0415  # an extra
    except ImportError:
        raise PlaceError('`hf://` needs: pip install "mkdocs-quantlab[hf]"') from None
    repository, revision, path = match.groups()
    token = get_token()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return hf_hub_url(repository, path, revision=revision), headers


def _size_of_all(response: requests.Response, start: int) -> int:
    """Bytes of the file that a part came from."""
    found = response.headers.get("Content-Range", "")
    match = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", found)
    if match is None or int(match[1]) != start:
        raise PlaceError(f"the server gives another range than was asked for: `{found}`")
    return int(match[2])


def _size_of_whole(response: requests.Response) -> int:
    """Bytes of the file that a server sends whole instead of a part."""
    found = response.headers.get("Content-Length", "")
    size = int(found) if found.isdecimal() else None
    if size is None or size > WHOLE:
        shown = "bytes in a number it does not say" if size is None else f"{size:,} bytes"
        raise PlaceError(
            f"the server gives no ranges of files, and this one has {shown}; at most {WHOLE:,} are taken whole. "
            "Download it, and name its path"
        )
    return size


def _etag(response: requests.Response) -> str:
    """The file's own name for its state. The Hub says it where it leads on; its content servers say other things."""
    linked = (answer.headers.get("X-Linked-ETag") for answer in response.history)
    return next(filter(None, linked), response.headers.get("ETag", ""))


def _body(response: requests.Response, length: int) -> bytes:
    """As many bytes as were asked for."""
    end = time.monotonic() + PATIENCE
    body = bytearray()
    while len(body) < length:
        if time.monotonic() > end:
            raise _PassingError(f"the server sent {len(body):,} bytes in {PATIENCE:g} seconds")
        try:
            # What has come by now: requests' own iterators wait for a full piece, however slowly it comes.
            piece = response.raw.read1(1 << 16)
        except urllib3.exceptions.HTTPError:
            raise _PassingError("the connection was cut") from None
        if not piece:
            raise _PassingError("the connection was cut")
        body += piece
    return bytes(body[:length])

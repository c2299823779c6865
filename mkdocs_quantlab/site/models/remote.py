"""Remote files by ranges of bytes: over HTTP, from the Hugging Face Hub, and wherever fsspec can open one."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import requests

from mkdocs_quantlab.engine.core.foreign import shown
from mkdocs_quantlab.engine.core.suggest import did_you_mean
from mkdocs_quantlab.engine.gguf.cursor import FIRST
from mkdocs_quantlab.site.models.places import PlaceError
from mkdocs_quantlab.site.models.web import Client, trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mkdocs_quantlab.site.models.places import RemoteFile
    from mkdocs_quantlab.site.models.web import Answer

ATTEMPTS = 4
"""How often a range is requested if the error may be temporary."""
PAUSE = 0.5
"""Seconds before the second attempt; before each further one twice as long."""
RANGE_TIMEOUT = 120.0
"""Seconds that one range may take, with all attempts, redirects and pauses."""
FILE_TIMEOUT = 600.0
"""Seconds that all ranges of a file may take."""
MAX_WITHOUT_RANGES = 16 << 20
"""Bytes of a file that is read from a server without range requests."""

_NUMBER = "[0-9]{1,18}"
"""A number of bytes in a header, which fits in 64 bits."""
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_REFUSED = {
    401: "it requires a login; the file may be private or gated",
    403: "it denies access; the file may be private or gated",
    404: "the file does not exist",
    410: "the file was removed",
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
        self.client = Client()
        self.size = 0
        self.etag = ""
        self._state: tuple[int, str] | None = None
        self._end = time.monotonic() + FILE_TIMEOUT
        # The first bytes are always needed, and come with the size; a server without ranges gives all.
        self.beginning = self._get(0, FIRST)

    def fetch(self, start: int, stop: int) -> bytes:
        if stop <= len(self.beginning):
            return self.beginning[start:stop]
        return self._get(start, stop)

    def _get(self, start: int, stop: int) -> bytes:
        pause = PAUSE
        begin = time.monotonic()
        end = min(begin + RANGE_TIMEOUT, self._end)
        for left in range(ATTEMPTS - 1, -1, -1):
            try:
                return self._attempt(start, stop, end)
            except _PassingError as error:
                problem = str(error)
            except (requests.Timeout, requests.ConnectionError) as error:
                problem = trouble(error)
            except requests.RequestException as error:
                raise PlaceError(trouble(error)) from None
            if time.monotonic() + pause > end:
                took = time.monotonic() - begin
                raise PlaceError(f"{problem}; gave up after {took:.3g} seconds")
            if left:
                time.sleep(pause)
                pause *= 2
        raise PlaceError(f"{problem}; tried {ATTEMPTS} times")

    def _attempt(self, start: int, stop: int, end: float) -> bytes:
        own = self.headers if self.address == self.url else {}
        asked = {"Range": f"bytes={start}-{stop - 1}", "Accept-Encoding": "identity"}
        with self.client.get(self.address, asked, own, end) as answer:
            self._check(answer)
            partial = answer.status == 206
            size = _size_of_all(answer, start) if partial else _size_of_whole(answer)
            state = (size, answer.headers.get("ETag", ""))
            if self._state not in (None, state):
                raise PlaceError("the file changed while it was read")
            body = _body(answer, min(stop, size) - start if partial else size)
            if self._state is None:
                self._state, self.size, self.etag = state, size, _etag(answer)
            self.address = answer.address
            return body

    def _check(self, answer: Answer) -> None:
        status = answer.status
        if status in (401, 403, 410) and self.address != self.url:
            # A signed address holds for a while only; the first one leads to a fresh one.
            self.address = self.url
            raise _PassingError("the address that it redirects to is refused")
        if status in _PASSING:
            raise _PassingError(f"the server answered {status} {answer.reason}")
        if status == 416:
            raise PlaceError("the file is empty")
        if status not in (200, 206):
            why = _REFUSED.get(status, "")
            raise PlaceError(
                f"the server answered {status} {answer.reason}" + f": {why}" * bool(why)
            )
        encoding = answer.headers.get("Content-Encoding", "identity")
        if encoding != "identity":
            raise PlaceError(
                f"the server sends the file compressed ({encoding}), so ranges of the file itself cannot be read"
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
            raise PlaceError(
                f"`{scheme}://` needs a package that is not installed: {error}"
            ) from None
        except ValueError:
            known = ["http", "https", "hf", *fsspec.available_protocols()]
            raise PlaceError(
                f"fsspec does not support the scheme `{scheme}://`{did_you_mean(scheme, known)}"
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
            raise PlaceError("the file does not exist") from None
        except Exception as error:  # noqa: BLE001  # each file system has errors of its own
            raise PlaceError(f"{type(error).__name__}: {error}") from None


class _PassingError(Exception):
    """Trouble that may pass; the message says what it was."""


def _hub(place: str) -> tuple[str, dict[str, str]]:
    """The address of `hf://owner/repository[@revision]/path`, and what to send with it."""
    match = re.fullmatch(r"hf://([^/@]+/[^/@]+)(?:@([^/]+))?/(.+)", place)
    if match is None:
        raise PlaceError(
            "the address must have the form `hf://owner/repository[@revision]/folder/file.gguf`"
        )
    try:
        from huggingface_hub import get_token, hf_hub_url  # noqa: PLC0415  # an extra
    except ImportError:
        raise PlaceError('`hf://` needs: pip install "mkdocs-quantlab[hf]"') from None
    repository, revision, path = match.groups()
    token = get_token()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return hf_hub_url(repository, path, revision=revision), headers


def _size_of_all(answer: Answer, start: int) -> int:
    """Bytes of the file that a part came from."""
    found = answer.headers.get("Content-Range", "")
    match = re.fullmatch(rf"bytes ({_NUMBER})-{_NUMBER}/({_NUMBER})", found)
    if match is None or int(match[1]) != start:
        raise PlaceError(f"the server sent another range than was requested: `{shown(found, 80)}`")
    return int(match[2])


def _size_of_whole(answer: Answer) -> int:
    """Bytes of the file that a server sends whole instead of a part."""
    found = answer.headers.get("Content-Length", "")
    size = int(found) if re.fullmatch(_NUMBER, found) else None
    if size is None or size > MAX_WITHOUT_RANGES:
        count = "an unknown number of bytes" if size is None else f"{size:,} bytes"
        raise PlaceError(
            f"the server does not support range requests, and the file has {count}; without ranges, at most {MAX_WITHOUT_RANGES:,} are "
            "read. Download the file and name its path"
        )
    return size


def _etag(answer: Answer) -> str:
    """The file's own name for its state. The Hub says it where it leads on; its content servers say other things."""
    linked = (headers.get("X-Linked-ETag") for headers in answer.led_on)
    return next(filter(None, linked), answer.headers.get("ETag", ""))


def _body(answer: Answer, length: int) -> bytes:
    """As many bytes as were asked for."""
    body = bytearray()
    while len(body) < length:
        try:
            piece = answer.read(1 << 16)
        except requests.exceptions.ChunkedEncodingError:
            piece = b""
        if not piece:
            raise _PassingError(f"the connection was lost after {len(body):,} of {length:,} bytes")
        body += piece
    return bytes(body[:length])

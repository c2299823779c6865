"""Requests to servers that nobody vouches for: bounded in time, in bytes and in where they may lead."""

from __future__ import annotations

import ipaddress
import math
import socket
import threading
import time
import unicodedata
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin, urlsplit
from weakref import WeakSet

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from mkdocs_quantlab.engine.core.foreign import shown
from mkdocs_quantlab.site.models.places import PlaceError
from mkdocs_quantlab.site.secrets import masked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

REDIRECTS = 10
"""How often one request may be led on to another address."""
TIMEOUT = 20.0
"""Seconds in which a server must begin to answer, and send the next bytes."""

_TRANSLATED = [ipaddress.ip_network(each) for each in ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96")]
_TRANSLATED_HERE = ipaddress.ip_network("64:ff9b:1::/48")
"""What networks translate for themselves (RFC 8215)."""
_LEADS_ON = {301, 302, 303, 307, 308}


class Answer(NamedTuple):
    """What a server answers, without its content."""

    address: str
    """Where it came from, after all redirects."""
    status: int
    reason: str
    headers: Mapping[str, str]
    led_on: tuple[Mapping[str, str], ...]
    """The headers of the redirects that led there."""
    read: Callable[[int], bytes]
    """Gives the next bytes of the content as they are sent, at most so many; none at its end.

    Raises `requests.exceptions.ChunkedEncodingError` if the connection is cut.
    """


class Client:
    """Asks servers, each time until a deadline.

    Nothing but the content of the last answer is read, and that as it is sent: a redirect's content is not, and nothing is decompressed.
    Where a public address was asked for first, no address that leads on may be a private one: it would be of the network that the
    site is built in, which whoever wrote the redirect cannot reach.
    """

    def __init__(self) -> None:
        self._watch = _Watch()
        self._session = _Session()
        self._session.mount("http://", _Adapter(self._watch))
        self._session.mount("https://", _Adapter(self._watch))

    @contextmanager
    def get(
        self, address: str, headers: Mapping[str, str], own: Mapping[str, str], end: float
    ) -> Iterator[Answer]:
        """The answer to a request; its content can be read inside the `with` statement.

        Args:
            address: An address of http or https.
            headers: What to send to every server.
            own: What to send to the server of this address, and to no other.
            end: The deadline, as `time.monotonic` counts: all that is still going on then is cut off.

        Raises:
            PlaceError: A redirect, or a page that was read before, leads where none may.
            requests.RequestException: There is no answer; `trouble` says why.
        """
        self._watch.end = end
        timer = threading.Timer(max(0.0, end - time.monotonic()), self._watch.cut)
        timer.daemon = True
        timer.start()
        try:
            try:
                response, answer = self._follow(address, headers, own)
            except (requests.RequestException, PlaceError):
                raise
            except (urllib3.exceptions.HTTPError, ValueError) as error:
                # Both packages leave some malformed addresses to the parts of Python and of each other.
                raise requests.exceptions.InvalidURL(str(error)) from None
            with response:
                yield answer
        finally:
            timer.cancel()

    def _follow(
        self, address: str, headers: Mapping[str, str], own: Mapping[str, str]
    ) -> tuple[requests.Response, Answer]:
        led_on: list[Mapping[str, str]] = []
        first = address
        self._watch.check_first(address)
        while True:
            back = _origin(address) == _origin(first)
            response = self._session.get(
                address,
                headers={**headers, **own} if back else headers,
                # Without one, requests looks for a password in the user's .netrc, which is meant for the first server only.
                auth=None if back else _no_password,
                stream=True,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
            # What was cut off in its headers looks like an answer with fewer of them.
            self._watch.check_time()
            target = response.headers.get("Location")
            if response.status_code not in _LEADS_ON or target is None:
                return response, Answer(
                    address,
                    response.status_code,
                    shown(response.reason or "", 80),
                    response.headers,
                    tuple(led_on),
                    partial(self._read, response),
                )
            response.close()
            led_on.append(response.headers)
            if len(led_on) > REDIRECTS:
                raise PlaceError(f"it redirects more than {REDIRECTS} times")
            # requests reads headers as Latin-1; addresses are sent as UTF-8.
            address = urljoin(
                address, target.encode("latin-1", "replace").decode("utf-8", "replace")
            )
            self._watch.check_redirect(address)

    def _read(self, response: requests.Response, limit: int) -> bytes:
        try:
            # What has come by now: requests' own iterators wait for a full piece, however slowly it comes.
            part: bytes = response.raw.read1(limit, decode_content=False)
        except urllib3.exceptions.HTTPError:
            raise requests.exceptions.ChunkedEncodingError from None
        if not part:
            # Content without a length ends with the connection, and so does what was cut off.
            self._watch.check_time()
        return part


class _Watch:
    """The connections of a client: cuts them at a deadline, and knows which may be made."""

    def __init__(self) -> None:
        self.connections: WeakSet[Any] = WeakSet()
        self.is_public: bool | None = None
        """Whether the first address was a public one; not known before the first connection."""
        self.end = math.inf
        """The deadline of the request that is under way."""

    def check_time(self) -> None:
        """Ends what goes on behind the deadline: `cut` sees no connection that is being made at that very moment."""
        if time.monotonic() >= self.end:
            raise requests.Timeout

    def cut(self) -> None:
        """Ends all connections: whoever waits for a byte of one gets its end."""
        for connection in list(self.connections):
            for each in (connection.opening, connection.made):
                # TLS within the TLS of a proxy is not a socket, but contains one.
                while not isinstance(each, socket.socket | None):
                    each = getattr(each, "socket", None)  # noqa: PLW2901
                if each is not None:
                    # Of the connection, not of its encryption, which another thread uses. It may have ended by itself.
                    with suppress(OSError):
                        socket.socket.shutdown(each, socket.SHUT_RDWR)

    def check_first(self, address: str) -> None:
        """Refuses a private address after a public one: whoever wrote the page that was read from there chose it."""
        host = urlsplit(address).hostname or ""
        if is_private_host(host):
            if self.is_public:
                raise _leads_inside(host)
            self.is_public = False

    def check_redirect(self, address: str) -> None:
        """Refuses addresses that a redirect may not lead to, as far as they can be told by their text."""
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https"):
            raise PlaceError(f"it redirects to a `{shown(parts.scheme, 40)}:` address")
        if self.is_public and is_private_host(parts.hostname or ""):
            raise _leads_inside(parts.hostname or "")

    def check_peer(self, host: str, peer: str) -> None:
        """Refuses a connection to a private address where a public one was asked for first."""
        public = not is_private(peer)
        if self.is_public is None:
            self.is_public = public
        elif self.is_public and not public:
            raise _leads_inside(host)


def _leads_inside(host: str) -> PlaceError:
    return PlaceError(
        f"it leads to `{shown(host, 80)}`, which is on this machine or in a private network"
    )


def trouble(error: requests.RequestException) -> str:
    """Why there is no answer: the end of a sentence, without the address, which may have a password in it."""
    if isinstance(error, requests.Timeout):
        return "the server does not answer"
    if isinstance(error, requests.exceptions.SSLError):
        return "the server's TLS certificate or encryption was not accepted"
    if isinstance(error, requests.ConnectionError):
        return "the server cannot be reached"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection was lost"
    return f"the request cannot be sent: {shown(masked(str(error)), 200)}"


def is_private(address: str) -> bool:
    """Whether an IP address is of this machine, of a private network, or otherwise of none that everyone can reach."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inside = _inside(found)
        if inside is not None:
            found = inside
        elif found.is_site_local or found in _TRANSLATED_HERE:
            return True
    return found.is_multicast or not found.is_global


def _inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to: mapped, 6to4 (RFC 3056), or translated (RFC 6052)."""
    if any(address in network for network in _TRANSLATED):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


def is_private_host(host: str) -> bool:
    """Whether a host's name alone says that it is of this machine or of a private network.

    Names are read as resolvers read them: `0x7f.1`, `2130706433` and full-width digits are addresses.
    """
    name = unicodedata.normalize("NFKC", host).replace("。", ".").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    with suppress(OSError, ValueError):
        name = socket.inet_ntoa(socket.inet_aton(name))
    return is_private(name)


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


def _no_password(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: requests reads the whole content of every redirect, decompressed, even of those that it does not follow."""


class _Adapter(HTTPAdapter):
    """Makes connections that a watch knows."""

    def __init__(self, watch: _Watch) -> None:
        self._pools = {"http": partial(_Pool, watch), "https": partial(_HttpsPool, watch)}
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> urllib3.ProxyManager:
        manager: urllib3.ProxyManager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools  # type: ignore[assignment]  # anything that makes a pool will do
        return manager


class _Watched(HTTPConnection):
    """A connection that a watch can cut."""

    watch: _Watch
    opening: socket.socket | None = None
    """The connection while it is made: encryption takes the socket away from where others find it."""
    made: socket.socket | None = None
    """The connection after that. `http.client` drops its own reference where the content ends with the connection."""

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        try:
            if getattr(self, "proxy", None) is None:
                self.watch.check_peer(self.host, str(made.getpeername()[0]))
            elif self.watch.is_public is None:
                # The proxy alone knows the address; redirects are judged by their text.
                self.watch.is_public = True
            self.opening = made.dup()
            self.watch.check_time()
        except BaseException:
            made.close()
            raise
        return made

    def connect(self) -> None:
        self.watch.connections.add(self)
        try:
            super().connect()
            self.made = self.sock
            self.watch.check_time()
        finally:
            if self.opening is not None:
                self.opening.close()
                self.opening = None


class _WatchedHttps(_Watched, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched

    def __init__(self, watch: _Watch, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.watch = watch

    def _new_conn(self) -> Any:
        made = super()._new_conn()
        made.watch = self.watch  # type: ignore[attr-defined]  # it is one of the pool's class
        return made


class _HttpsPool(_Pool, HTTPSConnectionPool):
    ConnectionCls = _WatchedHttps

"""Remote files: whatever a server does, there are the bytes or one clear error."""

from __future__ import annotations

import socket
import sys
import time
from functools import partial

import fsspec
import pytest

from mkdocs_quantlab.engine.gguf.cursor import FIRST
from mkdocs_quantlab.engine.gguf.ranges import read_ranges
from mkdocs_quantlab.engine.gguf.reader import Wanted, lengths
from mkdocs_quantlab.site.models import remote, web
from mkdocs_quantlab.site.models.places import PlaceError
from mkdocs_quantlab.site.models.remote import open_remote
from tests import file_server as serve
from tests.gguf_writer import big_header

DATA = bytes(range(256)) * 400


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch):
    monkeypatch.setattr(remote, "PAUSE", 0.01)
    monkeypatch.setattr(web, "TIMEOUT", 0.5)
    monkeypatch.setattr(remote, "RANGE_TIMEOUT", 3)


def test_a_file_by_ranges(server):
    server.files["/x"] = DATA
    file = open_remote(server.url("/x"))
    assert file.size == len(DATA)
    assert file.etag
    assert file.fetch(0, 100) == DATA[:100]
    assert len(server.requests) == 1, "the first bytes come with the size"
    assert file.fetch(50_000, 60_000) == DATA[50_000:60_000]
    assert [request.sent for request in server.requests] == [FIRST, 10_000]


def test_a_small_file(server):
    server.files["/x"] = b"GGUF and so on"
    file = open_remote(server.url("/x"))
    assert (file.size, file.fetch(0, file.size)) == (14, b"GGUF and so on")


def test_a_server_without_ranges_gives_small_files_whole(server):
    server.files["/x"] = DATA
    server.ways["/x"] = serve.whole
    file = open_remote(server.url("/x"))
    assert file.size == len(DATA)
    assert file.fetch(50_000, 60_000) == DATA[50_000:60_000]
    assert len(server.requests) == 1


def test_a_signed_address_is_asked_directly_and_anew_when_it_runs_out(server):
    server.files["/signed?1"] = server.files["/signed?2"] = DATA
    server.ways["/x"] = serve.first(
        1,
        serve.redirect("/signed?1", X_Linked_ETag='"of the file"'),
        serve.redirect("/signed?2"),
    )
    server.ways["/signed?1"] = serve.first(2, serve.by_ranges, serve.status(403))
    file = open_remote(server.url("/x"))
    assert file.etag == '"of the file"'
    for start in (40_000, 50_000, 60_000):
        assert file.fetch(start, start + 10) == DATA[start : start + 10]
    paths = [request.path for request in server.requests]
    assert paths == ["/x", "/signed?1", "/signed?1", "/signed?1", "/x", "/signed?2", "/signed?2"]


@pytest.mark.parametrize("trouble", [serve.status(503), serve.status(429), serve.cut, serve.silent])
def test_trouble_that_passes(server, trouble):
    server.files["/x"] = DATA
    server.ways["/x"] = serve.first(2, trouble)
    assert open_remote(server.url("/x")).fetch(0, 10) == DATA[:10]
    assert len(server.requests) >= 1


@pytest.mark.parametrize(
    ("way", "message"),
    [
        (serve.status(404), "the server answered 404 Not Found: the file does not exist"),
        (serve.status(403), "it denies access"),
        (serve.status(401), "it requires a login"),
        (serve.status(418), "the server answered 418 I'm a Teapot"),
        (serve.status(416), "the file is empty"),
        (serve.status(500), "500 Internal Server Error; tried 4 times"),
        (serve.status(429), "429 Too Many Requests; tried 4 times"),
        (serve.cut, "the connection was lost after 10 of 32,768 bytes; tried 4 times"),
        (serve.silent, "the server does not answer; tried 4 times"),
        (serve.whole_and_huge, "the file has 1,000,000,000,000 bytes"),
        (serve.compressed, r"compressed \(gzip\)"),
        (serve.another_range, "another range than was requested: `bytes 5-14/102400`"),
        (serve.redirect("/x"), "redirects more than 10 times"),
        (serve.redirect("ftp://example.invalid/x"), "redirects to a `ftp:` address"),
        (serve.redirect("file:///etc/passwd"), "redirects to a `file:` address"),
        (serve.told("206 Partial Content", "Content-Range: bytes 0-9/" + "1" * 5000), "another range than was requested"),
        (serve.told("200 OK", "Content-Length: " + "1" * 5000), "an unknown number of bytes"),
        (serve.told("418 \x1b]0;a title\x07", "Content-Length: 0"), r"answered 418 \\x1b\]0;a title\\x07$"),
    ],
)  # fmt: skip
def test_trouble_that_stays(server, way, message):
    server.files["/x"] = DATA
    server.ways["/x"] = way
    with pytest.raises(PlaceError, match=message):
        open_remote(server.url("/x"))


@pytest.mark.parametrize(
    "way",
    [
        serve.dripping,
        serve.dripping_without_length,
        serve.dripping_headers,
        serve.continuing,
        serve.redirect_with(serve.dripping_forever),
    ],
)
def test_slowness_has_an_end(server, monkeypatch, way):
    monkeypatch.setattr(remote, "RANGE_TIMEOUT", 0.4)
    server.files["/x"] = DATA
    server.ways["/x"] = server.ways["/slow"] = way
    begin = time.monotonic()
    with pytest.raises(PlaceError, match=r"gave up after 0\.[0-9]+ seconds|redirects more"):
        open_remote(server.url("/x"))
    assert time.monotonic() - begin < 10, "it would go on for ever"


def test_all_ranges_of_a_file_have_one_end(server, monkeypatch):
    monkeypatch.setattr(remote, "FILE_TIMEOUT", 0)
    server.files["/x"] = DATA
    with pytest.raises(PlaceError, match="gave up"):
        open_remote(server.url("/x"))


def test_what_comes_with_a_redirect_is_not_read(server):
    server.files["/there"] = DATA
    server.ways["/x"] = serve.redirect_with(serve.large, "/there")
    assert open_remote(server.url("/x")).size == len(DATA)
    (sent,) = {request.sent for request in server.requests if request.path == "/x"}
    assert sent < serve.LARGE / 4, "buffers between the two machines take some"


def test_a_redirect_from_a_public_address_into_the_own_network(server, monkeypatch):
    monkeypatch.setattr(web, "is_private", lambda address: address == "127.0.0.2")
    server.files["/x"] = server.files["/there"] = DATA
    for target in ("127.0.0.2", "localhost", "LOCALHOST.", "a.localhost"):
        server.ways["/x"] = serve.redirect(f"http://{target}:{server.server_port}/there")
        with pytest.raises(PlaceError, match="on this machine or in a private network"):
            open_remote(server.url("/x"))
    assert {request.path for request in server.requests} == {"/x"}


def test_a_name_that_stands_for_a_private_address(server, monkeypatch):
    """What counts is where the connection goes, not what the redirect says."""
    known = socket.getaddrinfo
    asked = []

    def resolved(host, *args, **kwargs):
        asked.append(host)
        return known("127.0.0.1", *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(
        web, "is_private", lambda address: address == "127.0.0.1" and len(asked) > 1
    )
    server.ways["/x"] = serve.redirect(f"http://harmless.invalid:{server.server_port}/there")
    with pytest.raises(PlaceError, match=r"`harmless\.invalid`, which is on this machine"):
        open_remote(server.url("/x"))
    assert asked == ["127.0.0.1", "harmless.invalid"]
    assert {request.path for request in server.requests} == {"/x"}


def test_a_private_address_may_lead_to_another(server):
    server.files["/there"] = DATA
    server.ways["/x"] = serve.redirect("/there")
    assert open_remote(server.url("/x")).size == len(DATA)


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("169.254.169.254", True),
        ("100.64.0.1", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("fd00::1", True),
        ("::ffff:192.168.0.1", True),
        ("0.0.0.0", True),
        ("224.0.0.1", True),
        ("fec0::1", True),
        ("::127.0.0.1", True),
        ("64:ff9b::7f00:1", True),
        ("64:ff9b:1::808:808", True),
        ("2002:7f00:1::", True),
        ("64:ff9b::808:808", False),
        ("8.8.8.8", False),
        ("2606:4700:4700::1111", False),
        ("example.org", False),
    ],
)
def test_private_addresses(address, private):
    assert web.is_private(address) is private


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("2130706433", True),
        ("0x7f.1", True),
        ("0177.0.0.1", True),
        ("127.1", True),
        ("①②⑦.⓪.⓪.①", True),
        ("127。0。0。1", True),
        ("LOCALHOST.", True),
        ("16843009", False),
        ("example.org", False),
    ],
)
def test_private_hosts(host, private):
    """A proxy would ask them: what counts is how resolvers read them."""
    assert web.is_private_host(host) is private


@pytest.mark.parametrize(
    "target", ["http://[::1", "http://h:99999/", f"http://{'a' * 300}.test/", "http://a..b/"]
)
def test_a_redirect_to_what_is_no_address(server, target):
    server.ways["/x"] = serve.redirect(target)
    with pytest.raises(PlaceError, match="the request cannot be sent") as caught:
        open_remote(server.url("/x"))
    assert len(str(caught.value)) < 700


def test_a_password_of_netrc_goes_to_its_server_only(server, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    server.files["/there"] = DATA
    server.ways["/x"] = serve.redirect(f"http://localhost:{server.server_port}/there")
    open_remote(server.url("/x")).fetch(40_000, 40_010)
    sent = [(request.path, "Authorization" in request.headers) for request in server.requests]
    assert sent == [("/x", True), ("/there", False), ("/there", False)]


def test_a_server_that_is_not_there(server):
    url = server.url("/x")
    server.close()
    with pytest.raises(PlaceError, match="the server cannot be reached; tried 4 times"):
        open_remote(url)


def test_a_file_that_changes_while_it_is_read(server):
    server.files["/x"] = DATA
    file = open_remote(server.url("/x"))
    server.files["/x"] = DATA[::-1]
    with pytest.raises(PlaceError, match="changed while it was read"):
        file.fetch(50_000, 60_000)


def test_further_files_of_a_model_cost_little(server):
    """The budgets: 16 requests and the header's bytes, then 8 requests and 0.5 MB."""
    data = big_header(tokens=100_000, merges=150_000)
    server.files["/a"] = server.files["/b"] = data
    file = open_remote(server.url("/a"))
    header = read_ranges(file.fetch, file.size)
    assert len(server.requests) <= 16
    assert sum(request.sent for request in server.requests) <= header.data_start
    del server.requests[:]
    file = open_remote(server.url("/b"))
    again = read_ranges(file.fetch, file.size, Wanted(hints=lengths(header.metadata)))
    assert again == header
    assert len(server.requests) <= 8
    assert sum(request.sent for request in server.requests) <= 500_000


def test_the_hub(server, monkeypatch):
    hub = pytest.importorskip("huggingface_hub")
    here = partial(hub.hf_hub_url, endpoint=server.url(""))
    monkeypatch.setattr(hub, "hf_hub_url", here)
    monkeypatch.setattr(hub, "get_token", lambda: "a token")
    server.ways["/owner/repository/resolve/v1/a/b.gguf"] = serve.redirect("/signed")
    server.files["/signed"] = DATA
    file = open_remote("hf://owner/repository@v1/a/b.gguf")
    assert file.fetch(40_000, 40_010) == DATA[40_000:40_010]
    tokens = [request.headers.get("Authorization") for request in server.requests]
    assert tokens[0] == "Bearer a token"
    assert tokens[-1] is None, "what is signed needs no token"


def test_the_hub_without_its_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(PlaceError, match=r'needs: pip install "mkdocs-quantlab\[hf\]"'):
        open_remote("hf://owner/repository/a.gguf")


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("hf://owner", "the address must have the form `hf://owner/repository"),
        ("s3://bucket/x.gguf", "`s3://` needs a package that is not installed: Install s3fs"),
        (
            "htps://example.invalid/x.gguf",
            "fsspec does not support the scheme `htps://` \\(did you mean `https`",
        ),
        ("memory://nothing.gguf", "the file does not exist"),
        ("http:///x.gguf", "the request cannot be sent: Invalid URL"),
    ],
)
def test_addresses_that_do_not_work(place, message):
    with pytest.raises(PlaceError, match=message):
        open_remote(place)


def test_what_fsspec_opens():
    with fsspec.open("memory://some.gguf", "wb") as file:
        file.write(DATA)
    file = open_remote("memory://some.gguf")
    assert (file.size, file.fetch(10, 20)) == (len(DATA), DATA[10:20])

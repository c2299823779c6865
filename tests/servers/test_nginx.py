"""Debian's nginx with the configuration that we write, in front of Ollama's stand-in."""

from __future__ import annotations

import json
import re
import socket
import ssl
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import httpx
import pytest

from docs import endpoint_example
from mkdocs_quantlab.endpoint.nginx import Settings, configuration
from tests.servers.nginx import Nginx, free_port
from tests.servers.ollama import MANAGEMENT
from tests.servers.ollama_models import BUSY, Held, Model, Script

SITE = "https://course.example"
KEY = "Pq7.2f~kd-91+xYz/0="
QUESTION = {"model": "tiny:q4", "messages": [{"role": "user", "content": "Hello"}]}
CHAT = "/api/chat"


def client(server, *, origin=SITE, key="", **options):
    headers = {"Origin": origin} if origin else {}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    return httpx.Client(
        base_url=server.url, headers=headers, trust_env=False, timeout=60, **options
    )


def cors(answer):
    return {
        name: answer.headers.get_list(name)
        for name in answer.headers
        if name.startswith("access-control")
    }


READABLE = {
    "access-control-allow-origin": [SITE],
    "access-control-expose-headers": ["Retry-After"],
}


@pytest.fixture
def page(ollama, start_nginx):
    """A page of the site, without keys."""
    ollama.script = lambda request: Script("Hello.")
    nginx = start_nginx([ollama], [SITE])
    assert nginx.warnings == []
    with client(nginx) as page:
        yield page


@pytest.fixture
def keyed(ollama, start_nginx):
    ollama.script = lambda request: Script("Hello.")
    return start_nginx([ollama], [SITE], keys={"monday": KEY, "tuesday": "x" * 20})


# What is open


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/api/version"),
        ("GET", "/api/tags"),
        ("GET", "/api/ps"),
        ("GET", "/v1/models"),
        ("POST", "/api/show"),
        ("POST", "/api/chat"),
        ("POST", "/v1/chat/completions"),
    ],
)
def test_the_chat_gets_through(ollama, page, method, path):
    answer = page.request(method, path, json=QUESTION if method == "POST" else None)
    assert answer.status_code == 200
    assert cors(answer) == READABLE
    [asked] = ollama.asked
    assert (asked.method, asked.path) == (method, path)
    assert asked.headers["Host"] == "localhost:11434"
    assert not {"Origin", "Authorization"} & set(asked.headers)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *MANAGEMENT,
        ("POST", "/api/generate"),
        ("POST", "/api/blobs/sha256:0"),
        ("POST", "/v1/completions"),
        ("GET", CHAT),
        ("DELETE", CHAT),
        ("POST", "/api/tags"),
        ("POST", "//api/pull"),
        ("POST", "/api/chat/../pull"),
        ("POST", "/api/chat/%2e%2e/pull"),
        ("POST", "/api/pull%00/../chat/"),
        ("POST", "/api/chat%0a"),
        ("POST", "/API/PULL"),
    ],
)
def test_nothing_else_gets_through(ollama, page, method, path):
    answer = page.request(method, httpx.URL(page.base_url, raw_path=path.encode()), json=QUESTION)
    assert answer.status_code in (400, 403, 404)
    assert ollama.asked == []


@pytest.mark.parametrize("path", ["/api/pull/../chat", "/api/%63hat", "/api//chat"])
def test_only_the_written_path_is_passed_on(ollama, page, path):
    page.post(httpx.URL(page.base_url, raw_path=path.encode()), json=QUESTION)
    assert [asked.path for asked in ollama.asked] == [CHAT]


def test_an_endpoint_below_a_path(ollama, start_nginx):
    ollama.script = lambda request: Script("Hello.")
    nginx = start_nginx([ollama], [SITE], path="/ollama")
    with client(nginx) as page:
        assert page.post("/api/chat", json=QUESTION).status_code == 200
        assert page.get("/").text == "Ollama is running"
        outside = page.get(httpx.URL(nginx.url).join("/api/version"))
    assert outside.status_code == 404
    assert [asked.path for asked in ollama.asked] == [CHAT, "/"]


# Whose pages


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://course.example",
        f"{SITE}.evil.example",
        "https://courseXexample",
        "null",
        SITE.upper(),
    ],
)
def test_other_origins_get_nothing(ollama, start_nginx, method, origin):
    with client(start_nginx([ollama], [SITE]), origin=origin) as stranger:
        answer = stranger.request(method, CHAT if method == "POST" else "/api/version")
    assert answer.status_code == 403
    assert cors(answer) == {}
    assert answer.headers["vary"] == "Origin"
    assert ollama.asked == []


def test_several_origins(ollama, start_nginx):
    preview = "http://127.0.0.1:8000"
    nginx = start_nginx([ollama], [f"{SITE}/course/", preview])
    for origin in (SITE, preview):
        with client(nginx, origin=origin) as page:
            assert cors(page.get("/api/version"))["access-control-allow-origin"] == [origin]


@contextmanager
def other_server(answer):
    """A server that is not Ollama, and what it answers to everything."""

    class Handler(BaseHTTPRequestHandler):
        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.url = f"http://127.0.0.1:{server.server_port}"
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        try:
            yield server
        finally:
            server.shutdown()
            serving.join()


def test_cors_headers_of_a_server_that_always_sends_them(start_nginx):
    def answer(handler):
        handler.send_response(200)
        for name in ("Origin", "Methods", "Headers"):
            handler.send_header(f"Access-Control-Allow-{name}", "*")
        handler.send_header("Vary", "Accept")
        handler.end_headers()

    with other_server(answer) as server, client(start_nginx([server], [SITE])) as page:
        answer = page.get("/api/version")
    assert cors(answer) == READABLE
    assert answer.headers.get_list("vary") == ["Origin"]


def test_cookies_of_a_host_are_dropped(start_nginx):
    def answer(handler):
        handler.send_response(200)
        for value in ("one=1; Path=/", "two=2; HttpOnly"):
            handler.send_header("Set-Cookie", value)
        handler.end_headers()

    with other_server(answer) as server, client(start_nginx([server], [SITE])) as page:
        for answer in (page.get("/api/version"), page.post(CHAT, json=QUESTION)):
            assert answer.status_code == 200
            assert "set-cookie" not in answer.headers


def test_cors_headers_are_not_doubled(start_ollama, start_nginx):
    """Not even by an Ollama that is told to allow everybody."""
    with client(start_nginx([start_ollama(["*"])], [SITE])) as page:
        assert cors(page.get("/api/version")) == READABLE


def test_a_preflight_needs_no_key(ollama, keyed):
    asks = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    with client(keyed) as page:
        answer = page.options(CHAT, headers=asks)
    assert (answer.status_code, answer.content) == (204, b"")
    assert cors(answer) == READABLE | {
        "access-control-allow-methods": ["GET, POST"],
        "access-control-allow-headers": ["Authorization, Content-Type"],
        "access-control-max-age": ["7200"],
    }
    assert ollama.asked == []


# Keys


def test_a_class_key_opens(ollama, keyed):
    with client(keyed, key=KEY) as page:
        assert page.post(CHAT, json=QUESTION).status_code == 200
    assert "Authorization" not in ollama.asked[0].headers


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "bEaReR ", "Bearer"])
def test_the_schemes_case_does_not_matter(ollama, keyed, scheme):
    with client(keyed) as page:
        answer = page.post(CHAT, json=QUESTION, headers={"Authorization": f"{scheme} {KEY}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("value", [KEY, f"Basic {KEY}", f"Bearer{KEY}", f"x Bearer {KEY}"])
def test_another_scheme_does_not_open(ollama, keyed, value):
    with client(keyed) as page:
        assert page.get("/api/tags", headers={"Authorization": value}).status_code == 401


def test_no_log_has_a_key(ollama, tmp_path):
    """Not even where nginx's own log tells all that it refuses; errors are on standard error."""
    port = free_port()
    text = configuration(
        Settings(
            f"http://127.0.0.1:{port}",
            [SITE],
            [ollama.url],
            keys={"monday": KEY},
            listen=f"127.0.0.1:{port}",
        )
    )
    header = f"Authorization: Bearer {KEY}\r\n".encode()
    requests = {
        "twice": header * 2,
        "with a second, wrong one": header + header.replace(b"Bearer", b"Basic"),
        "too long": header[:-2] + b"x" * 40_000 + b"\r\n",
        "with a byte that no header has": header.replace(b"Bearer", b"Bearer\0"),
        "of a name that no header has": header.replace(b"ion:", b"ion\x01:"),
        "without an end": header[:-2],
    }
    with Nginx(tmp_path, text, f"http://127.0.0.1:{port}", log="error.log info") as nginx:
        for sent in requests.values():
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.settimeout(20)
                connection.sendall(
                    b"GET /api/tags HTTP/1.1\r\nHost: 127.0.0.1\r\n" + sent + b"\r\n"
                )
                connection.shutdown(socket.SHUT_WR)
                connection.recv(4096)
        ollama.stop()
        with client(nginx, key=KEY) as page:
            assert page.post(CHAT, json=QUESTION).status_code == 502
    nginxs, ours = (
        (tmp_path / name).read_text(encoding="utf-8", errors="replace")
        for name in ("error.log", "stderr.log")
    )
    assert KEY not in nginxs + ours
    assert "connect() failed" in ours
    assert "no live upstreams" not in ours


@pytest.mark.parametrize("key", ["", KEY.swapcase(), KEY + "x", KEY.replace(".", "x"), "monday"])
def test_without_the_key_a_page_can_read_why(ollama, keyed, key):
    with client(keyed, key=key) as page:
        answer = page.post(CHAT, json=QUESTION)
    assert answer.status_code == 401
    assert cors(answer) == READABLE
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "class key" in answer.json()["error"]
    assert ollama.asked == []


# Limits


def test_too_many_questions(ollama, start_nginx):
    ollama.script = lambda request: Script("Hello.")
    nginx = start_nginx([ollama], [SITE], rate=1, at_once=2)
    with client(nginx) as page:
        answers = [page.post(CHAT, json=QUESTION) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert cors(answers[3]) == READABLE
        assert answers[3].headers["retry-after"] == "60"
        assert "try again" in answers[3].json()["error"]
        assert page.get("/api/tags").status_code == 200


def test_each_class_has_its_own_limit(ollama, start_nginx):
    ollama.script = lambda request: Script("Hello.")
    keys = {"monday": "m" * 16, "tuesday": "t" * 16}
    nginx = start_nginx([ollama], [SITE], rate=1, at_once=1, keys=keys)
    with client(nginx, key=keys["monday"]) as page:
        assert [page.post(CHAT, json=QUESTION).status_code for _ in range(3)] == [200, 200, 429]
    with client(nginx, key=keys["tuesday"]) as page:
        assert page.post(CHAT, json=QUESTION).status_code == 200


def test_too_many_at_once(ollama, start_nginx):
    held = Held("Hello.")
    ollama.script = held.script
    with client(start_nginx([ollama], [SITE], at_once=1)) as page, ThreadPoolExecutor() as pool:
        first = pool.submit(page.post, CHAT, json=QUESTION)
        assert held.begun.wait(60)
        assert page.post(CHAT, json=QUESTION).status_code == 429
        held.released.set()
        assert first.result().status_code == 200


@contextmanager
def half_sent(nginx, count, key=""):
    """Questions whose ends do not come."""
    address = urlsplit(nginx.url)
    head = [f"POST {CHAT} HTTP/1.1", f"Host: {address.netloc}", "Content-Length: 100"]
    if key:
        head.append(f"Authorization: Bearer {key}")
    with ExitStack() as stack:
        for _ in range(count):
            connection = socket.create_connection((address.hostname, address.port))
            stack.enter_context(connection)
            connection.sendall("\r\n".join([*head, "", "{"]).encode())
        # A request after them, which nginx answers, says that they were taken.
        with client(nginx, key=key) as page:
            assert page.get("/api/version").status_code == 200
        yield


@pytest.mark.parametrize("key", ["", "m" * 16])
def test_half_sent_questions_take_nobodys_place(ollama, start_nginx, key):
    ollama.script = lambda request: Script("Hello.")
    keys = {"keys": {"monday": key}} if key else {}
    nginx = start_nginx([ollama], [SITE], rate=1, at_once=2, **keys)
    with half_sent(nginx, 20, key), client(nginx, key=key) as page:
        assert [page.post(CHAT, json=QUESTION).status_code for _ in range(2)] == [200, 200]


def test_a_question_in_pieces_arrives_whole(ollama, start_nginx):
    ollama.script = lambda request: Script("Hello.")
    body = json.dumps(QUESTION).encode()
    with client(start_nginx([ollama], [SITE])) as page:
        answer = page.post(
            CHAT, content=(body[i : i + 7] for i in range(0, len(body), 7)), params={"x": "1"}
        )
    assert answer.status_code == 200
    assert [(asked.path, asked.body) for asked in ollama.asked] == [(CHAT, QUESTION)]


def test_a_long_conversation_is_refused_readably(ollama, page):
    answer = page.post(
        CHAT, json=QUESTION | {"messages": [{"role": "user", "content": "x" * 2**20}]}
    )
    assert answer.status_code == 413
    assert cors(answer) == READABLE
    assert "longer" in answer.json()["error"]
    assert ollama.asked == []


# Streams


class Conversation:
    """Words each of which is said only when the one before it has arrived."""

    def __init__(self):
        self.words = [f"word {number}" for number in range(5)]
        self._arrived = threading.Semaphore(1)

    def say(self):
        for word in self.words:
            assert self._arrived.acquire(timeout=20)
            yield word

    def hear(self, nginx):
        with client(nginx) as page, page.stream("POST", CHAT, json=QUESTION) as answer:
            for line in answer.iter_lines():
                self._arrived.release()
                yield json.loads(line)["message"]["content"]


def test_a_stream_is_not_held_back(ollama, start_nginx):
    conversation = Conversation()
    ollama.script = lambda request: Script(conversation.say())
    heard = list(conversation.hear(start_nginx([ollama], [SITE])))
    assert heard == [*conversation.words, ""]


def test_nor_is_one_that_ends_with_its_connection(start_nginx):
    """Which nginx would otherwise collect, unlike Ollama's chunks."""
    conversation = Conversation()

    def answer(handler):
        handler.rfile.read(int(handler.headers["Content-Length"]))
        handler.send_response(200)
        handler.end_headers()
        for word in conversation.say():
            handler.wfile.write(json.dumps({"message": {"content": word}}).encode() + b"\n")

    with other_server(answer) as server:
        heard = list(conversation.hear(start_nginx([server], [SITE])))
    assert heard == conversation.words


def test_who_leaves_is_not_answered_further(ollama, start_nginx):
    ended = threading.Event()

    def words():
        try:
            while True:
                yield from ("on ", "and ")
        finally:
            ended.set()

    ollama.script = lambda request: Script(words(), pause=0.01)
    with client(start_nginx([ollama], [SITE])) as page:
        with page.stream("POST", CHAT, json=QUESTION) as answer:
            next(answer.iter_lines())
        assert ended.wait(60)


def test_ollamas_own_errors_are_readable(ollama, page):
    missing = page.post(CHAT, json=QUESTION | {"model": "tiny:q5"})
    ollama.crowded = True
    busy = page.post(CHAT, json=QUESTION)
    assert missing.status_code == 404
    assert missing.json() == {"error": "model 'tiny:q5' not found"}
    assert (busy.status_code, busy.json()) == (503, {"error": BUSY})
    assert cors(missing) == cors(busy) == READABLE


# Several hosts


def test_the_host_with_less_to_do_gets_the_next(start_ollama, start_nginx):
    hosts = [start_ollama(), start_ollama()]
    with client(start_nginx(hosts, [SITE])) as page, ThreadPoolExecutor() as pool:
        for _ in range(4):
            held = [Held("Hello."), Held("Hello.")]
            for host, each in zip(hosts, held, strict=True):
                host.script = each.script
            answers = [pool.submit(page.post, CHAT, json=QUESTION) for _ in hosts]
            # Each has one, whichever of nginx's processes took the questions.
            assert [each.begun.wait(20) for each in held] == [True, True]
            for each in held:
                each.released.set()
            assert [answer.result().status_code for answer in answers] == [200, 200]


def test_each_model_stays_on_one_host(start_ollama, start_nginx):
    names = [f"tiny:{number}" for number in range(16)]
    hosts = [start_ollama() for _ in range(4)]
    for host in hosts:
        host.models = [Model(name, host.models[0].server) for name in names]
        host.script = lambda request: Script("Hello.")
    with client(start_nginx(hosts, [SITE], by_model=True)) as page:
        for name in names * 3:
            assert page.post(CHAT, json={**QUESTION, "model": name}).status_code == 200
    seen = [{asked.body["model"] for asked in host.asked} for host in hosts]
    assert all(sum(name in models for models in seen) == 1 for name in names)
    # By chance all sixteen are one host's once in a billion times.
    assert sum(map(bool, seen)) > 1


def test_a_host_that_is_down_is_passed_over(start_ollama, start_nginx):
    hosts = [start_ollama(), start_ollama()]
    for host in hosts:
        host.script = lambda request: Script("Hello.")
    with client(start_nginx(hosts, [SITE])) as page:
        hosts[0].stop()
        assert [page.post(CHAT, json=QUESTION).status_code for _ in range(6)] == [200] * 6
        hosts[1].stop()
        answer = page.post(CHAT, json=QUESTION)
    assert answer.status_code == 502
    assert cors(answer) == READABLE
    assert answer.json() == {"error": "no Ollama host can be reached"}


# TLS


@pytest.fixture
def certified(tmp_path):
    """Paths of a certificate for 127.0.0.1 and its key."""
    certificate, key = tmp_path / "site.pem", tmp_path / "site.key"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=test"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    return certificate, key


def test_https(ollama, start_nginx, certified):
    certificate, key = certified
    files = {"certificate": str(certificate), "certificate_key": str(key)}
    nginx = start_nginx([ollama], [SITE], keys={"monday": KEY}, **files)
    trusted = ssl.create_default_context(cafile=certificate)
    with client(nginx, key=KEY, verify=trusted) as page:
        assert page.get("/api/version").json()["version"]


def test_nginx_takes_the_guides_example(certified, tmp_path):
    port = free_port()
    text = endpoint_example.configuration().replace("listen 443", f"listen 127.0.0.1:{port}")
    text, paths = re.subn(r"/etc/letsencrypt/.*/fullchain.pem", str(certified[0]), text)
    text, keys = re.subn(r"/etc/letsencrypt/.*/privkey.pem", str(certified[1]), text)
    assert (paths, keys) == (1, 1)
    with Nginx(tmp_path, text, f"https://127.0.0.1:{port}") as nginx:
        assert nginx.warnings == []
        trusted = ssl.create_default_context(cafile=certified[0])
        site = "https://course.example.edu"
        with client(nginx, origin=site, verify=trusted) as page:
            assert page.get("/api/version").status_code == 401
            monday = {"Authorization": "Bearer an-example-of-a-key-for-monday"}
            assert page.get("/api/pull", headers=monday).status_code == 404

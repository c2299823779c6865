"""`quantlab doctor URL`: what it says of sites on Debian's nginx, well and badly configured."""

from __future__ import annotations

import json
import shutil
import time

import pytest
from click.testing import CliRunner

from mkdocs_quantlab.cli import main
from mkdocs_quantlab.site.assets import STATIC, files
from mkdocs_quantlab.site.doctor import published
from mkdocs_quantlab.site.doctor.policy import InlineScript, lacks, refused
from mkdocs_quantlab.site.models import web
from tests.servers.nginx import Nginx, free_port, static_site

PAGE = """<!doctype html><title>Lab</title>{meta}
<script src="../assets/quantlab/quantlab.js" defer></script>
<quantlab-chat data-config='{{"inPage": [{{"file": "models/tiny.gguf"}}]}}'></quantlab-chat>
"""
WELL = "gzip_types text/css application/javascript application/wasm;"
POLICY = (
    "default-src 'self'; script-src 'self' blob: 'wasm-unsafe-eval'; worker-src 'self' blob:; "
    "connect-src 'self' blob:"
)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A site below a path, as far as the doctor looks at it."""
    folder = tmp_path_factory.mktemp("site")
    ours = folder / "course/assets/quantlab"
    for name in files("bundled", in_page=False):
        (ours / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(STATIC / name, ours / name)
    (ours / "models").mkdir()
    (ours / "models/tiny.gguf").write_bytes(b"GGUF" + bytes(1000))
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}; img-src \'none\'">'
    for name, meta in (("lab", ""), ("meta", policy.replace(" 'wasm-unsafe-eval'", ""))):
        (folder / "course" / name).mkdir()
        (folder / "course" / name / "index.html").write_text(
            PAGE.format(meta=meta), encoding="utf-8"
        )
    (folder / "plain.html").write_text("<title>Nothing</title>", encoding="utf-8")
    return folder


@pytest.fixture
def publish(root, tmp_path):
    """Serves the site with more lines in the `server` block; gives its address."""
    servers = []

    def start(lines):
        port = free_port()
        servers.append(Nginx(tmp_path, static_site(root, port, lines), f"http://127.0.0.1:{port}"))
        return servers[-1].url

    yield start
    for server in servers:
        server.stop()


def examine(address):
    """The exit status, and what there is to do: subject, what was found, and the advice."""
    done = CliRunner().invoke(main, ["doctor", "--json", address])
    assert done.exit_code in (0, 1), done.output
    todo = [tuple(each.values()) for each in json.loads(done.stdout) if each["do"]]
    assert done.exit_code == bool(todo)
    return todo


def test_a_site_that_is_well(publish):
    url = publish(f'{WELL} add_header Content-Security-Policy "{POLICY}";')
    # Without the slash, from where the server leads to the page.
    assert examine(f"{url}/course/lab") == []


@pytest.mark.parametrize(
    ("lines", "about", "found", "advice"),
    [
        ("", "pyodide/pyodide.asm.wasm", "uncompressed", "nginx: `gzip on; gzip_types"),
        (
            f"{WELL} location ~ worker.js$ {{ types {{}} }}",
            "worker.js",
            "is sent as application/octet-stream: browsers refuse it",
            "nginx: `include /etc/nginx/mime.types;`",
        ),
        (
            f"{WELL} location ~ wasm$ {{ types {{}} gzip_types *; }}",
            "pyodide/pyodide.asm.wasm",
            "is sent as application/octet-stream: browsers compile it more slowly",
            "nginx: `application/wasm wasm;`",
        ),
        (
            f"{WELL} location ~ editor.js$ {{ return 404; }}",
            "editor.js",
            "answered with status 404",
            "Publish all files",
        ),
        (
            f"{WELL} location ~ quantlab.css$ {{ add_header Cache-Control no-store; }}",
            "quantlab.css",
            "is sent with `no-store`",
            'nginx: `add_header Cache-Control "max-age=600";`',
        ),
        (
            f"{WELL} max_ranges 0;",
            "models/tiny.gguf",
            "is sent whole although a range was requested",
            "nginx: remove `max_ranges 0;`",
        ),
        (
            f'{WELL} add_header Content-Security-Policy "{POLICY.replace(" blob:;", ";")}";',
            "policy",
            "`worker-src` does not allow the code that readers edit, and models in the page",
            "Add `blob:` to `worker-src`.",
        ),
        (
            f'{WELL} add_header Content-Security-Policy "{POLICY}"; add_header X-Frame-Options DENY;',
            "X-Frame-Options",
            "code that readers edit does not run",
            "SAMEORIGIN",
        ),
        (
            f'{WELL} add_header Content-Security-Policy "{POLICY}"; add_header Cross-Origin-Embedder-Policy require-corp;',
            "Cross-Origin-Embedder-Policy",
            "require-corp: code that readers edit does not run",
            "Remove `Cross-Origin-Embedder-Policy`",
        ),
    ],
)
def test_what_there_is_to_do(publish, lines, about, found, advice):
    todo = examine(f"{publish(lines)}/course/lab/")
    assert any(a == about and found in f and advice in d for a, f, d in todo), todo
    assert {a for a, _, _ in todo} == {about} or not lines


def test_a_policy_in_the_page(publish):
    todo = examine(f"{publish(WELL)}/course/meta/")
    assert todo == [
        (
            "policy",
            "`script-src` does not allow WebAssembly, in which Python and models run",
            "Add `'wasm-unsafe-eval'` to `script-src`.",
        )
    ]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/course/no/", "/course/no/ answered with status 404"),
        ("/plain.html", "does not load quantlab.js: give the address of a page that has a widget"),
    ],
)
def test_a_page_that_cannot_be_examined(publish, path, said):
    url = publish("").replace("//", "//name:SECRETPASSWORD@")
    done = CliRunner().invoke(main, ["doctor", f"{url}{path}?token=SECRETTOKEN12345"])
    assert done.exit_code == 2
    assert said.split(" ", 1)[1] in done.output
    assert "SECRET" not in done.output
    assert done.output.count("\n") == 1


def test_no_address(root):
    done = CliRunner().invoke(main, ["doctor", "ftp://example.org/"])
    assert done.exit_code == 2
    assert "is not an http or https address" in done.output


def test_a_server_that_never_ends(server, monkeypatch):
    monkeypatch.setattr(published, "TIMEOUT", 0.5)

    def drip(handler, _content):
        handler.send_response(200)
        handler.end_headers()
        while not handler.server.ended.is_set():
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)

    server.files["/page"] = b""
    server.ways["/page"] = drip
    done = CliRunner().invoke(main, ["doctor", server.url("/page")])
    assert done.exit_code == 2
    assert "cannot be read: the requests took longer than 0.5 seconds" in done.output


def send(text, **headers):
    """A way of the server: an answer with this text."""
    return lambda handler, _content: handler.answer(200, text.encode(), **headers)


def cut_in_a_chunk(handler, _content):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZZ\r\nabc")
    handler.close_connection = True


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (send('<script src="http://[::1/quantlab.js"></script>'), "which is not a valid address"),
        (
            send(f'<script src="http://{"a" * 300}.test/quantlab.js"></script>'),
            "the request cannot be sent",
        ),
        (send(f'<script src="/{"a" * 10**6}/quantlab.js"></script>'), "do  quantlab.js"),
        (send("<![x[ <![>"), "does not load quantlab.js"),
        (cut_in_a_chunk, "the connection was lost"),
        (lambda handler, _: handler.wfile.write(b"no HTTP\r\n"), "the server cannot be reached"),
    ],
)
def test_servers_that_send_anything(server, way, said):
    server.files["/page"] = b""
    server.ways["/page"] = way
    done = CliRunner().invoke(main, ["doctor", server.url("/page")])
    assert done.exit_code in (1, 2)
    assert isinstance(done.exception, SystemExit)
    assert said in done.output
    assert len(done.output) < 3000


@pytest.mark.parametrize(
    "address", ["http://[::1", "http://a..b/", "http://127.0.0.1:1/?token=SECRETTOKEN12345"]
)
def test_addresses_that_give_nothing(address):
    done = CliRunner().invoke(main, ["doctor", address])
    assert done.exit_code == 2
    assert "cannot be read" in done.output
    assert "SECRET" not in done.output


def test_a_public_page_that_names_addresses_of_the_own_network(server, monkeypatch):
    monkeypatch.setattr(web, "is_private", lambda address: address == "127.0.0.2")
    server.files["/page"] = server.files["/inner/quantlab.js"] = b""
    inner = f"http://127.0.0.2:{server.server_port}/inner/quantlab.js"
    server.ways["/page"] = send(f'<script src="{inner}"></script>')
    done = CliRunner().invoke(main, ["doctor", server.url("/page")])
    assert done.exit_code == 2
    assert "on this machine or in a private network" in done.output
    assert {request.path for request in server.requests} == {"/page"}


def test_each_directive_is_named_once_and_default_src_stays(publish):
    """Adding `blob:` to `default-src` would allow it for everything."""
    policy = "default-src 'self'"
    url = publish(f'{WELL} add_header Content-Security-Policy "{policy}";')
    todo = examine(f"{url}/course/lab/")
    assert [(found.split(" does")[0], advice) for _, found, advice in todo] == [
        ("`script-src`", "Add `script-src 'self' 'wasm-unsafe-eval' blob:` to the policy."),
        ("`worker-src`", "Add `worker-src 'self' blob:` to the policy."),
        ("`connect-src`", "Add `connect-src 'self' blob:` to the policy."),
    ]


def test_a_theme_with_inline_scripts(publish, root):
    (root / "course/themed").mkdir()
    (root / "course/themed/index.html").write_text(
        PAGE.format(meta="<script>a=1</script><script type='application/json'>{}</script>"),
        encoding="utf-8",
    )
    url = publish(f'{WELL} add_header Content-Security-Policy "{POLICY}";')
    [(about, found, advice)] = examine(f"{url}/course/themed/")
    assert about == "policy"
    assert "`script-src` does not allow 1 inline script of the page" in found
    assert "add `'unsafe-inline'` to `script-src`" in advice


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ("'self'", 2),
        ("'self' 'unsafe-inline'", 0),
        ("'self' 'unsafe-inline' 'nonce-abc'", 1),
        ("'nonce-abc' 'sha256-76Lrp//0uDkn7vQDm/T6yQnDW8dcxgppY9blgUMfVfE='", 0),
    ],
)
def test_inline_scripts_and_policies(values, count):
    scripts = [InlineScript("a=1", "abc"), InlineScript("b=2", "")]
    assert refused(f"script-src {values}", scripts) == count
    assert refused("img-src 'none'", scripts) == 0


def test_a_server_that_is_not_there():
    done = CliRunner().invoke(main, ["doctor", f"http://127.0.0.1:{free_port()}/lab/"])
    assert done.exit_code == 2
    assert done.output.endswith("/lab/ cannot be read: the server cannot be reached\n")


@pytest.mark.parametrize(
    ("policy", "missing"),
    [
        ("default-src *", {"'wasm-unsafe-eval'", "blob:"}),
        ("script-src 'self' 'unsafe-eval' blob:", set()),
        ("img-src 'none'", set()),
        ("default-src 'none'", {"'self'", "'wasm-unsafe-eval'", "blob:"}),
        ("trusted-types dompurify", {"quantlab dompurify 'allow-duplicates'"}),
        ("script-src https://course.example blob: 'wasm-unsafe-eval'", set()),
        ("script-src https://other.example blob: 'wasm-unsafe-eval'", {"'self'"}),
    ],
)
def test_policies(policy, missing):
    page = "https://course.example/lab/"
    base = "https://course.example/assets/quantlab/quantlab.js"
    assert {each.missing for each in lacks(policy, page, base)} == missing

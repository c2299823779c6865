"""`quantlab doctor`: what it finds in sites, and what it says of real servers."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from click.testing import CliRunner
from mkdocs.commands.build import build
from mkdocs.config import load_config

from mkdocs_quantlab.cli import main
from mkdocs_quantlab.site.doctor.connection import diagnose, words_of
from mkdocs_quantlab.site.doctor.doctor import examine as examine_site
from tests.gguf_files import write_gguf

SITE = "https://course.example"


@pytest.fixture
def examine(project):
    """Examines a site: gives the status and the findings that leave something to do, by subject."""

    def run(config, pages=()):
        folder = project(dict(pages), f"site_url: {SITE}/\n{config}")
        done = CliRunner().invoke(main, ["doctor", "--json", "-f", str(folder / "mkdocs.yml")])
        assert done.exit_code in (0, 1), done.output
        findings = json.loads(done.stdout)
        todo = [(each["about"], each["found"]) for each in findings if each["do"]]
        assert done.exit_code == bool(todo)
        return todo

    return run


def test_a_site_that_is_well(examine):
    assert examine("theme: {name: material, font: false}\nplugins: [search, quantlab]") == []


@pytest.mark.parametrize(
    ("config", "about", "part"),
    [
        ("plugins: [search]", "quantlab", "does not enable it"),
        ("plugins: [quantlab]", "theme", "highlight.js from cdnjs.cloudflare.com"),
        ("plugins: [quantlab]\ntheme: readthedocs", "theme", "`readthedocs` fetches highlight.js"),
        ("plugins: [quantlab]\ntheme: material", "theme", "fonts from Google's servers"),
        ("plugins: [{quantlab: {pyodide: local}}]", "plugins", "takes `bundled`, `off` or"),
        (
            "plugins: [{quantlab: {chat: {api_key: a}}}]",
            "plugins",
            "`api_key` is not an option: everything in a built site is public",
        ),
        ("plugins: [quantlab]\nextra: {token: sk-" + 12 * "a1" + "}", "secrets", "mkdocs.yml:4: "),
        (
            "plugins: [{quantlab: {models: {a: no.gguf}}}]",
            "models",
            "`a` (no.gguf): there is no file",
        ),
    ],
)
def test_what_is_wrong(examine, config, about, part):
    if "theme" not in config and about != "theme":
        config += "\ntheme: {name: mkdocs, highlightjs: false}"
    todo = examine(config)
    assert [subject for subject, _ in todo] == [about]
    assert part in todo[0][1]


def test_a_secret_is_not_repeated(examine):
    secret = "sk-" + 12 * "a1"
    assert secret not in str(examine(f"plugins: [quantlab]\nextra: {{token: {secret}}}"))


def test_no_address_and_privacy(project):
    config = "theme: material\nplugins: [privacy, quantlab]"
    folder = project({}, config)
    done = CliRunner().invoke(main, ["doctor", "-f", str(folder / "mkdocs.yml")])
    assert done.exit_code == 1
    assert "do  site_url: is not set" in done.stdout
    assert "Google" not in done.stdout
    assert done.stdout.endswith("\n1 to do\n")


@pytest.mark.parametrize(("text", "said"), [(None, "No such file"), ("a: [", "line 1, column 5")])
def test_a_configuration_that_cannot_be_read(tmp_path, text, said):
    file = tmp_path / "mkdocs.yml"
    if text:
        file.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(main, ["doctor", "-f", str(file)])
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_models_and_their_lock(project, server, tmp_path):
    config = f"""
        site_url: {SITE}/
        theme: {{name: mkdocs, highlightjs: false}}
        plugins: [{{quantlab: {{models: {{here: a.gguf, far: "{server.url("/b.gguf")}"}}}}}}]
    """
    folder = project({}, config)
    file = write_gguf(folder / "a.gguf", file_type=15)
    server.files["/b.gguf"] = file.read_bytes()
    arguments = ["-f", str(folder / "mkdocs.yml")]

    def todo():
        done = CliRunner().invoke(main, ["doctor", "--json", *arguments])
        return [each["found"] for each in json.loads(done.stdout) if each["do"]]

    assert [text.split(", so ")[-1] for text in todo()] == [
        "each build requests it from its server"
    ]
    assert CliRunner().invoke(main, ["gguf", *arguments, "lock"]).exit_code == 0
    server.close()
    assert todo() == []
    (folder / "quantlab.lock").write_text("{", encoding="utf-8")
    assert "quantlab.lock" in todo()[0]


# The chat's server


def case(endpoint, origin=SITE):
    found = diagnose(endpoint, origin)
    return found and found.id


def test_ollama_lets_in_whom_it_is_told_to(start_ollama):
    assert case(start_ollama().url) == "origin-refused"
    ollama = start_ollama([SITE])
    assert case(ollama.url) is None
    assert case(ollama.url + "/v1") is None
    preflight = next(asked for asked in ollama.asked if asked.method == "OPTIONS")
    assert preflight.headers["Origin"] == SITE
    assert preflight.path == "/api/chat"
    assert preflight.headers["Access-Control-Request-Headers"] == "authorization,content-type"
    assert {asked.method for asked in ollama.asked} == {"GET", "OPTIONS"}


def test_our_own_nginx_in_front(start_ollama, start_nginx):
    nginx = start_nginx([start_ollama()], [SITE])
    assert case(nginx.url) is None
    assert case(nginx.url, "https://other.example") == "origin-refused"


def test_a_server_that_is_not_there(start_ollama):
    ollama = start_ollama([SITE])
    ollama.stop()
    assert case(ollama.url) == "server-down"
    assert case("http://ollama.example.edu") == "mixed-content"


ALLOWED = {
    "Access-Control-Allow-Origin": SITE,
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
}


@pytest.mark.parametrize(
    ("expected", "get", "options"),
    [
        (None, (200, ALLOWED), (204, ALLOWED)),
        (None, (401, ALLOWED), (204, ALLOWED)),
        ("origin-refused", (200, {}), (204, ALLOWED)),
        ("preflight-refused", (200, ALLOWED), (405, {})),
        ("preflight-refused", (200, ALLOWED), (204, {"Access-Control-Allow-Headers": "*"})),
        ("doubled-header", (200, [*ALLOWED.items(), ("Access-Control-Allow-Origin", "*")]), None),
        ("redirected", (301, {"Location": "/elsewhere"}), None),
        ("wrong-address", (404, {}), None),
        ("proxy-alone", (502, {}), None),
    ],
)
def test_proxies(expected, get, options):
    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            status, headers = get if self.command == "GET" else options
            self.send_response(status)
            for name, value in headers.items() if isinstance(headers, dict) else headers:
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_OPTIONS = answer  # noqa: N815  # the standard library's names

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            assert case(f"http://127.0.0.1:{server.server_port}") == expected
        finally:
            server.shutdown()


def test_it_speaks_as_the_page_does(examine, start_ollama):
    """The words of each case that can be found are the page's, filled for this site."""
    url = start_ollama().url
    config = f"""theme: {{name: mkdocs, highlightjs: false}}
plugins: [{{quantlab: {{chat: {{endpoint: "{url}"}}}}}}]"""
    [(about, found)] = examine(config)
    why = words_of("origin-refused", "why", origin=SITE, endpoint=url)
    assert about == "chat"
    assert found.startswith(words_of("origin-refused", "title"))
    assert why in found
    assert "own machine" in found


def test_servers_that_directives_name_are_asked(project, start_ollama):
    urls = [start_ollama().url, start_ollama([SITE]).url]
    pages = {
        f"docs/{i}.md": f'<div data-quantlab-chat data-endpoint="{url}"></div>'
        for i, url in enumerate(urls)
    }
    folder = project(
        pages,
        f"site_url: {SITE}/\ntheme: {{name: mkdocs, highlightjs: false}}\nplugins: [quantlab]\n",
    )
    said = [each.found for each in examine_site(folder / "mkdocs.yml") if each.about == "chat"]
    assert len(said) == 1  # of the models in the page: nothing was built
    build(load_config(str(folder / "mkdocs.yml")))
    of_page, refused, allowed = [
        each.found for each in examine_site(folder / "mkdocs.yml") if each.about == "chat"
    ]
    assert "in the page" in of_page
    assert refused.startswith(words_of("origin-refused", "title"))
    assert refused.endswith("(named in 0/index.html)")
    assert allowed == f"{urls[1]} answers and allows {SITE} (named in 1/index.html)"


@pytest.mark.parametrize(
    ("chat", "found"),
    [
        (
            "{}",
            "chats whose page names no server run `drawing:Q8_0`, `drawing:Q4_K_M` in the page, ",
        ),
        ("{endpoint: browser, models: [drawing:Q9]}", "there is no built-in model `drawing:Q9`"),
    ],
)
def test_models_in_the_page_are_those_that_the_chat_takes(project, chat, found):
    folder = project({}, f"plugins: [{{quantlab: {{chat: {chat}}}}}]\n")
    said = {each.about: each.found for each in examine_site(folder / "mkdocs.yml")}
    assert said["chat"].startswith(found)

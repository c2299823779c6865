"""`quantlab endpoint nginx`: what it reads, and how it refuses."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from mkdocs_quantlab.cli import main
from mkdocs_quantlab.endpoint.nginx import EndpointError, read_keys, read_origin, read_upstream

SITE = """
site_url: https://user.github.io/course/
plugins:
  - quantlab:
      chat: {endpoint: https://ollama.example.edu/ollama, models: [tiny]}
"""
OPEN = ["--listen", "127.0.0.1:8080"]


@pytest.fixture
def run(project):
    def run(*options, config=SITE):
        file = project({}, config) / "mkdocs.yml"
        command = ["endpoint", "nginx", "--config-file", str(file), *options]
        return CliRunner().invoke(main, command)

    return run


def test_the_site_says_whom_to_serve_and_where(run):
    done = run(*OPEN, "--upstream", "http://10.0.0.1", "--upstream", "gpu.example.edu:1234")
    assert done.exit_code == 0, done.output
    assert r'"~^https://user\.github\.io$" $http_origin;' in done.output
    assert "server_name ollama.example.edu;" in done.output
    assert "listen 127.0.0.1:8080;" in done.output
    assert "location = /ollama/api/chat {" in done.output
    assert "server 10.0.0.1:11434;\n    server gpu.example.edu:1234;" in done.output


def test_the_markdown_extension_may_say_it_too(run):
    config = SITE.replace("plugins", "markdown_extensions")
    assert "server_name ollama.example.edu;" in run(*OPEN, config=config).output


def test_options_need_no_site(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = ["--endpoint", "http://localhost", "--origin", "http://127.0.0.1:8000/"]
    done = CliRunner().invoke(main, ["endpoint", "nginx", *options])
    assert done.exit_code == 0, done.output
    assert r'"~^http://127\.0\.0\.1:8000$"' in done.output
    assert "listen 80;" in done.output


def test_https_listens_with_the_certificate(run):
    done = run("--certificate", "/etc/ssl/site.pem", "--key", "/etc/ssl/site.key")
    assert "listen 443 ssl;" in done.output
    assert 'ssl_certificate "/etc/ssl/site.pem";' in done.output


@pytest.mark.parametrize(
    ("options", "config", "said"),
    [
        (
            [],
            SITE,
            "give --certificate and --key or, where another program terminates TLS, --listen",
        ),
        (["--certificate", "a.pem"], SITE, "--certificate and --key are needed together"),
        (
            OPEN,
            "site_url: https://a.example",
            "sets no `chat: endpoint`: set it, or give --endpoint",
        ),
        (OPEN, SITE.replace("site_url", "repo_url"), "sets no `site_url`"),
        ([*OPEN, "--endpoint", "ollama.example.edu"], SITE, "found `ollama.example.edu`"),
        ([*OPEN, "--endpoint", "https://a.example/?key=1"], SITE, "found `https://a.example/…`"),
        ([*OPEN, "--endpoint", "https://a:secret@b.example"], SITE, "found `https:…b.example`"),
        ([*OPEN, "--origin", "*"], SITE, "found `*`"),
        ([*OPEN, "--upstream", "https://a.example"], SITE, "found `https://a.example`"),
        ([*OPEN, "--upstream", "a;} http {"], SITE, "an Ollama host is written like"),
        (["--listen", "80; root /"], SITE, "found `80; root /`"),
        (["--certificate", 'a"b', "--key", "c"], SITE, "a path takes no quotes"),
        (["--rate", "0"], SITE, "0 is not in the range x>=1"),
        (["--spread", "model"], SITE, "'requests', 'models'"),
    ],
)
def test_mistakes_are_told(run, options, config, said):
    done = run(*options, config=config)
    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output


def test_a_certificate_is_for_https(run):
    options = ["--endpoint", "http://a.example", "--certificate", "a", "--key", "b"]
    assert "did you mean `https://a.example`?" in run(*options).output


def test_pages_send_no_key_over_http(run, tmp_path):
    (tmp_path / "keys").write_text("monday 0123456789abcdef", encoding="utf-8")
    keys = ["--keys", str(tmp_path / "keys")]
    assert "--keys need https" in run(*keys, "--endpoint", "http://a.example").output
    assert run(*keys, "--endpoint", "http://localhost").exit_code == 0


def test_keys():
    text = "# classes\nmonday 0123456789abcdef==  # until June\n\ntuesday_2 ABCDEFGHIJ-._~+/xyz\n"
    assert read_keys(text, "keys") == {
        "monday": "0123456789abcdef==",
        "tuesday_2": "ABCDEFGHIJ-._~+/xyz",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "keys has no key"),
        ("0123456789abcdef", "keys:1: a line takes a name, a space and a key; found 1 words"),
        ("\na 0123456789abcde", "keys:2: a key takes letters, digits"),
        ('a 0123456789"abcdef', "keys:1: a key takes letters, digits"),
        ("a; 0123456789abcdef", "keys:1: a name takes letters"),
        ("a 0123456789abcdef\na x123456789abcdef", "keys:2: `a` has two keys"),
        ("a 0123456789abcdef\nb 0123456789abcdef", "keys:2: `b` has the same key as another class"),
    ],
)
def test_mistakes_in_keys_are_told_without_the_key(text, said):
    with pytest.raises(EndpointError) as error:
        read_keys(text, "keys")
    assert str(error.value).startswith(said)
    assert "89abc" not in str(error.value)


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://User.github.io/course/", "https://user.github.io"),
        ("https://a.example:443", "https://a.example"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
    ],
)
def test_origins_are_written_as_browsers_do(address, origin):
    assert read_origin(address) == origin


@pytest.mark.parametrize(
    ("address", "upstream"),
    [
        ("http://10.0.0.1:8/", "10.0.0.1:8"),
        ("gpu", "gpu:11434"),
        ("http://[fd00::1]", "[fd00::1]:11434"),
    ],
)
def test_upstreams(address, upstream):
    assert read_upstream(address) == upstream

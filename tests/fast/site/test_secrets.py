"""Secrets: which texts hold one, and that none is repeated."""

from __future__ import annotations

import pytest

from mkdocs_quantlab.site.models.places import ModelError
from mkdocs_quantlab.site.secrets import SHAPES, hidden, leaks, masked, place_of

LETTERS = "aB3dE5gH7jK9mN1pQ4sT6vW8yZ0bC2fG" * 4
UPPER = "QWERTYUIOPASDFGH"
HEX = "0123456789abcdef" * 4

# In parts, so that no scanner of repositories takes them for real ones.
KEYS = {
    "OpenAI": "sk-" + "proj-" + LETTERS[:60] + "-" + LETTERS[:40],
    "OpenAI, former": "sk-" + LETTERS[:48],
    "Anthropic": "sk-" + "ant-api03-" + LETTERS[:50] + "_" + LETTERS[:40] + "-AA",
    "OpenRouter": "sk-" + "or-v1-" + HEX,
    "Perplexity": "pplx-" + LETTERS[:48],
    "NVIDIA": "nvapi-" + LETTERS[:64],
    "xAI": "xai-" + LETTERS[:80],
    "Groq": "gsk_" + LETTERS[:52],
    "Replicate": "r8_" + LETTERS[:37],
    "Fireworks": "fw_" + LETTERS[:24],
    "Cerebras": "csk-" + LETTERS[:48],
    "Together": "tgp_" + "v1_" + LETTERS[:43],
    "Databricks": "dapi" + HEX[:32],
    "Hugging Face": "hf_" + LETTERS[:34],
    "GitHub, personal": "ghp_" + LETTERS[:36],
    "GitHub, OAuth": "gho_" + LETTERS[:36],
    "GitHub, of a user": "ghu_" + LETTERS[:36],
    "GitHub, of an app": "ghs_" + LETTERS[:36],
    "GitHub, refreshing": "ghr_" + LETTERS[:76],
    "GitHub, fine-grained": "github_" + "pat_" + LETTERS[:22] + "_" + LETTERS[:59],
    "GitLab": "glpat" + "-" + LETTERS[:20],
    "AWS": "AKIA" + UPPER,
    "AWS, temporary": "ASIA" + UPPER,
    "AWS, secret": "aws_secret_access_key = " + LETTERS[:18] + "/" + LETTERS[:10] + "+" + LETTERS[:10],
    "Google": "AIza" + LETTERS[:35],
    "Google, OAuth": "ya29" + "." + LETTERS[:60],
    "Slack": "xoxb" + "-123456789012-1234567890123-" + LETTERS[:24],
    "Slack, of an app": "xapp" + "-1-" + UPPER + "-1234567890123-" + HEX,
    "Stripe": "sk_" + "live_" + LETTERS[:24],
    "Stripe, restricted": "rk_" + "live_" + LETTERS[:24],
    "npm": "npm_" + LETTERS[:36],
    "PyPI": "pypi-" + "AgEIcHlwaS5vcmc" + LETTERS[:80],
    "Docker": "dckr_" + "pat_" + LETTERS[:27],
    "SendGrid": "SG" + "." + LETTERS[:22] + "." + LETTERS[:43],
    "DigitalOcean": "dop_" + "v1_" + HEX,
    "JWT": "eyJ" + LETTERS[:20] + "." + "eyJ" + LETTERS[:40] + "." + LETTERS[:43],
    "PEM": "-----BEGIN " + "PRIVATE KEY-----\n" + LETTERS[:64] + "\n" + LETTERS[:64] + "\n",
    "PEM, in JSON": "-----BEGIN " + "RSA PRIVATE KEY-----\\n" + LETTERS[:64] + "\\n" + LETTERS[:64],
    "OpenSSH": "-----BEGIN " + "OPENSSH PRIVATE KEY-----\n<span>" + LETTERS[:64] + "</span>\n<span>" + LETTERS[:64],
}  # fmt: skip

NO_KEYS = [
    "sk-toggleable__label sk-toggleable__label-arrow sk-estimator-doc-link-fitted",
    "hf_hub_download_with_progress",
    "hf_transfer_enabled_by_default_in_the_hub",
    "task-force-of-many-words-here risk-free-rate-of-interest-1234567890",
    "disk-0123456789abcdef0123456789abcdef.img",
    "sk-your-key-here sk-XXXXXXXXXXXXXXXXXXXXXXXX sk-...",
    "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
    "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "gsk_learn_and_other_names_of_functions",
    "npm_config_registry_and_other_settings_of_npm",
    "xoxo-hugs-and-kisses xai-explanations-of-models-in-2026",
]


@pytest.mark.parametrize("kind", KEYS)
def test_keys_are_found(tmp_path, kind, monkeypatch):
    for before, after in (("", ""), ("`", "`"), (">", "<"), ('key="', '"'), ("Bearer ", "\n")):
        assert hidden(before + KEYS[kind] + after), (before, after)
    (tmp_path / "index.html").write_text(f"<p>\n{KEYS[kind]}</p>", encoding="utf-8")
    (found,) = leaks(tmp_path)
    assert found.line == 2
    assert found.kind in {shape.kind for shape in SHAPES}


@pytest.mark.parametrize("text", NO_KEYS)
def test_words_are_no_keys(tmp_path, text):
    assert masked(text) == text
    (tmp_path / "index.html").write_text(text, encoding="utf-8")
    assert list(leaks(tmp_path)) == []


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://me:pw@host.example/a.gguf", "https://***@host.example/a.gguf"),
        ("https://token@host.example:8080/a", "https://***@host.example:8080/a"),
        ("https://host.example/a?token=abc&x=1", "https://host.example/a?token=***&x=1"),
        ("https://host.example/a?x=1&API-Key=abc#b", "https://host.example/a?x=1&API-Key=***#b"),
        ("https://host.example/a#access_token=abc", "https://host.example/a#access_token=***"),
        (
            "https://b.s3.example/a?X-Amz-Date=1&X-Amz-Credential=c&X-Amz-Signature=d",
            "https://b.s3.example/a?X-Amz-Date=***&X-Amz-Credential=***&X-Amz-Signature=***",
        ),
        ("https://a.blob.example/a?sv=1&se=2&sig=3&n=4", "https://a.blob.example/a?sv=***&se=***&sig=***&n=4"),
        ("https://c.example/a?Expires=1&Signature=2&Key-Pair-Id=3", "https://c.example/a?Expires=***&Signature=***&Key-Pair-Id=***"),
        ("ftp://me:p@w@host.example/a", "ftp://***@host.example/a"),
        ("s3://key:secret@bucket/a", "s3://***@bucket/a"),
        ("//me:pw@host.example/a", "//***@host.example/a"),
        ("https:/me:pw@host.example/a", "https:/***@host.example/a"),
        ("https:\\\\me:pw@host.example/a", "https:\\\\***@host.example/a"),
        ("https://me:p/w@host.example/a", "https://***@host.example/a"),
        ("https://host.example:8080/a@b/c", None),
        ("https://host.example/a?x=1;token=abc", "https://host.example/a?x=1;token=***"),
        ("https://host.example/a?token=abc;x=1", "https://host.example/a?token=***;x=1"),
        ("https://host.example/a?token[]=abc", "https://host.example/a?token[]=***"),
        ("https://host.example/a?clientSecret=abc&pwd=d", "https://host.example/a?clientSecret=***&pwd=***"),
        ("https://host.example/a?monkey=1&Turnkey=2", None),
        (
            "https://host.example/a?u=https%3A%2F%2Fb%2F%3Ftoken%3Dabc%26x%3D1",
            "https://host.example/a?u=https%3A%2F%2Fb%2F%3Ftoken%3D***%26x%3D1",
        ),
        ("https://me:p'w@host.example/a", "https://***@host.example/a"),
        ('https://me:p"w`x@host.example/a', "https://***@host.example/a"),
        ("https://host.example/a?token=a'b&x=1", "https://host.example/a?token=***&x=1"),
        ("https://host.example/a?token=a.b", "https://host.example/a?token=***"),
        ("host.example/a?token=abc&x=1", "host.example/a?token=***&x=1"),
        ("host?x=1&token=abc", "host?x=1&token=***"),
        ("localhost:8080?api_key=abc", "localhost:8080?api_key=***"),
        ("host_1.example:8080/a#access_token=abc", "host_1.example:8080/a#access_token=***"),
        ("/a.gguf?X-Amz-Signature=abc&x=1", "/a.gguf?X-Amz-Signature=***&x=1"),
        ("https://host.example/" + KEYS["GitHub, personal"] + "/a", "https://host.example/***/a"),
        ("https://host.example/a@b.gguf?page=1&Expires=2", None),
        ("hf://owner/repository@main/a.gguf", None),
        ("models/a.gguf", None),
        ("`a` (C:\\models\\a@b.gguf): there is no file", None),
    ],
)  # fmt: skip
def test_what_is_masked_in_addresses(address, shown):
    for before, after in (("", ""), ("`a` (", "): there is no file"), ('{"x": "', '"}')):
        text = before + address + after
        assert masked(text) == before + (shown or address) + after
        assert masked(masked(text)) == masked(text)
    assert str(ModelError(address)) == (shown or address)


def test_long_texts_of_what_patterns_begin_with():
    """They are searched through once, not once a character, which would take hours."""
    for part in (
        "sk-",
        "sk-a",
        "a",
        "a-",
        "a.",
        "a:1",
        "https://",
        "?token",
        "eyJa.",
        "-----BEGIN PRIVATE KEY-----",
    ):
        text = part * (1_000_000 // len(part))
        assert masked(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "https://host.example/?token=" + ")" * 1_000_000,
        "https://host.example" + "//a:b" * 200_000,
        "https://host.example/?token=a" + ";a" * 500_000,
        "https://host.example/" + "@" * 1_000_000,
    ],
    ids=["ends of a sentence", "passwords without an end", "parts", "ends of passwords"],
)
def test_long_addresses(text):
    assert len(masked(text)) <= len(text)


def test_every_file_of_text_is_searched(tmp_path):
    """Notebooks, code and tables are published as pages are, whatever their files are called."""
    secret = KEYS["GitHub, personal"]
    for name in ("lab.ipynb", "lab.py", "table.csv", "NOTES.TXT", "_headers"):
        (tmp_path / name).write_text(f"one\n{secret}", encoding="utf-8")
    (tmp_path / "utf-16.csv").write_text(f"one\n{secret}", encoding="utf-16")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0" + secret.encode())
    found = {leak.file.name: leak.line for leak in leaks(tmp_path)}
    texts = {"lab.ipynb", "lab.py", "table.csv", "NOTES.TXT", "_headers", "utf-16.csv"}
    assert found == dict.fromkeys(texts, 2)


@pytest.mark.parametrize("name", ["SMTP_PASS", "GPG_PASSPHRASE", "GH_PAT", "DB_CREDENTIALS"])
def test_what_secret_variables_are_called(tmp_path, monkeypatch, name):
    (tmp_path / "a.html").write_text("one correct-horse-battery two", encoding="utf-8")
    monkeypatch.setenv(name, "correct-horse-battery")
    assert [leak.kind for leak in leaks(tmp_path)] == [
        f"the value of the environment variable {name}"
    ]


def test_values_of_secret_variables(tmp_path, monkeypatch):
    (tmp_path / "a.html").write_text("one wJalr/XUtnFEMI+K7&amp;MDENG two", encoding="utf-8")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalr/XUtnFEMI+K7&MDENG")
    (found,) = leaks(tmp_path)
    assert found.kind == "the value of the environment variable AWS_SECRET_ACCESS_KEY"
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", str(tmp_path))
    (tmp_path / "a.html").write_text(f"the folder {tmp_path}", encoding="utf-8")
    assert list(leaks(tmp_path)) == []


def test_the_place_is_the_source_where_it_is_known(tmp_path):
    site, source = tmp_path / "site", tmp_path / "docs" / "a.md"
    for path in (site / "a.html", source):
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"x\n{KEYS['JWT']}\n", encoding="utf-8")
    (leak,) = leaks(site)
    assert place_of(leak, site, source, tmp_path) == "docs/a.md:2"
    assert place_of(leak, site, None, tmp_path) == "a.html:2"
    source.write_text("{{ macro }}", encoding="utf-8")
    assert place_of(leak, site, source, tmp_path) == "a.html:2 (the page of docs/a.md)"


ELEMENT = "<quantlab-widget id='a'\ndata-options='{\"x\":\n\"%s\"}'%s\ndata-frames='{}'\n><p>\n%s</p></quantlab-widget>"


def test_lines_count_what_is_not_searched(tmp_path):
    page = ELEMENT % ("", "", "") + f"\n{KEYS['GitHub, OAuth']}\n"
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    (found,) = leaks(tmp_path)
    assert (found.line, found.kind) == (7, "a token of GitHub")


@pytest.mark.parametrize(
    "parts",
    [
        (KEYS["npm"], "", ""),
        ("", "\ndata-resources='{}'", KEYS["npm"]),
        ("", "\ndata-archive='{}'", KEYS["npm"]),
    ],
)
def test_what_authors_write_in_widgets_is_searched(tmp_path, parts):
    (tmp_path / "page.html").write_text(ELEMENT % parts, encoding="utf-8")
    (found,) = leaks(tmp_path)
    assert found.kind == "a token of npm"


def test_what_pages_share_is_searched(tmp_path):
    """A key in a theme's line is on each page; so is a text that only looks like one where more of it follows."""
    line = f"<nav>{KEYS['npm']}</nav>\n"
    (tmp_path / "a.html").write_text(line, encoding="utf-8")
    (tmp_path / "b.html").write_text(f"{line}more\n", encoding="utf-8")
    (tmp_path / "c.html").write_text("-----BEGIN PRIVATE KEY-----\nends", encoding="utf-8")
    (tmp_path / "d.html").write_text(
        "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkq\n" * 3, encoding="utf-8"
    )
    assert [(leak.file.name, leak.kind) for leak in leaks(tmp_path)] == [
        ("a.html", "a token of npm"),
        ("b.html", "a token of npm"),
        ("d.html", "a private key"),
    ]
    assert not list(leaks(tmp_path, unchanged=list(tmp_path.iterdir())))


def test_addresses_of_servers_are_searched_on_each_page(tmp_path):
    for name in ("a.html", "b.html"):
        (tmp_path / name).write_text("https://Teacher.example/v1?key=x\n", encoding="utf-8")
    assert len(list(leaks(tmp_path, ["teacher.example"]))) == 2

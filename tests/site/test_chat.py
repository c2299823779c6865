"""The chat as it is built: its options, what is in the page without script, and that no key gets into a site."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from markdown import Markdown

from mkdocs_quantlab.site.chat.chat import CAUTION, PROMPTS, Options
from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension
from mkdocs_quantlab.site.settings import line_of_option

CONFIG = """
plugins:
  - quantlab:
      chat:
        endpoint: https://ollama.example.edu/
        models:
          - course/gemma:q4
          - {model: "course/gemma:q6", label: Six bits, note: "half as large again"}
        prompts: ["Draw <b>a</b> boat.", "It's | one prompt"]
        think: on
"""


def convert(source, **config):
    return Markdown(extensions=[QuantlabExtension(**config)]).convert(source)


def settings(html):
    """The configuration that the page's script reads."""
    return json.loads(unescape(re.search(r"data-config='(.*?)'", html)[1]))


def test_what_mkdocs_yml_says_reaches_the_page(build):
    code, output, site = build(
        {"docs/chat.md": "# Chat\n\n<div data-objective5-chat></div>\n"}, CONFIG
    )
    assert code == 0, output
    html = (site / "chat/index.html").read_text(encoding="utf-8")
    config = settings(html)
    assert config["endpoint"] == "https://ollama.example.edu"
    assert config["models"] == [
        {"model": "course/gemma:q4", "label": "course/gemma:q4", "note": ""},
        {"model": "course/gemma:q6", "label": "Six bits", "note": "half as large again"},
    ]
    assert config["prompts"] == ["Draw <b>a</b> boat.", "It's | one prompt"]
    assert config["settings"] == {
        "seed": 1,
        "temperature": 0.7,
        "topP": 0.95,
        "maxTokens": 2048,
        "think": True,
    }
    # Without script.
    for text in (
        "<code>https://ollama.example.edu</code>",
        "<code>course/gemma:q4</code>",
        "Six bits (<code>course/gemma:q6</code>): half as large again",
        "<li>Draw &lt;b&gt;a&lt;/b&gt; boat.</li>",
        CAUTION,
    ):
        assert text in html
    assert (site / "assets/quantlab/chat.js").is_file()


def test_a_directive_says_otherwise():
    chat = {"endpoint": "https://a.example", "models": ["x"], "seed": 5}
    html = convert(
        '<div data-quantlab-chat data-endpoint="http://localhost:11434" data-models="y, z" id="here"></div>',
        chat=chat,
    )
    config = settings(html)
    assert config["endpoint"] == "http://localhost:11434"
    assert [model["model"] for model in config["models"]] == ["y", "z"]
    assert config["settings"]["seed"] == 5
    assert '<quantlab-chat id="here"' in html


def test_a_chat_without_any_server():
    html = convert('<div data-quantlab-chat data-endpoint=""></div>')
    assert settings(html)["endpoint"] == ""
    assert settings(html)["prompts"] == list(PROMPTS)
    assert "this page has none set" in html


def test_both_names_are_one_directive():
    assert convert("<div data-quantlab-chat></div>") == convert("<div data-objective5-chat></div>")


def test_prompts_of_an_attribute():
    html = convert('<div data-quantlab-chat data-prompts="one | two; three |"></div>')
    assert settings(html)["prompts"] == ["one", "two; three"]


def test_options_give_their_texts_back():
    options = Options({"models": "a b", "prompts": "one|two", "temperature": "0"})
    assert Options(options.strings()).values == options.values


def test_mistakes_of_mkdocs_yml_name_the_line(build):
    page = {"docs/chat.md": "<div data-quantlab-chat></div>\n"}
    key = CONFIG + "        # api_key: not here\n        api_key: hunter2-hunter2\n"
    code, output, _ = build(page, key)
    assert code == 1
    assert (
        "mkdocs.yml:13: `api_key` is not an option: everything in a built site is public" in output
    )
    assert "hunter2" not in output
    address = CONFIG.replace("https://", "https://me:hunter2@")
    code, output, _ = build(page, address)
    assert code == 1
    assert "mkdocs.yml:6: `endpoint` holds a name or password" in output
    assert "hunter2" not in output


def test_lines_of_options():
    source = "a: 1\n# chat: {seed: 2}\nplugins:\n- quantlab: {chat: {seed: 3,\n  'top_p': 1}}\nx: {seed: 2}\n"
    assert line_of_option(source, "chat", "seed") == 4
    assert line_of_option(source, "chat", "top_p") == 5
    assert line_of_option(source, "chat", "p") is None
    assert line_of_option(source, "other", "seed") is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("api_key", "x"),
        ("apikey", "x"),
        ("token", "x"),
        ("openai-api-key", "x"),
        ("password", "x"),
        ("headers", "x"),
        ("system", "hf_abcdefghijklmnopqrstuvwxyz"),
        ("prompts", "say AIzaSyA1234567890abcdefghijklmnopqrstuv"),
        ("endpoint", "https://host.example/?access_token=abc"),
        ("endpoint", "https://:pw@host.example/"),
    ],
)
def test_secrets_are_refused_and_not_repeated(name, text):
    with pytest.raises(LabError, match="everything in a built site is public") as refused:
        convert(f'<div data-quantlab-chat data-{name}="{text}"></div>')
    assert text not in str(refused.value).replace(f"`{name}`", "") or text == "x"


LEAKS = {
    "what looks like a key": "Use sk-proj-abcdefghijklmnop0123456789.",
    "a password in an address of ollama.example.edu": "`https://me:hunter2@ollama.example.edu/v1`",
    "a key in an address of ollama.example.edu": "`https://ollama.example.edu/v1?api_key=hunter2`",
    "the value of the environment variable COURSE_TOKEN": "The password is correct horse.",
}


@pytest.mark.parametrize("kind", LEAKS)
def test_the_finished_site_is_searched(build, monkeypatch, kind):
    monkeypatch.setenv("COURSE_TOKEN", "correct horse")
    pages = {"docs/chat.md": f"# Chat\n\n<div data-quantlab-chat></div>\n\n{LEAKS[kind]}\n"}
    code, output, _ = build(pages, CONFIG + "theme: mkdocs\n")
    assert code == 1
    assert re.search(rf"chat/index\.html:\d+: {re.escape(kind)}: everything", output), output
    assert "hunter2" not in output
    assert "correct horse" not in output
    warn = CONFIG.replace("chat:", "on_error: warn\n      chat:")
    code, output, _ = build(pages, warn + "theme: mkdocs\n")
    assert code == 0
    assert kind in output


def test_other_addresses_and_words_are_no_leaks(build):
    text = "See https://user:pass@other.example, sk-short and `task-force-of-many-words-here`.\n"
    code, output, _ = build(
        {"docs/chat.md": f"<div data-quantlab-chat></div>\n\n{text}"}, CONFIG, "mkdocs", "--strict"
    )
    assert code == 0, output
    # A site without a chat is not this plugin's business.
    code, output, _ = build({"docs/chat.md": LEAKS["what looks like a key"]}, CONFIG)
    assert code == 0, output


@pytest.mark.parametrize(
    ("chat", "message"),
    [
        ("nothing", "takes a mapping from option to value; found `nothing`"),
        ({"models": [3]}, "takes names separated by spaces"),
        ({"models": [{"label": "x"}]}, "an entry has no `model`"),
        ({"modles": []}, "did you mean `models`"),
        ({"temperature": "warm"}, "`temperature` takes a number from 0 to 2; found `warm`"),
    ],
)
def test_mistakes_of_the_options(chat, message):
    from mkdocs.exceptions import PluginError

    with pytest.raises(PluginError, match=re.escape(message)):
        QuantlabExtension(chat=chat)

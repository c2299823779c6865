"""The chat as it is built: its options, what is in the page without script, and that no key gets into a site."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from markdown import Markdown

from mkdocs_quantlab.site.chat.chat import PROMPTS, Options
from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension

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
    assert "because the page sets none" in html


def test_both_names_are_one_directive():
    assert convert("<div data-quantlab-chat></div>") == convert("<div data-objective5-chat></div>")


def test_prompts_of_an_attribute():
    html = convert('<div data-quantlab-chat data-prompts="one | two; three |"></div>')
    assert settings(html)["prompts"] == ["one", "two; three"]


def test_options_give_their_texts_back():
    options = Options({"models": "a b", "prompts": "one|two", "temperature": "0"})
    assert Options(options.strings()).values == options.values


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("api_key", "x"),
        ("apikey", "x"),
        ("token", "x"),
        ("openai-api-key", "x"),
        ("password", "x"),
        ("headers", "x"),
        ("system", "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH"),
        ("prompts", "say AIzaSyA1234567890abcdefghijklmnopqrstuv"),
        ("endpoint", "https://host.example/?access_token=abc"),
        ("endpoint", "https://:pw@host.example/"),
    ],
)
def test_secrets_are_refused_and_not_repeated(name, text):
    with pytest.raises(LabError, match="everything in a built site is public") as refused:
        convert(f'<div data-quantlab-chat data-{name}="{text}"></div>')
    assert text not in str(refused.value).replace(f"`{name}`", "") or text == "x"


@pytest.mark.parametrize(
    ("chat", "message"),
    [
        ("nothing", "takes a mapping from option to value; found `nothing`"),
        ({"models": [3]}, "takes names separated by spaces"),
        ({"models": [{"label": "x"}]}, "an entry has no `model`"),
        ({"modles": []}, "did you mean `models`"),
        ({"endpoint": "https://[bad"}, "an http(s) address without name, password and query"),
        ({"temperature": "warm"}, "`temperature` takes a number from 0 to 2; found `warm`"),
    ],
)
def test_mistakes_of_the_options(chat, message):
    from mkdocs.exceptions import PluginError

    with pytest.raises(PluginError, match=re.escape(message)):
        QuantlabExtension(chat=chat)

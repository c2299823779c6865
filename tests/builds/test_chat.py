"""Chats in built sites: what `mkdocs.yml` says of them, and secrets that are kept out."""

from __future__ import annotations

import pytest

from mkdocs_quantlab.engine.core.texts import EN
from tests.fast.site.test_chat import CONFIG, settings

LEAKS = {
    "a key of a model's host": "Use sk-proj-abcdefghijklmnop0123456789.",
    "a password in an address of ollama.example.edu": "`https://me:hunter2@ollama.example.edu/v1`",
    "a key in an address of ollama.example.edu": "`https://ollama.example.edu/v1?api_key=hunter2`",
    "the value of the environment variable COURSE_TOKEN": "The password is correct horse.",
}


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
        EN("chat_plain.caution"),
    ):
        assert text in html
    assert (site / "assets/quantlab/chat.js").is_file()


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


@pytest.mark.parametrize("kind", LEAKS)
def test_the_finished_site_is_searched(build, monkeypatch, kind):
    monkeypatch.setenv("COURSE_TOKEN", "correct horse")
    pages = {"docs/chat.md": f"# Chat\n\n<div data-quantlab-chat></div>\n\n{LEAKS[kind]}\n"}
    code, output, _ = build(pages, CONFIG + "theme: mkdocs\n")
    assert code == 1
    assert f"docs/chat.md:5: {kind}: everything" in output, output
    assert "hunter2" not in output
    assert "correct horse" not in output
    warn = CONFIG.replace("chat:", "on_error: warn\n      chat:")
    code, output, _ = build(pages, warn + "theme: mkdocs\n")
    assert code == 0
    assert kind in output


def test_other_addresses_and_words_are_no_leaks(build):
    text = (
        "See https://user:pass@other.example, sk-short and `task-force-of-many-words-here`.\n\n"
        '<label class="sk-toggleable__label sk-toggleable__label-arrow">`hf_hub_download_with_progress`</label>\n'
    )
    code, output, _ = build(
        {"docs/chat.md": f"<div data-quantlab-chat></div>\n\n{text}"}, CONFIG, "mkdocs", "--strict"
    )
    assert code == 0, output


def test_sites_without_a_chat_are_searched_too(build):
    key = LEAKS["a key of a model's host"]
    code, output, _ = build({"docs/index.md": f"# Page\n\nText.\n\n{key}\n"})
    assert code == 1
    assert "docs/index.md:5: a key of a model's host: everything" in output
    assert "abcdefghijklmnop" not in output

"""Foreign text in messages: short, on one line, and without what controls a terminal."""

from __future__ import annotations

import json

import pytest

from mkdocs_quantlab.engine.core.foreign import escaped, shortened, shown
from mkdocs_quantlab.engine.core.html import tag
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.site.models.places import PlaceError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Größe 名 🙂 \u0915\u094d\u200d\u0937", "Größe 名 🙂 \u0915\u094d\u200d\u0937"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("a\nb\r\tc\x7f", r"a\nb\r\tc\x7f"),
        ("\u202egpj.exe\u2066", r"\u202egpj.exe\u2066"),
        ("\u2028\ufeff\U000e0041", r"\u2028\ufeff\U000e0041"),
        ("\ud800", r"\ud800"),
    ],
)
def test_control_characters_are_escaped(text, expected):
    assert escaped(text) == shown(text) == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a < b\n", "a &lt; b\n"),
        ("\u05d0 \u200f(1)\u200b", "\u05d0 \u200f(1)\u200b"),
        ("\u202egpj.exe", "\u2068\u202egpj.exe\u2069"),
        ("a\u2069b\u2067c", "\u2068ab\u2067c\u2069\u2069"),
        ("a\u2067b\u2069c", "\u2068a\u2067b\u2069c\u2069"),
        ("\x1b[31m\x9b<", r"\x1b[31m\x9b&lt;"),
    ],
)
def test_what_controls_is_isolated_in_pages(text, shown):
    assert tag("b", text) == f"<b>{shown}</b>"


def test_json_stays_json():
    value = {"a": "\x1b\x9b\u202e\U000e0041\ud800 ö"}
    text = escaped(json.dumps(value, ensure_ascii=False), as_json=True)
    assert shown(text) == text
    assert "ö" in text
    assert json.loads(text) == value


def test_some_may_stay():
    assert escaped("a\nb\x1b", keep="\n") == "a\nb\\x1b"


def test_the_middle_of_long_texts_is_left_out():
    short = shortened("a" * 1_000_000 + "the end", 60)
    assert len(short) == 60
    assert short.startswith("aaa")
    assert short.endswith("the end")
    assert shortened("as it is", 8) == "as it is"


@pytest.mark.parametrize("kind", [GgufError, PlaceError])
def test_errors_about_files_are_short_and_on_one_line(kind):
    message = str(kind(f"`general.architecture` is {'x' * 9_000_000}\n\x1b[2J; known are others"))
    assert len(message) < 700
    assert message.isprintable()
    assert message.endswith("; known are others")

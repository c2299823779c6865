"""Foreign text in messages: short, on one line, and without what controls a terminal."""

from __future__ import annotations

import pytest

from mkdocs_quantlab.engine.core.foreign import escaped, shortened, shown
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

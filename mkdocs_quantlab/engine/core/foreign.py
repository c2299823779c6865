"""Text that came from files, servers and links, in messages and in terminals: short, and without characters that control the output."""

from __future__ import annotations

import re

LONGEST = 600
"""Characters of a foreign text in a message."""

# C0 and C1 controls, which terminals obey; separators of lines; marks, embeddings, overrides and isolates that change the direction of
# what stands beside them; characters that nothing shows; surrogates, which no encoding can print.
_CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)

_ISOLATES = "\u2066\u2067\u2068"
_END = "\u2069"
_DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e" + _ISOLATES + _END


def escaped(text: str, keep: str = "", *, as_json: bool = False) -> str:
    r"""The text with each control character as Python writes it, such as `\x1b`.

    Args:
        text: A foreign text.
        keep: Control characters that stay.
        as_json: Whether the text is JSON, which stays JSON: `\u001b`.
    """
    escape = _escape_in_json if as_json else _escape
    return _CONTROLS.sub(lambda found: found[0] if found[0] in keep else escape(found[0]), text)


def isolated(text: str) -> str:
    """The text as a page shows it: it does not change the direction of what stands beside it, and has no control characters.

    In an isolate (Unicode Standard Annex 9) embeddings and overrides end with it. It holds as text, in SVG too, where `bdi` does not.
    """
    shown = escaped(text, keep="\n\t\u061c\u200b\u200e\u200f\u2060\ufeff" + _DIRECTIONS)
    if not any(each in shown for each in _DIRECTIONS):
        return shown
    parts: list[str] = []
    opened = 0
    for character in shown:
        if character == _END and not opened:
            continue  # it would end the isolate around the text
        opened += (character in _ISOLATES) - (character == _END)
        parts.append(character)
    return f"\u2068{''.join(parts)}{_END * (opened + 1)}"


def shortened(text: str, limit: int = LONGEST) -> str:
    """The text, without its middle where it is longer than `limit` characters."""
    if len(text) <= limit:
        return text
    end = limit // 3
    return f"{text[: limit - end - 3]}...{text[-end:]}"


def shown(text: str, limit: int = LONGEST) -> str:
    """The text as a message shows it: on one line, at most `limit` characters and some for escapes."""
    return escaped(shortened(text, limit))


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()


def _escape_in_json(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))

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


def escaped(text: str, keep: str = "") -> str:
    r"""The text with each control character as Python writes it, such as `\x1b`.

    Args:
        text: A foreign text.
        keep: Control characters that stay.
    """
    return _CONTROLS.sub(lambda found: _escape(found[0], keep), text)


def shortened(text: str, limit: int = LONGEST) -> str:
    """The text, without its middle where it is longer than `limit` characters."""
    if len(text) <= limit:
        return text
    end = limit // 3
    return f"{text[: limit - end - 3]}...{text[-end:]}"


def shown(text: str, limit: int = LONGEST) -> str:
    """The text as a message shows it: on one line, at most `limit` characters and some for escapes."""
    return escaped(shortened(text, limit))


def _escape(character: str, keep: str) -> str:
    return character if character in keep else character.encode("unicode_escape").decode()

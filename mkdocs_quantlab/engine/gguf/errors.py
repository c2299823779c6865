from __future__ import annotations

from mkdocs_quantlab.engine.core.errors import InputError
from mkdocs_quantlab.engine.core.foreign import shown


class GgufError(InputError):
    """A file is no GGUF, broken, or beyond a limit; the message says what was found, where, and what is allowed.

    It is a sentence's second half, to follow the file's name and a colon. What it quotes of the file is shortened, and escaped.
    """

    def __init__(self, message: str) -> None:
        super().__init__(shown(message))


def quoted(name: str) -> str:
    """A name for an error; a crafted one may be long, or of control characters."""
    return f"`{shown(name, 80)}`"

"""Where models are: paths and addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

from mkdocs_quantlab.engine.core.foreign import shown
from mkdocs_quantlab.site.secrets import masked


class ModelError(ValueError):
    """A model is not available; the message names it, without passwords in its address."""

    def __init__(self, message: str) -> None:
        super().__init__(shown(masked(message)))


class PlaceError(ValueError):
    """A file cannot be had; the message is a sentence's second half, to follow the place and a colon.

    It may hold what a server said, or an address: it is shortened and escaped, and without passwords.
    """

    def __init__(self, message: str) -> None:
        super().__init__(shown(masked(message)))


class RemoteFile(Protocol):
    """A file elsewhere."""

    size: int
    etag: str
    """What its server calls this state of the file; empty where it does not say."""

    def fetch(self, start: int, stop: int) -> bytes:
        """The bytes from `start` up to `stop`, or more.

        Raises:
            PlaceError: They cannot be had.
        """


def is_remote(place: str) -> bool:
    """Whether a place is an address, and not a path."""
    return "://" in place


def refuse_pipe(path: Path) -> None:
    """Refuses what would block or has no size.

    Raises:
        PlaceError: The path is a pipe, a device or a socket.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise PlaceError("this is not a regular file: save the data to a file first")

"""Files that are written whole or not at all: a full disk, a stopped command and two builds at once leave no half of one."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write into, which takes the place of `path` at the end of the `with` statement; without it if that fails.

    The file that was there keeps its permissions, and a symbolic link its target. What is no file, such as `/dev/stdout`, is written into.

    Raises:
        OSError: It cannot be written.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as out:
            yield out
        return
    place = path.resolve()
    unfinished = place.with_name(f".quantlab-{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with unfinished.open("xb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        if place.exists():
            shutil.copymode(place, unfinished)
        unfinished.replace(place)
    finally:
        unfinished.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes | str) -> None:
    """Writes a file; a text as UTF-8, with its line ends as they are.

    Raises:
        OSError: It cannot be written; what was there stays.
    """
    with whole(path) as out:
        out.write(content.encode() if isinstance(content, str) else content)


def copy_whole(source: Path, path: Path) -> None:
    """Copies a file's content.

    Raises:
        OSError: It cannot be read or written; what was there stays.
    """
    with source.open("rb") as file, whole(path) as out:
        shutil.copyfileobj(file, out)

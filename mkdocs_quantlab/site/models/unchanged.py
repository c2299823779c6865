"""Reading a file again only when it has changed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Result = TypeVar("Result")


def while_unchanged(read: Callable[[Path], Result]) -> Callable[[Path], Result]:
    """`read`, whose result stands as long as the file's time and size do; pages and rebuilds share it."""

    @lru_cache(maxsize=64)
    def at_state(path: Path, _: tuple[int, int]) -> Result:
        return read(path)

    def read_if_changed(path: Path) -> Result:
        state = path.stat()
        return at_state(path, (state.st_mtime_ns, state.st_size))

    return read_if_changed

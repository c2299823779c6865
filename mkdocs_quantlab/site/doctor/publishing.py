"""What of a site on this machine would be missing where it is published from: git has the answers."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def is_repository(folder: Path) -> bool:
    """Whether a folder is in a git repository, and git is installed."""
    return _git(folder, "rev-parse", "--is-inside-work-tree") == ["true"]


def ignored(folder: Path, paths: Iterable[Path]) -> list[Path]:
    """Those of the paths that git ignores, and so will never publish."""
    by_name = {str(path): path for path in paths}
    found = (
        _git(folder, "check-ignore", "-z", "--stdin", given="\0".join(by_name)) if by_name else []
    )
    return [by_name[name] for name in found if name in by_name]


def uncommitted(folder: Path, paths: Iterable[Path]) -> list[str]:
    """Files at the paths, or below them, that are new or changed since the last commit, as git names them."""
    given = [str(path) for path in paths if path.exists()]
    if not given:
        return []
    lines = _git(folder, "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--", *given)  # fmt: skip
    return [line[3:] for line in lines]


def _git(folder: Path, *arguments: str, given: str = "") -> list[str]:
    """What git prints, split at zero bytes or lines; nothing where it fails or is not installed."""
    try:
        done = subprocess.run(  # noqa: S603  # paths are given after `--` or as input
            ["git", *arguments],  # noqa: S607  # the author's git
            cwd=folder,
            input=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [part for part in done.stdout.replace("\n", "\0").split("\0") if part]

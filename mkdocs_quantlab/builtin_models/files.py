"""The files by name: which there are, their bytes, and where they are on disk."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from functools import cache, lru_cache
from pathlib import Path

from mkdocs_quantlab.engine.core.suggest import did_you_mean
from mkdocs_quantlab.written import write_whole

FOLDER = Path(__file__).parent
F16 = FOLDER / "drawing-F16.gguf"
IMATRIX = FOLDER / "drawing.imatrix.gguf"
SUMS = FOLDER / "SHA256SUMS"
"""What each file's SHA-256 has to be, as `sha256sum` lists it; `python -m mkdocs_quantlab.builtin_models` writes it."""

SIGMA = 0.5
"""How uneven the twin is: the dial of `uneven.py`. models/drawing/FILES.md says how it was chosen."""

MODELS = {
    "drawing": "the drawing model as it was trained",
    "drawing-uneven": f"the same function with uneven channels (sigma {SIGMA:g})",
}
"""What is before the colon of a name, and what it is."""

PLAIN = "Q8_0 Q6_K Q5_K_M Q4_K_M Q4_0 Q3_K_M Q3_K_S Q2_K".split()
"""Recipes that each model is there in, beside F16."""
WEIGHTED = "Q4_K_M Q4_0 Q3_K_M Q3_K_S Q2_K".split()
"""Recipes that each model is there in with an importance matrix as well."""

WITH_IMATRIX = "-imatrix"
"""The ending of the names of files that were quantized with the importance matrix."""


class BuiltinModelError(LookupError):
    """There is no built-in model of a name, or it cannot be made here; the message is a sentence."""


@cache
def names() -> tuple[str, ...]:
    """All names, by model, more bits first, and with importance matrix behind without."""
    return tuple(
        f"{model}:{recipe}{suffix}"
        for model in MODELS
        for recipe in ("F16", *PLAIN)
        for suffix in ("", WITH_IMATRIX)[: 1 + (recipe in WEIGHTED)]
    )


def is_builtin(name: str) -> bool:
    """Whether a name is meant for a built-in model, valid or not."""
    return name.partition(":")[0] in MODELS and ":" in name


def check(name: str) -> None:
    """Ensures that there is a built-in model of a name.

    Raises:
        BuiltinModelError: There is none; the message says the nearest, and what a name is made of.
    """
    if name not in names():
        hint = did_you_mean(name, names())
        raise BuiltinModelError(
            f"there is no built-in model `{name}`{hint}. A name is {' or '.join(f'`{model}:`' for model in MODELS)}, followed by "
            f"one of {', '.join(('F16', *PLAIN, *(recipe + WITH_IMATRIX for recipe in WEIGHTED)))}"
        )


def data(name: str) -> bytes:
    """A whole GGUF file.

    Args:
        name: One of `names`.

    Raises:
        BuiltinModelError: There is none of that name.
    """
    check(name)
    return _data(name)


def path(name: str) -> Path:
    """Where the file of that name is; it is made if it is not there yet.

    Raises:
        BuiltinModelError: As for `data`.
    """
    check(name)
    if name == "drawing:F16":
        return F16
    content = _data(name)
    cached = _cached(name)
    if cached is not None and cached.is_file():
        return cached
    # Nothing can be kept: no cache, or a read-only one.
    file = _scratch() / _file_name(name)
    write_whole(file, content)
    return file


@cache
def sums() -> dict[str, str]:
    """The SHA-256 that each file has to have, by name, as listed."""
    lines = SUMS.read_text(encoding="utf-8").splitlines() if SUMS.is_file() else []
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


@lru_cache(maxsize=4)
def _data(name: str) -> bytes:
    cached = _cached(name)
    try:
        content = cached.read_bytes() if cached else b""
    except OSError:
        content = b""
    if cached is None or _digest(content) != sums()[name]:
        from mkdocs_quantlab.builtin_models.made import make  # noqa: PLC0415  # slow to import, and most sites need no file made

        content = make(name)
        if cached and _digest(content) == sums()[name]:
            _keep(cached, content)
    return content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _cached(name: str) -> Path | None:
    """Where the cache has a file, whose digest is part of its place: a new release's files have other digests.

    None where no digest is listed, or the user has no home.
    """
    digest = sums().get(name)
    try:
        return _cache() / digest[:16] / _file_name(name) if digest else None
    except RuntimeError:
        return None


def _file_name(name: str) -> str:
    return f"{name.replace(':', '-')}.gguf"


def _cache() -> Path:
    """The folder for what can be made again, as the system has it."""
    home = Path.home()
    if sys.platform == "win32":
        place = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        place = home / "Library" / "Caches"
    else:
        place = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return place / "mkdocs-quantlab" / "models"


def _keep(cached: Path, content: bytes) -> None:
    """Puts a file into the cache; two builds may do so at once, and neither may need it."""
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        write_whole(cached, content)
    except OSError:
        return


def _scratch() -> Path:
    """A folder of this process, which goes with it."""
    return Path(_temporary().name)


@cache
def _temporary() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="mkdocs-quantlab-")

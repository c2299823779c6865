"""The files by name: which there are, their bytes, and where they are on disk."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from functools import cache, lru_cache
from pathlib import Path

from mkdocs_quantlab.builtin_models.imatrix import Imatrix, read_imatrix
from mkdocs_quantlab.builtin_models.quantized import quantized
from mkdocs_quantlab.builtin_models.uneven import SIGMA, rescaled_importance, uneven
from mkdocs_quantlab.engine.core.suggest import did_you_mean
from mkdocs_quantlab.written import write_whole

FOLDER = Path(__file__).parent
F16 = FOLDER / "drawing-F16.gguf"
IMATRIX = FOLDER / "drawing.imatrix.gguf"
SUMS = FOLDER / "SHA256SUMS"
"""What each file's SHA-256 has to be, as `sha256sum` lists it; `python -m mkdocs_quantlab.builtin_models` writes it."""

MODELS = {
    "drawing": "the drawing model as it was trained",
    "drawing-uneven": f"the same function with uneven channels (sigma {SIGMA:g})",
}
"""What is before the colon of a name, and what it is."""

PLAIN = "Q8_0 Q6_K Q5_K_M Q4_K_M Q4_0 Q3_K_M Q3_K_S Q2_K".split()
"""Recipes that each model is there in, beside F16."""
WEIGHTED = "Q4_K_M Q4_0 Q3_K_M Q3_K_S Q2_K".split()
"""Recipes that each model is there in with an importance matrix as well."""

_SUFFIX = "-imatrix"


class BuiltinModelError(LookupError):
    """There is no built-in model of a name, or it cannot be made here; the message is a sentence."""


@cache
def names() -> tuple[str, ...]:
    """All names, by model, more bits first, and with importance matrix behind without."""
    return tuple(
        f"{model}:{recipe}{suffix}"
        for model in MODELS
        for recipe in ("F16", *PLAIN)
        for suffix in ("", _SUFFIX)[: 1 + (recipe in WEIGHTED)]
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
            f"there is no built-in model `{name}`{hint}. A name is one of {', '.join(f'`{model}:`' for model in MODELS)} "
            f"and a recipe, {', '.join(('F16', *PLAIN))}, or with an importance matrix "
            f"{', '.join(f'{recipe}{_SUFFIX}' for recipe in WEIGHTED)}"
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


def make(name: str) -> bytes:
    """The file made anew, out of the two that are in the package.

    Raises:
        BuiltinModelError: As for `data`.
    """
    check(name)
    model, _, asked = name.partition(":")
    recipe = asked.removesuffix(_SUFFIX)
    f16 = F16.read_bytes() if model == "drawing" else _uneven_f16()
    if recipe == "F16":
        return f16
    imatrix = imatrix_of(model) if asked.endswith(_SUFFIX) else None
    return quantized(f16, recipe, imatrix)


def imatrix_of(model: str) -> Imatrix:
    """The importance matrix of one of `MODELS`. The twin's follows from its original's."""
    imatrix = read_imatrix(IMATRIX.read_bytes(), IMATRIX.name)
    if model == "drawing":
        return imatrix
    importance = rescaled_importance(F16.read_bytes(), imatrix.importance)
    return imatrix._replace(file=f"{model}.imatrix.gguf", importance=importance)


@cache
def sums() -> dict[str, str]:
    """The SHA-256 that each file has to have, by name, as listed."""
    lines = SUMS.read_text(encoding="utf-8").splitlines() if SUMS.is_file() else []
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


@lru_cache(maxsize=4)
def _data(name: str) -> bytes:
    cached = _cached(name)
    if cached is None:
        return make(name)
    try:
        content = cached.read_bytes()
    except OSError:
        content = b""
    if _digest(content) != sums()[name]:
        content = make(name)
        if _digest(content) == sums()[name]:
            _keep(cached, content)
    return content


@lru_cache(maxsize=1)
def _uneven_f16() -> bytes:
    return uneven(F16.read_bytes())


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

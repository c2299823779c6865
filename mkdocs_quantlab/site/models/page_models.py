"""Models that run in the page: which files a site has to have for its chats."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.builtin_models import is_builtin, names
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.core.suggest import did_you_mean
from mkdocs_quantlab.site.models.places import ModelError
from mkdocs_quantlab.site.models.unchanged import while_unchanged

if TYPE_CHECKING:
    from pathlib import Path

    from mkdocs_quantlab.site.models.models import Models

DEFAULT = ("drawing:Q8_0", "drawing:Q4_K_M")
"""The models of a chat whose author set neither an endpoint nor models: the same one, in 8 bits and in about 5."""

FOLDER = "models"
"""Where the files are, below the site's other files of ours."""

LARGEST = 2_000_000_000
"""Bytes of a model in the page; wllama reads files of up to 2 GiB."""

HOSTED = 100 << 20
"""Bytes of the largest file that GitHub takes into a repository, and so into a site on GitHub Pages."""


class PageModel(NamedTuple):
    """A GGUF file that the site has to have."""

    path: Path
    """Where it is when the site is built."""
    size: int
    """Bytes."""
    sha256: str

    @property
    def file(self) -> str:
        """Its name in the site, below our other files: another content has another name, whatever caches keep."""
        return f"{FOLDER}/{self.sha256[:16]}.gguf"

    @property
    def warning(self) -> str | None:
        """What the author should know of its size."""
        if self.size <= HOSTED:
            return None
        return (
            f"{self.path.name} has {self.size / 1e6:,.0f} MB, which every reader who uses it fetches; "
            f"GitHub accepts no file over {HOSTED >> 20} MiB, so GitHub Pages cannot serve it"
        )


def is_of_page(name: str, models: Models) -> bool:
    """Whether a name means a file that can be in a site, rather than a model of a reader's server."""
    return name in models.named or is_builtin(name) or name.endswith(".gguf")


def page_model(name: str, models: Models) -> PageModel:
    """The file for a model in the page.

    Args:
        name: A name of the setting `models`, of a built-in model, or the path of a local GGUF file.
        models: The site's models.

    Raises:
        OptionError: There is none of that name, or it cannot run in a page.
    """
    try:
        path = models.file(name)
    except LookupError as error:
        hint = did_you_mean(name, (*models.named, *names()))
        raise OptionError(
            f"{error}{hint}; a model in the page is a name from the setting `models`, the path of a .gguf file, or a "
            "built-in model such as `drawing:Q8_0`",
            "models",
        ) from None
    except ModelError as error:
        raise OptionError(str(error), "models") from None
    size = path.stat().st_size
    if size > LARGEST:
        raise OptionError(
            f"`{name}` has {size / 1e6:,.0f} MB; a model in the page can have at most {LARGEST / 1e6:,.0f} MB",
            "models",
        )
    return of_file(path)


def of_file(path: Path) -> PageModel:
    """A local file, as the site will have it."""
    return PageModel(path, path.stat().st_size, _sha256(path))


@while_unchanged
def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""The models of a site: their names in `mkdocs.yml`, their files wherever they are, and what the lock file knows."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.gguf.comparison import VOCABULARY
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.model import Model, part_names
from mkdocs_quantlab.engine.gguf.ranges import read_file, read_ranges
from mkdocs_quantlab.engine.gguf.reader import Wanted, lengths
from mkdocs_quantlab.site.lock import NAME, Locked, read_lock
from mkdocs_quantlab.site.places import PlaceError, is_remote, open_remote
from mkdocs_quantlab.site.unchanged import while_unchanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mkdocs_quantlab.engine.gguf.header import Header, Tensor
    from mkdocs_quantlab.engine.gguf.reader import Hints


class ModelError(ValueError):
    """A model that cannot be had; the message names it."""


class Located(NamedTuple):
    """A tensor in a local file."""

    path: Path
    start: int
    """First byte of its data in the file."""
    tensor: Tensor
    big_endian: bool


class Models:
    """The models of one site; shared by its pages.

    Args:
        named: Places by name. A relative path is relative to `folder`.
        folder: Where `mkdocs.yml` and the lock file are.
    """

    def __init__(self, named: Mapping[str, str], folder: Path) -> None:
        self.named = dict(named)
        self.folder = folder
        self.lock_path = folder / NAME
        self._remote: dict[str, Locked] = {}
        self._reading = threading.Lock()

    def place(self, name: str) -> str:
        """Where the model of that name is; anything that is no name is taken for a place.

        Raises:
            LookupError: It is neither a name nor like a place.
        """
        if name in self.named:
            return self.named[name]
        if is_remote(name) or name.endswith(".gguf"):
            return name
        raise LookupError(f"there is no model `{name}`")

    def paths(self) -> list[Path]:
        """The local files of all named models that are there, and the lock file: what figures may depend on."""
        found = [self.lock_path]
        for place in self.named.values():
            if not is_remote(place):
                found += map(Path, part_names(str(self.folder / place)))
        return [path for path in found if path.is_file()]

    def model(self, name: str, warn: Callable[[str], None]) -> Model:
        """The model of that name or at that place: out of its local files, else as locked, else from its server.

        Args:
            name: A name or a place.
            warn: Told when a server was asked, as the next build would have to ask it again.

        Raises:
            LookupError: There is none of that name, and it is not like a place.
            ModelError: It cannot be read.
            LockError: The lock file cannot be used.
        """
        place = self.place(name)
        try:
            return self._found(place, name, warn)._replace(name=name)
        except (GgufError, PlaceError, OSError) as error:
            raise ModelError(f"{_shown(name, place)}: {_reason(error)}") from None

    def tensors(self, name: str) -> dict[str, Located]:
        """The tensors of a local model, by name, with where their weights are.

        Raises:
            LookupError: There is none of that name, and it is not like a place.
            ModelError: It cannot be read, or is not in local files.
        """
        place = self.place(name)
        if is_remote(place):
            raise ModelError(
                f"{_shown(name, place)}: weights are read from local files only; download it, and name its path"
            )
        try:
            return {
                tensor.name: Located(
                    path, header.data_start + tensor.offset, tensor, header.big_endian
                )
                for path, header in ((path, local_header(path)) for path in self._parts(place))
                for tensor in header.tensors
            }
        except FileNotFoundError:
            raise ModelError(
                f"{_shown(name, place)}: there is no such file in {self.folder}"
            ) from None
        except (GgufError, OSError) as error:
            raise ModelError(f"{_shown(name, place)}: {_reason(error)}") from None

    def read(self, place: str, known: Locked | None, hints: Hints) -> Locked:
        """A model read anew from its files or its servers, for the lock file.

        Args:
            place: A path or an address.
            known: What the lock file has of it. If its servers say that nothing changed, that is what is given.
            hints: Bytes of arrays in models that may be alike.

        Raises:
            GgufError: A file is no GGUF, broken, or beyond a limit.
            PlaceError: A file cannot be had.
            OSError: A local file cannot be read.
        """
        if not is_remote(place):
            model = self._local(place)
            return Locked(model, ("",) * model.parts)
        names = part_names(place)
        files = [open_remote(part) for part in names]
        etags = tuple(file.etag for file in files)
        size = sum(file.size for file in files)
        if known and all(etags) and (etags, size) == (known.etags, known.model.size):
            return known
        wanted = Wanted(digest=VOCABULARY, hints=hints)
        headers = [read_ranges(file.fetch, file.size, wanted) for file in files]
        return Locked(Model.of_files(place, list(zip(names, headers, strict=True))), etags)

    def _parts(self, place: str) -> list[Path]:
        return [Path(part) for part in part_names(str(self.folder / place))]

    def _local(self, place: str) -> Model:
        return Model.of_files(
            place, [(str(path), local_header(path)) for path in self._parts(place)]
        )

    def _found(self, place: str, name: str, warn: Callable[[str], None]) -> Model:
        if not is_remote(place) and self._parts(place)[0].is_file():
            return self._local(place)
        locked = read_lock(self.lock_path).get(place)
        if locked is None and not is_remote(place):
            raise PlaceError(f"there is no such file in {self.folder}")
        return (locked or self._asked(place, name, warn)).model

    def _asked(self, place: str, name: str, warn: Callable[[str], None]) -> Locked:
        """What a server says, asked once."""
        # Pages may be rendered in several threads.
        with self._reading:
            if place not in self._remote:
                self._remote[place] = self.read(place, None, self._hints())
                named = "" if name in self.named else "name it under `models` in mkdocs.yml and "
                warn(
                    f"{_shown(name, place)} was read over the network, as each build will: "
                    f"{named}run `quantlab gguf lock`"
                )
            return self._remote[place]

    def _hints(self) -> Hints:
        return learned([*read_lock(self.lock_path).values(), *self._remote.values()])


@lru_cache(maxsize=8)
def models_of(named: tuple[tuple[str, str], ...], folder: Path) -> Models:
    """The models of a site, one and the same for all its pages and rebuilds."""
    return Models(dict(named), folder)


def learned(known: Iterable[Locked]) -> Hints:
    """What is known of arrays' bytes, for reading models that may be alike."""
    hints: dict[tuple[str, str, int], int] = {}
    for locked in known:
        hints.update(lengths(locked.model.metadata))
    return hints


@while_unchanged
def local_header(path: Path) -> Header:
    """The header of a local file.

    Raises:
        GgufError: The file is no GGUF, broken, or beyond a limit.
        OSError: It cannot be read.
    """
    return read_file(path, Wanted(digest=VOCABULARY))


def _shown(name: str, place: str) -> str:
    return f"`{name}`" if name == place else f"`{name}` ({place})"


def _reason(error: Exception) -> str:
    """Why, without Python's own number and repeated path."""
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)

"""The models of a site: their names in `mkdocs.yml`, their files wherever they are, and what the lock file knows."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.builtin_models import BuiltinModelError, is_builtin
from mkdocs_quantlab.builtin_models import path as builtin_path
from mkdocs_quantlab.engine.core.foreign import shown
from mkdocs_quantlab.engine.gguf.comparison import VOCABULARY
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.model import Model, part_names
from mkdocs_quantlab.engine.gguf.ranges import read_file, read_ranges
from mkdocs_quantlab.engine.gguf.reader import Wanted, lengths
from mkdocs_quantlab.site.models.lock import NAME, Locked, LockError, read_lock
from mkdocs_quantlab.site.models.places import ModelError, PlaceError, is_remote, refuse_pipe
from mkdocs_quantlab.site.models.unchanged import while_unchanged
from mkdocs_quantlab.site.secrets import masked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mkdocs_quantlab.engine.gguf.header import Header, Tensor
    from mkdocs_quantlab.engine.gguf.reader import Hints


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
        """Where the model of that name is; anything that is no name is taken for a place, or for a built-in model.

        Raises:
            LookupError: It is neither a name nor like a place.
        """
        if name in self.named:
            return self.named[name]
        if is_builtin(name) or is_remote(name) or name.endswith(".gguf") or Path(name).name != name:
            return name
        raise LookupError(f"there is no model `{shown(masked(name))}`")

    def paths(self) -> list[Path]:
        """The local files of all named models that are there, and the lock file: what figures may depend on."""
        found = [self.lock_path]
        for place in self.named.values():
            if not is_remote(place) and not is_builtin(place):
                found += self._parts(place)
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
        with _naming(name, place):
            model = None
            if not self._is_here(place):
                locked = read_lock(self.lock_path).get(masked(place))
                if locked is None and is_remote(place):
                    locked = self._asked(place, name, warn)
                model = locked and locked.model
            return (model or self._local(place))._replace(name=masked(name))

    def tensors(self, name: str) -> dict[str, Located]:
        """The tensors of a local model, by name, with where their weights are.

        Raises:
            LookupError: There is none of that name, and it is not like a place.
            ModelError: It cannot be read, or is not in local files.
        """
        place = self.place(name)
        with _naming(name, place):
            if is_remote(place):
                raise PlaceError(
                    "weights are read from local files only; download the file and name its path"
                )
            return {
                tensor.name: Located(
                    path, header.data_start + tensor.offset, tensor, header.big_endian
                )
                for path, header in ((path, local_header(path)) for path in self._parts(place))
                for tensor in header.tensors
            }

    def file(self, name: str) -> Path:
        """The one local file of a model, whose header could be read.

        Raises:
            LookupError: There is none of that name, and it is not like a place.
            ModelError: It cannot be read, is in several files, or is not in a local one.
        """
        place = self.place(name)
        with _naming(name, place):
            if is_remote(place):
                raise PlaceError(
                    "a page fetches models from its own site only; download the file and name its path"
                )
            path, *others = self._parts(place)
            if others:
                raise PlaceError("it is split into several files; merge them into one")
            local_header(path)
            return path

    def read(self, name: str, known: Locked | None, hints: Hints) -> Locked:
        """A model read anew from its files or its servers, for the lock file.

        Args:
            name: A name or a place.
            known: What the lock file has of it. That is what is given if a local file is not there, or if the servers say
                that nothing changed.
            hints: Bytes of arrays in models that may be alike.

        Raises:
            LookupError: There is none of that name, and it is not like a place.
            ModelError: It cannot be read.
        """
        place = self.place(name)
        with _naming(name, place):
            if is_remote(place):
                return _read_remote(place, known, hints)
            if known and not self._is_here(place):
                return known
            model = self._local(place)
            return Locked(model, ("",) * model.parts)

    def _parts(self, place: str) -> list[Path]:
        if is_builtin(place):
            return [builtin_path(place)]
        return [Path(part) for part in part_names(str(self.folder / place))]

    def _is_here(self, place: str) -> bool:
        return not is_remote(place) and self._parts(place)[0].is_file()

    def _local(self, place: str) -> Model:
        return Model.of_files(
            place, [(str(path), local_header(path)) for path in self._parts(place)]
        )

    def _asked(self, place: str, name: str, warn: Callable[[str], None]) -> Locked:
        """What a server says, asked once."""
        # Pages may be rendered in several threads.
        with self._reading:
            if place not in self._remote:
                known = [*read_lock(self.lock_path).values(), *self._remote.values()]
                self._remote[place] = _read_remote(place, None, learned(known))
                named = (
                    ""
                    if name in self.named
                    else "name it under `models` in the site's configuration and "
                )
                warn(
                    f"{_shown(name, place)} was read over the network, and each build will read it again: "
                    f"{named}run `quantlab gguf lock`"
                )
            return self._remote[place]


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
        PlaceError: It is no file, but a pipe or a device.
        OSError: It cannot be read.
    """
    refuse_pipe(path)
    return read_file(path, Wanted(digest=VOCABULARY))


def _read_remote(place: str, known: Locked | None, hints: Hints) -> Locked:
    from mkdocs_quantlab.site.models.remote import open_remote  # noqa: PLC0415  # slow to import, and most sites ask no server

    names = part_names(place)
    files = [open_remote(part) for part in names]
    etags = tuple(file.etag for file in files)
    size = sum(file.size for file in files)
    if known and all(etags) and (etags, size) == (known.etags, known.model.size):
        return known
    # What is stepped over has no digests; numbers beside it are then not worth their bytes.
    wanted = Wanted(hints=hints) if hints else Wanted(digest=VOCABULARY)
    headers = [read_ranges(file.fetch, file.size, wanted) for file in files]
    parts = zip(map(masked, names), headers, strict=True)
    return Locked(Model.of_files(masked(place), list(parts)), etags)


@contextmanager
def _naming(name: str, place: str) -> Iterator[None]:
    """Errors name the model."""
    try:
        yield
    except FileNotFoundError as error:
        reason = f"there is no file {error.filename}{_advice(place)}"
        raise ModelError(f"{_shown(name, place)}: {reason}") from None
    except OSError as error:
        raise ModelError(f"{_shown(name, place)}: {error.strerror or error}") from None
    except (GgufError, PlaceError) as error:
        raise ModelError(f"{_shown(name, place)}: {error}") from None
    except BuiltinModelError as error:
        raise ModelError(str(error)) from None
    except (ModelError, LockError):
        raise
    except ValueError as error:
        # A null character, or what no file system can encode.
        raise ModelError(f"{_shown(name, place)}: this is not a path: {error}") from None


def _advice(place: str) -> str:
    """What is unusual about a path that does not exist."""
    if place.startswith("~"):
        return "; `~` is not replaced, since the site is also built elsewhere: write a path relative to the site's configuration"
    if "\\" in place and os.sep == "/":
        return "; write `/` in place of `\\`, which works everywhere"
    return ""


def _shown(name: str, place: str) -> str:
    name, place = masked(name), masked(place)
    return f"`{name}`" if name == place else f"`{name}` ({place})"

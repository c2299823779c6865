"""Which widgets a site has, and where each comes from."""

from __future__ import annotations

import os
import re
import sys
from functools import cached_property, lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.core.custom import Origin, WidgetError, blaming
from mkdocs_quantlab.engine.core.widget import Widget, built_in, unknown, widget
from mkdocs_quantlab.site.widgets.archive import Archive, python_files
from mkdocs_quantlab.site.widgets.check import check, place_of
from mkdocs_quantlab.site.widgets.imports import missing, outside_api
from mkdocs_quantlab.site.widgets.loader import WidgetFolder
from mkdocs_quantlab.site.widgets.wheels import FOLDER as WHEELS
from mkdocs_quantlab.site.widgets.wheels import WheelError, Wheels

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUP = "quantlab.widgets"
"""The group of entry points by which a package offers widgets: the directive's name, and the module."""
MODULE = "widget.py"
"""The module of a widget that is a folder."""
MAX_NAMED = 5
"""Folders that one warning names, at most."""
FILE_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Place(NamedTuple):
    """Where a custom widget is.

    Attributes:
        module: The module to import: below the folder of widgets, or of a package.
        file: Its file; None for a package's, which is not looked for before it is needed.
        shown: What messages call it.
        problem: Why it cannot be taken; empty where it can.
    """

    module: str
    file: Path | None
    shown: str
    problem: str = ""


class Widgets:
    """The widgets of a site: the author's, those of packages, and those that come with this one.

    Args:
        folder: The author's folder of widgets; it need not exist.
        base: The folder that paths in messages are relative to.
        locked: Whether the packages that widgets require have to be locked.
    """

    def __init__(self, folder: Path, base: Path, *, locked: bool = True) -> None:
        self.folder = folder
        self.base = base if folder.is_relative_to(base) else folder.parent
        self._in_folder = _in_folder(folder, self.base) if folder.is_dir() else {}
        self._package = WidgetFolder(folder)
        shown = folder.relative_to(self.base).as_posix()
        self._wheels = Wheels(folder, shown) if locked else None
        self._loaded: dict[str, CustomWidget] = {}
        self._roots: set[Path] = set()

    def paths(self) -> list[Path]:
        """What `mkdocs serve` should watch: the author's folder, and the packages of widgets that pages have."""
        return [*([self.folder] if self.folder.is_dir() else []), *sorted(self._roots)]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all, as directives have them."""
        return tuple(sorted({*built_in(), *self._in_folder, *(name for name, _ in _offered())}))

    def widget(self, name: str) -> Widget:
        """The widget of that name.

        Raises:
            WidgetError: There is none, there are several, or its module does not work.
        """
        custom = self.custom(name)
        if custom:
            return custom.widget
        if name in built_in():
            return widget(name)
        raise unknown(name, self.names)

    def custom(self, name: str) -> CustomWidget | None:
        """The widget of that name where it is not one of this package.

        Raises:
            WidgetError: There are several of that name, or its module does not work.
        """
        if name not in self._loaded:
            places = self._places(name)
            if not places:
                return None
            if len(places) > 1:
                raise WidgetError(
                    f"`{name}` is the name of {self.shown(name)}: remove or rename one of them"
                )
            if places[0].problem:
                raise WidgetError(places[0].problem, places[0].shown)
            self._loaded[name] = self._load(name, places[0])
        return self._loaded[name]

    def archives(self) -> list[Archive]:
        """The files of all widgets that are not of this package.

        Raises:
            WidgetError: One of them does not work.
        """
        found = (self.custom(name) for name in self.names)
        return [custom.archive for custom in found if custom]

    def takes(self, name: str, option: str) -> bool:
        """Whether a widget has an option; none has one that does not work."""
        try:
            return any(field.name == option for field in self.widget(name).options.fields())
        except WidgetError:
            return False

    def ignored(self) -> list[Place]:
        """The author's files and folders that cannot be widgets, because of their names or a missing `widget.py`.

        A page without their directives would not report them.
        """
        places = [place for places in self._in_folder.values() for place in places if place.problem]
        if self.folder.is_dir():
            places += _without_module(self.folder, self.base)
        return places

    def replaces(self, name: str) -> str:
        """What to tell an author whose widget has the name of one of ours; empty for others."""
        if name not in built_in() or not self._places(name):
            return ""
        return f"{self.shown(name)} replaces the built-in widget `{name}`"

    def shown(self, name: str) -> str:
        """Where the custom widgets of a name are, in words."""
        return " and ".join(place.shown for place in self._places(name))

    def _places(self, name: str) -> list[Place]:
        offered = [
            Place(module, None, f"{module} ({distribution})")
            for each, (module, distribution) in _offered()
            if each == name
        ]
        return [*self._in_folder.get(name, ()), *offered]

    def _load(self, name: str, place: Place) -> CustomWidget:
        if place.file:
            origin = Origin(f"{self.folder}{os.sep}", f"{self.base}{os.sep}", self._package.package)
            with blaming(origin, str(place.file)):
                module = self._package.load(place.module)
                checked = check(name, module, origin)
            archive = Archive.of_folder(name, self.folder, place.module)
        else:
            root = _root(place)
            origin = Origin(
                f"{root}{os.sep}" if root.is_dir() else str(root), f"{root.parent}{os.sep}"
            )
            self._roots.add(root)
            with blaming(origin, str(root)):
                _forget_if_changed(root)
                module = import_module(place.module)
                checked = check(name, module, origin)
            archive = Archive.of_package(name, root, place.module)
        if checked.requires and self._wheels:
            try:
                archive = archive._replace(wheels=self._wheels.needed(checked.requires))
            except WheelError as error:
                problem = f"`REQUIRES`: {error}"
                raise WidgetError(problem, place_of("REQUIRES", module, origin)) from None
        root = self.folder if place.file else root
        files = python_files(root, place.module) if place.file else python_files(root)
        problem = (
            ""
            if checked.requires
            else missing(files, root, origin, is_folder=place.file is not None)
        )
        return CustomWidget(checked, archive, problem, outside_api(files, origin))


class CustomWidget(NamedTuple):
    """A widget that is not one of this package's, the files of it that pages get, why they are not enough, and other advice."""

    widget: Widget
    archive: Archive
    page_problem: str
    advice: str


def _in_folder(folder: Path, base: Path) -> dict[str, list[Place]]:
    """The widgets in a folder: `NAME.py` and `NAME/widget.py`. What begins with `_` or `.` is for others to import."""
    found: dict[str, list[Place]] = {}
    for path in sorted(folder.iterdir()):
        file = path / MODULE if path.is_dir() else path
        if path.name.startswith(("_", ".")) or file.suffix != ".py" or not file.is_file():
            continue
        stem = path.name.removesuffix(".py")
        module = f"{stem}.{MODULE.removesuffix('.py')}" if path.is_dir() else stem
        shown = file.relative_to(base).as_posix()
        name = stem.lower().replace("_", "-")
        problem = ""
        if not FILE_NAME.fullmatch(stem):
            problem = "names of widgets consist of the letters a to z, digits and `_`, and begin with a letter"
            right = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_0123456789")
            if FILE_NAME.fullmatch(right):
                problem += f": rename it to `{right}`"
        found.setdefault(name, []).append(Place(module, file, shown, problem))
    return found


def _without_module(folder: Path, base: Path) -> Iterator[Place]:
    """Folders in a folder of widgets that are neither widgets, nor wheels, nor the data of a widget beside them.

    There is one entry for all of them: a setting may name a folder of something else.
    """
    found = [
        path
        for path in sorted(folder.iterdir())
        if path.is_dir()
        and not path.name.startswith(("_", "."))
        and path.name != WHEELS
        and not (path / MODULE).is_file()
        and not path.with_name(f"{path.name}.py").is_file()
    ]
    if not found:
        return
    if len(found) == 1:
        place, name = found[0], found[0].name
        problem = (
            f"this folder has no `{MODULE}`, so it is not a widget; if widgets import or read it, "
            f"rename it to `_{name}`"
        )
    else:
        place = folder
        named = ", ".join(f"`{path.name}`" for path in found[:MAX_NAMED])
        more = f" and {len(found) - MAX_NAMED} more" if len(found) > MAX_NAMED else ""
        problem = (
            f"{len(found)} folders have no `{MODULE}`, so they are not widgets: {named}{more}; if widgets import or read "
            "one of them, begin its name with `_`"
        )
    yield Place(place.name, place, place.relative_to(base).as_posix(), problem)


def _offered() -> tuple[tuple[str, tuple[str, str]], ...]:
    """The widgets of installed packages: names, modules, and the distributions they belong to."""
    return _offered_on(tuple(sys.path))


# Looking through all that is installed takes milliseconds, and the Markdown extension alone is made for each page.
@lru_cache(maxsize=4)
def _offered_on(path: tuple[str, ...]) -> tuple[tuple[str, tuple[str, str]], ...]:  # noqa: ARG001  # the cache's key
    def found() -> Iterator[tuple[str, tuple[str, str]]]:
        for entry in entry_points(group=GROUP):
            distribution = entry.dist.name if entry.dist else "an installed package"
            yield entry.name.lower().replace("_", "-"), (entry.module, distribution)

    return tuple(sorted(set(found())))


_imported: dict[Path, dict[Path, int]] = {}
"""When the modules of packages with widgets were changed last before they were imported, by the packages' roots."""


def _forget_if_changed(root: Path) -> None:
    """Has a package imported anew whose files have changed: `mkdocs serve` builds again and again in one process."""
    state = {path: path.stat().st_mtime_ns for path in python_files(root)}
    if _imported.setdefault(root, state) != state:
        _imported[root] = state
        top = root.name.removesuffix(".py")
        for name in list(sys.modules):
            if name == top or name.startswith(f"{top}."):
                del sys.modules[name]


def _root(place: Place) -> Path:
    """The folder of the package that a module belongs to, or the file of a module that belongs to none.

    Raises:
        WidgetError: There is no such module, or it is not in a folder.
    """
    top = place.module.partition(".")[0]
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        raise WidgetError(
            f"its entry point names the module `{place.module}`, which is not installed",
            place.shown,
        )
    found = [*(spec.submodule_search_locations or ()), *([spec.origin] if spec.origin else [])]
    if not found or not Path(found[0]).exists():
        raise WidgetError("its files are not in the file system", place.shown)
    return Path(found[0])

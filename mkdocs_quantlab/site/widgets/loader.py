"""Imports an author's folder of widgets under a private name.

No site sees another's modules, nor do they take the names of installed ones: a folder is a package of a name that nobody
imports. Its files import each other relatively (`from .softmax import softmax`).
"""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING
from weakref import finalize

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFIX = "_quantlab_widgets_"
_numbers = count(1)


class WidgetFolder:
    """A folder as a package, whose modules are there as long as this object is.

    A build makes a new one, so that modules and their helpers are read anew; pages do not show its name.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.package = f"{PREFIX}{next(_numbers)}"
        finalize(self, _forget, self.package)

    def load(self, module: str) -> ModuleType:
        """Imports a module, as `sampling` or `sampling.widget`; what it raises is passed on."""
        if Finder not in sys.meta_path:
            sys.meta_path.insert(0, Finder)
        if self.package not in sys.modules:
            package = ModuleType(self.package)
            package.__path__ = [str(self.path)]
            sys.modules[self.package] = package
        return importlib.import_module(f"{self.package}.{module}")


def _forget(package: str) -> None:
    for name in list(sys.modules):
        if name == package or name.startswith(f"{package}."):
            del sys.modules[name]


class Finder:
    """Finds modules below such packages, and no others."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Python calls it for every import."""
        if not name.startswith(PREFIX) or not path:
            return None
        base = Path(path[0], name.rpartition(".")[2])
        for file, below in ((base / "__init__.py", [str(base)]), (base.with_suffix(".py"), None)):
            if file.is_file():
                loader = _Loader(name, str(file))
                return spec_from_file_location(
                    name, file, loader=loader, submodule_search_locations=below
                )
        if base.is_dir():
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [str(base)]
            return spec
        return None


class _Loader(SourceFileLoader):
    """Reads no bytecode and writes none: it would go by the second of a file's change, and would litter the author's folder."""

    def get_code(self, fullname: str) -> object:  # type: ignore[override]
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)

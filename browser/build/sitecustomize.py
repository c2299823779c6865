"""Python imports this before Pyodide's boot: it defers what the boot imports and the engine never uses.

Half of the modules that Pyodide imports at its start are for an event loop and for unpacking packages. `asyncio` alone brings 40. The
stand-ins here have what the boot asks of them; for anything else they load the module, which is in `all.zip`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class StandIn(ModuleType):
    """A module until something is asked of it that it has not."""

    def __init__(self, name: str, /, **members: object) -> None:
        super().__init__(name)
        self.__dict__.update(members)
        sys.modules[name] = self

    def __getattr__(self, name: str) -> Any:
        # Whoever looks through all modules, as `inspect` does, asks for such names.
        is_package = self.__name__ == "asyncio"  # whose parts are asked for by its `__path__`
        if name.startswith("__") and not (name == "__path__" and is_package):
            raise AttributeError(name)
        return getattr(load(self.__name__), name)


def load(name: str) -> ModuleType:
    """The module itself, which takes the place of its stand-in."""
    from importlib import import_module  # noqa: PLC0415  # frozen code is all that can be imported sooner

    if isinstance(sys.modules.get(name), StandIn):
        del sys.modules[name]
        if name == "asyncio":
            load("pyodide.webloop")._initialize_event_loop()  # noqa: SLF001  # as the boot would have done
    return import_module(name)


class Folder:
    """A path, of which the boot asks the text only. Pyodide would make a JavaScript string of a `str`."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __str__(self) -> str:
        return self.path


def nothing() -> None:
    """In place of what prepares the event loop and the list of packages."""


def get_event_loop() -> Any:
    """Pyodide keeps this function for the promises that Python awaits."""
    given: Callable[[], Any] = load("asyncio").get_event_loop
    return given()


StandIn("asyncio", get_event_loop=get_event_loop)
StandIn("pyodide.webloop", _initialize_event_loop=nothing)
StandIn(
    "pyodide._package_loader",
    SITE_PACKAGES=Folder(f"/lib/python3.{sys.version_info.minor}/site-packages"),
    DSO_DIR=Folder("/usr/lib"),
    init_loaded_packages=nothing,
)

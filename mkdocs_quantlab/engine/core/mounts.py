"""Custom widgets in the page's Python: their files come as an archive, and are modules like others from then on."""

from __future__ import annotations

import importlib
import sys
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

from mkdocs_quantlab.engine.core.custom import Origin, blaming
from mkdocs_quantlab.engine.core.widget import Widget, of_module

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.core.protocol import Mount, Nothing

ROOT = "/widgets"
"""Where their files are."""
_folders: dict[str, str] = {}
"""The folder of each package."""


def mount(given: Mount, data: bytes) -> Nothing:
    """Unpacks an archive where Python finds it.

    An interpreter is given one version of a package only (`browser/src/python/mount.ts`).
    """
    folder = f"{ROOT}/{given['file'].rpartition('/')[2].removesuffix('.zip')}"
    with ZipFile(BytesIO(data)) as archive:
        archive.extractall(folder)
        package = archive.namelist()[0].partition("/")[0].removesuffix(".py")
    sys.path.append(folder)
    _folders[package] = folder
    return {}


def mounted(name: str, module: str) -> Widget:
    """The widget of a module whose files were mounted.

    Raises:
        WidgetError: The module cannot be imported.
    """
    package = module.partition(".")[0]
    folder = _folders[package]
    origin = Origin(f"{folder}/", f"{folder}/{package}/" if "." in module else f"{folder}/")
    with blaming(origin, f"{folder}/{module.replace('.', '/')}.py"):
        found = importlib.import_module(module)
    return of_module(name, found)._replace(origin=origin)

"""The packages that custom widgets need in the page: wheels in the site's folder of widgets, and their lock file.

`quantlab widgets lock` writes both (`cli/widgets.py`); a build reads them and asks nobody. The lock file has the format of Pyodide's own
`pyodide-lock.json`, as the package pyodide-lock writes it.
"""

from __future__ import annotations

import json
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_quantlab.engine.core.suggest import did_you_mean
from mkdocs_quantlab.site.widgets.archive import leads_outside

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOLDER = "wheels"
"""The folder of wheels, in the folder of widgets; also where they are in a site, beside the widgets' own files."""
LOCK = "pyodide-lock.json"
"""The lock file, in that folder."""
AGAIN = "run `quantlab widgets lock`"


class WheelError(ValueError):
    """A package that is not locked, or whose wheel is not there as it was locked."""


class Wheel(NamedTuple):
    """A locked package."""

    name: str
    """As the lock file has it: lower case, with hyphens."""
    version: str
    path: Path
    """Its wheel."""
    sha256: str
    """Of the wheel, in hexadecimal."""
    depends: tuple[str, ...]
    """Names of the packages that it needs."""

    @property
    def file(self) -> str:
        """The wheel's path beside the widgets' files in a site."""
        return f"{FOLDER}/{self.path.name}"


class Wheels:
    """The locked packages of a site.

    Args:
        widgets: The site's folder of widgets; neither it nor the lock file need be there before a package is asked for.
        shown: What messages call that folder.
    """

    def __init__(self, widgets: Path, shown: str) -> None:
        self.folder = widgets / FOLDER
        self.lock = f"{shown}/{FOLDER}/{LOCK}"

    @cached_property
    def _locked(self) -> Mapping[str, Wheel]:
        path = self.folder / LOCK
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise WheelError(f"{self.lock} does not exist: {AGAIN}") from None
        except OSError as error:
            raise WheelError(f"{self.lock} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            text = ""
        try:
            packages = json.loads(text)["packages"]
            return {name: self._wheel(entry) for name, entry in packages.items()}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise WheelError(f"{self.lock} is not a Pyodide lock file: {AGAIN}") from None

    def _wheel(self, entry: Mapping[str, Any]) -> Wheel:
        name, version, file, digest = (
            entry[key] for key in ("name", "version", "file_name", "sha256")
        )
        depends = tuple(entry["depends"])
        if not all(isinstance(each, str) for each in (name, version, file, digest, *depends)):
            raise TypeError
        # Nothing outside the folder.
        return Wheel(name, version, self.folder / Path(file).name, digest.lower(), depends)

    def needed(self, requires: Sequence[str]) -> tuple[Wheel, ...]:
        """The wheels that requirements need, each after those that it needs itself.

        Args:
            requires: Names of packages with their versions, as in `regex>=2024`.

        Raises:
            WheelError: One is not locked, or at another version; or its wheel is missing or another one.
        """
        found: dict[str, Wheel] = {}
        for text in requires:
            self._add(self._required(text), found)
        return tuple(found.values())

    def _required(self, text: str) -> str:
        from packaging.requirements import Requirement  # noqa: PLC0415  # slow to import, and most sites have none
        from packaging.utils import canonicalize_name  # noqa: PLC0415

        required = Requirement(text)
        name = canonicalize_name(required.name)
        wheel = self._find(name, f"`{text}` is not in {self.lock}")
        if not required.specifier.contains(wheel.version, prereleases=True):
            raise WheelError(
                f"`{text}` does not allow `{wheel.version}`, the locked version in {self.lock}: {AGAIN}"
            )
        return name

    def _find(self, name: str, missing: str) -> Wheel:
        if name not in self._locked:
            raise WheelError(f"{missing}{did_you_mean(name, self._locked)}: {AGAIN}")
        return self._locked[name]

    def _add(self, name: str, found: dict[str, Wheel]) -> None:
        if name in found:
            return
        wheel = self._find(name, f"`{name}`, which another package needs, is not in {self.lock}")
        _check(wheel)
        found[name] = wheel  # before those it needs: packages may need each other
        for other in wheel.depends:
            self._add(other, found)
        found[name] = found.pop(name)


def _check(wheel: Wheel) -> None:
    """Checks that the wheel is the one that was locked, and in its folder."""
    if leads_outside(wheel.path, wheel.path.parent):
        raise WheelError(
            f"the wheel {wheel.path.name} is a symbolic link that leads out of its folder: {AGAIN}"
        )
    try:
        digest = sha256(wheel.path.read_bytes()).hexdigest()
    except (OSError, ValueError):  # ValueError: a null character in its name
        raise WheelError(f"the wheel {wheel.path.name} is missing: {AGAIN}") from None
    if digest != wheel.sha256:
        raise WheelError(
            f"the wheel {wheel.path.name} is not the one that was locked: its SHA-256 is {digest[:12]}…, "
            f"not {wheel.sha256[:12]}…"
        )

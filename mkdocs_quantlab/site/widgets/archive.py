"""The files of a custom widget, as the page's Python gets them."""

from __future__ import annotations

import io
import os
import re
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.core.custom import WidgetError
from mkdocs_quantlab.written import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mkdocs_quantlab.site.attributes import CustomWidgetFiles
    from mkdocs_quantlab.site.widgets.wheels import Wheel

FOLDER = "widgets"
"""Where they are, beside the page's script."""
STYLE = "style.css"
MAX_BYTES = 16 << 20
"""Bytes of the files of one widget, at most."""
DATE = (2026, 1, 1, 0, 0, 0)
CUSTOM = "quantlab_custom_"
"""How the packages begin that hold an author's custom widgets in the page's Python."""
_VERSIONED = re.compile(r"[a-z0-9-]+-[0-9a-f]{12}\.(?:zip|css)")
_LEFT_OUT = (".pyc", ".pyo", "~")


class Archive(NamedTuple):
    """A zip file with a widget's modules and data, and its style sheet.

    Attributes:
        module: The module to import once the files are unpacked in a folder that Python looks in.
        name: The archive's path beside the page's script. It names the contents, so that caches need not ask.
        data: The archive.
        style_name: The style sheet's path, or the empty text.
        style: The style sheet.
        wheels: The packages that it needs, each after those that it needs itself.
    """

    module: str
    name: str
    data: bytes
    style_name: str = ""
    style: bytes = b""
    wheels: tuple[Wheel, ...] = ()

    @staticmethod
    def of_folder(name: str, folder: Path, module: str) -> Archive:
        """The files of an author's custom widget, and those that begin with `_`, which an author's widgets share.

        The package has a name by its contents, so that two versions can be in one Python.
        """
        stem = module.partition(".")[0]
        files = {path.relative_to(folder).as_posix(): path for path in _custom_files(folder, stem)}
        for path, file in files.items():
            if leads_outside(file, folder):
                raise WidgetError(
                    "this symbolic link leads out of the folder of widgets, so its target would be published: copy the file instead",
                    f"{folder.name}/{path}",
                )
        style = files.pop(f"{stem}/{STYLE}", None)
        contents = {path: file.read_bytes() for path, file in files.items()}
        package = f"{CUSTOM}{_digest(contents)}"
        inside = {f"{package}/{path}": content for path, content in contents.items()}
        return Archive._of(name, f"{package}.{module}", inside, style)

    @staticmethod
    def of_package(name: str, root: Path, module: str) -> Archive:
        """The files of an installed package."""
        files = {path.relative_to(root.parent).as_posix(): path for path in _files(root)}
        style = root.joinpath(*module.split(".")[1:-1], STYLE) if root.is_dir() else None
        inside = {path: file.read_bytes() for path, file in files.items()}
        return Archive._of(name, module, inside, style if style and style.is_file() else None)

    @staticmethod
    def _of(name: str, module: str, inside: dict[str, bytes], style: Path | None) -> Archive:
        size = sum(map(len, inside.values()))
        if size > MAX_BYTES:
            largest = max(inside, key=lambda path: len(inside[path]))
            raise WidgetError(
                f"`{name}` has {size:,} bytes of files, which each reader would fetch; at most {MAX_BYTES:,} are taken. "
                f"The largest is {largest.partition('/')[2]}"
            )
        css = style.read_bytes() if style else b""
        return Archive(
            module,
            f"{FOLDER}/{name}-{_digest(inside)}.zip",
            _zipped(inside),
            f"{FOLDER}/{name}-{_digest({STYLE: css})}.css" if css else "",
            css,
        )

    def address(self) -> CustomWidgetFiles:
        """What the page needs to get it."""
        found: CustomWidgetFiles = {"file": self.name, "module": self.module}
        if self.style:
            found["style"] = self.style_name
        if self.wheels:
            found["wheels"] = [
                {"file": f"{FOLDER}/{wheel.file}", "sha256": wheel.sha256} for wheel in self.wheels
            ]
        return found

    @property
    def files(self) -> dict[str, bytes]:
        """All files that a site needs, by their paths beside the page's script."""
        style = {self.style_name: self.style} if self.style else {}
        wheels = {f"{FOLDER}/{wheel.file}": wheel.path.read_bytes() for wheel in self.wheels}
        return {self.name: self.data} | style | wheels


def write_archives(archives: Sequence[Archive], folder: Path) -> int:
    """Writes the files of custom widgets beside the page's script, in place of those of other versions.

    Returns:
        The number of files.
    """
    contents = {path: content for archive in archives for path, content in archive.files.items()}
    for path, content in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        write_whole(folder / path, content)
    for old in (folder / FOLDER).glob("*"):
        if _VERSIONED.fullmatch(old.name) and f"{FOLDER}/{old.name}" not in contents:
            old.unlink()
    return len(contents)


def leads_outside(file: Path, folder: Path) -> bool:
    """Whether a file is outside a folder, through a symbolic link."""
    return not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(folder))


def _custom_files(folder: Path, stem: str) -> Iterator[Path]:
    """The files of an author's custom widget, and those that an author's widgets share."""
    subfolder = folder / stem
    yield from _files(subfolder if subfolder.is_dir() else folder / f"{stem}.py")
    for shared in sorted(folder.glob("_*")):
        yield from _files(shared)


def python_files(root: Path, module: str = "") -> list[Path]:
    """The modules of a package, or of a custom widget in a folder of widgets."""
    files = _custom_files(root, module.partition(".")[0]) if module else _files(root)
    return [path for path in files if path.suffix == ".py"]


def _files(path: Path) -> Iterator[Path]:
    """The files below a folder, or the file, in a fixed order, without what Python and editors leave there."""
    for each in sorted(path.rglob("*")) if path.is_dir() else [path]:
        hidden = any(
            part.startswith(".") or part == "__pycache__"
            for part in each.relative_to(path.parent).parts
        )
        if each.is_file() and not hidden and not each.name.endswith(_LEFT_OUT):
            yield each


def _digest(contents: dict[str, bytes]) -> str:
    digest = sha256()
    for path, content in sorted(contents.items()):
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:12]


def _zipped(contents: dict[str, bytes]) -> bytes:
    """A zip file that does not tell when and where it was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for path, content in sorted(contents.items()):
            info = zipfile.ZipInfo(path, DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            file.writestr(info, content)
    return out.getvalue()

"""The commands `quantlab widgets ...`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin

import click

from mkdocs_quantlab.cli.models import config_option, settings_of
from mkdocs_quantlab.cli.terminal import Unreadable, print_line
from mkdocs_quantlab.engine.core.custom import WidgetError
from mkdocs_quantlab.site.assets import static
from mkdocs_quantlab.site.models.places import refuse_pipe
from mkdocs_quantlab.site.settings import WIDGETS, read_widgets
from mkdocs_quantlab.site.widgets.registry import Widgets
from mkdocs_quantlab.site.widgets.wheels import FOLDER, LOCK
from mkdocs_quantlab.written import copy_whole, whole, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ENTRY = "name version file_name install_dir sha256 package_type imports depends unvendored_tests".split()
"""What an entry of Pyodide's lock files has; distributions add more."""

MAX_BYTES = 200 << 20
"""Bytes of one package of a Pyodide distribution, at most."""


@click.group()
def widgets() -> None:
    """The site's custom widgets."""


@widgets.command()
@config_option
@click.option(
    "--pyodide",
    "distribution",
    metavar="FOLDER_OR_URL",
    help="The full Pyodide distribution of the version that pages run, for compiled packages such as numpy: the "
    "folder or the address that contains its pyodide-lock.json.",
)
@click.option(
    "--wheel",
    "built",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A wheel file, pure Python or compiled for the pages' Pyodide, for example by pyodide-build. May be repeated.",
)
def lock(*, config_file: Path, distribution: str | None, built: tuple[Path, ...]) -> None:
    """Resolve the packages that the site's custom widgets require, and store their wheels.

    pip chooses the versions from its configured index, and takes pure-Python wheels only. The wheels and the lock file with
    their hashes are stored in the folder `wheels` in the folder of widgets; builds read them from there and use no index.
    """
    folder = _widgets_folder(config_file)
    required = _required(folder, config_file.resolve().parent)
    info = json.loads(static("pyodide/info.json").read_text(encoding="utf-8"))
    compiled = Compiled.of(distribution, built, info)
    target = folder / FOLDER
    with tempfile.TemporaryDirectory() as temporary:
        wheels = _resolve(required, Path(temporary), info, compiled)
        lock_text = _lock_text(wheels, info)
        if not wheels:
            shutil.rmtree(target, ignore_errors=True)
            print_line("no custom widget requires a package")
            return
        target.mkdir(parents=True, exist_ok=True)
        # The lock file last, and old wheels behind it: it never names one that is not there.
        for wheel in wheels:
            copy_whole(wheel.path, target / wheel.path.name)
        write_whole(target / LOCK, lock_text)
        for old in {*target.iterdir()} - {target / each.path.name for each in wheels}:
            if old.suffix == ".whl":
                old.unlink()
    for wheel in wheels:
        print_line(wheel.path.name)
    count = "1 wheel" if len(wheels) == 1 else f"{len(wheels)} wheels"
    print_line(f"{count} locked in {os.path.relpath(target / LOCK)}")


def _widgets_folder(config_file: Path) -> Path:
    try:
        setting = read_widgets(settings_of(config_file).get("widgets", WIDGETS))
    except ValueError as error:
        raise Unreadable(f"{config_file}: `widgets` {error}") from None
    return config_file.resolve().parent / setting


def _required(folder: Path, base: Path) -> dict[str, list[str]]:
    """Requirements, and the widgets that have them."""
    site = Widgets(folder, base, locked=False)
    found: dict[str, list[str]] = {}
    for name in site.names:
        try:
            custom = site.custom(name)
        except WidgetError as error:
            raise Unreadable(str(error)) from None
        for requirement in custom.widget.requires if custom else ():
            found.setdefault(requirement, []).append(name)
    return found


class Resolved(NamedTuple):
    """A wheel that was chosen."""

    path: Path
    locked: Mapping[str, Any] | None = None
    """Its entry of a distribution's lock file, where it is from one."""


class Compiled(NamedTuple):
    """Wheels that pip cannot read, since they are compiled for Pyodide: those of a distribution, and the author's."""

    place: str
    """The distribution's folder or address, with a final slash; empty without one."""
    packages: Mapping[str, Mapping[str, Any]]
    """Entries of a lock file, by name."""
    files: Mapping[str, Path]
    """The author's files, by name."""

    @classmethod
    def of(cls, place: str | None, built: Sequence[Path], info: Mapping[str, str]) -> Compiled:
        """The wheels at a folder or an address, and those in files.

        Raises:
            Unreadable: The distribution is not there, or something is made for another Pyodide.
        """
        packages: dict[str, Mapping[str, Any]] = {}
        if place:
            place = place.rstrip("/") + "/"
            packages |= _distribution(place, info)
        files = {}
        for path in built:
            entry = _entry(path, info)
            packages[entry["name"]] = entry
            files[entry["name"]] = path
        return cls(place or "", packages, files)

    def stubs(self, folder: Path) -> None:
        """Writes a wheel without contents for each package, for pip to resolve with."""
        for name, entry in self.packages.items():
            if not str(entry["file_name"]).endswith(".whl"):
                continue
            version = entry["version"]
            stem = f"{name.replace('-', '_')}-{version}"
            lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
            lines += [
                f"Requires-Dist: {other}" for other in entry.get("requires", entry["depends"])
            ]
            path = folder / f"{stem}-py3-none-any.whl"
            with whole(path) as out, zipfile.ZipFile(out, "w") as wheel:
                inside = f"{stem}.dist-info"
                wheel.writestr(f"{inside}/METADATA", "\n".join(lines) + "\n")
                wheel.writestr(
                    f"{inside}/WHEEL",
                    "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
                )
                wheel.writestr(f"{inside}/RECORD", "")

    def fetch(self, name: str, folder: Path) -> Resolved:
        """Fetches a package's wheel.

        Raises:
            Unreadable: It is not there, or is not what the distribution's lock file says.
        """
        entry = self.packages[name]
        file = Path(entry["file_name"]).name
        path = folder / file
        if name in self.files:
            copy_whole(self.files[name], path)
        else:
            data = _read(self.place, entry["file_name"])
            if sha256(data).hexdigest() != entry["sha256"]:
                raise Unreadable(
                    f"{self.place}{file} does not have the SHA-256 in the {LOCK} beside it"
                )
            write_whole(path, data)
        return Resolved(
            path, {key: entry[key] for key in ENTRY if key in entry} | {"file_name": file}
        )


def _distribution(place: str, info: Mapping[str, str]) -> Mapping[str, Mapping[str, Any]]:
    """The packages of a distribution's lock file."""
    try:
        read = json.loads(_read(place, LOCK))
        theirs, packages = read["info"], read["packages"]
    except (ValueError, KeyError, TypeError):
        raise Unreadable(f"{place}{LOCK} is not a Pyodide lock file") from None
    for key in ("python", "abi_version", "platform"):
        if theirs.get(key) != info[key]:
            raise Unreadable(
                f"{place}{LOCK} is for a different Pyodide: its {key} is `{theirs.get(key)}`; "
                f"the pages of this version run Pyodide {info['version']}, with `{info[key]}`"
            )
    found: Mapping[str, Mapping[str, Any]] = packages
    return found


def _entry(path: Path, info: Mapping[str, str]) -> dict[str, Any]:
    """What a lock file says of a wheel, and the requirements that it was made with.

    Raises:
        Unreadable: It is no wheel, or it is made for another Python.
    """
    from packaging.metadata import Metadata  # noqa: PLC0415  # slow to import
    from packaging.utils import canonicalize_name, parse_wheel_filename  # noqa: PLC0415

    try:
        refuse_pipe(path)
        _, version, _, tags = parse_wheel_filename(path.name)
        with zipfile.ZipFile(path) as file:
            (name,) = [n for n in file.namelist() if n.endswith(".dist-info/METADATA")]
            metadata = Metadata.from_email(file.read(name), validate=False)
            tops = {n.partition("/")[0].partition(".")[0] for n in file.namelist()}
    except (ValueError, OSError, zipfile.BadZipFile) as error:
        raise Unreadable(f"{path} is not a readable wheel: {error}") from None
    python = "cp" + "".join(info["python"].split(".")[:2])
    wanted = {
        f"{python}-{python}-pyemscripten_{info['abi_version']}_{info['arch']}",
        f"{python}-{python}-{info['platform']}_{info['arch']}",
        "py3-none-any",
    }
    if not wanted & set(map(str, tags)):
        known = ", ".join(f"`{tag}`" for tag in sorted(wanted))
        found = ", ".join(f"`{tag}`" for tag in sorted(map(str, tags)))
        raise Unreadable(f"{path} is made for {found}; the pages of this version take {known}")
    page = {"sys_platform": "emscripten", "platform_system": "Emscripten", "extra": ""}
    page["python_version"] = info["python"].rpartition(".")[0]
    requires = [
        each
        for each in metadata.requires_dist or ()
        if not each.marker or each.marker.evaluate(page)
    ]
    return {
        "name": canonicalize_name(metadata.name),
        "version": str(version),
        "file_name": path.name,
        "install_dir": "site",
        "sha256": sha256(path.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": sorted(top for top in tops if top.isidentifier()),
        "depends": [canonicalize_name(each.name) for each in requires],
        "unvendored_tests": False,
        "requires": [f"{each.name}{each.specifier}" for each in requires],
    }


def _read(place: str, file: str) -> bytes:
    """A file of a distribution."""
    try:
        if "://" not in place:
            return Path(place, file).read_bytes()
        import requests  # noqa: PLC0415  # slow to import

        response = requests.get(urljoin(place, file), timeout=60)
        response.raise_for_status()
        data = response.content
    except (OSError, ValueError) as error:  # requests' errors are of the first kind
        raise Unreadable(f"{place}{file} cannot be read: {error}") from None
    if len(data) > MAX_BYTES:
        raise Unreadable(f"{place}{file} has {len(data):,} bytes; at most {MAX_BYTES:,} are taken")
    return data


def _resolve(
    required: Iterable[str], folder: Path, info: Mapping[str, str], compiled: Compiled
) -> list[Resolved]:
    """The wheels of requirements and of all that they need."""
    requirements = sorted(required)
    if not requirements:
        return []
    chosen, stubs = folder / "chosen", folder / "stubs"
    chosen.mkdir()
    stubs.mkdir()
    python = info["python"].rpartition(".")[0]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--dest", str(chosen), "--only-binary", ":all:", "--python-version", python]
    command += ["--implementation", "py", "--abi", "none", "--platform", "any"]
    compiled.stubs(stubs)
    command += ["--find-links", str(stubs)]
    done = subprocess.run(  # noqa: S603  # arguments are the author's own requirements
        [*command, "--", *requirements],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        said = " ".join(
            line.removeprefix("ERROR: ")
            for line in done.stderr.splitlines()
            if line.startswith("ERROR")
        )
        hint = "" if compiled.place else " Packages that are compiled need `--pyodide`."
        raise Unreadable(
            f"pip found no pure-Python wheels for {', '.join(requirements)}: {said or done.stderr.strip()[-500:]}{hint}"
        )
    wheels = []
    for wheel in sorted(chosen.glob("*.whl")):
        stub = stubs / wheel.name
        if stub.is_file() and stub.read_bytes() == wheel.read_bytes():
            name = wheel.name.partition("-")[0].replace("_", "-").lower()
            wheels.append(compiled.fetch(name, folder))
        else:
            wheels.append(Resolved(wheel))
    return wheels


def _lock_text(wheels: Sequence[Resolved], info: Mapping[str, str]) -> str:
    """The lock file of wheels, as pyodide-lock writes it."""
    if not wheels:
        return ""
    try:
        from pyodide_lock import PyodideLockSpec  # noqa: PLC0415  # an extra
        from pyodide_lock.utils import add_wheels_to_spec  # noqa: PLC0415
    except ImportError:
        raise Unreadable('this command needs: pip install "mkdocs-quantlab[widgets]"') from None
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        path = folder / LOCK
        known = {each.locked["name"]: each.locked for each in wheels if each.locked}
        write_whole(path, json.dumps({"info": dict(info), "packages": known}))
        # One call for all, so that each finds those it needs; one folder for all, for paths are relative to it.
        pure = [folder / each.path.name for each in wheels if not each.locked]
        for each in wheels:
            if not each.locked:
                copy_whole(each.path, folder / each.path.name)
        try:
            spec = add_wheels_to_spec(PyodideLockSpec.from_json(path), pure, base_path=folder)
        except RuntimeError as error:
            raise Unreadable(str(error)) from None
        spec.to_json(path, indent=1)
        return path.read_text(encoding="utf-8") + "\n"

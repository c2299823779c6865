"""`quantlab widgets lock`, against a folder of wheels in place of an index; and what a build makes of the lock file."""

from __future__ import annotations

import json
import zipfile
from hashlib import sha256

import pytest
from click.testing import CliRunner

from mkdocs_quantlab.cli import main
from mkdocs_quantlab.engine.core.custom import WidgetError
from mkdocs_quantlab.site.widgets.registry import Widgets

WIDGET = """\
from mkdocs_quantlab import api

TITLE = "Mine"

REQUIRES = ({requires})


class Options(api.Options):
    size = api.Integer(1, 1, 9, label="Size", help="A size.")


def render(options):
    return api.tag("p", "drawn")
"""
INFO = {"version": "1", "python": "3.14.2", "abi_version": "2026_0", "arch": "wasm32", "platform": "emscripten_5_0_3"}  # fmt: skip


def wheel(folder, name, version, *requires, tag="py3-none-any"):
    """Writes a wheel with one module."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{name.replace('-', '_')}-{version}"
    path = folder / f"{stem}-{tag}.whl"
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
    metadata += [f"Requires-Dist: {each}" for each in requires]
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{name.replace('-', '_')}.py", f"VERSION = {version!r}\n")
        file.writestr(f"{stem}.dist-info/METADATA", "\n".join(metadata) + "\n")
        file.writestr(f"{stem}.dist-info/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")  # fmt: skip
        file.writestr(f"{stem}.dist-info/RECORD", "")
    return path


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with one custom widget that requires packages, and an index of four."""
    info = tmp_path / "static" / "pyodide" / "info.json"
    info.parent.mkdir(parents=True)
    info.write_text(json.dumps(INFO), encoding="utf-8")
    monkeypatch.setattr("mkdocs_quantlab.site.assets.STATIC", tmp_path / "static")
    index = tmp_path / "index"
    wheel(index, "quantlab-test-inner", "1.5")
    wheel(index, "quantlab-test-inner", "2.0")
    wheel(index, "quantlab-test-outer", "1.0", "quantlab-test-inner<2", "quantlab-test-windows; sys_platform == 'win32'")  # fmt: skip
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    folder = tmp_path / "course"
    (folder / "widgets").mkdir(parents=True)
    (folder / "mkdocs.yml").write_text("site_name: Mine\nplugins: [quantlab]\n", encoding="utf-8")
    monkeypatch.chdir(folder)

    def requires(*requirements):
        text = "".join(f"{each!r}, " for each in requirements)
        file = folder / "widgets" / "mine.py"
        file.write_text(WIDGET.format(requires=text), encoding="utf-8")
        return folder

    requires("quantlab-test-outer>=1")
    return requires


def lock(*arguments):
    done = CliRunner().invoke(main, ["widgets", "lock", *arguments])
    return done.exit_code, done.output


def own(folder):
    return Widgets(folder / "widgets", folder).custom("mine")


def test_wheels_are_locked_and_travel_with_the_widget(course):
    folder = course("quantlab-test-outer>=1")
    status, said = lock()
    assert status == 0, said
    locked = json.loads((folder / "widgets/wheels/pyodide-lock.json").read_text(encoding="utf-8"))
    assert {name: entry["version"] for name, entry in locked["packages"].items()} == {
        "quantlab-test-inner": "1.5",
        "quantlab-test-outer": "1.0",
    }
    archive = own(folder).archive
    inner, outer = archive.wheels
    assert (inner.name, outer.name) == ("quantlab-test-inner", "quantlab-test-outer")
    addresses = archive.address()["wheels"]
    assert addresses[0]["file"] == "widgets/wheels/quantlab_test_inner-1.5-py3-none-any.whl"
    for each in addresses:
        assert sha256(archive.files[each["file"]]).hexdigest() == each["sha256"]


def test_locking_twice_changes_nothing(course):
    folder = course("quantlab-test-outer")
    assert lock()[0] == 0
    files = {p.name: p.read_bytes() for p in (folder / "widgets/wheels").iterdir()}
    assert lock()[0] == 0
    assert {p.name: p.read_bytes() for p in (folder / "widgets/wheels").iterdir()} == files


def test_what_is_not_to_be_had_changes_nothing(course):
    folder = course("quantlab-test-inner")
    assert lock()[0] == 0
    course("quantlab-test-inner", "quantlab-test-nothing==3")
    status, said = lock()
    assert status == 2
    assert (
        "pip found no pure-Python wheels for quantlab-test-inner, quantlab-test-nothing==3" in said
    )
    assert "Packages that are compiled need `--pyodide`." in said
    assert (folder / "widgets/wheels/quantlab_test_inner-2.0-py3-none-any.whl").is_file()


def test_nothing_required(course):
    folder = course()
    assert lock() == (0, "no custom widget requires a package\n")
    assert not (folder / "widgets/wheels").exists()


@pytest.mark.parametrize(
    ("requirement", "problem"),
    [
        ("quantlab-test-other", "`quantlab-test-other` is not in widgets/wheels/pyodide-lock.json (did you mean `quantlab-test-outer`?): run"),
        ("quantlab-test-outer>=2", "`quantlab-test-outer>=2` does not allow `1.0`, the locked version in widgets/wheels/pyodide-lock.json: run"),
    ],
)  # fmt: skip
def test_a_requirement_that_is_not_locked(course, requirement, problem):
    course("quantlab-test-outer")
    assert lock()[0] == 0
    with pytest.raises(WidgetError) as error:
        own(course(requirement))
    assert str(error.value) == f"widgets/mine.py:5: `REQUIRES`: {problem} `quantlab widgets lock`"


def test_no_lock_file(course):
    with pytest.raises(WidgetError, match=r"widgets/mine\.py:5: `REQUIRES`: widgets/wheels/pyodide-lock\.json does not exist: run"):  # fmt: skip
        own(course("quantlab-test-outer"))


ENTRY = '{"packages": {"a": {"name": "a", "version": %s, "file_name": "a.whl", "sha256": %s, "depends": %s}}}'


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"packages": 3}', '{"packages": {"a": {}}}', "\0", "[" * 100_000]
    + [ENTRY % each for each in (("1", '""', "[]"), ('"1"', "5", "[]"), ('"1"', '""', "[[]]"))],
)
def test_no_lock_file_of_pyodide(course, text):
    folder = course("quantlab-test-outer")
    (folder / "widgets/wheels").mkdir()
    (folder / "widgets/wheels/pyodide-lock.json").write_text(text, encoding="utf-8")
    with pytest.raises(WidgetError, match="is not a Pyodide lock file"):
        own(folder)


def test_no_text_is_no_lock_file(course):
    folder = course("quantlab-test-outer")
    (folder / "widgets/wheels").mkdir()
    (folder / "widgets/wheels/pyodide-lock.json").write_bytes(b"\xff")
    with pytest.raises(WidgetError, match="is not a Pyodide lock file"):
        own(folder)


def test_a_hash_may_have_capitals_and_nothing_is_outside_the_folder(course):
    folder = course("quantlab-test-outer")
    assert lock()[0] == 0
    path = folder / "widgets/wheels/pyodide-lock.json"
    locked = json.loads(path.read_text(encoding="utf-8"))
    for entry in locked["packages"].values():
        entry["sha256"] = entry["sha256"].upper()
        entry["file_name"] = f"../../{entry['file_name']}"
    path.write_text(json.dumps(locked), encoding="utf-8")
    wheels = own(folder).archive.wheels
    assert {wheel.path.parent for wheel in wheels} == {path.parent}
    assert [wheel.sha256 for wheel in wheels] == [
        sha256(wheel.path.read_bytes()).hexdigest() for wheel in wheels
    ]


def test_a_wheel_that_is_a_link_out_of_the_folder(course, tmp_path):
    folder = course("quantlab-test-outer")
    assert lock()[0] == 0
    wheel = next((folder / "widgets/wheels").glob("*.whl"))
    elsewhere = wheel.rename(tmp_path / wheel.name)
    wheel.symlink_to(elsewhere)
    with pytest.raises(WidgetError, match="is a symbolic link that leads out of its folder"):
        own(folder)


@pytest.mark.parametrize("change", ["other", "gone"])
def test_a_wheel_that_is_not_what_was_locked(course, change):
    folder = course("quantlab-test-outer")
    assert lock()[0] == 0
    path = folder / "widgets/wheels/quantlab_test_inner-1.5-py3-none-any.whl"
    path.write_bytes(b"other") if change == "other" else path.unlink()
    with pytest.raises(WidgetError) as error:
        own(folder)
    said = {"other": "is not the one that was locked", "gone": "is missing"}[change]
    assert said in str(error.value)


def test_compiled_packages_of_a_distribution(course, tmp_path):
    """pip resolves with them, and what is locked is the distribution's file."""
    compiled = wheel(tmp_path / "pyodide", "quantlab-test-compiled", "2.4", tag="cp314-cp314-pyemscripten_2026_0_wasm32")  # fmt: skip
    entry = {
        "name": "quantlab-test-compiled",
        "version": "2.4",
        "file_name": compiled.name,
        "install_dir": "site",
        "sha256": sha256(compiled.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": ["quantlab_test_compiled"],
        "depends": [],
        "unvendored_tests": False,
        "tool": {},
    }
    text = json.dumps({"info": INFO, "packages": {entry["name"]: entry}})
    (tmp_path / "pyodide" / "pyodide-lock.json").write_text(text, encoding="utf-8")
    wheel(tmp_path / "index", "quantlab-test-user", "1.0", "quantlab-test-compiled>=2")
    folder = course("quantlab-test-user")
    assert "Packages that are compiled need `--pyodide`." in lock()[1]
    status, said = lock("--pyodide", str(tmp_path / "pyodide"))
    assert status == 0, said
    wheels = own(folder).archive.wheels
    assert [each.path.name for each in wheels] == [
        compiled.name,
        "quantlab_test_user-1.0-py3-none-any.whl",
    ]
    assert wheels[0].path.read_bytes() == compiled.read_bytes()

    compiled.write_bytes(b"other")
    assert (
        "does not have the SHA-256 in the pyodide-lock.json beside it"
        in lock("--pyodide", str(tmp_path / "pyodide"))[1]
    )
    text = text.replace('"abi_version": "2026_0"', '"abi_version": "2025_0"')
    (tmp_path / "pyodide" / "pyodide-lock.json").write_text(text, encoding="utf-8")
    assert (
        "is for a different Pyodide: its abi_version is `2025_0`"
        in lock("--pyodide", str(tmp_path / "pyodide"))[1]
    )


def test_a_wheel_of_the_authors_own(course, tmp_path):
    """As pyodide-build would make it; nothing here is compiled."""
    own_wheel = wheel(tmp_path / "built", "quantlab-test-own", "0.1", "quantlab-test-inner<2", tag="cp314-cp314-pyemscripten_2026_0_wasm32")  # fmt: skip
    folder = course("quantlab-test-own")
    assert lock()[0] == 2
    status, said = lock("--wheel", str(own_wheel))
    assert status == 0, said
    names = [each.path.name for each in own(folder).archive.wheels]
    assert names == ["quantlab_test_inner-1.5-py3-none-any.whl", own_wheel.name]


def test_a_wheel_for_another_python(course, tmp_path):
    course("quantlab-test-own")
    other = wheel(tmp_path, "quantlab-test-own", "0.1", tag="cp313-cp313-pyodide_2025_0_wasm32")
    status, said = lock("--wheel", str(other))
    assert status == 2
    assert "is made for `cp313-cp313-pyodide_2025_0_wasm32`; the pages of this version take `cp314-cp314-emscripten_5_0_3_wasm32`" in said  # fmt: skip
    other.write_bytes(b"no wheel")
    assert "is not a readable wheel" in lock("--wheel", str(other))[1]

"""The command `quantlab`."""

from __future__ import annotations

import yaml
from click.testing import CliRunner

from mkdocs_quantlab import __version__
from mkdocs_quantlab.cli import main
from mkdocs_quantlab.site.assets import files


def test_version():
    assert CliRunner().invoke(main, ["--version"]).output == f"quantlab, version {__version__}\n"


def test_export_gives_zensical_all_it_needs(build, project):
    folder = project({"docs/lab.md": "# Lab\n\n<div data-quantization-explorer></div>\n"})
    done = CliRunner().invoke(main, ["export", str(folder / "docs/assets/quantlab")])
    assert done.exit_code == 0, done.output
    said = done.output.split("\n\n", 1)[1].replace(f"{folder.as_posix()}/docs/", "")
    config = yaml.safe_load(said)
    assert config["markdown_extensions"] == ["quantlab"]
    code, output, site = build({}, said, "zensical")
    assert code == 0, output
    html = (site / "lab/index.html").read_text(encoding="utf-8")
    assert "<quantlab-widget" in html
    assert 'src="../assets/quantlab/quantlab.js" defer' in html
    for name in files("bundled", in_page=False):
        assert (site / "assets/quantlab" / name).is_file()


def test_export_without_pyodide(tmp_path):
    assert CliRunner().invoke(main, ["export", str(tmp_path), "--no-pyodide"]).exit_code == 0
    assert not (tmp_path / "pyodide").exists()


def test_export_to_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = CliRunner().invoke(main, ["export", str(tmp_path / "file")])
    assert done.exit_code == 2
    assert "is a file" in done.output


def test_an_installation_without_browser_files_is_one_line(tmp_path, monkeypatch):
    """A checkout that was never built, and one whose build was interrupted."""
    for there in ((), ("quantlab.js",)):
        static = tmp_path / f"static{len(there)}"
        static.mkdir()
        for name in there:
            (static / name).touch()
        monkeypatch.setattr("mkdocs_quantlab.site.assets.STATIC", static)
        done = CliRunner().invoke(main, ["export", str(tmp_path / "out")])
        assert done.exit_code == 1
        assert done.stderr == (
            "Error: quantlab: this installation has no built browser files; in a checkout, run `make static`\n"
        )

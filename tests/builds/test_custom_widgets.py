"""An author's custom widgets, exported beside the browser files."""

from __future__ import annotations

from click.testing import CliRunner

from mkdocs_quantlab.cli import main
from tests.fast.site.test_custom_widgets import SAMPLING, convert


def test_export_writes_their_files_and_takes_old_versions_away(tmp_path, monkeypatch):
    folder, widget = tmp_path, tmp_path / "widgets/sampling/widget.py"
    widget.parent.mkdir(parents=True)
    widget.write_text(SAMPLING, encoding="utf-8")
    widget.with_name("style.css").write_text("p {}", encoding="utf-8")
    monkeypatch.chdir(folder)

    def exported():
        done = CliRunner().invoke(main, ["export", "out", "--no-pyodide"])
        assert done.exit_code == 0, done.output
        return sorted(path.name for path in (folder / "out/widgets").iterdir())

    first = exported()
    [style] = [name for name in first if name.endswith(".css")]
    [files] = [name for name in first if name.endswith(".zip")]
    [archive] = convert(folder)[1].archives["labs/lab-2.md"]
    assert [f"widgets/{name}" for name in first] == sorted(archive.files)
    (folder / "out/widgets/mine.css").write_text("p {}", encoding="utf-8")
    widget.write_text(SAMPLING + "\n", encoding="utf-8")
    second = exported()
    assert len(second) == 3
    assert "mine.css" in second
    assert style in second  # it did not change
    assert files not in second
    widget.write_text("TITLE = 1", encoding="utf-8")
    done = CliRunner().invoke(main, ["export", "out", "--no-pyodide"])
    assert (done.exit_code, done.output) == (
        2,
        "Error: widgets/sampling/widget.py:1: it has no `Options`, a subclass of `api.Options`\n",
    )

"""Results of benchmarks: read from what the commands print, and known to be old where the measured code has changed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS
from benchmarks.report import RESULTS, ROOT, digest, table, tables_of

sys.path.insert(0, str(Path(__file__).parents[3] / "docs"))
import benchmark_results


def test_tables_are_read_back():
    head, rows = ["Build", "ratio"], [["30 pages", "1.20"], ["300 pages", "1.21"]]
    printed = (
        f"2026-11-29, 2 cores\n\n{table(head, rows)}\n\nLongest task: 9 ms\n{table(head, rows)}"
    )
    lines, found = tables_of(printed)
    assert lines == ["2026-11-29, 2 cores", "Longest task: 9 ms"]
    assert found == [{"head": head, "rows": rows}] * 2


@pytest.mark.parametrize("name", BENCHMARKS)
def test_each_benchmark_is_a_module_and_names_code_that_is_there(name):
    assert (ROOT / "benchmarks" / f"{name}.py").is_file()
    assert all(digest(path) for path in BENCHMARKS[name].code)


def test_a_result_of_other_code_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark_results, "RESULTS", tmp_path)
    assert "has not been run" in benchmark_results.measured("page")
    code = {"benchmarks/report.py": digest("benchmarks/report.py"), "docs/benchmarks.md": "other"}
    result = {"command": "python -m benchmarks.page", "commit": "abc", "machine": "2 cores"}
    file = tmp_path / "page.json"
    file.write_text(
        json.dumps({**result, "code": code, "tables": [], "lines": []}), encoding="utf-8"
    )
    said = benchmark_results.measured("page")
    assert "changed since, in `docs/benchmarks.md`." in said
    assert "report.py" not in said


@pytest.mark.parametrize("file", sorted(RESULTS.glob("*.json")), ids=lambda file: file.stem)
def test_what_is_kept_is_shown(file):
    result = json.loads(file.read_text(encoding="utf-8"))
    assert result["tables"]
    assert result["commit"] in benchmark_results.measured(file.stem)
    rules = [
        line
        for line in benchmark_results.tables(file.stem).splitlines()
        if line.startswith("| ---")
    ]
    assert len(rules) == len(result["tables"])

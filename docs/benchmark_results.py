"""Results of benchmarks, from `benchmarks/results`; `benchmarks.md` prints them."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.report import RESULTS, digest, table


def _result(name: str) -> dict[str, Any] | None:
    file = RESULTS / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def measured(name: str) -> str:
    """What was run, when and on what, and whether the code that it measured has changed since."""
    result = _result(name)
    if result is None:
        return f"`python -m benchmarks.{name}` has not been run on this version."
    text = f"`{result['command']}`, at commit `{result['commit']}`. {result['machine']}."
    changed = [f"`{path}`" for path, before in result["code"].items() if digest(path) != before]
    if changed:
        text += f"\n\n!!! note\n    The code that was measured has changed since, in {', '.join(changed)}.\n"
    return text


def tables(name: str, *numbers: int) -> str:
    """The tables of a result, or those of the given numbers, as Python counts."""
    result = _result(name)
    if result is None:
        return ""
    found = result["tables"]
    chosen = [found[i] for i in numbers if -len(found) <= i < len(found)] if numbers else found
    return "\n\n".join(table(each["head"], each["rows"]) for each in chosen)


def lines(name: str) -> str:
    """What a benchmark says beside its tables, but for the line on the machine."""
    result = _result(name)
    return "\n\n".join(result["lines"][1:]) if result else ""

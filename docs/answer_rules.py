"""Tables of the rules for right answers and of the prompts that have some, from the code; `guide/right-answers.md` prints them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from options_table import cell

from benchmarks.report import RESULTS
from mkdocs_quantlab.engine.answers.judge import judge
from mkdocs_quantlab.engine.answers.rules import Rules, parse
from mkdocs_quantlab.site.chat.checks import CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterable

EXAMPLES = (
    ("contains: Paris", "It is PARIS!"),
    ("contains: [Rome, Roma], words: at most 3", "La capitale d'Italia è Roma."),
    ("equals: quantization", "The word is quantization."),
    ("number: 22002", "386 × 57 = 22,002"),
    ("number: 42, unit: km", "42 km in 3 h"),
    ("number: 3.14, tolerance: 0.01", "About 3,15"),
    (r"regex: '^[A-Z][a-z]+$'", "paris"),
    ("json: [name, age]", '{"name": "Ada"}'),
    ("items: 3", "1. apple\n2. pear\n3. plum"),
    ("without: [green, red]", "Leaves are green."),
)


def rules() -> str:
    """The table of all rules."""
    rows = [
        f"| `{field.name}` | {cell(field.allowed)} | {cell(field.help)} |"
        for field in Rules.fields()
    ]
    return "\n".join(["| Rule | Takes | Meaning |", "| --- | --- | --- |", *rows])


def examples() -> str:
    """Answers, judged when this page is built."""
    rows = []
    for rule, answer in EXAMPLES:
        right, reason = judge(parse(rule), answer)
        shown = answer.replace("\n", "↵ ")
        said = reason.replace("[", "\\[")  # a pattern's sets are no links
        rows.append(f"| `{rule}` | `{shown}` | {'right' if right else 'wrong'} | {said} |")
    return "\n".join(["| Rule | Answer | | Reason |", "| --- | --- | --- | --- |", *rows])


def checks() -> str:
    """The prompts that come with the package, with what was measured of them."""
    measured = _measured()
    models = list(next(iter(measured.values()), {}))
    head = ["Name", "Prompt", "Right answer", *models]
    rows: list[list[str]] = []
    group = ""
    for check in CHECKS:
        if check.group != group:
            group = check.group
            rows.append([f"**{group}**", *[""] * (len(head) - 1)])
        counts = measured.get(check.name, {})
        rows.append(
            [
                f"`{check.name}`",
                cell(check.prompt),
                cell(f"`{check.right}`"),
                *(counts.get(model, "–") for model in models),
            ]
        )
    return _table(head, rows)


def measured() -> str:
    """With what it was measured, and the sum."""
    file = RESULTS / "right_answers.json"
    if not file.is_file():
        return ""
    result = json.loads(file.read_text(encoding="utf-8"))
    (table, *_) = result["tables"]
    counts = ", ".join(
        f"{model} {count}"
        for model, count in zip(table["head"][1:], table["rows"][-1][1:], strict=True)
    )
    return f"Right answers: {counts}. {result['lines'][-1]} `{result['command']}`, {result['machine']}."


def _measured() -> dict[str, dict[str, str]]:
    """The counts of `benchmarks/results/right_answers.json`: by check, for each model."""
    file = RESULTS / "right_answers.json"
    if not file.is_file():
        return {}
    (table, *_) = json.loads(file.read_text(encoding="utf-8"))["tables"]
    models = table["head"][1:]
    return {name: dict(zip(models, counts, strict=True)) for name, *counts in table["rows"]}


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

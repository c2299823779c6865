"""The chat's connection doctor as a page: the words are `site/doctor/connection.json`, which the page's script and `quantlab doctor` read too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CASES: list[dict[str, Any]] = json.loads(
    Path("mkdocs_quantlab/site/doctor/connection.json").read_text(encoding="utf-8")
)
EXAMPLE = {
    "origin": "https://course.example.edu",
    "endpoint": "http://localhost:11434",
    "model": "gemma4:e2b",
}
# In the chat the words stand beside this server, on this machine or not.
ELSEWHERE = {"elsewhere": "A server that is not on your own machine"}


def filled(text: str) -> str:
    """A text of the doctor for the example."""
    for name, value in EXAMPLE.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def contents() -> str:
    """A list of links to the cases."""
    return "\n".join(f"- [{case['title']}](#{case['id']})" for case in CASES)


def sections() -> str:
    """A section for each case, with its anchor."""
    parts = []
    for case in CASES:
        parts += [f"### {case['title']} {{ #{case['id']} }}", filled(case["why"])]
        todo = case["do"]
        if isinstance(todo, str):
            parts.append(f"**What to do:** {filled(todo)}")
        else:
            parts.append("**What to do:**")
            parts.append(
                "\n".join(f"- {ELSEWHERE.get(on, on)}: {filled(text)}" for on, text in todo.items())
            )
    return "\n\n".join(parts)

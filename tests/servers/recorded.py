"""What real servers answered on the wire: `recorded/` has it, request by request.

Each file is of one program, and says which. A case is a request (method, path, headers, body), then the answer's status, its headers,
and the lines of its body, each with the milliseconds since the request. `loads` counts the processes that it started. Templates that are not
ours are named in place of their text, long prompts and lists are cut.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "recorded"


@cache
def recorded(program: str) -> dict[str, Any]:
    """The cases of a program, by name."""
    cases = json.loads((FOLDER / f"{program}.json").read_text(encoding="utf-8"))["cases"]
    assert isinstance(cases, dict)
    return cases


def body_of(case: dict[str, Any]) -> str:
    """The whole body of an answer."""
    return "".join(line for _, line in case["response"]["lines"])


# What only some files have: the tokenizer, names, what the converter wrote.
OF_THE_FILE = re.compile(r"(model_info|parameters|projector_info)(\.|$)|\.embedding_length$")


def shape(value: Any, path: str = "") -> dict[str, str]:
    """The fields of a value with their types; lists by their first entry."""
    if isinstance(value, dict):
        return {
            place: kind
            for name, each in value.items()
            if not OF_THE_FILE.match(f"{path}.{name}".lstrip("."))
            for place, kind in shape(each, f"{path}.{name}").items()
        }
    if isinstance(value, list):
        return shape(value[0], f"{path}[]") if value else {}
    kind = (
        "number"
        if isinstance(value, int | float) and not isinstance(value, bool)
        else type(value).__name__
    )
    return {path: kind}


def records(text: str) -> list[Any]:
    """The records of a stream in either dialect."""
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line]
    return [json.loads(line) for line in lines if line != "[DONE]"]

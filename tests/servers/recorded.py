"""What real servers answered on the wire: `recorded/` has it, request by request.

Each file is of one program, and says which. A case is a request (method, path, headers, body), then the answer's status, its headers,
and the lines of its body, each with the milliseconds since the request. `loads` counts the processes that it started. Templates that are not
ours are named in place of their text, long prompts and lists are cut.
"""

from __future__ import annotations

import json
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

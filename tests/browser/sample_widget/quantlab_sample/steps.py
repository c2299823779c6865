"""The steps that the widget offers."""

from __future__ import annotations

import json
from pathlib import Path

STEPS: dict[int, str] = {
    int(step): label
    for step, label in json.loads(
        (Path(__file__).parent / "steps.json").read_text(encoding="utf-8")
    ).items()
}

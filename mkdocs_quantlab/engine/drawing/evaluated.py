"""What the built-in models draw, as evaluated. Generated: do not edit.

`python -m models.drawing.evaluate` and `python -m models.drawing.divergence` write it; `evaluation.py` reads it.
"""

from __future__ import annotations

import json
from typing import Any

EVALUATION: dict[str, Any] = json.loads(r"""
{}
""")

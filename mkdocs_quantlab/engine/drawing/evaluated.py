"""What the built-in models draw, as evaluated. Generated: do not edit.

`python -m models.drawing.evaluate` and `python -m models.drawing.divergence` write it; `evaluation.py` reads it.
"""

from __future__ import annotations

import json
from typing import Any

EVALUATION: dict[str, Any] = json.loads(r"""
{
 "dial": {"of": 50, "source": "118a702d8bfc58f90228e977b605620eee87159e225484b66b2fa0dc61952651", "right": {"0.4": {"F16": 39, "Q6_K": 40, "Q4_K_M": 40, "Q4_0": 37, "Q3_K_M": 39, "Q3_K_S": 26, "Q2_K": 0}, "0.5": {"F16": 39, "Q6_K": 36, "Q4_K_M": 37, "Q4_0": 37, "Q3_K_M": 28, "Q3_K_S": 9, "Q2_K": 0}, "0.6": {"F16": 39, "Q6_K": 37, "Q4_K_M": 36, "Q4_0": 31, "Q3_K_M": 13, "Q3_K_S": 3, "Q2_K": 0}, "0.7": {"F16": 39, "Q6_K": 39, "Q4_K_M": 22, "Q4_0": 12, "Q3_K_M": 2, "Q3_K_S": 0, "Q2_K": 0}}}
}
""")

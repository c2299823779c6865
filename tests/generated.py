"""`browser/build/generate.py`, whose folder is in no package."""

from __future__ import annotations

import sys
from importlib import import_module

from tests.paths import ROOT

sys.path.insert(0, str(ROOT / "browser" / "build"))
generate = import_module("generate")

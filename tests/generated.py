"""`browser/build/generate.py`, which lies beside the package and in none."""

from __future__ import annotations

import importlib.util

from tests.paths import ROOT

PATH = ROOT / "browser" / "build" / "generate.py"
spec = importlib.util.spec_from_file_location("generate", PATH)
generate = importlib.util.module_from_spec(spec)
spec.loader.exec_module(generate)

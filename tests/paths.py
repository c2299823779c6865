"""Where things are in the checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mkdocs_quantlab"
AXE = ROOT / "browser/node_modules/axe-core/axe.min.js"
"""axe-core, which looks for barriers in a page."""

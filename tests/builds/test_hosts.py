"""Every file of a built site has a name that web servers know the type of, or is read as bytes."""

from __future__ import annotations

import json

import pytest

from tests.paths import ROOT

TABLES = json.loads((ROOT / "tests/mime_types.json").read_text(encoding="utf-8"))
NEEDED = {
    # Browsers take these only with their own types.
    "css": {"text/css"},
    "html": {"text/html"},
    "js": {"text/javascript", "application/javascript"},
    "svg": {"image/svg+xml"},
}
AS_BYTES = {"gguf", "gz", "inv", "map", "py", "wasm", "whl", "zip"}
"""What scripts read as bytes, whatever its type, or no page loads."""


@pytest.mark.parametrize("server", TABLES)
def test_every_file_has_a_type(docs, server):
    types = TABLES[server]["types"]
    files = [path for path in docs.rglob("*") if path.is_file()]
    assert any(path.match("assets/quantlab/pyodide/*.wasm") for path in files)
    for path in files:
        ending = path.suffix.removeprefix(".")
        if ending in NEEDED:
            assert types.get(ending) in NEEDED[ending], path
        elif ending not in AS_BYTES and path.name != ".nojekyll":
            assert ending in types, path


def test_no_module_is_named_mjs(docs):
    assert not list(docs.rglob("*.mjs"))

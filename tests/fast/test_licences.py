"""The list of what is inside the WebAssembly files is that of the versions in the lock file."""

from __future__ import annotations

import json

from tests.paths import ROOT

FOLDER = ROOT / "browser" / "licences"
PARTS = json.loads((FOLDER / "parts.json").read_text(encoding="utf-8"))


def test_the_list_was_made_for_the_locked_versions():
    """Whoever changes a version looks again at what is inside, and then changes the list's version."""
    lock = json.loads((ROOT / "browser/package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert {name: each["version"] for name, each in PARTS.items()} == {
        name: lock[f"node_modules/{name}"]["version"] for name in PARTS
    }


def test_each_part_says_its_licence_and_source():
    used = set()
    for package in PARTS.values():
        for part in package["parts"]:
            assert part["name"]
            assert part["source"]
            assert part["licence"]
            assert (part["text"] is None) is (part["licence"] == "public domain")
            used.add(part["text"])
    assert {path.stem for path in FOLDER.glob("*.txt")} == used - {None}


def test_the_notices_of_the_repository_name_the_packages():
    notices = (ROOT / "THIRD_PARTY_NOTICES.md").read_text(encoding="utf-8")
    named = json.loads((ROOT / "browser/package.json").read_text(encoding="utf-8"))["dependencies"]
    for name in named:
        assert name in notices or f"{name.partition('/')[0]}/*" in notices, name

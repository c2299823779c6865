"""Who may know whom in browser/src, whose scripts are bundled apart: read from the import lines, those of types too."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest

from tests.paths import ROOT

SOURCE = ROOT / "browser" / "src"
IMPORT = re.compile(r'^(?:import|export)\b[^"]*?"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)', re.MULTILINE)

# Beside a room's own files; the longest name that fits is a file's room. A name that ends in `.ts` is one file.
MAY_IMPORT = {
    "generated": set(),
    "ui": {"generated"},
    "python": {"ui", "generated"},
    "widget": {"ui", "python", "generated"},
    "lab": {"ui", "generated"},
    "evidence": {"ui", "generated"},
    "chat": {"ui", "python", "generated", "widget/models.ts"},
    "chat/dialects": {"chat", "generated"},
    "chat/compare": {"chat", "ui", "generated"},
    "quantlab.ts": {"ui", "python", "widget"},
}


def files():
    return {
        path.relative_to(SOURCE).as_posix(): path
        for path in sorted(SOURCE.rglob("*.ts"))
        if not path.name.endswith(".d.ts")
    }


def known(name):
    """The scripts that a script imports."""
    text = (SOURCE / name).read_text(encoding="utf-8")
    for found in IMPORT.finditer(text):
        path = (SOURCE / name).parent / (found[1] or found[2])
        if path.suffix == ".ts":
            yield path.resolve().relative_to(SOURCE).as_posix()


def room_of(name):
    return next(
        (room for room in sorted(MAY_IMPORT, key=len, reverse=True) if is_in(name, room)), None
    )


def is_in(name, room):
    return name == room or PurePosixPath(room) in PurePosixPath(name).parents


@pytest.mark.parametrize("name", files())
def test_rooms_know_only_whom_they_may(name):
    room = room_of(name)
    assert room, f"{name} is in no room"
    for other in known(name):
        if not is_in(other, room):
            assert any(is_in(other, each) for each in MAY_IMPORT[room]), other


def test_no_circles():
    graph = {name: set(known(name)) for name in files()}
    assert sum(map(len, graph.values())) > 100, "imports are written in another way"
    while free := [name for name, others in graph.items() if not others & graph.keys()]:
        for name in free:
            del graph[name]
    assert not graph, f"circles among, or before, {sorted(graph)}"

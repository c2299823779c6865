"""The files of browser/src/generated/ are what browser/build/generate.py writes now."""

from __future__ import annotations

import pytest

from tests.generated import generate


@pytest.mark.parametrize("name", sorted(generate.FILES.keys() - generate.FROM_NPM))
def test_no_file_is_stale(name):
    path = generate.GENERATED / name
    assert path.read_text(encoding="utf-8") == generate.text(name), (
        f"run `python browser/build/generate.py`: {name} is stale"
    )


def test_every_file_is_made_by_a_function():
    assert {path.name for path in generate.GENERATED.iterdir()} == generate.FILES.keys()

"""What an examination of a site reports."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """One thing that was examined."""

    about: str
    found: str
    do: str = ""
    """What to do about it; empty where all is well."""

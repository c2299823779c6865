"""What is in a built page."""

from __future__ import annotations

import json
import re


def resources(html: str) -> str:
    """What the page's only widget came with, as JSON."""
    return re.search(r"\sdata-resources='(.*?)'", html, re.DOTALL)[1].replace("\n", " ")


def figure(html: str) -> str:
    """The page's only figure, as the widget made it: builds break long lines inside tags."""
    text = re.search(r"<figure>(.*)</figure>", html, re.DOTALL)[1]
    return re.sub(r"(<[a-zA-Z][\w-]*)\n", r"\1 ", text).replace("&#10;", "\n")


def found(html: str) -> dict[tuple[str, ...], object]:
    """The answers that the page's only widget came with, by kind and key."""
    given = json.loads(resources(html))["found"]
    return {(each["kind"], *each["key"]): each["value"] for each in given}

"""What is in a built page."""

from __future__ import annotations

import re


def sources(html: str) -> str:
    """What the page's only widget came with, as JSON."""
    text = re.search(r" data-sources='(.*?)'>", html, re.DOTALL)[1]
    return text.replace("&#39;", "'").replace("&amp;", "&")


def figure(html: str) -> str:
    """The page's only figure."""
    return re.search(r"<figure>(.*)</figure>", html, re.DOTALL)[1]

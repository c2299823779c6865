"""Small bitmaps, and their PNG as the address of an `<img>`."""

from __future__ import annotations

from mkdocs_quantlab.engine.core.picture import (
    Bitmap,
    Colour,
    UserPicture,
    landscape,
    png,
    png_of_colours,
)

__all__ = [
    "Bitmap",
    "Colour",
    "UserPicture",
    "landscape",
    "png",
    "png_of_colours",
]

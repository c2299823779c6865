"""The form over a figure: one control per option, and what every widget has besides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.html import Html, tag
from mkdocs_quantlab.engine.core.picture import MOST_PIXELS

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.core.schema import Options


def form(options: Options, label: str) -> Html:
    """The form for a widget's options.

    Controls that need the page's script carry `hidden`, which the script takes away: without it no dead
    control is seen.
    """
    return tag(
        "form",
        FILES[options.takes_files]() if options.takes_files else None,
        (field.control(options) for field in options.fields()),
        tag(
            "div",
            tag("button", "Reset", type="reset"),
            tag("a", "Copy link to this state", class_="quantlab-link"),
            tag("button", "Stop", type="button", class_="quantlab-stop", hidden=True),
            tag("span", role="status", class_="quantlab-status"),
            class_="quantlab-actions",
            hidden=True,
        ),
        class_="quantlab-form",
        aria_label=label,
    )


# Where a reader's own files come in. Without names: neither files nor addresses are options, and no link has them.


def _picture() -> Html:
    return tag(
        "div",
        tag(
            "label",
            tag(
                "span",
                "Drop a picture of your own here, or pick one; it does not leave the browser",
            ),
            tag("input", type="file", accept="image/*"),
            class_="quantlab-control",
        ),
        class_="quantlab-files",
        data_pixels=MOST_PIXELS,
        hidden=True,
    )


def _models() -> Html:
    return tag(
        "div",
        tag(
            "label",
            tag("span", "Drop GGUF files here, or pick them"),
            tag("input", type="file", multiple=True, accept=".gguf"),
            class_="quantlab-control",
        ),
        tag(
            "label",
            tag("span", "or the address of one, on a server that answers ranges"),
            tag("input", type="url", placeholder="https://…/model.gguf", spellcheck="false"),
            class_="quantlab-control",
        ),
        tag("button", "Read", type="button", class_="quantlab-read"),
        class_="quantlab-files",
        hidden=True,
    )


FILES = {"models": _models, "picture": _picture}
"""The part of the form for each kind of file that a widget may take."""

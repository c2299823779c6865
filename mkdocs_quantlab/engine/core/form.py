"""The form over a figure: one control per option, and what every widget has besides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.html import Html, tag
from mkdocs_quantlab.engine.core.picture import MOST_PIXELS
from mkdocs_quantlab.engine.core.texts import EN, Words

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.core.schema import Options


def form(options: Options, label: str, words: Words = EN) -> Html:
    """The form for a widget's options.

    Controls that need the page's script carry `hidden`, which the script takes away: without it no dead
    control is seen. The options' labels are English on every page.

    Args:
        options: The options, whose values the controls show.
        label: What the form is called.
        words: The page's texts.
    """
    lang = words.lang("form")
    return tag(
        "form",
        FILES[options.takes_files](words) if options.takes_files else None,
        (field.control(options) for field in options.fields()),
        tag(
            "div",
            tag("button", words("form.reset"), type="reset"),
            tag("a", words("form.copy_link"), class_="quantlab-link"),
            tag("button", words("form.stop"), type="button", class_="quantlab-stop", hidden=True),
            tag("span", role="status", class_="quantlab-status"),
            class_="quantlab-actions",
            lang=lang,
            hidden=True,
        ),
        class_="quantlab-form",
        lang=words.lang(),
        aria_label=label,
    )


# Where a reader's own files come in. Without names: neither files nor addresses are options, and no link has them.


def _picture(words: Words) -> Html:
    return tag(
        "div",
        tag(
            "label",
            tag(
                "span",
                words("form.picture"),
            ),
            tag("input", type="file", accept="image/*"),
            class_="quantlab-control",
        ),
        class_="quantlab-files",
        lang=words.lang("form"),
        data_pixels=MOST_PIXELS,
        hidden=True,
    )


def _models(words: Words) -> Html:
    return tag(
        "div",
        tag(
            "label",
            tag("span", words("form.models")),
            tag("input", type="file", multiple=True, accept=".gguf"),
            class_="quantlab-control",
        ),
        tag(
            "label",
            tag("span", words("form.address")),
            tag("input", type="url", placeholder="https://…/model.gguf", spellcheck="false"),
            class_="quantlab-control",
        ),
        tag("button", words("form.read"), type="button", class_="quantlab-read"),
        class_="quantlab-files",
        lang=words.lang("form"),
        hidden=True,
    )


FILES = {"models": _models, "picture": _picture}
"""The part of the form for each kind of file that a widget may take."""

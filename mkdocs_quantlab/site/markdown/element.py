"""A widget's element as it stands in a built page: form, figure, and what the page's script needs, in attributes."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mkdocs_quantlab.engine.core.form import form
from mkdocs_quantlab.engine.core.html import Html, join, tag
from mkdocs_quantlab.engine.core.live_code import source
from mkdocs_quantlab.engine.core.resources import Resources
from mkdocs_quantlab.engine.core.texts import EN, Words
from mkdocs_quantlab.engine.core.widget import Widget, frames, widget
from mkdocs_quantlab.site.markdown.directives import attributes_text
from mkdocs_quantlab.site.markdown.portable import json_attribute, portable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mkdocs_quantlab.site.attributes import CodeTexts
    from mkdocs_quantlab.site.widgets.archive import Archive


def element(
    found: Widget,
    strings: Mapping[str, str],
    *,
    identifier: str,
    attributes: Mapping[str, str],
    pyodide: str,
    resources: Resources,
    words: Words = EN,
    archive: Archive | None = None,
) -> str:
    """The element for one directive.

    Data travels in attributes: search indexes leave them out, and Material's instant navigation, which runs
    inline scripts again as JavaScript, leaves them alone. Lines are short, and attributes hold no markup (`portable.py`).

    Args:
        found: The widget.
        strings: Its options as texts.
        identifier: The element's `id`, which links to a state name.
        attributes: Other attributes to keep, as the author wrote them.
        pyodide: Where the page's Python comes from: `bundled`, `off` or a URL.
        resources: Where models come from; what they give while the figure is drawn travels with it.
        words: The page's texts. The figures of this package's widgets are English on every page.
        archive: Where the page's Python gets the widget from, where it is not one of this package's.

    Raises:
        OptionError: The options are not taken.
    """
    options = found.options(strings, resources)
    figure, others = _drawn(found, strings, resources)
    panel = found.panel(options) if found.panel else ""
    if panel and words.lang():
        panel = tag("div", panel, lang=words.lang())
    data: dict[str, object] = {
        "options": dict(strings),
        "frames": others,
    }
    if resources.found:
        data["resources"] = resources.to_json()
    if archive:
        data["archive"] = archive.address()
    code = ""
    if found.live:
        texts = {value: source(made) for value, made in found.live.objects.items()}
        made: CodeTexts = {
            "option": found.live.option,
            "texts": texts,
            "steps": len(found.live.steps),
        }
        data["code"] = made
        code = _code(texts.get(str(options.values[found.live.option]), ""), words)
    head = attributes_text(
        {
            **attributes,
            "id": identifier,
            "name": found.name,
            "data-primary": options.primary,
            "data-pyodide": pyodide,
            **({"data-language": words.told} if words.told else {}),
            # Searching for a number would find every figure.
            "data-search-exclude": "",
            "role": "group",
            "aria-label": found.title,
        }
    )
    head += "".join(f"\ndata-{key}={json_attribute(value)}" for key, value in data.items())
    inside = join(
        form(options, words),
        tag("figure", figure, lang=None if archive else words.lang()),
        panel,
        code,
        tag(
            "p",
            words("form.hint"),
            class_="quantlab-detail is-hint",
            lang=words.lang("form"),
            role="status",
            hidden=True,
        ),
    )
    return f"<quantlab-widget{head}\n>{portable(inside)}</quantlab-widget>"


def _drawn(
    found: Widget, strings: Mapping[str, str], resources: Resources
) -> tuple[Html, dict[str, str]]:
    """The figure and its frames."""
    if found.origin is None:  # a custom widget's code may change between two builds
        with suppress(_AskedError):
            return _drawn_of_options(found.name, tuple(strings.items()))
    return found.render(found.options(strings, resources)), frames(found, strings, resources)


# `mkdocs serve` builds all pages anew after each change, most of them with the same figures. One takes about 100 kB.
@lru_cache(maxsize=256)
def _drawn_of_options(
    name: str, strings: tuple[tuple[str, str], ...]
) -> tuple[Html, dict[str, str]]:
    """The figure and its frames, for a widget of this package that draws from its options alone.

    Raises:
        _AskedError: It asks for more.
    """
    found, given, nothing = widget(name), dict(strings), _Nothing()
    return found.render(found.options(given, nothing)), frames(found, given, nothing)


class _AskedError(Exception):
    """A figure depends on more than its options."""


class _Nothing(Resources):
    """Raises an error if it is asked for anything."""

    def __getattribute__(self, name: str) -> Any:
        raise _AskedError


@lru_cache(maxsize=64)  # a site has few of these texts
def _code(text: str, words: Words) -> Html:
    """The lines of Python that make the figure, to read; the page's script makes an editor of it."""
    return tag(
        "details",
        tag("summary", words("form.show_python")),
        tag("pre", tag("code", text), tabindex="0"),
        class_="quantlab-code",
        lang=words.lang("form"),
    )

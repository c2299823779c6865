"""A widget's element as it stands in a built page: form, figure, and what the page's script needs, in attributes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.form import form
from mkdocs_quantlab.engine.html import Html, attribute, tag
from mkdocs_quantlab.engine.widgets import frames, widget
from mkdocs_quantlab.site.directives import attributes_text

if TYPE_CHECKING:
    from collections.abc import Mapping


def element(
    name: str,
    strings: Mapping[str, str],
    *,
    identifier: str,
    attributes: Mapping[str, str],
    pyodide: str,
) -> str:
    """The element for one directive.

    Data travels in attributes: search indexes leave them out, and Material's instant navigation, which runs
    inline scripts again as JavaScript, leaves them alone.

    Args:
        name: The widget's name.
        strings: Its options as texts.
        identifier: The element's `id`, which links to a state name.
        attributes: Other attributes to keep, as the author wrote them.
        pyodide: Where the page's Python comes from: `bundled`, `off` or a URL.

    Raises:
        OptionError: The options are not taken.
    """
    found = widget(name)
    options = found.options(strings)
    data = {
        "options": json.dumps(dict(strings), ensure_ascii=False),
        "frames": json.dumps(frames(found, strings), ensure_ascii=False, separators=(",", ":")),
    }
    head = attributes_text(
        {
            **attributes,
            "id": identifier,
            "name": name,
            "data-primary": options.primary,
            "data-pyodide": pyodide,
        }
    )
    head += "".join(f" data-{key}={attribute(value)}" for key, value in data.items())
    inside = Html(form(options, found.title) + tag("figure", found.render(options)))
    return f"<quantlab-widget{head}>{inside}</quantlab-widget>"

"""Options as a table, from the very fields that read them; the pages of the widgets and of the chat print it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.fields import FloatList
from mkdocs_quantlab.engine.core.widget import widget
from mkdocs_quantlab.site.chat.prompts import Prompts

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.core.schema import Options


def options_table(name: str) -> str:
    """The table for the widget of that name, in Markdown."""
    return table_of(widget(name).options)


def table_of(kind: type[Options]) -> str:
    """The table for a class of options, in Markdown."""
    rows = ["| Option | Takes | Default | |", "| --- | --- | --- | --- |"]
    for field in kind.fields():
        default = field.format(field.default)
        shown = f"`{default}`" if default.strip("[]") else "none"
        if isinstance(field, FloatList):
            shown = "those of the preset"
        elif isinstance(field, Prompts) and default.strip("[]"):
            shown = "those below"
        excludes = ", ".join(f"`{other}`" for other in field.excludes)
        meaning = cell(field.help) + (f" Excludes {excludes}." if excludes else "")
        if field.aliases:
            meaning += f" Formerly {', '.join(f'`data-{alias}`' for alias in field.aliases)}."
        rows.append(f"| `data-{field.name}` | {cell(field.allowed)} | {shown} | {meaning} |")
    return "\n".join(rows)


def cell(text: str) -> str:
    """A text without bars that would end the cell. In code a bar ends nothing, and an entity would be shown as such."""
    return re.sub(r"(`[^`]*`)|\|", lambda found: found[1] or "&#124;", text)

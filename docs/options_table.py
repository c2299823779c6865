"""A widget's options as a table, from the very fields that read them; the widgets' pages print it."""

from __future__ import annotations

from mkdocs_quantlab.engine.options import Reals
from mkdocs_quantlab.engine.widgets import widget


def options_table(name: str) -> str:
    """The table for the widget of that name, in Markdown."""
    kind = widget(name).options
    rows = ["| Option | Takes | Default | |", "| --- | --- | --- | --- |"]
    for field in kind.fields():
        default = field.format(field.default)
        shown = f"`{default}`"
        if isinstance(field, Reals):
            shown = "those of the preset"
        excludes = ", ".join(f"`{other}`" for other in field.excludes)
        meaning = field.help.replace("|", "&#124;") + (f" Excludes {excludes}." if excludes else "")
        rows.append(f"| `data-{field.name}` | {field.allowed} | {shown} | {meaning} |")
    return "\n".join(rows)

"""Takes figures out of pages while search plugins read them.

Figures are numbers: whoever searches for one would find every page with a figure. MkDocs' own search does not know
`data-search-exclude`. Material's does, but reads every tag of a figure before it leaves it out, which takes as long as drawing it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.site.markdown.spans import replace_elements

if TYPE_CHECKING:
    from collections.abc import Sequence

_HIDDEN_FROM = {
    "search": ("quantlab-widget", "quantlab-chat", "quantlab-objectives"),
    # What a chat says without script may be found.
    "material/search": ("quantlab-widget", "quantlab-objectives"),
}
"""What each search plugin is not shown, by the plugin's name."""
# A comment is in no index, and stays where it is while others change the page around it.
_MARK = "<!--quantlab-hidden-{}-->"


def hide(html: str, plugin: str) -> tuple[str, list[str]]:
    """The page with placeholders for the content excluded from search, and that content, in order.

    Args:
        html: The page.
        plugin: The name of the search plugin that reads it; one that is not known is shown everything.
    """
    hidden: list[str] = []

    def mark(element: str) -> str:
        hidden.append(element)
        return _MARK.format(len(hidden) - 1)

    return replace_elements(html, mark, _HIDDEN_FROM.get(plugin, ())), hidden


def show(html: str, hidden: Sequence[str]) -> str:
    """The page as it was before `hide`, but for what others changed meanwhile."""
    for number, text in enumerate(hidden):
        html = html.replace(_MARK.format(number), text)
    return html

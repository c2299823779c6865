"""Finds directives in a page's final HTML and puts widgets in their place. Pure functions of text.

A directive is an empty `<div>` with an attribute that names a widget; its other `data-` attributes are the widget's
options:

    <div data-quantization-grid-explorer data-bits="3"></div>

Which names there are is known from the widgets of the site alone, an author's own among them. The final HTML is searched, with a real parser, because only there is it settled what is markup: in Markdown the same
text may stand in a fence, in inline code or in a comment.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.core.custom import WidgetError
from mkdocs_quantlab.engine.core.suggest import nearest
from mkdocs_quantlab.engine.core.widget import built_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

CHAT = "quantlab-chat"
EVIDENCE = "lab-evidence"
ALIASES = {"objective5-chat": CHAT}
"""Other names of directives, which pages written for other tools have."""

# Inside these, text that looks like a directive is shown or is not ours.
INERT = frozenset(
    {
        "code",
        "pre",
        CHAT,
        "quantlab-widget",
        "script",
        "style",
        "svg",
        "template",
        "textarea",
        "title",
    }
)
_NEVER_NESTED = frozenset({"code", "pre"})
# Attributes that any element may have; a widget keeps them.
KEPT = frozenset({"class", "dir", "id", "lang", "style"})
# `markdown` belongs to md_in_html and has done its work by now.
DROPPED = frozenset({"markdown"})


class Found(NamedTuple):
    """A directive, or what was meant as one.

    Attributes:
        name: The widget's name; empty where `problem` says that there is none.
        options: Option names, without `data-`, and their texts.
        attributes: What the widget's element keeps: `id`, `class` and the like.
        tag: The start tag's text.
        start: Where in the HTML it begins.
        end: Where it ends.
        in_paragraph: It stands in a `<p>`, where a block element cannot be.
        problem: What is wrong with it, or None.
        value: What the attribute that names the directive says; empty for most.
    """

    name: str
    options: dict[str, str]
    attributes: dict[str, str]
    tag: str
    start: int
    end: int
    in_paragraph: bool
    problem: str | None
    value: str = ""


class _Start(NamedTuple):
    """A start tag: where in the HTML it is, its text, what it stands in, and whether its end tag follows it."""

    at: int
    text: str
    in_paragraph: bool
    is_empty: bool


class _Scanner(HTMLParser):
    """Collects directives with their places."""

    def __init__(self, directives: Directives, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.directives = directives
        self.html = html
        self.at = 0
        self.found: list[Found] = []
        self.inert: list[str] = []
        self.in_paragraph = False
        # The directive whose end tag has not come yet.
        self.open: Found | None = None
        self.feed(html)
        self.close()
        if self.open:
            self._finish(len(html), "is not closed")

    def updatepos(self, i: int, j: int) -> int:
        """Counts characters, where the base class counts lines and columns, which takes longer."""
        self.at += max(0, j - i)
        return j

    def _finish(self, end: int, problem: str | None) -> None:
        assert self.open
        if problem:
            name = self.open.name
            problem = f"`data-{name}` {problem}: write `<div data-{name} …></div>`, with nothing between the tags"
        self.found.append(self.open._replace(end=end, problem=self.open.problem or problem))
        self.open = None

    def _content(self) -> None:
        """Something other than white space inside an open directive."""
        if self.open:
            self._finish(self.open.start + len(self.open.tag), "is not closed")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._content()
        if self.inert:
            if tag == self.inert[-1]:
                self.inert.append(tag)
            return
        if tag in INERT:
            self.inert.append(tag)
            if tag in _NEVER_NESTED:
                self.set_cdata_mode(tag)  # highlighted code is most of a page's tags
            return
        at, text = self.at, self.get_starttag_text() or ""
        is_empty = text.endswith("/>") or bool(_NOTHING_IN_IT.match(self.html, at + len(text)))
        start = _Start(at, text, self.in_paragraph, is_empty)
        found = self.directives.read(tag, attrs, start)
        if found is None:
            if tag == "p":
                self.in_paragraph = True
            return
        if found.problem:
            self.found.append(found)
        else:
            self.open = found

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if (
            tag in INERT
        ):  # HTML knows no self-closing script or svg, but an empty svg element is common
            return
        self.handle_starttag(tag, attrs)
        if self.open and self.open.start == self.at:
            self._finish(
                self.open.end,
                "ends with `/>`, which HTML ignores on a `div`, so that the rest of the page would be inside it",
            )

    def handle_endtag(self, tag: str) -> None:
        if self.inert:
            if tag == self.inert[-1]:
                self.inert.pop()
            return
        if self.open:
            if tag == "div":
                self._finish(self.html.index(">", self.at) + 1, None)
                return
            self._content()
        if tag == "p":
            self.in_paragraph = False

    def handle_data(self, data: str) -> None:
        if data.strip():
            self._content()

    def handle_entityref(self, _name: str) -> None:
        self._content()

    def handle_charref(self, _name: str) -> None:
        self._content()


PROJECT = "quantlab"
COMMON = ("model",)
"""First words of our widgets that attributes of other tools have, too, as in `data-model-name`."""
SHORTEST = 4
"""Letters of the shortest name of which a misspelt one is told from another tool's attribute."""
_ATTRIBUTE = re.compile(r"data-[a-z][a-z0-9_-]*", re.IGNORECASE)
_NOTHING_IN_IT = re.compile(r"\s*</div\s*>", re.IGNORECASE)


class Directives:
    """The directives of a site: the widgets, the chat, and the fields for evidence.

    Args:
        widgets: The widgets' names.
        takes: Whether a widget has an option of a name: a custom widget `bits` must not forbid others' `data-bits`.
    """

    def __init__(
        self,
        widgets: Sequence[str] = built_in(),
        takes: Callable[[str, str], bool] = lambda _widget, _option: False,
    ) -> None:
        self.takes = takes
        self.names = (*widgets, CHAT, EVIDENCE)
        first = [name.partition("-")[0] for name in built_in()]
        # A first word that several widgets of ours share, such as `gguf`, is a family, to which nobody else's attributes belong.
        self.families = tuple(
            {f"{word}-" for word in first if first.count(word) > 1 and word not in COMMON}
            | {f"{PROJECT}-"}
        )
        # Few names occur, and these on many pages.
        self.meant = lru_cache(maxsize=1000)(self._meant)

    def _meant(self, name: str) -> str | None:
        """The directive that an attribute `data-NAME` names or misspells, or None where it is another tool's."""
        if name in self.names:
            return name
        if name in ALIASES:
            return ALIASES[name]
        for known in self.names:
            if len(known) >= SHORTEST and _is_one_edit_away(name, known):
                return known
        return nearest(name, self.names, cutoff=0.8) if len(name) >= 2 * SHORTEST else None

    def is_known(self, name: str) -> bool:
        """Whether `data-NAME` is a directive."""
        return name in self.names or name in ALIASES

    def is_ours(self, name: str) -> bool:
        """Whether `data-NAME` is a directive, or was meant as one."""
        return name.startswith(self.families) or self.meant(name) is not None

    def unknown(self, name: str) -> str:
        """What is wrong with `data-NAME`, which is none of them."""
        known = ", ".join(f"`data-{each}`" for each in self.names)
        near = self.meant(name) or nearest(name, self.names)
        hint = f" (did you mean `data-{near}`?)" if near else ""
        return f"unknown directive `data-{name}`{hint}; the directives are {known}"

    def scan(self, html: str) -> list[Found]:
        """All directives of a page, in order, misspelt ones among them."""
        # A cheap test lets pages without directives go by unparsed.
        end = -1
        for match in _ATTRIBUTE.finditer(html):
            if self.is_ours(match[0].lower().removeprefix("data-")):
                end = match.end()
        if end < 0:
            return []
        # Nothing behind the last one's end matters, and parsing is most of the work.
        end = html.find("</div>", end)
        return _Scanner(self, html if end < 0 else html[: end + len("</div>")]).found

    def read(
        self, tag: str, attrs: Sequence[tuple[str, str | None]], start: _Start
    ) -> Found | None:
        """The directive that a start tag is meant as, or None where it is none."""
        keys = [key for key, _ in attrs]
        values = {key: value or "" for key, value in attrs}
        names = [key.removeprefix("data-") for key in values if key.startswith("data-")]
        named = [name for name in names if self.is_known(name)]
        if len(named) > 1:
            named = [
                n for n in named if not any(self.takes(other, n) for other in named if other != n)
            ] or named
        problem = None
        if not named:
            # Other tools have attributes, too: only a name of a family, or an empty `div`, which does nothing by itself.
            meant = (
                n
                for n in names
                if n.startswith(self.families)
                or (tag == "div" and start.is_empty and self.is_ours(n))
            )
            unknown = next(meant, None)
            if unknown is None:
                return None
            problem = self.unknown(unknown)
        elif len(named) > 1:
            both = " and ".join(f"`data-{name}`" for name in named)
            problem = f"{both} are on one `div`: give each its own `div`"
        elif tag != "div":
            problem = f"`data-{named[0]}` is on a `{tag}`: put it on a `div`"
        elif len(keys) > len(values):
            twice = next(key for key in keys if keys.count(key) > 1)
            problem = f"`{twice}` is given twice: browsers ignore the second"
        options: dict[str, str] = {}
        kept: dict[str, str] = {}
        for key, value in values.items():
            if key.removeprefix("data-") in named and key.startswith("data-"):
                continue
            if key.startswith("data-"):
                options[key.removeprefix("data-")] = value
            elif key in KEPT or key.startswith("aria-"):
                kept[key] = value
            elif key not in DROPPED and problem is None:
                problem = f"`data-{named[0]}` does not take the attribute `{key}`; options begin with `data-`, as `data-{key}`"
        name = ALIASES.get(named[0], named[0]) if named else ""
        value = values[f"data-{named[0]}"].strip() if named else ""
        end = start.at + len(start.text)
        return Found(
            name, options, kept, start.text, start.at, end, start.in_paragraph, problem, value
        )


def _is_one_edit_away(one: str, other: str) -> bool:
    """A letter is left out, put in or another one, or two that stand side by side have changed places."""
    if abs(len(one) - len(other)) > 1:
        return False
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return max(len(one), len(other)) <= 1 or (len(one) == 2 and one == other[::-1])


def splice(html: str, replacements: Iterable[tuple[Found, str]]) -> str:
    """The page with each directive replaced, and paragraphs around them opened so that the result is valid."""
    parts = []
    done = 0
    for found, replacement in replacements:
        before, end = html[done : found.start], found.end
        if found.in_paragraph:
            # `<p>` may hold no block: end the paragraph before it, go on with one behind it, and leave out
            # what would be an empty one.
            head, opening, rest = before.rpartition("<p>")
            before = head if opening and not rest.strip() else before.rstrip() + "</p>\n"
            closing = re.compile(r"\s*</p>").match(html, end)
            if closing:
                end = closing.end()
            else:
                replacement += "\n<p>"  # noqa: PLW2901
        parts += [before, replacement]
        done = end
    return "".join([*parts, html[done:]])


def expand(
    html: str,
    directives: Directives,
    render: Callable[[Sequence[Found], int], str],
    locate: Callable[[Found, int], str],
    on_problem: Callable[[str, str], str],
) -> str:
    """The page with every directive replaced by its widget.

    Args:
        html: The page's final HTML.
        directives: Those of the site.
        render: Gives a directive's HTML from all of the page's and its place among them, from 0. May raise
            ValueError or WidgetError with what is wrong.
        locate: Gives the place of a directive in the author's file, from the directive and the number of
            same-looking ones before it.
        on_problem: Told the place and what is wrong; gives what stands in the directive's stead.
    """
    found = directives.scan(html)
    if not found:
        return html
    seen: dict[str, int] = {}
    replacements = []
    for at, directive in enumerate(found):
        nth = seen.get(directive.tag, 0)
        seen[directive.tag] = nth + 1
        problem = directive.problem
        replacement = ""
        if problem is None:
            try:
                replacement = render(found, at)
            except WidgetError as error:
                place = locate(directive, nth)
                told = (
                    (error.place, f"{error.problem} (drawn for {place})")
                    if error.place
                    else (place, error.problem)
                )
                replacement = on_problem(*told)
            except ValueError as error:
                problem = str(error)
            except Exception as error:
                error.add_note(f"The figure was drawn for {locate(directive, nth)}.")
                raise
        if problem is not None:
            replacement = on_problem(locate(directive, nth), problem)
        replacements.append((directive, replacement))
    return splice(html, replacements)


def note(place: str, problem: str) -> str:
    """What stands in a page where a directive could not be read and the build goes on."""
    return f'<div class="quantlab-error" role="note"><strong>{escape(place)}</strong>: {escape(problem)}</div>'


def attributes_text(attributes: Mapping[str, str]) -> str:
    """Attributes as they stand in a start tag."""
    return "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())

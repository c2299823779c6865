"""Lab pages: objectives, and what readers explore and execute, from plain headings.

A page says by a style comment, or by the same name in its front matter, that it is a lab:

    <!-- breakout-style: instruction-rails -->

Its headings "Objective 1: …", "Explore: …" and "Execute: …", or what these are in the page's language, then begin sections, which are landmarks and have the looks
that the styles name, and its objectives are listed before the first one. All of it is ordinary Markdown, so that the page
reads as well where nothing of this runs. Functions of text and of Python-Markdown's tree; nothing is kept.
"""

from __future__ import annotations

import re
from copy import deepcopy
from functools import cache
from html import unescape
from typing import TYPE_CHECKING, NamedTuple
from xml.etree.ElementTree import Element, SubElement

from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.core.suggest import did_you_mean, nearest
from mkdocs_quantlab.engine.core.texts import EN, Words
from mkdocs_quantlab.site.assets import LAB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping


class Style(NamedTuple):
    """What an author can choose for a whole page.

    Attributes:
        part: What it is the look of.
        values: What each value looks like; the first is the default.
    """

    part: str
    values: dict[str, str]

    @property
    def default(self) -> str:
        """The value where nothing is said."""
        return next(iter(self.values))


STYLES = {
    "breakout-style": Style(
        "“Explore:” and “Execute:” sections",
        {
            "instruction-rails": "A coloured rail at the side, with a different colour for each of the two.",
            "card": "A frame on a tinted background, with an edge in the same colours.",
            "plain": "Like the rest of the page.",
        },
    ),
    "step-style": Style(
        "numbered lists in these sections",
        {
            "underline": "A line below each step, and bold numbers.",
            "badge": "Each number in a disc.",
            "plain": "Like any other list.",
        },
    ),
    "objective-style": Style(
        "“Objective 1:” sections",
        {
            "divider": "A line above the heading.",
            "card": "A frame around the section.",
            "plain": "Like the rest of the page.",
        },
    ),
}
"""All styles by name."""

CALLOUTS = ("info", "success", "warning", "danger")
"""Kinds of callouts, as in `lab-callout--info`."""

# Similarity threshold for a typo in a name; other tools have comments and front matter of their own.
_SLIP = 0.85
_COMMENT = re.compile(r"(?m)^ {0,3}<!--[ \t]*([\w-]+)[ \t]*:[ \t]*(.*?)[ \t]*-->[ \t]*$")
_HEADING = re.compile(r"h([2-6])")
# A comment is passed over as a whole, and so are quoted values, which may hold a `>`. Atomic groups keep the search linear.
_TAG = re.compile(
    r"""<!--.*?-->|<[a-z][\w-]*\b(?P<attributes>(?>[^<>"']+|"[^"]*"|'[^']*')*)>""",
    re.DOTALL | re.IGNORECASE,
)
_CLASS = re.compile(r"""\bclass=("|')(?P<class>[^"']*?\blab-callout\b[^"']*)\1""", re.IGNORECASE)


BREAKOUTS = ("explore", "execute")
"""Kinds of sections within an objective."""


class Headings(NamedTuple):
    """How headings of labs begin on a page.

    Attributes:
        objective: Matches "Objective 1: "; the group is the number.
        breakouts: Matches "Explore:", by kind.
    """

    objective: re.Pattern[str]
    breakouts: dict[str, re.Pattern[str]]


@cache
def headings(words: Words) -> Headings:
    """How headings of labs begin in the page's language. English ones count on every page."""

    def either(key: str) -> str:
        return "|".join(
            sorted({re.escape(in_language(f"lab.{key}")) for in_language in (EN, words)})
        )

    return Headings(
        re.compile(rf"\s*(?:{either('objective')})\s+(\d{{1,9}})\s*[:.–—-]\s*", re.IGNORECASE),
        {kind: re.compile(rf"\s*(?:{either(kind)})\s*:", re.IGNORECASE) for kind in BREAKOUTS},
    )


class Said(NamedTuple):
    """A style as a page gives it: its name and value, and the text by which it is found in the file."""

    name: str
    value: str
    text: str


def said_in_comments(text: str) -> Iterator[Said]:
    """Style comments in a page's Markdown without its fences, misspelt ones among them."""
    for match in _COMMENT.finditer(text):
        if nearest(match[1], STYLES, _SLIP):
            yield Said(match[1], match[2], match[0].strip())


def said_in_meta(meta: Mapping[str, object]) -> Iterator[Said]:
    """Styles in a page's front matter, misspelt ones among them."""
    for name, value in meta.items():
        if nearest(str(name), STYLES, _SLIP):
            # Python-Markdown's own `meta` gives lists of lines.
            text = "\n".join(map(str, value)) if isinstance(value, list) else str(value)
            yield Said(str(name), text, f"{name}:")


def check(name: str, value: str) -> None:
    """Looks whether there is such a style with such a value.

    Raises:
        OptionError: There is not.
    """
    if name not in STYLES:
        known = ", ".join(f"`{style}`" for style in STYLES)
        raise OptionError(
            f"unknown style `{name}`{did_you_mean(name, STYLES)}; the styles are {known}", name
        )
    values = STYLES[name].values
    if value not in values:
        known = ", ".join(f"`{each}`" for each in values)
        hint = did_you_mean(value, values)
        raise OptionError(f"`{name}` takes one of {known}; found `{value}`{hint}", name)


def has_objectives(root: Element, words: Words = EN) -> bool:
    """Whether a page's tree has a heading "Objective 1: …"."""
    objective = headings(words).objective
    return any(
        _HEADING.fullmatch(str(child.tag)) and objective.match("".join(child.itertext()))
        for child in root
    )


def arrange(root: Element, styles: Mapping[str, str], words: Words = EN) -> None:
    """Puts a page's objectives and breakouts into sections, and the list of objectives before the first one.

    Args:
        root: The page's tree, whose headings may have identifiers already; changed in place.
        styles: The value of each style.
        words: The page's texts.
    """
    begins = headings(words)
    objectives: list[tuple[int, Element]] = []
    children = list(root)
    root[:] = []
    # Sections that are open, each with the level of its heading; the page itself is outermost.
    path: list[tuple[int, Element]] = [(0, root)]
    for child in children:
        heading = _HEADING.fullmatch(str(child.tag))
        level = int(heading[1]) if heading else 7
        if child.tag == "h1" or child.get("class") == "footnote":
            level = 1
        while path[-1][0] >= level:
            path.pop()
        text = "".join(child.itertext()) if heading else ""
        objective = begins.objective.match(text)
        kind = next((kind for kind, begin in begins.breakouts.items() if begin.match(text)), None)
        if objective and text[objective.end() :]:
            objectives.append((int(objective[1]), child))
            child.set("id", child.get("id") or f"objective-{objective[1]}")
            path.append((level, _section(path[-1][1], child, "objective", styles)))
        elif kind:
            child.set("id", child.get("id") or f"{kind}-{len(objectives)}-{len(path[-1][1])}")
            path.append((level, _section(path[-1][1], child, "breakout", styles, kind)))
        elif child.tag == "ol" and path[-1][1].get("class", "").startswith("lab-breakout"):
            steps = f"{child.get('class', '')} lab-steps lab-steps--{styles['step-style']}"
            child.set("class", steps.strip())
        path[-1][1].append(child)
    if objectives:
        first = next(i for i, e in enumerate(root) if objectives[0][1] in e.iter())
        root.insert(first, _contents(objectives, words))


def _section(
    parent: Element, heading: Element, what: str, styles: Mapping[str, str], *kinds: str
) -> Element:
    classes = [f"lab-{what}", f"lab-{what}--{styles[f'{what}-style']}"]
    classes += [f"lab-{what}--{kind}" for kind in kinds]
    attributes = {"class": " ".join(classes), "aria-labelledby": heading.get("id", "")}
    section = SubElement(parent, "section", attributes)
    section.text = section.tail = "\n"
    return section


def _contents(objectives: Iterable[tuple[int, Element]], words: Words) -> Element:
    """The list of objectives; the page's script makes it remember which are done."""
    element = Element("quantlab-objectives", {"class": "lab-objectives", "data-search-exclude": ""})
    element.tail = "\n"
    title = {"lang": lang} if (lang := words.lang("lab")) else {}
    if words.told:
        element.set("data-language", words.told)
    nav = SubElement(element, "nav", {"aria-label": words("lab.objectives")})
    SubElement(nav, "p", title).text = words("lab.objectives")
    items = SubElement(nav, "ol")
    for number, heading in objectives:
        item = SubElement(items, "li", {"value": str(number)})
        link = _title(heading, words)
        link.tag, link.attrib = "a", {"href": f"#{heading.get('id')}"}
        item.append(link)
    load = SubElement(element, "quantlab-load", {"data-file": LAB})
    if words.told:
        load.set("data-language", words.told)
    return element


def _title(heading: Element, words: Words) -> Element:
    """A heading's content without "Objective 1:" and without links, which cannot stand in a link."""
    title = deepcopy(heading)
    title.tail = None
    for element in title.iter():
        for child in list(element):
            if child.get("class") == "headerlink":
                element.remove(child)
            elif child.tag == "a":
                child.tag, child.attrib = "span", {}
            child.attrib.pop("id", None)
    # An image may stand before it, and emphasis within it.
    match = headings(words).objective.match("".join(title.itertext()))
    left = match.end() if match else 0
    for element, part in _texts(title):
        text = getattr(element, part) or ""
        setattr(element, part, text[left:])
        left -= min(left, len(text))
    return title


def _texts(element: Element) -> Iterator[tuple[Element, str]]:
    """The places of an element's text, in order: each an element and which of its two texts."""
    yield element, "text"
    for child in element:
        yield from _texts(child)
        yield child, "tail"


def callouts(html: str, on_problem: Callable[[str, str], None]) -> str:
    """The page with its callouts as notes to assistive technology.

    Args:
        html: The page's final HTML.
        on_problem: Told the start tag of a callout of no known kind, and what is wrong.
    """

    def mark(match: re.Match[str]) -> str:
        found = _CLASS.search(match["attributes"] or "")
        if not found:
            return match[0]
        for name in unescape(found["class"]).split():
            kind = name.removeprefix("lab-callout--")
            if kind != name and kind not in CALLOUTS:
                known = ", ".join(f"`{each}`" for each in CALLOUTS)
                hint = did_you_mean(kind, CALLOUTS)
                on_problem(match[0], f"`lab-callout--` takes one of {known}; found `{kind}`{hint}")
        if re.search(r"\brole=", match[0]):
            return match[0]
        return match[0][:-1] + ' role="note">'

    return _TAG.sub(mark, html) if "lab-callout" in html else html

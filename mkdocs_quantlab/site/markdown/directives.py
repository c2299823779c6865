"""Finds directives in a page's final HTML and puts widgets in their place. Pure functions of text.

A directive is an empty `<div>` with an attribute that names a widget; its other `data-` attributes are the widget's
options:

    <div data-quantization-grid-explorer data-bits="3"></div>

The final HTML is searched, with a real parser, because only there is it settled what is markup: in Markdown the same
text may stand in a fence, in inline code or in a comment.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.core.suggest import did_you_mean, nearest
from mkdocs_quantlab.engine.core.widget import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

CHAT = "quantlab-chat"
EVIDENCE = "lab-evidence"
DIRECTIVES = (*NAMES, CHAT, EVIDENCE)
"""Every directive there is: the widgets, the chat, and the fields for evidence."""
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
# Attributes that any element may have; a widget keeps them.
KEPT = frozenset({"class", "dir", "id", "lang", "style"})
# `markdown` belongs to md_in_html and has done its work by now.
DROPPED = frozenset({"markdown"})
# Attributes that begin so are meant for us, so that an unknown one is a mistake.
OURS = ("data-quantization-", "data-quantlab-", "data-gguf-", "data-model-mem", "data-lab-evi")
# A cheap test that lets pages without directives go by unparsed; wide enough for misspelt ones.
HINT = re.compile(r"data-(?:quan|gguf|model-mem|lab-evi|objective5-)", re.IGNORECASE)


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


class _Scanner(HTMLParser):
    """Collects directives with their places."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.html = html
        self.line_starts = [0]
        self.line_starts.extend(match.end() for match in re.finditer("\n", html))
        self.found: list[Found] = []
        self.inert: list[str] = []
        self.in_paragraph = False
        # The directive whose end tag has not come yet.
        self.open: Found | None = None
        self.feed(html)
        self.close()
        if self.open:
            self._finish(len(html), "is not closed")

    def _at(self) -> int:
        line, column = self.getpos()
        return self.line_starts[line - 1] + column

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
            return
        start, text = self._at(), self.get_starttag_text() or ""
        found = _read(tag, attrs, text, start, in_paragraph=self.in_paragraph)
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
        if self.open and self.open.start == self._at():
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
                self._finish(self.html.index(">", self._at()) + 1, None)
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


def _read(
    tag: str, attrs: Iterable[tuple[str, str | None]], text: str, start: int, *, in_paragraph: bool
) -> Found | None:
    """The directive that a start tag is meant as, or None where it is none."""
    values = {key: value or "" for key, value in attrs}
    names = [key.removeprefix("data-") for key in values if key.startswith("data-")]
    named = [name for name in names if name in DIRECTIVES or name in ALIASES]
    problem = None
    if not named:
        problem = _misspelt(names)
        if problem is None:
            return None
    elif len(named) > 1:
        both = " and ".join(f"`data-{name}`" for name in named)
        problem = f"{both} stand on one `div`: give each its own"
    elif tag != "div":
        problem = f"`data-{named[0]}` stands on a `{tag}`: write it on a `div`"
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
    end = start + len(text)
    return Found(name, options, kept, text, start, end, in_paragraph, problem, value)


def _misspelt(names: Iterable[str]) -> str | None:
    """What is wrong with `data-` attributes that name no widget but look as if they should."""
    for name in names:
        ours = f"data-{name}".startswith(OURS)
        # Outside our own prefixes, only a near miss counts: other plugins have attributes too.
        if ours or (name.startswith("quan") and "-" in name and nearest(name, DIRECTIVES)):
            known = ", ".join(f"`data-{n}`" for n in DIRECTIVES)
            hint = did_you_mean(f"data-{name}", (f"data-{n}" for n in DIRECTIVES))
            return f"unknown directive `data-{name}`{hint}; the directives are {known}"
    return None


def scan(html: str) -> list[Found]:
    """All directives of a page, in order."""
    hints = list(HINT.finditer(html))
    if not hints:
        return []
    # Nothing behind the last one's end matters, and parsing is most of the work.
    end = html.find("</div>", hints[-1].end())
    return _Scanner(html if end < 0 else html[: end + len("</div>")]).found


def identifier(page: Sequence[Found], at: int) -> str:
    """The `id` of a directive's element: the author's, or one by its place among the page's directives.

    Fields for evidence do not count: they are added to labs later, and links to figures must stay what they are.
    """
    number = sum(found.name != EVIDENCE for found in page[: at + 1])
    return page[at].attributes.get("id", f"quantlab-{number}")


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


_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})")


def line_of(tag: str, nth: int, source: str) -> int | None:
    """The line of the author's file on which a start tag stands, from 1.

    Args:
        tag: The start tag's text.
        nth: How many start tags of the same text the page has before it.
        source: The author's file.

    Returns:
        The line, or None where the tag is not in the file: a macro or an included file made it.
    """
    pattern = re.compile(r"\s+".join(map(re.escape, tag.split())))
    lines = [match.start() for match in pattern.finditer(_without_code(source))]
    if not lines:
        return None
    return source.count("\n", 0, lines[min(nth, len(lines) - 1)]) + 1


def without_fences(source: str) -> str:
    """The source with fences blanked out, each character at its place."""
    lines = source.splitlines(keepends=True)
    fence = ""
    for i, line in enumerate(lines):
        match = _FENCE.match(line)
        if fence:
            lines[i] = _blank(line)
            if match and match[1].startswith(fence) and not line[match.end() :].strip():
                fence = ""
        elif match:
            fence = match[1]
            lines[i] = _blank(line)
    return "".join(lines)


def _without_code(source: str) -> str:
    """The source with fences, comments and inline code blanked out, each character at its place."""
    text = without_fences(source)
    for pattern in (r"<!--.*?-->", r"(`+)(?!`).+?(?<!`)\1(?!`)", r"(?is)<(pre|textarea)\b.*?</\1>"):
        text = re.sub(pattern, lambda m: _blank(m[0]), text, flags=re.DOTALL)
    return text


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def expand(
    html: str,
    render: Callable[[Sequence[Found], int], str],
    locate: Callable[[Found, int], str],
    on_problem: Callable[[str, str], str],
) -> str:
    """The page with every directive replaced by its widget.

    Args:
        html: The page's final HTML.
        render: Gives a directive's HTML from all of the page's and its place among them, from 0. May raise
            ValueError with what is wrong.
        locate: Gives the place of a directive in the author's file, from the directive and the number of
            same-looking ones before it.
        on_problem: Told the place and what is wrong; gives what stands in the directive's stead.
    """
    found = scan(html)
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
            except ValueError as error:
                problem = str(error)
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

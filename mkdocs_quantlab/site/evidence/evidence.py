"""Evidence: the fields in which readers write down what they found, and the sheet that keeps them.

The controls are the page's script (`browser/src/evidence`), which gets what the author set in an attribute. Without script a
field is what it is on paper: a label, and a box, a line or a table to fill in by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_quantlab.engine.core.custom import WidgetError
from mkdocs_quantlab.engine.core.html import Html, join, tag
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.core.suggest import did_you_mean
from mkdocs_quantlab.engine.core.texts import EN, Words
from mkdocs_quantlab.site.evidence.options import (
    AnswerOptions,
    ChoiceOptions,
    NumberOptions,
    Options,
    SheetOptions,
    TableOptions,
    TextOptions,
    WidgetOptions,
)
from mkdocs_quantlab.site.markdown.directives import CHAT, EVIDENCE, attributes_text
from mkdocs_quantlab.site.markdown.ids import identifier
from mkdocs_quantlab.site.markdown.portable import json_attribute

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mkdocs_quantlab.engine.core import schema
    from mkdocs_quantlab.site.attributes import EvidenceField, KindName
    from mkdocs_quantlab.site.markdown.directives import Found


class Kind(NamedTuple):
    """A kind of field.

    Attributes:
        help: What readers do with it.
        options: What its author can set.
        blank: What there is of it without script and on paper, from its options and the link to what it captures.
    """

    help: str
    options: type[Options]
    blank: Callable[[Any, Html], Html]


def _box(options: Options, link: Html) -> Html:
    rows = options.values.get("rows", 3)
    return join(link, tag("div", class_="lab-evidence-box", style=f"--rows: {rows}"))


def _line(options: NumberOptions, link: Html) -> Html:
    return tag("p", tag("span", class_="lab-evidence-line"), f" {options.unit}", link)


def _ballot(options: ChoiceOptions, link: Html) -> Html:
    return join(tag("ul", (tag("li", f"☐ {text}") for text in options.options)), link)


def _grid(options: TableOptions, link: Html) -> Html:
    rows = options.first or ("",) * options.rows
    head = tag("tr", (tag("th", text, scope="col") for text in options.columns))
    body = (
        tag(
            "tr",
            tag("th", text, scope="row") if text else tag("td"),
            (tag("td") for _ in options.columns[1:]),
        )
        for text in rows
    )
    # Themes style, and wrap, tables without a class.
    table = tag(
        "table",
        tag("thead", head),
        tag("tbody", body),
        class_="lab-evidence-table",
        aria_label=options.label,
    )
    return join(
        tag("div", table, class_="lab-evidence-scroll", tabindex="0", role="group", aria_label=options.label),
        link,
    )  # fmt: skip


KINDS: Mapping[KindName, Kind] = {
    "text": Kind("Write a text.", TextOptions, _box),
    "number": Kind("Write a number, which may have a unit and limits.", NumberOptions, _line),
    "choice": Kind("Choose one of several.", ChoiceOptions, _ballot),
    "table": Kind("Fill in the cells.", TableOptions, _grid),
    "widget": Kind(
        "Capture a figure of the page in its current state: its name, its options, the sentence with its result and its tables.",
        WidgetOptions,
        _box,
    ),
    "answer": Kind(
        "Take one of the answers in the page's chat: prompt, answer, model, settings and figures.",
        AnswerOptions,
        _box,
    ),
}
"""All kinds of fields by name."""
SHEET = "sheet"
"""What is no field: the sheet with all of them."""

OPTIONS: Mapping[str, type[schema.Options]] = {
    SHEET: SheetOptions,
    **{name: kind.options for name, kind in KINDS.items()},
}
"""The options of each kind of evidence, and of the sheet, by the directive's value."""


def element(page: Sequence[Found], at: int, title: Callable[[str], str], words: Words = EN) -> str:
    """The element for one directive, followed by the sheet where it is the page's last field and the author placed none.

    Args:
        page: All directives of the page, in order.
        at: Which of them it is, from 0.
        title: Gives the title of a widget by its name.
        words: The page's texts.

    Raises:
        OptionError: Its kind is unknown, its options are not taken, or the page has its like already.
    """
    found = page[at]
    all_of_it = [each for each in page if each.name == EVIDENCE]
    sheets = [each for each in all_of_it if each.value == SHEET]
    if found.value == SHEET:
        if found is not sheets[0]:
            raise OptionError("a page can have only one sheet of evidence, and this is the second")
        if len(all_of_it) == len(sheets):
            raise OptionError("the page has a sheet of evidence but no field")
        return _sheet(SheetOptions(found.options), found.attributes, words)
    made = _field(page, at, title, words)
    # Where mistakes are warnings, the page is built without the fields that have one, and still needs its sheet.
    if sheets or any(_is_field(page, i, title) for i in range(at + 1, len(page))):
        return made
    return made + _sheet(SheetOptions(), {}, words)


def _is_field(page: Sequence[Found], at: int, title: Callable[[str], str]) -> bool:
    """Whether a directive is a field without a mistake."""
    if page[at].name != EVIDENCE or page[at].problem:
        return False
    try:
        _field(page, at, title)
    except (OptionError, WidgetError):
        return False
    return True


def _field(page: Sequence[Found], at: int, title: Callable[[str], str], words: Words = EN) -> str:
    found = page[at]
    named = next((kind for kind in KINDS if kind == found.value), None)
    if named is None:
        known = (*KINDS, SHEET)
        shown = f"`{found.value}`" if found.value else "nothing"
        raise OptionError(
            f"`data-{EVIDENCE}` takes one of {', '.join(f'`{name}`' for name in known)}; "
            f"found {shown}{did_you_mean(found.value, known)}"
        )
    kind = KINDS[named]
    options = kind.options(found.options)
    name, label, hint = options.name, options.label, options.hint
    if any(
        each.options.get("name", "").strip() == name and each.name == EVIDENCE for each in page[:at]
    ):
        raise OptionError(f"another field before this one has the `name` `{name}`: names are unique on a page", "name")  # fmt: skip
    config = _config(named, options)
    link = Html("")
    if isinstance(options, WidgetOptions | AnswerOptions):
        config["of"], config["title"] = _target(page, at, options, title, words("fields.chat"))
        link = tag(
            "p",
            words("fields.from"),
            " ",
            tag("a", config["title"], href=f"#{config['of']}"),
            class_="lab-evidence-hint",
        )
    head = attributes_text({"id": f"lab-evidence-{name}", **found.attributes})
    data = json_attribute(config)
    inside = join(
        tag("p", label, class_="lab-evidence-label"),
        tag("p", hint, class_="lab-evidence-hint") if hint else None,
        tag("div", kind.blank(options, link), class_="lab-evidence-blank"),
    )
    return f"<quantlab-evidence{head} data-field={data}>{inside}</quantlab-evidence>"


def _config(kind: KindName, options: Options) -> EvidenceField:
    """What the page's script gets of a field: the options that say anything."""
    field: EvidenceField = {"kind": kind, "name": options.name, "label": options.label}
    if options.hint:
        field["hint"] = options.hint
    match options:
        case TextOptions():
            field["rows"] = options.rows
        case NumberOptions():
            if options.unit:
                field["unit"] = options.unit
            if options.min is not None:
                field["min"] = options.min
            if options.max is not None:
                field["max"] = options.max
        case ChoiceOptions():
            field["options"] = list(options.options)
        case TableOptions():
            field["columns"] = list(options.columns)
            field["rows"] = options.rows
            if options.first:
                field["first"] = list(options.first)
    return field


def _target(
    page: Sequence[Found],
    at: int,
    options: WidgetOptions | AnswerOptions,
    title: Callable[[str], str],
    of_chat: str,
) -> tuple[str, str]:
    """The identifier and the title of what a field captures.

    Raises:
        OptionError: It is not on the page.
    """
    is_chat = isinstance(options, AnswerOptions)
    what = "chat" if is_chat else "figure"
    # In the order in which they are looked at where none is named: backwards from the field, then on behind it.
    places = [*range(at - 1, -1, -1), *range(at + 1, len(page))]
    targets = {
        identifier(page, i): of_chat if is_chat else title(page[i].name)
        for i in places
        if (page[i].name == CHAT if is_chat else page[i].name not in ("", CHAT, EVIDENCE))
    }
    if not targets:
        raise OptionError(f"there is no {what} on this page to take the evidence from")
    of = options.of or next(iter(targets))
    if of not in targets:
        known = ", ".join(f"`{each}`" for each in targets)
        hint = did_you_mean(of, targets)
        raise OptionError(f"`of` takes the `id` of a {what} on the page: {known}; found `{of}`{hint}", "of")  # fmt: skip
    return of, targets[of]


def _sheet(options: SheetOptions, attributes: Mapping[str, str], words: Words) -> str:
    label = options.label if "label" in options.given else words("fields.sheet")
    lang = words.lang("evidence")
    language = {"lang": lang} if lang else {}
    head = attributes_text(
        {
            "id": "lab-evidence",
            **language,
            **attributes,
            "data-search-exclude": "",
            "data-label": label,
        }
    )
    inside = join(
        tag("quantlab-load", data_file="evidence.js", data_language=words.told),
        tag("p", label, class_="lab-evidence-label"),
        tag(
            "p",
            words("fields.without_script"),
            class_="lab-evidence-plain",
        ),
    )
    return f"<quantlab-evidence-sheet{head}>{inside}</quantlab-evidence-sheet>"

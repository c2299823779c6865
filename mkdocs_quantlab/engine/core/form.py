"""The form over a figure: a control for each option, and what every widget has besides.

Only a build draws forms: the page's Python does not import this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from mkdocs_quantlab.engine.core.fields import (
    Choice,
    FloatList,
    ModelNames,
    MultiChoice,
    Number,
    Text,
    TextList,
)
from mkdocs_quantlab.engine.core.html import Html, join, tag
from mkdocs_quantlab.engine.core.numbers import plain
from mkdocs_quantlab.engine.core.picture import MAX_PIXELS
from mkdocs_quantlab.engine.core.texts import EN, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mkdocs_quantlab.engine.core.schema import Field, Options

    Control: TypeAlias = Callable[[Any, Options], Html]


def form(options: Options, words: Words = EN) -> Html:
    """The form for a widget's options.

    Controls that need the page's script carry `hidden`, which the script takes away: without it no dead
    control is seen. The options' labels are English on every page. The form has no name, which would make a landmark of it:
    the element around it is a group that has one.

    Args:
        options: The options, whose values the controls show.
        words: The page's texts.
    """
    lang = words.lang("form")
    return tag(
        "form",
        FILES[options.takes_files](words) if options.takes_files else None,
        (control(field, options) for field in options.fields()),
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
    )


def control(field: Field[Any], options: Options) -> Html:
    """The form control of a field, showing its value in `options`; nothing where the field has none.

    Raises:
        TypeError: The field's kind, and those it derives from, have no control.
    """
    if not field.in_form:
        return join()
    for kind in type(field).__mro__:
        if kind in CONTROLS:
            return CONTROLS[kind](field, options)
    raise TypeError(f"`{field.name}`: fields of the kind `{field.kind}` have no control")


def _choice(field: Choice[Any], options: Options) -> Html:
    current = options.values[field.name]
    absent = options.absent().get(field.name, ())
    choices = {choice: label for choice, label in field.choices.items() if choice not in absent}
    if field.menu:
        return _labelled(
            field,
            tag(
                "select",
                (
                    tag(
                        "option",
                        label,
                        value=str(choice),
                        selected=choice == current,
                        disabled=choice in field.derived,
                        data_clears=" ".join(field.excluding.get(choice, ())) or None,
                    )
                    for choice, label in (choices | field.derived).items()
                ),
                name=field.name,
                **_for_script(field),
            ),
        )
    return tag(
        "fieldset",
        tag("legend", field.label),
        (
            tag(
                "label",
                tag(
                    "input",
                    type="radio",
                    name=field.name,
                    value=str(choice),
                    checked=choice == current,
                    **_for_script(field),
                    data_in_page=field.in_page,
                    data_hides=field.hides(choice),
                ),
                tag("span", label),
            )
            for choice, label in choices.items()
        ),
        class_="quantlab-control quantlab-segments",
        title=field.help,
        hidden=not field.in_page,
    )


def _number(field: Number[Any], options: Options) -> Html:
    low, high = options.bounds().get(field.name, (field.low, field.high))
    limits = {"min": plain(low), "max": plain(high), "step": field.step}
    value = field.format(options.values[field.name])
    box = tag(
        "input",
        type="number",
        name=field.name,
        value=value,
        **_for_script(field),
        **limits,
    )
    if not field.slider:
        return _labelled(field, box)
    # Both carry the option's name: the script keeps two controls of one name in step.
    label = f"{field.label}, slider"
    slider = tag("input", type="range", name=field.name, value=value, aria_label=label, **limits)
    return _labelled(field, join(box, slider))


def _text_area(rows: int, numeric: str | None = None) -> Control:
    """The control of a field whose string may be long.

    Args:
        rows: Lines that show.
        numeric: `list` where it takes numbers: the page's script reads them as the page's language writes them.
    """

    def area(field: Field[Any], options: Options) -> Html:
        value = field.format(options.values[field.name])
        attributes = {"rows": str(rows), "spellcheck": "false", "data_numeric": numeric}
        attributes |= _for_script(field)
        return _labelled(field, tag("textarea", value, name=field.name, **attributes))

    return area


def _line(field: Field[Any], options: Options) -> Html:
    value = field.format(options.values[field.name])
    attributes = {"type": "text", "name": field.name, "value": value, "spellcheck": "false"}
    return _labelled(field, tag("input", **attributes, **_for_script(field)))


def _model_names(field: ModelNames, options: Options) -> Html:
    # Where nothing has a name there is nothing to type.
    return _line(field, options) if options.resources.names else join()


CONTROLS: Mapping[type, Control] = {
    Choice: _choice,
    Number: _number,
    FloatList: _text_area(rows=3, numeric="list"),
    MultiChoice: _text_area(rows=2),
    ModelNames: _model_names,
    Text: _line,
    TextList: _text_area(rows=3),
}
"""The control of each kind of field; a subclass has that of its nearest base."""


def _labelled(field: Field[Any], control: Html) -> Html:
    """A control inside its label."""
    return tag(
        "label",
        tag("span", field.label),
        control,
        class_="quantlab-control",
        title=field.help,
        hidden=True,
    )


def _for_script(field: Field[Any]) -> dict[str, str | None]:
    """What the page's script needs to know of a field: options that it clears, and its names in old links."""
    return {
        "data_clears": " ".join(field.excludes) or None,
        "data_aliases": " ".join(field.aliases) or None,
    }


GGUF_FILES = ".gguf,application/octet-stream"
"""What file pickers offer. iOS and Android do not know the ending, and show a file as what any bytes are."""

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
        data_files="picture",
        data_pixels=MAX_PIXELS,
        hidden=True,
    )


def _models(words: Words) -> Html:
    return tag(
        "div",
        tag(
            "label",
            tag("span", words("form.models")),
            tag("input", type="file", multiple=True, accept=GGUF_FILES),
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
        data_files="models",
        hidden=True,
    )


FILES = {"models": _models, "picture": _picture}
"""The part of the form for each kind of file that a widget may take."""

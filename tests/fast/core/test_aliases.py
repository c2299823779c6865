"""A renamed option: its former name keeps working, and an author is told of it."""

from __future__ import annotations

import logging

import markdown
import pytest

from mkdocs_quantlab.engine.core import schema
from mkdocs_quantlab.engine.core.fields import (
    Choice,
    FloatList,
    Integer,
    ModelNames,
    MultiChoice,
    Real,
    Text,
    TextList,
)
from mkdocs_quantlab.engine.core.form import control
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.core.widget import widget
from mkdocs_quantlab.site.chat import chat
from mkdocs_quantlab.site.evidence import evidence
from mkdocs_quantlab.site.setting_lines import line_of_option
from mkdocs_quantlab.site.settings import former_names


class Sample(schema.Options):
    """An option of each kind, with former names."""

    choice = Choice(4, {4: "4", 8: "8"}, label="C", help="C.", aliases=["bits", "width"])
    integer = Integer(1, 0, 9, label="I", help="I.", aliases=["whole"], excludes=["real"])
    real = Real(1, 0, 9, label="R", help="R.", aliases=["number"])
    floats = FloatList((1.0,), 3, 9, label="F", help="F.", aliases=["reals"])
    several = MultiChoice(("a",), ["a", "b"], label="S", help="S.", aliases=["types"])
    models = ModelNames("names", 2, label="M", help="M.", aliases=["files"])
    text = Text("", label="T", help="T.", aliases=["label"])
    texts = TextList((), label="L", help="L.", aliases=["labels"])


VALUES = {
    "choice": "8",
    "integer": "3",
    "real": "0.5",
    "floats": "1 2",
    "several": "b",
    "models": "q4",
    "text": "x",
    "texts": "x|y",
}
CASES = [(alias, field.name) for field in Sample.fields() for alias in field.aliases]


@pytest.mark.parametrize(("alias", "name"), CASES)
def test_a_former_name_is_the_option(alias, name):
    value = VALUES[name]
    old, new = Sample({alias: value}), Sample({name: value})
    assert old.values == new.values != Sample().values
    assert old.given == new.given == {name}
    assert alias not in old.strings()
    told = []
    assert Sample.current({alias: value}, lambda *said: told.append(said)) == {name: value}
    assert told == [(alias, f"`{alias}` is a former name of `{name}`: write `{name}`")]


@pytest.mark.parametrize(("alias", "name"), CASES)
@pytest.mark.parametrize("old_first", [True, False])
def test_an_old_and_a_new_name_together_are_an_error(alias, name, old_first):
    names = [alias, name] if old_first else [name, alias]
    given = dict.fromkeys(names, VALUES[name])
    for read in (Sample, Sample.current, lambda given: Sample.merge(given, {})):
        with pytest.raises(OptionError, match=f"are the same option: give `{name}` only") as caught:
            read(given)
        assert caught.value.option == alias


def test_two_former_names_together_are_an_error():
    with pytest.raises(OptionError, match="`bits` and `width` are the same option"):
        Sample({"bits": "4", "width": "4"})


def test_what_a_former_name_excludes():
    with pytest.raises(OptionError, match="`integer` and `real` exclude each other"):
        Sample({"whole": "1", "number": "1"})
    assert Sample.merge({"number": "2", "width": "8"}, {"whole": "1", "choice": "4"}) == {
        "choice": "4",
        "integer": "1",
    }


@pytest.mark.parametrize("field", Sample.fields(), ids=lambda field: field.name)
def test_the_page_finds_a_control_by_its_former_names(field):
    made = control(field, Sample({}, schema.NONE.__class__(["q4"])))
    assert f'data-aliases="{" ".join(field.aliases)}"' in made
    assert field.describe()["aliases"] == list(field.aliases)


def test_an_option_is_never_called_what_another_was():
    """It could not be told which of the two is meant."""
    with pytest.raises(ValueError, match=r"Clash: `old` is the name of two options"):

        class Clash(schema.Options):
            old = Text("", label="O", help="O.")
            new = Text("", label="N", help="N.", aliases=["old"])


@pytest.fixture
def renamed(monkeypatch):
    """Options of a widget, of the chat and of evidence that had other names once."""
    monkeypatch.setattr(widget("quantization-explorer").options.bits, "aliases", ("width",))
    monkeypatch.setattr(chat.Options.seed, "aliases", ("start",))
    monkeypatch.setattr(evidence.TextOptions.rows, "aliases", ("lines",))


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("<div data-quantization-explorer data-bits=3></div>", ("bits", "width")),
        ("<div data-quantlab-chat data-seed=3></div>", ("seed", "start")),
        ("<div data-lab-evidence=text data-name=a data-label=A data-rows=3></div>", ("rows", "lines")),
    ],
)  # fmt: skip
def test_a_directive_with_a_former_name(renamed, caplog, new, old):
    current, former = old
    page = f"# Lab\n\ntext\n\n{new}\n"
    with caplog.at_level(logging.WARNING):
        html = markdown.markdown(page, extensions=["quantlab"])
        assert not caplog.records
        aged = page.replace(f"data-{current}=", f"data-{former}=")
        assert markdown.markdown(aged, extensions=["quantlab"]) == html
    (record,) = caplog.records
    assert record.getMessage() == (
        f"line 5: `{former}` is a former name of `{current}`: write `{current}`"
    )


def test_defaults_with_a_former_name(renamed, caplog):
    page = "<div data-quantization-explorer></div>"
    made = [
        markdown.markdown(
            page,
            extensions=["quantlab"],
            extension_configs={"quantlab": {"defaults": {"quantization-explorer": {name: 3}}}},
        )
        for name in ("bits", "width")
    ]
    assert made[0] == made[1]
    (record,) = caplog.records
    assert record.getMessage() == (
        "quantlab: `defaults`: `width` is a former name of `bits`: write `bits`"
    )


def test_places_of_former_names_in_mkdocs_yml(renamed):
    defaults = {"data-quantization-explorer": {"width": 3}, "quantization-block": {"sub": 1}}
    ((keys, _),) = former_names("defaults", defaults)
    assert keys == ("defaults", "data-quantization-explorer", "width")
    source = "quantlab:\n  defaults:\n    x: {width: 2}\n    data-quantization-explorer:\n      width: 3\n"
    assert line_of_option(source, *keys) == 5
    ((keys, _),) = former_names("chat", {"start": 3})
    assert keys == ("chat", "start")
    assert former_names("on_error", "fail") == []

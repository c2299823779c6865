"""Options: what is taken, what is refused, and in which words."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mkdocs_quantlab.engine.core import schema
from mkdocs_quantlab.engine.core.fields import Choice, FloatList, Integer, Real, TextList
from mkdocs_quantlab.engine.core.form import control
from mkdocs_quantlab.engine.core.resources import Resources
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.core.widget import built_in, widget


class Sample(schema.Options):
    primary = "bits"
    bits = Choice(4, {2: "two", 4: "four", 8: "eight"}, label="Bits", help="Bits.")
    kind = Choice(
        "toy",
        {"toy": "Toy", "gaussian": "Gaussian"},
        label="Kind",
        help="Kind.",
        excluding={"toy": ["seed"]},
    )
    weight = Real(0.5, -1, 1, label="Weight", help="Weight.")
    seed = Integer(1, 0, 99, label="Seed", help="Seed.", excludes=("list",))
    list = FloatList((1.0,), 3, 10, label="List", help="List.", excludes=("seed",))


def test_defaults_are_typed_values():
    given = Sample()
    assert (given.bits, given.kind, given.weight, given.seed, given.list) == (
        4,
        "toy",
        0.5,
        1,
        (1.0,),
    )


def test_strings_become_values():
    given = Sample({"bits": " 8 ", "kind": "Gaussian", "weight": "-2.5e-1", "list": "1, 2;3"})
    assert (given.bits, given.kind, given.weight, given.list) == (
        8,
        "gaussian",
        -0.25,
        (1.0, 2.0, 3.0),
    )


REFUSED = [
    (
        {"bitz": "4"},
        "unknown option `bitz` (did you mean `bits`?); the options are `bits`, `kind`, `weight`, `seed`, `list`",
    ),
    ({"bits": "5"}, "`bits` takes one of `2`, `4`, `8`; found `5`; the nearest is `4`"),
    ({"bits": "7.9"}, "`bits` takes one of `2`, `4`, `8`; found `7.9`; the nearest is `8`"),
    ({"bits": ""}, "`bits` takes one of `2`, `4`, `8`; found nothing"),
    (
        {"kind": "gausian"},
        "`kind` takes one of `toy`, `gaussian`; found `gausian` (did you mean `gaussian`?)",
    ),
    ({"weight": "two"}, "`weight` takes a number from -1 to 1; found `two`"),
    ({"weight": "nan"}, "`weight` takes a number from -1 to 1; found `nan`"),
    ({"weight": "inf"}, "`weight` takes a number from -1 to 1; found `inf`; the nearest is `1`"),
    (
        {"weight": "-1.01"},
        "`weight` takes a number from -1 to 1; found `-1.01`; the nearest is `-1`",
    ),
    ({"seed": "1.5"}, "`seed` takes a whole number from 0 to 99; found `1.5`"),
    ({"seed": "1_0"}, "`seed` takes a whole number from 0 to 99; found `1_0`"),
    ({"seed": "100"}, "`seed` takes a whole number from 0 to 99; found `100`; the nearest is `99`"),
    (
        {"list": " , "},
        "`list` takes 1 to 3 numbers from -10 to 10, separated by spaces or commas; found none",
    ),
    (
        {"list": "1 x 3"},
        "`list` takes 1 to 3 numbers from -10 to 10, separated by spaces or commas; found `x`",
    ),
    (
        {"list": "1 nan"},
        "`list` takes 1 to 3 numbers from -10 to 10, separated by spaces or commas; found `nan`",
    ),
    (
        {"list": "11"},
        "`list` takes 1 to 3 numbers from -10 to 10, separated by spaces or commas; found `11`",
    ),
    (
        {"list": "1 " * 10_000},
        "`list` takes 1 to 3 numbers from -10 to 10, separated by spaces or commas; found 10,000 of them",
    ),
    ({"kind": "toy", "seed": "2"}, "`kind` `toy` and `seed` exclude each other: give one"),
    ({"list": "1", "seed": "2"}, "`list` and `seed` exclude each other: give one"),
    ({"kind": "x" * 99}, "`kind` takes one of `toy`, `gaussian`; found `" + "x" * 37 + "...`"),
]


@pytest.mark.parametrize(
    ("strings", "message"), REFUSED, ids=[message[:40] for _, message in REFUSED]
)
def test_refusals_say_what_is_allowed(strings, message):
    with pytest.raises(OptionError) as error:
        Sample(strings)
    assert str(error.value) == message
    assert error.value.option in strings


def test_merge_drops_what_is_excluded():
    assert Sample.merge({"seed": "3", "bits": "2"}, {"list": "1"}) == {"bits": "2", "list": "1"}
    assert Sample.merge({"seed": "3"}, {"kind": "toy"}) == {"kind": "toy"}
    assert Sample.merge({"seed": "3"}, {"kind": "gaussian"}) == {"kind": "gaussian", "seed": "3"}
    assert Sample.merge({"bits": "2"}, {"bits": "8"}) == {"bits": "8"}


@pytest.mark.parametrize("name", built_in())
def test_strings_read_back_as_the_same_options(name):
    kind = widget(name).options
    given = kind()
    excluding = {other for field in kind.fields() for other in field.excludes}
    strings = {k: v for k, v in given.strings().items() if k not in excluding}
    assert kind(strings).values == given.values


@given(st.text(max_size=20))
@example("0\x1f")
def test_no_text_breaks_a_field(text):
    for field in Sample.fields():
        try:
            value = field.parse(text)
        except OptionError:
            continue
        assert field.parse(field.format(value)) == value


@pytest.mark.parametrize("name", built_in())
def test_every_option_has_a_control_and_a_hint(name):
    kind = widget(name).options
    given = kind({}, Resources(["q4"]))
    for field in kind.fields():
        if not field.in_form:
            assert control(field, given) == ""
        else:
            assert f'name="{field.name}"' in control(field, given)
        assert field.help.endswith(".")
        assert field.allowed


def test_options_are_inherited():
    class Shared(schema.Options):
        seed = Integer(7, 0, 99, label="Seed", help="Seed.")
        bits = Integer(4, 2, 8, label="Bits", help="Bits.")

    class Own(Shared):
        more = Integer(1, 0, 9, label="More", help="More.")
        bits = Integer(3, 1, 8, label="Bits", help="Bits.")

    assert [field.name for field in Own.fields()] == ["seed", "bits", "more"]
    assert Own({"seed": "8"}).strings() == {"seed": "8", "bits": "3", "more": "1"}
    assert Shared().strings() == {"seed": "7", "bits": "4"}


def test_a_list_without_end_is_refused():
    class Texts(schema.Options):
        texts = TextList((), label="Texts", help="Texts.")

    with pytest.raises(OptionError, match="`texts` takes values separated by"):
        Texts({"texts": "[" * 100_000})

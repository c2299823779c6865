"""Marks of figures: the attributes that bind them to options."""

from __future__ import annotations

import json

import pytest

from mkdocs_quantlab.engine.core.html import tag
from mkdocs_quantlab.engine.core.interact import Scale, click, drag, paint, play, scrub

ACROSS = Scale(-1, 1, 0.1, 0.9)
DOWN = Scale(0, 100, 0.9, 0.1)


@pytest.mark.parametrize(
    ("scale", "value", "percent"),
    [(ACROSS, -1, "10.00%"), (ACROSS, 0, "50.00%"), (ACROSS, 2, "130.00%"), (DOWN, 100, "10.00%")],
)
def test_places_on_a_scale(scale, value, percent):
    assert scale.percent(value) == percent
    assert scale.places([value, 0]) == [scale.place(value), scale.place(0)]


def test_a_mark_of_one_direction():
    assert tag("circle", **drag("weight", x=ACROSS, label="Weight", spoken="0.5 of 1")) == (
        '<circle data-drag-x="weight" data-scale-x="-1 1 0.1 0.9" data-label="Weight" data-spoken="0.5 of 1"'
        ' data-key="drag-weight"></circle>'
    )


def test_a_mark_of_two_directions():
    both = drag("x", x=ACROSS, label="Point") | drag("y", y=DOWN, step=5, label="Point", key="p")
    assert both == {
        "data_drag_x": "x",
        "data_scale_x": "-1 1 0.1 0.9",
        "data_step_x": None,
        "data_drag_y": "y",
        "data_scale_y": "0 100 0.9 0.1",
        "data_step_y": "5",
        "data_label": "Point",
        "data_spoken": None,
        "data_key": "p",
    }


@pytest.mark.parametrize(
    ("scales", "message"),
    [
        ({}, "`w` takes one scale, `x` or `y`"),
        ({"x": ACROSS, "y": DOWN}, "`w` takes one scale, `x` or `y`"),
        ({"x": Scale(1, 1)}, "the scale of `w` has no extent"),
        ({"x": Scale(2, 1)}, "the scale of `w` has no extent"),
        ({"x": Scale(float("nan"), 1)}, "the scale of `w` is not finite"),
        ({"x": Scale(0, 1, end=float("inf"))}, "the scale of `w` is not finite"),
        ({"x": ACROSS, "step": 0}, "the step of `w` must be positive"),
        ({"y": Scale(0, 1, 0.5, 0.5)}, "the scale of `w` has no extent"),
    ],
)
def test_scales_that_lead_nowhere(scales, message):
    with pytest.raises(ValueError, match=message):
        drag("w", label="W", **scales)


def test_values_are_written_as_options_take_them():
    assert click("bits", 4)["data_value"] == "4"
    assert click("scheme", "nf4")["data_value"] == "nf4"
    assert paint("weights", 3, 0.25) == {
        "data_paint": "weights",
        "data_index": 3,
        "data_value": "0.25",
        "data_label": None,
    }
    for made in (scrub("a", [1, 2.5, "x"], label="A"), play("a", [1, 2.5, "x"])):
        assert json.loads(made["data_values"]) == ["1", "2.5", "x"]


def test_a_button_that_plays_is_not_there_without_script():
    assert " hidden>Play</button>" in tag("button", "Play", **play("a", range(3), loop=True))
    assert " data-loop " in tag("button", "Play", **play("a", range(3), loop=True))
    assert "data-loop" not in tag("button", "Play", **play("a", range(3)))


@pytest.mark.parametrize("make", [lambda: scrub("w", (), label="W"), lambda: play("w", [])])
def test_no_values_are_a_mistake(make):
    with pytest.raises(ValueError, match="`w` takes at least one value"):
        make()


@pytest.mark.parametrize("interval", [0, -1, float("nan"), float("inf")])
def test_an_interval_is_positive(interval):
    with pytest.raises(ValueError, match="the interval of `w` must be positive"):
        play("w", [1], interval)

"""The curve of what several models drew."""

from __future__ import annotations

import re

import pytest

from mkdocs_quantlab.engine.core.plots import BOTTOM, LEFT, RIGHT, TOP
from mkdocs_quantlab.engine.core.protocol import CurveRun
from mkdocs_quantlab.engine.views.drawing_curve import (
    MAX_BITS,
    MIN_BITS,
    bits_per_weight,
    curve,
)
from tests.calls import answer as in_page

UPPER = TOP + 6

Q8 = CurveRun(label="eight", right=3, drawings=4, low=0.3, high=0.954, types={"Q8_0": 96, "F32": 4})
Q2 = CurveRun(label="<two>", right=0, drawings=4, low=0, high=0.49, types={"q2_K": 100})


def test_bits_are_the_mean_over_all_values():
    assert bits_per_weight({"Q8_0": 96, "F32": 4}) == pytest.approx(0.96 * 8.5 + 0.04 * 32)
    assert bits_per_weight({"q4_K": 7}) == 4.5
    assert bits_per_weight({}) is None
    assert bits_per_weight({"Q4_K": 7, "Q99": 1}) is None


def test_a_point_is_where_its_share_and_its_bits_are():
    html = str(curve([Q8, Q2]))
    height = BOTTOM - (BOTTOM - UPPER) * 0.75
    assert f'cy="{height:.1f}"' in html
    assert f'cy="{BOTTOM:.1f}"' in html
    places = [float(x) for x in re.findall(r'<circle cx="([\d.]+)%"', html)]
    assert all(LEFT < x < RIGHT for x in places)
    # From left to right, the one of fewer bits first.
    assert places == sorted(places)
    assert "&lt;two&gt;" in html
    assert "<two>" not in html
    assert "eight: 3 of 4 right at 9.44 bits per weight, 95 % interval 30% to 95%" in html


def test_names_of_one_models_files_are_shown_without_the_model():
    html = str(curve([{**Q8, "label": "drawing:Q8_0"}, {**Q2, "label": "drawing:Q2_K"}]))
    assert ">Q8_0<" in html
    assert "drawing:Q8_0: 3 of 4" in html
    assert ">drawing:Q8_0<" in str(curve([{**Q8, "label": "drawing:Q8_0"}, Q2]))


def test_an_interval_is_a_bar():
    bars = str(curve([Q8, Q2])).partition('class="quantlab-bars"')[2]
    top, bottom = BOTTOM - (BOTTOM - UPPER) * 0.954, BOTTOM - (BOTTOM - UPPER) * 0.3
    assert f'y1="{bottom:.1f}" y2="{top:.1f}"' in bars


def test_of_fewer_than_two_there_is_no_curve():
    unknown = {**Q8, "types": {}}
    assert curve([]) == curve([Q8]) == curve([Q8, unknown]) == curve([Q8, {**Q2, "drawings": 0}]) == ""  # fmt: skip


@pytest.mark.parametrize("bits", [MIN_BITS / 9, MAX_BITS * 9])
def test_the_edges_hold_what_is_beyond(bits, monkeypatch):
    from mkdocs_quantlab.engine.views import drawing_curve as module

    monkeypatch.setattr(module, "bits_per_weight", lambda _: bits)
    assert "%" in str(curve([Q8, Q2]))


def test_the_page_gets_json():
    runs = [Q8, Q2, {**Q2, "types": {}}]
    found = in_page("draw_curve", {"runs": runs})
    assert found["bits"] == [pytest.approx(9.44), 2.625, None]
    assert found["html"] == str(curve([Q8, Q2]))

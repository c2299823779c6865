"""One number, rounded to whole, half or quarter steps."""

from __future__ import annotations

from mkdocs_quantlab import api
from mkdocs_quantlab.api import Choice, Html, Real, join, result, tag
from quantlab_sample.steps import STEPS

TITLE = "Rounding to steps"


class Options(api.Options):
    """What is rounded, and how."""

    step = Choice(1, STEPS, label="Steps", help="What the number is rounded to.")
    value = Real(0.7, -10, 10, label="Value", help="The number.")

    primary = "step"


def render(given: Options) -> Html:
    """The rounded number."""
    rounded = round(given.value * given.step) / given.step
    return join(
        result(f"{given.value:g} in {STEPS[given.step]} steps is {rounded:g}."),
        tag("p", f"{rounded:g}", class_="rounding-steps"),
    )

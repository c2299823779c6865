"""In-page options: each value names the views that it hides, whatever the values are called."""

import re

import pytest

from mkdocs_quantlab.engine.core import schema
from mkdocs_quantlab.engine.core.fields import Choice
from mkdocs_quantlab.engine.core.figures import view
from mkdocs_quantlab.engine.core.form import form
from mkdocs_quantlab.engine.core.schema import MAX_VIEWS


def choice(*values: str) -> Choice[str]:
    return Choice(values[0], {v: v.upper() for v in values}, label="L", help="H", in_page=True)


class Options(schema.Options):
    primary = ""

    part = choice("all", "head", "tail")
    plain = Choice("a", {"a": "A", "b": "B"}, label="L", help="H")
    side = choice("left", "right", "both sides")


def hidden_by() -> dict[str, str]:
    html = str(form(Options()))
    return dict(re.findall(r'value="([^"]+)"[^>]* data-hides="([^"]+)"', html))


def test_every_value_hides_the_other_views_of_its_option():
    assert hidden_by() == {"head": "2", "tail": "1", "left": "4 5", "right": "3 5", "both sides": "3 4"}  # fmt: skip


def test_a_view_has_the_number_of_its_value():
    assert str(view(Options.side, "right", "R")) == (
        '<div class="quantlab-view" data-view="right" data-number="4">R</div>'
    )
    assert "<p>Over it</p>R" in str(view(Options.side, "right", "R", caption="Over it"))


@pytest.mark.parametrize(
    ("option", "value"), [(Options.side, "up"), (Options.part, "all"), (Options.plain, "a")]
)
def test_a_view_of_no_value_is_an_error(option, value):
    with pytest.raises(KeyError):
        view(option, value)


def test_more_views_than_the_style_sheet_has_rules_for():
    with pytest.raises(ValueError, match=rf"Many: .* {MAX_VIEWS + 1} views; at most {MAX_VIEWS}"):

        class Many(schema.Options):
            primary = ""
            view = choice(*(f"v{n}" for n in range(MAX_VIEWS + 1)))

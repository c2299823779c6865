"""HTML values compose, and nothing in them is escaped twice or left as typed."""

from __future__ import annotations

import markupsafe
import pytest
from jinja2 import Environment

from mkdocs_quantlab.engine.core.html import Html, join, tag, tags

BOLD = tag("b", "1 < 2")
TYPED = "<script>"


def test_html_and_html():
    both = BOLD + tag("i", "x")
    assert isinstance(both, Html)
    assert tag("p", both) == "<p><b>1 &lt; 2</b><i>x</i></p>"


@pytest.mark.parametrize("made", [BOLD + TYPED, TYPED + BOLD, join(TYPED, BOLD)])
def test_html_and_typed_text(made):
    assert isinstance(made, Html)
    assert TYPED not in made
    assert "&lt;script&gt;" in made
    assert BOLD in made
    assert tag("p", made) == f"<p>{made}</p>"


def test_adding_in_place():
    made = BOLD
    made += TYPED
    made += None
    assert made == f"{BOLD}&lt;script&gt;"
    assert isinstance(made, Html)


def test_html_between_others():
    made = tag("br").join([BOLD, TYPED, [BOLD, None]])
    assert isinstance(made, Html)
    assert made == f"{BOLD}<br>&lt;script&gt;<br>{BOLD}"


def test_a_plain_text_with_html_in_it_is_plain():
    """Of a plain text nothing is known, so that it is escaped as a whole."""
    made = f"{BOLD} {TYPED}"
    assert not isinstance(made, Html)
    assert tag("p", made) == "<p>&lt;b&gt;1 &amp;lt; 2&lt;/b&gt; &lt;script&gt;</p>"


def test_markupsafe_takes_ours():
    assert markupsafe.escape(BOLD) == BOLD
    assert markupsafe.Markup("<i>%s</i>") % BOLD == f"<i>{BOLD}</i>"
    environment = Environment(autoescape=True)
    template = environment.from_string("{{ made }}{{ typed }}")
    assert template.render(made=BOLD, typed=TYPED) == BOLD + TYPED


def test_ours_takes_markupsafe():
    markup = markupsafe.Markup("<u>&amp;</u>")
    assert tag("p", markup) == "<p><u>&amp;</u></p>"
    assert BOLD + markup == f"{BOLD}<u>&amp;</u>"


def test_attributes_are_escaped_whatever_they_are():
    assert tag("p", title=BOLD) == '<p title="&lt;b&gt;1 &amp;lt; 2&lt;/b&gt;"></p>'


def test_elements_of_one_kind():
    made = tags("td", [TYPED, BOLD, None], class_="'n'")
    assert isinstance(made, Html)
    assert made == "".join(tag("td", child, class_="'n'") for child in (TYPED, BOLD, None))


def test_numbers_in_attributes_are_not_taken_for_each_other():
    assert tag("i", x=1) == '<i x="1"></i>'
    assert tag("i", x=1.0) == '<i x="1.0"></i>'
    assert tag("i", x=True) == "<i x></i>"
    assert tag("i", x=0) == '<i x="0"></i>'
    assert tag("i", x=BOLD) == '<i x="&lt;b&gt;1 &amp;lt; 2&lt;/b&gt;"></i>'


def test_attributes_that_people_read_do_not_turn_what_stands_beside_them():
    made = tag("button", title="a\u202eb", aria_label="\u2069c", value="a\u202eb", data_x="\u2069")
    assert made == (
        '<button title="\u2068a\u202eb\u2069" aria-label="\u2068c\u2069" value="a\u202eb" data-x="\u2069"></button>'
    ).replace("\u2069c", "c")

"""The marks of drawings: every drawing of the grammar is right, and whatever is changed in one gets its mark."""

from __future__ import annotations

import json
import random
import xml.etree.ElementTree as ET

import pytest
from hypothesis import settings

from mkdocs_quantlab.engine.drawing.parts import PARTS
from mkdocs_quantlab.engine.drawing.reading import LONGEST, read
from mkdocs_quantlab.engine.drawing.scene import Jitter, Scene, Thing, draw
from mkdocs_quantlab.engine.drawing.score import EXAMPLES, LABELS, MAX_ELEMENTS, marks, score
from mkdocs_quantlab.engine.drawing.svg import Group, svg
from mkdocs_quantlab.engine.drawing.things import KINDS
from models.drawing.scenes import random_jitter, random_scene
from models.drawing.wording import wording
from tests.calls import answer as in_page

PELICAN = Scene((Thing("pelican", on=Thing("bicycle")),))
# More in `make slow`, as examples of properties.
SCENES = settings.default.max_examples


def wrong(scene, drawing):
    """The names of the marks that are not right."""
    return [mark.name for mark in score(scene, drawing).marks if not mark.is_right]


def said(scene, drawing, name):
    return next(mark.said for mark in score(scene, drawing).marks if mark.name == name)


def scenes(seed, number=SCENES):
    rng = random.Random(seed)
    for _ in range(number):
        scene = random_scene(rng)
        yield rng, scene, draw(scene, random_jitter(rng))


def changed(groups, i, j, **changes):
    """The drawing with one element changed; None leaves it out."""
    elements = list(groups[i].elements)
    elements[j] = elements[j]._replace(**changes)
    return svg([*groups[:i], Group(groups[i].name, tuple(elements)), *groups[i + 1 :]])


def without(groups, i, j):
    elements = [element for k, element in enumerate(groups[i].elements) if k != j]
    return svg([*groups[:i], Group(groups[i].name, tuple(elements)), *groups[i + 1 :]])


def lowered(element, units):
    """The element further down; sizes stay."""
    last = 2 if element.shape in ("circle", "ring", "ellipse", "rect") else len(element.numbers)
    numbers = (n + units * (k % 2 and k < last) for k, n in enumerate(element.numbers))
    return element._replace(numbers=tuple(numbers))


def any_place(rng, groups):
    places = [(i, j) for i, group in enumerate(groups) for j in range(len(group.elements))]
    return rng.choice(places)


def test_every_drawing_of_the_grammar_is_right_whatever_its_wording():
    for rng, scene, groups in scenes(1):
        drawing = svg(groups)
        assert wrong(scene, drawing) == [], (scene, drawing)
        found = marks(wording(scene, rng), drawing)
        assert found, scene
        assert found.all_right, (scene, found)


@pytest.mark.parametrize("ground", [-3, 0, 3])
@pytest.mark.parametrize("shift", [-5, 5])
@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("sky", [-3, 3])
def test_what_a_wording_leaves_open_is_left_open(ground, shift, side, sky):
    for _, scene, _ in scenes(2):
        assert wrong(scene, svg(draw(scene, Jitter(ground, shift, side, sky)))) == []


def test_another_colour_is_a_matter_of_colours_only():
    for rng, scene, groups in scenes(3):
        drawing = changed(groups, *any_place(rng, groups), colour="lime")
        assert wrong(scene, drawing) == ["colours"], (scene, drawing)


def test_a_missing_part_is_missing():
    for rng, scene, groups in scenes(4):
        i, j = any_place(rng, groups)
        drawing = without(groups, i, j)
        assert "shapes" in wrong(scene, drawing)
        (sentence,) = said(scene, drawing, "shapes")
        assert sentence.endswith(" is missing")


def test_a_part_that_was_moved_is_told():
    for rng, scene, groups in scenes(5):
        i, j = any_place(rng, groups)
        element = groups[i].elements[j]
        numbers = list(element.numbers)
        # What is as wide as the picture begins at its left, and says so by saying nothing.
        axis = 1 if element.shape == "rect" and numbers[2] == 100 else rng.randint(0, 1)
        if element.shape in ("line", "polygon", "path", "curve"):
            moved = range(axis, len(numbers), 2)
        else:
            moved = [axis]
        # A whole that is one element may be moved further than one of its parts.
        distance = 14 if len(groups[i].elements) == 1 else 7
        for k in moved:
            numbers[k] += distance
        drawing = changed(groups, i, j, numbers=tuple(numbers))
        assert wrong(scene, drawing) == ["geometry"], (scene, drawing)


def test_another_size_is_told():
    for rng, scene, groups in scenes(6):
        i, j = any_place(rng, groups)
        element = groups[i].elements[j]
        if element.shape not in ("circle", "ring", "ellipse", "rect"):
            continue
        numbers = (*element.numbers[:-1], element.numbers[-1] + 4)
        assert wrong(scene, changed(groups, i, j, numbers=numbers)) == ["geometry"]


def test_a_whole_thing_in_the_wrong_place_is_told():
    scene = Scene((Thing("star"), Thing("house")), "above")
    groups = draw(scene)
    swapped = Scene((Thing("house"), Thing("star")))
    assert "geometry" in wrong(scene, svg(draw(swapped)))
    down = lowered(groups[-2].elements[0], 30).numbers
    assert said(scene, changed(groups, len(groups) - 2, 0, numbers=down), "geometry") == (
        "The star is 30 units from its place",
    )


def test_things_are_counted():
    for _, scene, groups in scenes(7):
        kind = scene.things[-1].kind
        fewer, more = svg(groups[:-1]), svg([*groups, groups[-1]])
        asked = scene.things[-1].number
        for drawing, drawn in ((fewer, asked - 1), (more, asked + 1)):
            name = kind if asked == 1 else KINDS[kind].plurals[0]
            assert f"{asked} {name} asked for, {drawn} drawn" in said(scene, drawing, "counts")
            assert "shapes" in wrong(scene, drawing)


def test_words_for_what_is_wrong():
    balloons = Scene((Thing("balloon", number=3),))
    assert said(balloons, svg(draw(balloons)[:-1]), "counts") == ("3 balloons asked for, 2 drawn",)
    house = Scene((Thing("house", windows=3),))
    fewer = svg(draw(Scene((Thing("house", windows=2),))))
    assert said(house, fewer, "counts") == ("3 windows asked for, 2 drawn",)
    groups = draw(PELICAN)
    wheel = groups[-1].elements[0]
    off = (wheel.numbers[0] + 9, *wheel.numbers[1:])
    drawing = changed(groups, len(groups) - 1, 0, numbers=off)
    assert said(PELICAN, drawing, "geometry") == ("The left wheel of the bicycle is 9 units off",)
    drawing = changed(groups, len(groups) - 1, 0, colour="lime")
    assert said(PELICAN, drawing, "colours") == (
        "The left wheel of the bicycle is lime, not black",
    )
    drawing = changed(groups, len(groups) - 1, 0, shape="circle")
    assert said(PELICAN, drawing, "shapes") == (
        "The left wheel of the bicycle is a circle, not a ring",
    )
    drawing = svg(groups).replace("<ellipse ", '<ellipse opacity="0" ', 1)
    assert said(PELICAN, drawing, "shapes") == (
        "The body of the pelican has `opacity`, which is not asked for",
    )
    drawing = svg(groups).replace("</svg>", "<g/></svg>")
    assert said(PELICAN, drawing, "shapes") == ("1 element too many: an unreadable `g`",)
    drawing = svg(groups).replace("points=", "point=", 1)
    assert said(PELICAN, drawing, "shapes") == (
        "The tail of the pelican is missing",
        "1 element too many: an unreadable `polygon`",
    )
    drawing = svg(groups).replace('points="', 'points="3 ', 1)
    assert said(PELICAN, drawing, "shapes") == ("The tail of the pelican cannot be read",)
    groups = draw(balloons)
    moved = [lowered(element, 20) for element in groups[-1].elements]
    drawing = svg([*groups[:-1], Group("balloon", tuple(moved))])
    assert said(balloons, drawing, "geometry") == ("Balloon 3 is 20 units from its place",)
    groups = draw(PELICAN)
    drawing = svg(groups).replace("0 0 100 100", "0 0 10 10")
    assert said(PELICAN, drawing, "geometry") == (
        "The drawing's viewBox is 0 0 10 10, not 0 0 100 100",
    )


def test_broken_xml_is_broken_and_the_rest_of_it_still_judged():
    drawing = svg(draw(PELICAN))
    assert wrong(PELICAN, drawing.replace("</svg>", "")) == ["well_formed"]
    assert wrong(PELICAN, drawing.replace("/>", ">", 1)) == ["well_formed"]
    assert wrong(PELICAN, drawing.replace(' xmlns="http://www.w3.org/2000/svg"', "")) == [
        "well_formed"
    ]


def test_little_of_a_drawing_is_not_right_for_lack_of_evidence():
    nothing = svg([])
    assert wrong(PELICAN, nothing) == ["shapes", "colours", "counts", "geometry"]
    assert said(PELICAN, nothing, "colours") == ("Only 0 of 16 parts can be told apart",)
    assert wrong(PELICAN, "Sorry, I can only draw.") == list(LABELS)


def test_other_text_around_a_drawing_does_not_matter():
    drawing = svg(draw(PELICAN))
    assert wrong(PELICAN, f"Here it is:\n\n```svg\n{drawing}\n```\nEnjoy.") == []
    spaced = drawing.replace("<", "\n  <").replace('"/>', '"></circle>').strip()
    assert "well_formed" in wrong(PELICAN, spaced)  # each element ends with an end tag of circles
    assert wrong(PELICAN, drawing.replace("<", "\n  <").strip()) == []
    assert wrong(PELICAN, drawing.replace('"', "'")) == []


def test_every_element_has_a_name():
    for name, kind in KINDS.items():
        groups = draw(Scene((Thing(name),)))
        assert len(PARTS[name]) == len(groups[-1].elements), name
        assert len(set(PARTS[name])) == len(PARTS[name]), name
        assert kind.names[0] == name
    assert PARTS.keys() == KINDS.keys()


def test_prompts_that_are_said_to_be_understood_are():
    for prompt in EXAMPLES:
        assert marks(prompt, svg([])), prompt
    assert marks("Multiply 386 by 57.", svg([])) is None


def test_the_page_gets_json():
    asked = {"prompt": "Draw a pelican riding a bicycle.", "answer": svg(draw(PELICAN))}
    found = in_page("mark_drawing", asked)
    assert found["all"] is True
    assert [mark["label"] for mark in found["marks"]] == list(LABELS.values())
    unknown = in_page("mark_drawing", {"prompt": "Hello", "answer": "<svg/>"})
    assert unknown == {"examples": list(EXAMPLES)}


# Hostile and broken texts

BOMB = (
    """<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">"""
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + """]><svg xmlns="http://www.w3.org/2000/svg">&j;</svg>"""
)
HOSTILE = [
    "", "<", "<svg", "<svg>", "</svg>", "</svg><svg>", "<svg/>", "<svg></svg>" * 500, "\0", "\ud800", "<svg>\ud800</svg>",
    BOMB, "<svg>" + BOMB + "</svg>", "<svg>" * 3000, "<svg " * 4000, "<svg><" + "a" * 19_000, "<svg " + 'a="' * 6000,
    "<svg " + "a" * 19_000, "<svg " + "a=" * 9000, "<svg a='" + "x" * 90_000, '<?xml version="1.0" encoding="utf-16"?><svg/>',
    '<?xml version="1.0" encoding="shift_jis"?><svg xmlns="http://www.w3.org/2000/svg"/>', "<svg><![CDATA[" * 900,
    '<svg><path d="' + "M1 1" * 4000 + '"/></svg>', '<svg><path d="' + " " * 19_000 + '"/></svg>',
    '<svg><polygon points="' + "1" * 19_000 + '"/></svg>', '<svg><circle cx="1e999" cy="nan" r="inf"/></svg>',
    '<svg><circle cx="٣" cy="3" r="3" fill="red"/></svg>', '<svg xmlns="http://www.w3.org/2000/svg"><path d="M1 1"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg">' + '<circle cx="1" cy="1" r="1" fill="red"/>' * 480 + "</svg>",
    '<svg xmlns="http://www.w3.org/2000/svg"><polygon points="1,1" fill="red"/><polygon points="" fill="red"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><!DOCTYPE x></svg>', "<svg>&#x110000;</svg>",
]  # fmt: skip


@pytest.mark.timeout(120)  # quadratic time would take longer
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_wrong_and_nothing_else(text):
    found = score(PELICAN, text)
    assert not found.all_right
    assert all(len(sentence) < 200 for mark in found.marks for sentence in mark.said)
    json.dumps(found.to_json())


def test_no_entity_is_ever_declared():
    assert read(BOMB).fault == "It declares a document type, which no drawing needs"


def test_a_text_that_is_too_long_is_not_read():
    drawing = svg(draw(PELICAN)).replace("</svg>", " " * LONGEST + "</svg>")
    assert said(PELICAN, drawing, "well_formed") == (f"It is longer than {LONGEST:,} characters",)


def test_more_elements_than_are_compared_are_too_many():
    drawing = svg(draw(PELICAN)).replace("</svg>", "<circle/>" * MAX_ELEMENTS + "</svg>")
    assert "16 further elements too many" in said(PELICAN, drawing, "shapes")


PIECES = [
    "<svg", "</svg>", "<circle", "/>", ">", "<", '"', "'", "=", " ", "cx", "fill", "none", "9", "-", ".", "M", "L", "Q", ",",
    "&", ";", "&lt;", "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "<!DOCTYPE", "xmlns", ":", "é", "\0", "\n", "path", "d",
]  # fmt: skip


def test_mutated_drawings_never_raise_and_expat_agrees():
    rng = random.Random(8)
    for rng_scene, scene, groups in scenes(9, 400):
        text = svg(groups)
        for _ in range(rng.randint(1, 4)):
            at = rng_scene.randrange(len(text) + 1)
            cut = rng.choice((0, 0, 1, 3, 40))
            text = text[:at] + rng.choice(("", *PIECES)) + text[at + cut :]
        score(scene, text)
        fault = read(text).fault
        try:
            root = ET.fromstring(text)
        except ET.ParseError:
            assert fault, text
        else:
            is_svg = root.tag == "{http://www.w3.org/2000/svg}svg" and "<!DOCTYPE" not in text
            assert bool(fault) != is_svg, text

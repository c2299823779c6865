"""What the drawing model knows, from the grammar itself; `background/drawing-model.md` prints it."""

from __future__ import annotations

import random

from mkdocs_quantlab.engine.core.html import Html, tag
from mkdocs_quantlab.engine.drawing.phrases import TRAINING, UNSEEN
from mkdocs_quantlab.engine.drawing.scene import PLACES, Scene, Thing, draw
from mkdocs_quantlab.engine.drawing.svg import svg
from mkdocs_quantlab.engine.drawing.things import COLOURS, KINDS
from models.drawing.samples import PELICAN
from models.drawing.wording import wording


def _picture(scene: Scene, caption: str) -> Html:
    """A drawing with its caption."""
    drawing = Html(svg(draw(scene)).replace("<svg ", '<svg aria-hidden="true" ', 1))
    return tag("figure", drawing, tag("figcaption", caption))


def things() -> str:
    """Every kind of thing, in its own colour, and where things can be."""
    pictures = [
        _picture(Scene((Thing(name, windows=2 if name == "house" else 0),)), ", ".join(kind.names))
        for name, kind in KINDS.items()
    ]
    pictures += [
        _picture(PELICAN._replace(place=place), f"a pelican riding a bicycle ({place})")
        for place in PLACES
    ]
    return tag("div", *pictures, class_="drawings")


def colours() -> str:
    """Colours that can be asked for, and what they are drawn in."""
    return ", ".join(f"{name} (`{css}`)" for name, css in COLOURS.items())


def wordings() -> str:
    """One scene in several wordings of both styles."""
    scene = Scene((Thing("cat", "gray", hat="red", on=Thing("bicycle")),), place="night")
    rng = random.Random(4)
    rows = ["| In training | In the evaluation only |", "| --- | --- |"]
    rows += [
        f"| {wording(scene, rng, TRAINING)} | {wording(scene, rng, UNSEEN)} |" for _ in range(6)
    ]
    return "\n".join(rows)

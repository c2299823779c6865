"""What a widget's author imports: fields and options, HTML, the parts of figures, marks that a reader drags, and numbers as text.

A widget is a module with `TITLE`, a class `Options` and a function `render`; docs/reference/api.md has one. It imports
this package and the standard library, nothing else, because it runs in two places: when the site is built, and in the
page's Python. The modules below hold what only some widgets need, so that a page loads the Python of its own widgets:

- `plots`, `pictures`: scatter plots, and bitmaps as PNG;
- `ggml`: ggml's formats, block by block; `gguf`: models out of their files' headers; `recipes`: llama.cpp's recipes and
  model shapes; `quantize`: whole models quantized; `memory`: what a model takes at run time;
- `methods`: error measures, and quantization methods in modules of their own;
- `drawing`: the scenes of the built-in model that draws, as SVG, and the score of a drawing;
- `live`: checks of the values that readers' own code gave;
- `views`: parts of figures that several of the package's own widgets share.
"""

from __future__ import annotations

from mkdocs_quantlab.engine.core.fields import (
    Choice,
    FloatList,
    Integer,
    ModelNames,
    MultiChoice,
    Number,
    Real,
    Text,
    TextList,
)
from mkdocs_quantlab.engine.core.figures import (
    cells,
    fact,
    facts,
    in_place_of,
    note,
    result,
    row,
    series,
    shade,
    table,
    view,
    yours,
)
from mkdocs_quantlab.engine.core.html import Attribute, Child, Html, join, tag, text
from mkdocs_quantlab.engine.core.interact import Scale, click, drag, paint, play, scrub
from mkdocs_quantlab.engine.core.live_code import LiveCode
from mkdocs_quantlab.engine.core.numbers import (
    count,
    decibel,
    gibibytes,
    number,
    percent,
    plain,
    precise,
    short,
    significant,
    tight,
    volume,
)
from mkdocs_quantlab.engine.core.resources import Resource, Sources
from mkdocs_quantlab.engine.core.schema import Field, OptionError, Options
from mkdocs_quantlab.engine.core.suggest import did_you_mean, nearest, nearest_number

__all__ = [
    "Attribute",
    "Child",
    "Choice",
    "Field",
    "FloatList",
    "Html",
    "Integer",
    "LiveCode",
    "ModelNames",
    "MultiChoice",
    "Number",
    "OptionError",
    "Options",
    "Real",
    "Resource",
    "Scale",
    "Sources",
    "Text",
    "TextList",
    "cells",
    "click",
    "count",
    "decibel",
    "did_you_mean",
    "drag",
    "fact",
    "facts",
    "gibibytes",
    "in_place_of",
    "join",
    "nearest",
    "nearest_number",
    "note",
    "number",
    "paint",
    "percent",
    "plain",
    "play",
    "precise",
    "result",
    "row",
    "scrub",
    "series",
    "shade",
    "short",
    "significant",
    "table",
    "tag",
    "text",
    "tight",
    "view",
    "volume",
    "yours",
]

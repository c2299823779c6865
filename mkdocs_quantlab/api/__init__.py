"""What every widget imports: fields and options, HTML, parts of figures, marks that readers drag, and formatting of numbers.

A widget is a module with `TITLE`, a class `Options` and a function `render`; docs/reference/api.md has an example. It imports
only this package and the standard library, because it runs in two places: when the site is built, and in the
page's Python. What only some widgets need is in the modules below, so that a page loads only what its widgets import:

- `plots`, `pictures`: scatter plots, and bitmaps as PNG;
- `ggml`: ggml's formats, block by block; `gguf`: models as the headers of their files describe them; `recipes`: llama.cpp's recipes and
  model shapes; `quantize`: whole models quantized; `memory`: the memory that a model needs at run time;
- `methods`: error measures, and quantization methods in modules of their own;
- `drawing`: the scenes of the built-in drawing model, as SVG, and the score of a drawing;
- `comparing`: comparisons of models that the chat exported;
- `live`: checks of values that the reader's code returned;
- `views`: parts of figures that several built-in widgets share.
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
from mkdocs_quantlab.engine.core.resources import Resource, Resources
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
    "Resources",
    "Scale",
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

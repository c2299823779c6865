"""The types of every call of the page's worker: parameters and answers, as JSON has them.

`core/dispatch.py` names the function that takes each call, and that function's annotations say which of these types it takes and
gives. `python browser/build/generate.py` writes them as TypeScript into `browser/src/generated/protocol.ts`. The page's Python never
imports this module: the functions import it for type checkers only.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict


class CallError(TypedDict):
    """Something that the reader gave is not accepted."""

    message: str
    option: str | None
    """The option that the error is about."""
    line: int | None
    """The line of the reader's code that the error is about, from 1."""


class Nothing(TypedDict):
    """No parameters, or no answer."""


class Found(TypedDict):
    """An answer that travels with a figure; `engine.core.resources.Resource`."""

    kind: str
    key: list[str]
    value: Any


class Picture(TypedDict):
    """A picture, row by row."""

    width: int
    height: int
    colours: str
    """Red, green and blue of each pixel, in hexadecimal."""


class TensorLoss(TypedDict):
    """What a tensor lost that was quantized in the page."""

    tensor: str
    target: str
    """The ggml type, or `custom` or `scheme`."""
    noise: float
    """Sum of the squared errors."""
    power: float
    """Sum of the squared weights."""
    size: float | None
    """Bytes that the tensor takes in the reader's format; null for a type of ggml."""


class ServedFile(TypedDict):
    """A model's file, as the site serves it."""

    address: str
    """Its address in the folder of our files."""
    size: int
    """Bytes."""


class StoredBlocks(TypedDict):
    """Blocks out of a file."""

    type: str
    """The ggml type's name."""
    data: str
    """The blocks in Base64."""


class MeasuredRatios(TypedDict):
    """What types would keep of a tensor; `mkdocs_quantlab.fast` measures it when the site is built."""

    type: str
    """The ggml type's name that the file stores the tensor in."""
    shape: list[int]
    """As the file has it."""
    rms: float
    """The root mean square of its weights."""
    snr: dict[str, float | None]
    """The signal-to-noise ratio of each type that can be measured, in dB; null for an exact copy."""


class Histogram(TypedDict):
    """Weights of a tensor, counted in bins of one width, before and after quantization."""

    low: float
    """The lower edge of the first bin."""
    high: float
    """The upper edge of the last bin."""
    before: list[int]
    after: list[int]
    beyond: list[int]
    """How many weights are outside, before and after."""


class PageResources(TypedDict):
    """What the page adds to a figure's resources: the type of each kind's value."""

    model: ModelHeader
    picture: Picture
    quantized: list[TensorLoss]


class Archive(TypedDict):
    """A zip file of Python modules, which is the call's bytes."""

    name: str
    """Without the file's ending."""


class Resources(TypedDict):
    """What a figure shows beside its options; `engine.core.resources.Resources`."""

    names: list[str]
    """The models' names, in the author's order."""
    found: list[Found]
    files: list[str]
    """Names of the models in the reader's own files."""


class LiveRun(TypedDict):
    """A run of the reader's code."""

    inputs: str
    """What it worked on; `LiveInputs.inputs`."""
    values: list[str]
    """What each step gave; `LiveValues.values`."""


class Draw(TypedDict):
    """A figure to draw."""

    widget: str
    options: dict[str, str]
    resources: Resources | None
    run: LiveRun | None
    """What the reader's code gave in place of a method, where the figure is to show that."""
    module: str
    """The module of a custom widget, whose files were mounted, or the empty string."""


class Mount(TypedDict):
    """The files of a custom widget, which are the call's bytes."""

    file: str
    """The archive's address, whose last part names the widget and the contents."""


class Figure(TypedDict):
    """A figure, and what its form shows."""

    html: str
    values: dict[str, str]
    """All options as strings, for the form."""
    bounds: dict[str, tuple[float, float]]
    """Limits of number controls that depend on other options."""


class FileSize(TypedDict):
    """A file of the reader's."""

    name: str
    size: int
    """Bytes."""


class ReadHeaders(TypedDict):
    """GGUF files whose headers to read."""

    files: list[FileSize]


class Reading(TypedDict):
    """Names what `read_headers` began."""

    reading: int


class WantedBytes(TypedDict):
    """The reader of headers needs bytes of a file."""

    reading: int
    file: int
    """The file's place in `ReadHeaders.files`."""
    start: int
    """The first byte."""
    stop: int
    """The byte after the last."""


class ModelHeader(TypedDict):
    """A model as its files' headers describe it; `engine.gguf.model.Model`."""

    name: str
    file: str
    parts: int
    size: int
    version: int
    big_endian: bool
    metadata: dict[str, Any]
    types: dict[str, str]
    tensors: list[Any]


class ModelHeaders(TypedDict):
    """The reader of headers is done."""

    models: list[ModelHeader]


class LiveFigure(TypedDict):
    """A figure for which the reader's code is to run."""

    widget: str
    options: dict[str, str]
    resources: Resources | None
    module: str
    """As in `Draw`."""


class LiveInputs(TypedDict):
    """What the reader's code works on."""

    inputs: str | None
    """JSON, for `LiveStep.given`; None where the figure does not use the code."""


class LiveStep(TypedDict):
    """A step of the reader's code to run."""

    widget: str
    module: str
    """As in `Draw`."""
    value: str
    """The value of the option that chooses among the widget's texts."""
    step: int
    """Which of the steps of the widget's `LIVE`, from 0."""
    code: str
    given: str
    """The inputs, or the values of the step before."""


class LiveValues(TypedDict):
    """What the reader's code gave. It is foreign: only Python, which checks it, looks into it."""

    values: str
    """JSON."""


class PlanQuantization(TypedDict):
    """A figure of `gguf-quantize` whose model to quantize."""

    options: dict[str, str]
    """Options of `gguf-quantize`."""
    resources: Resources | None


class Piece(TypedDict):
    """A run of weights of one tensor that is quantized."""

    tensor: str
    start: int
    """First byte in the old file."""
    stop: int
    """The byte after the last."""
    source: str
    """The ggml type that the weights have in the old file."""
    target: str
    """The ggml type that they are to have, or `custom` or `scheme`."""
    weights: int
    """Number of weights."""
    padding: int
    """Zero bytes that follow in the new file."""


class LiveTarget(TypedDict):
    """A target that another widget of the page makes, by its settings or by the reader's code."""

    target: str
    """`Piece.target`."""
    widget: str
    """The name of the widget; of several on a page it is the first."""
    always: bool
    """Whether its code runs as it is shown, edited or not; if not, only where it was edited."""
    missing: Literal["no_format", "no_scheme"]
    """The key of the text, among those of the script `quantize`, where the page has no such widget."""


class QuantizationPlan(TypedDict):
    """What has to be done to quantize a file. The new file itself is its head, then each piece with its padding."""

    head: str
    """The new file up to its first tensor's data, in Base64."""
    pieces: list[Piece]
    name: str
    """The new file's name."""
    size: int
    """Bytes of the new file."""
    note: str
    """What the chat shows beside the file's name."""
    seconds: float
    """About how long one worker takes."""
    live: list[LiveTarget]
    """The targets of pieces that are made by another widget of the page."""


class PieceOnly(TypedDict):
    """A piece to work on."""

    piece: Piece


class PieceLoss(TypedDict):
    """What a piece lost."""

    noise: float
    """Sum of the squared errors."""
    power: float
    """Sum of the squared weights."""
    size: float | None
    """Bytes that the piece takes in the reader's format; null for a type of ggml."""


class PieceInputs(TypedDict):
    """A piece that the reader's code is to store."""

    piece: Piece
    options: dict[str, str]
    """Options of the widget that makes the piece's target."""


class StoreValues(TypedDict):
    """A piece, and what the reader's code made of it."""

    piece: Piece
    run: LiveRun


class StoreByScheme(TypedDict):
    """A piece to store by an explorer's scheme."""

    piece: Piece
    options: dict[str, str]
    """Options of `quantization-grid-explorer`; its scheme, bits and weights per scale count."""


class PackedComparison(TypedDict):
    """An exported comparison, as far as figures show it. Models, prompts and seeds of answers are positions."""

    models: list[str]
    prompts: list[str]
    seeds: list[int]
    temperature: float | None
    answers: list[Any]
    cards: list[Any]
    differences: list[Any]
    unused: list[list[str]]


class MarkDrawing(TypedDict):
    """A model's drawing to mark."""

    prompt: str
    answer: str
    """A text with an SVG in it, or without."""


class Mark(TypedDict):
    """One mark of a drawing."""

    name: str
    label: str
    right: bool
    said: list[str]
    """What is wrong, in sentences without a final period."""


class Marks(TypedDict):
    """All marks of a drawing."""

    all: bool
    """Whether every mark is right."""
    marks: list[Mark]


class UnknownPrompt(TypedDict):
    """The prompt asks for nothing that can be marked."""

    examples: list[str]
    """Prompts that can."""


class CurveRun(TypedDict):
    """What one model drew."""

    label: str
    right: int
    """Drawings with every mark right."""
    drawings: int
    low: float
    """Lower end of the share's interval, from 0 to 1."""
    high: float
    types: dict[str, float]
    """How many values of the model's file have each ggml type; empty where that is unknown."""


class DrawCurve(TypedDict):
    """Models to draw a curve of."""

    runs: list[CurveRun]


class Curve(TypedDict):
    """The curve of several models' drawings."""

    html: str
    """Empty where there are too few runs for a curve."""
    bits: list[float | None]
    """Bits per weight of each run, where they are known."""


class JudgeAnswers(TypedDict):
    """Answers to judge by a rule."""

    rule: str
    """As an author or a reader writes it; `engine.answers.rules.parse`."""
    answers: list[str]
    """None of them checks the rule alone."""


class AnswerVerdict(TypedDict):
    """Whether an answer is right."""

    right: bool
    reason: str
    """One sentence."""


class Judged(TypedDict):
    """The verdict on each answer."""

    rule: str
    """The rule in its short form."""
    verdicts: list[AnswerVerdict]

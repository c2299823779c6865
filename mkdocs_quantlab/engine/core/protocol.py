"""The types of every call of the page's worker: parameters and answers, as JSON has them.

`core/dispatch.py` names the function that takes each call, and that function's annotations say which of these types it takes and
gives. `python browser/build/generate.py` writes them as TypeScript into `browser/src/generated/protocol.ts`. The page's Python never
imports this module: the functions import it for type checkers only.
"""

from __future__ import annotations

from typing import Any, TypedDict


class CallError(TypedDict):
    """Something that the reader gave is not accepted."""

    message: str
    option: str | None
    """The option that the error is about."""
    line: int | None
    """The line of the reader's code that the error is about, from 1."""


class Nothing(TypedDict):
    """No parameters, or no answer."""


class Sources(TypedDict):
    """What a figure shows beside its options; `engine.core.resources.Sources`."""

    names: list[str]
    """The models' names, in the author's order."""
    found: dict[str, Any]
    files: list[str]
    """Names of the models in the reader's own files."""


class Draw(TypedDict):
    """A figure to draw."""

    widget: str
    options: dict[str, str]
    sources: Sources | None
    code: str
    """The reader's code, or the empty string."""


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


class EncodeBlocks(TypedDict):
    """Weights for the reader's `encode`."""

    code: str
    """The reader's code, which defines `encode`."""
    weights: dict[str, list[list[float]]]
    """Blocks of weights, by distribution or under any other name."""


class DecodeBlocks(TypedDict):
    """Encoded blocks for the reader's `decode`."""

    code: str
    """The reader's code, which defines `decode`."""
    blocks: dict[str, list[str]]
    """Encoded blocks in hexadecimal, under the names that the weights had."""


class PlanQuantization(TypedDict):
    """A figure of `gguf-quantize` whose model to quantize."""

    options: dict[str, str]
    """Options of `gguf-quantize`."""
    sources: Sources | None


class Piece(TypedDict):
    """A run of weights of one tensor; `engine.gguf.quantize.Piece`."""

    tensor: str
    start: int
    """First byte in the old file."""
    stop: int
    """The byte after the last."""
    source: str
    """The ggml type that the weights have in the old file."""
    target: str
    """The ggml type that they are to have, or `own` or `scheme`."""
    weights: int
    """Number of weights."""
    padding: int
    """Zero bytes that follow in the new file."""


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
    """Bytes that the piece takes in the reader's own format; null for a type of ggml."""


class PieceWeights(TypedDict):
    """The weights of a piece."""

    weights: list[list[float]]
    """Blocks of weights, as the reader's `encode` takes them."""


class StoreDecoded(TypedDict):
    """A piece that the reader's code encoded and decoded."""

    piece: Piece
    blocks: list[str]
    """What the reader's `encode` gave for each block, in hexadecimal."""
    decoded: list[list[float]]
    """What the reader's `decode` gave for each block."""


class StoreByScheme(TypedDict):
    """A piece to store by an explorer's scheme."""

    piece: Piece
    options: dict[str, str]
    """Options of `quantization-grid-explorer`; its scheme, bits and weights per scale count."""
    code: str
    """The reader's code in place of the scheme's, or the empty string."""


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

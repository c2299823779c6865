"""The types of what a build writes into `data-` attributes as JSON, for the page's scripts to read.

`python browser/build/generate.py` writes them as TypeScript into `browser/src/generated/attributes.ts`; `browser/src/ui/attributes.ts`
reads them.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

from mkdocs_quantlab.engine.core.protocol import Resources  # noqa: TC001  # generate.py looks types up


class ModelChoice(TypedDict):
    """A model that the author of the page set, or that the server offers."""

    model: str
    """The server's name of it, or the page's."""
    label: str
    """What the reader sees for it."""
    note: NotRequired[str]


class SiteModel(ModelChoice):
    """A model whose file the site has."""

    file: str
    """Its address in the folder of our files."""
    size: int
    """Bytes."""
    sha256: str


class Settings(TypedDict):
    """What the sampler is told, explicitly each time: servers' own defaults differ, even between two APIs of one server."""

    seed: int
    """Whole number, from 0."""
    temperature: float
    """From 0, which always takes the likeliest token."""
    topP: float
    """From 0 to 1: sample from the likeliest tokens that have this probability together."""
    maxTokens: int
    """The most tokens an answer may have; thinking counts."""
    think: bool
    """Let the model think first, where it can."""


MarksSetting: TypeAlias = Literal["auto", "on", "off"]
"""Whether drawings are marked."""


class ChatConfig(TypedDict):
    """What the author set for a chat."""

    endpoint: str
    """A server's address; empty where the author set none."""
    models: list[ModelChoice]
    """Models of a server."""
    inPage: NotRequired[list[SiteModel]]
    """Models that run in the page; absent where the chat begins with a server."""
    prompts: list[str]
    rules: NotRequired[dict[str, str]]
    """What a right answer has, by prompt: rules as `engine.answers.rules.parse` reads them. Other prompts have none."""
    system: str
    history: bool
    """Earlier prompts and answers are sent along."""
    settings: Settings
    marks: MarksSetting
    """Whether drawings are marked."""
    pyodide: str
    """Where the page's Python is: `bundled`, `off` or an address."""


KindName: TypeAlias = Literal["text", "number", "choice", "table", "widget", "answer"]
"""The kinds of evidence."""


class EvidenceField(TypedDict):
    """What the author set for a field of evidence."""

    kind: KindName
    name: str
    label: str
    hint: NotRequired[str]
    rows: NotRequired[int]
    """Of a text or a table: how many there are to fill in."""
    unit: NotRequired[str]
    min: NotRequired[float]
    max: NotRequired[float]
    options: NotRequired[list[str]]
    """What there is to choose from."""
    columns: NotRequired[list[str]]
    """The heads of a table's columns."""
    first: NotRequired[list[str]]
    """What a table's first column says, row by row."""
    of: NotRequired[str]
    """The `id` of the figure or the chat to take the evidence from."""
    title: NotRequired[str]
    """What that is called."""


class CodeTexts(TypedDict):
    """The Python that makes a figure, which readers can edit."""

    option: str
    """The option that chooses among the texts."""
    texts: dict[str, str]
    """The text for each of its values."""
    steps: int
    """How many steps the code runs in; more than one make a contest."""


class Wheel(TypedDict):
    """A package that a custom widget requires."""

    file: str
    """Its address in the folder of our files."""
    sha256: str
    """In hexadecimal."""


class CustomWidgetFiles(TypedDict):
    """A custom widget's files, beside the page's script."""

    file: str
    """The zip file of its Python."""
    module: str
    """The module in it."""
    style: NotRequired[str]
    """Its style sheet."""
    wheels: NotRequired[list[Wheel]]
    """The packages that it requires."""


class Attributes(TypedDict):
    """Each attribute's name behind `data-`, and the type of its JSON."""

    config: ChatConfig
    field: EvidenceField
    options: dict[str, str]
    """The options that the author set for a widget."""
    resources: Resources
    frames: dict[str, str]
    """The figure for other values of the primary option."""
    code: CodeTexts
    archive: CustomWidgetFiles
    values: list[str]
    """The values of an option that a mark steps through."""

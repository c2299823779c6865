"""What servers tell of models, and in what models differ besides their weights."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.core.foreign import isolated, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mkdocs_quantlab.engine.comparing.foreign import Place

MAX_KEYS = 500
MAX_TENSORS = 20_000
MAX_DIFFERENCES = 40
EXCERPT = 120
"""Characters of a value that are shown."""
OF_WEIGHTS = ("general.file_type", "general.quantization_version", "quantize.")
"""How the keys of metadata begin that a quantization changes."""


class Card(NamedTuple):
    """A model, as its server describes it."""

    quantization: str
    """The server's name of it; empty where it gives none."""
    weights: Mapping[str, int]
    """The number of weights of each type; empty where the server lists no tensors."""
    other_template: bool
    """Whether the server uses a prompt template of its own in place of the file's."""


class Difference(NamedTuple):
    """Something in which models differ besides their weights."""

    key: str
    values: Sequence[str]
    """For each model, as JSON and shortened; empty where its server does not tell."""


def card(place: Place) -> Card | None:
    """A model's card from a record; None where the server told nothing.

    Raises:
        RecordError: It is not a card.
    """
    if place.value is None:
        return None
    weights: dict[str, int] = {}
    for tensor in place["tensors"].items(0, MAX_TENSORS, optional=True):
        count = 1
        for length in tensor["shape"].items(0, 8):
            count *= length.whole()
        name = isolated(tensor["type"].text(40))
        weights[name] = weights.get(name, 0) + count
    quantization, template = place["quantization"], place["added"]
    own = "" if template.value is None else template.object().get("TEMPLATE", "")
    return Card(
        "" if quantization.value is None else isolated(quantization.text(100)),
        weights,
        # Ollama's own templates are in Go's language; it shows the file's, in Jinja's, where it has none of its own.
        bool(own) and not any(mark in str(own) for mark in ("{%", "{#")),
    )


def differing(cards: Sequence[Place]) -> list[Difference]:
    """In what models differ besides their weights, by key; what the server adds to the file comes first.

    Args:
        cards: The cards of all models in the record.

    Raises:
        RecordError: One of them is not a card.
    """
    told = [None if each.value is None else _told(each) for each in cards]
    known = [each for each in told if each is not None]
    keys = sorted({key for each in known for key in each}, key=lambda key: (not key.isupper(), key))
    return [
        Difference(
            isolated(shortened(key, EXCERPT)),
            [isolated(shortened(each.get(key, ""), EXCERPT)) if each else "" for each in told],
        )
        for key in keys
        if not key.startswith(OF_WEIGHTS) and len({each.get(key) for each in known}) > 1
    ][:MAX_DIFFERENCES]


def _told(place: Place) -> dict[str, str]:
    """What is told of a model by key, as JSON: metadata of the file, and what the server adds to it."""
    told = {}
    for name in ("metadata", "added"):
        part = place[name]
        if part.value is None:
            continue
        found = part.object()
        if len(found) > MAX_KEYS:
            raise part.refuse(f"at most {MAX_KEYS} keys", f"{len(found):,}")
        told.update(
            {str(key): json.dumps(value, ensure_ascii=False) for key, value in found.items()}
        )
    if place["parameters"].value is not None:
        told["parameters"] = json.dumps(place["parameters"].text(100), ensure_ascii=False)
    return told

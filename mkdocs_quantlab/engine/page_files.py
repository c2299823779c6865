"""A reader's own files: what the page's worker calls to read them. Apart from `page`, because few pages do."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from mkdocs_quantlab.engine.gguf.comparison import VOCABULARY
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.model import Model, part_names
from mkdocs_quantlab.engine.gguf.reader import Wanted, read_header

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from typing import TypeAlias

    from mkdocs_quantlab.engine.gguf.header import Header

    Reading: TypeAlias = Generator[str, Any, str]


def read_headers(named: str) -> Reading:
    """Reads the headers of a reader's own files.

    Args:
        named: Names and sizes in bytes, as a JSON list of pairs. Parts of one model are put together.

    Yields:
        JSON: the number of a file, and the first byte and the end of what is to be sent of it, as JavaScript's bytes.

    Returns:
        JSON: `{"models": [...]}`, each as `Model.to_json` gives it and named for its file, or `{"message": ...}` where
        a file is refused.
    """
    files: list[tuple[str, Header]] = []
    try:
        for number, (file, size) in enumerate(json.loads(named)):
            reading = read_header(size, Wanted(digest=VOCABULARY))
            data: bytes | memoryview | None = None
            while True:
                try:
                    asked = next(reading) if data is None else reading.send(data)
                except StopIteration as stop:
                    files.append((file, stop.value))
                    break
                except GgufError as error:
                    raise GgufError(f"{file}: {error}") from None
                else:
                    data = to_bytes((yield json.dumps([number, *asked])))
        return json.dumps({"models": [model.to_json() for model in _models(files)]})
    except GgufError as error:
        return json.dumps({"message": str(error)})


def _models(files: Sequence[tuple[str, Header]]) -> Iterator[Model]:
    """The models in files, each named for its file in one word, as options name models."""
    groups: dict[str, list[tuple[str, Header]]] = {}
    for file, header in files:
        try:
            first = part_names(file)[0]
        except GgufError as error:
            raise GgufError(f"{file}: {error}") from None
        groups.setdefault(first, []).append((file, header))
    for first, parts in groups.items():
        name = re.sub(r"(-00001-of-\d+)?\.gguf$", "", first)
        try:
            yield Model.of_files("-".join(re.split(r"[\s,;]+", name)), parts)
        except GgufError as error:
            raise GgufError(f"{first}: {error}") from None


def to_bytes(data: Any) -> bytes | memoryview:
    """JavaScript's bytes as Python's; copied, for what JavaScript owns goes away."""
    copied: bytes | memoryview = data.to_py() if hasattr(data, "to_py") else data
    return copied

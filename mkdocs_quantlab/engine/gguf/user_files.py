"""The headers of GGUF files that a reader opens in the page: which bytes they need, and the models that they describe."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.gguf.comparison import VOCABULARY
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.model import Model, part_names
from mkdocs_quantlab.engine.gguf.reader import Wanted, read_header

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from typing import TypeAlias

    from mkdocs_quantlab.engine.core.protocol import (
        FileSize,
        ModelHeaders,
        Nothing,
        ReadHeaders,
        Reading,
        WantedBytes,
    )
    from mkdocs_quantlab.engine.gguf.header import Header

    Asking: TypeAlias = Generator[tuple[int, int, int], bytes, list[Model]]

_readings: dict[int, Asking] = {}
"""What was begun and is not done. The pages of a visit may share the interpreter, so that there can be several."""


def read_headers(given: ReadHeaders) -> WantedBytes | ModelHeaders:
    """Begins to read headers; says which bytes are needed first.

    Raises:
        GgufError: A file is refused.
    """
    number = max(_readings, default=0) + 1
    _readings[number] = _models_in(given["files"])
    return _step(number, None)


def continue_reading(given: Reading, data: bytes) -> WantedBytes | ModelHeaders:
    """Takes the bytes that were asked for; says which are needed next, or gives the models.

    Raises:
        GgufError: A file is refused.
    """
    return _step(given["reading"], data)


def end_reading(given: Reading) -> Nothing:
    """Gives up a reading that no more bytes will come for."""
    _readings.pop(given["reading"], None)
    return {}


def _step(number: int, data: bytes | None) -> WantedBytes | ModelHeaders:
    asking = _readings[number]
    try:
        file, start, stop = next(asking) if data is None else asking.send(data)
    except StopIteration as done:
        del _readings[number]
        return {"models": [model.to_json() for model in done.value]}
    except GgufError:
        del _readings[number]
        raise
    return {"reading": number, "file": file, "start": start, "stop": stop}


def _models_in(files: Sequence[FileSize]) -> Asking:
    """The models in files, with the parts of one model put together.

    Yields:
        The place of a file, and the first byte and the end of what is needed of it.
    """
    headers: list[tuple[str, Header]] = []
    for place, file in enumerate(files):
        reading = read_header(file["size"], Wanted(digest=VOCABULARY))
        data: bytes | None = None
        while True:
            try:
                asked = next(reading) if data is None else reading.send(data)
            except StopIteration as done:
                headers.append((file["name"], done.value))
                break
            except GgufError as error:
                raise GgufError(f"{file['name']}: {error}") from None
            data = yield place, *asked
    return list(_models(headers))


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

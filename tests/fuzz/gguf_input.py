"""What a fuzzer's input does to the header reader."""

from __future__ import annotations

import json

KEY = "some.array"
SMALL = {
    "cursor": {"FIRST": 16, "LARGEST": 64, "MAX_HEADER": 4000},
    "reader": {"SHORT": 1, "SHORT_IN_ALL": 4, "RUN": 2},
}
"""Constants of modules, so small that a small file meets them."""


def run(data):
    """Reads the file in an input, with small blocks or as it is; raises what must not happen."""
    from mkdocs_quantlab.engine.gguf import cursor, reader

    if not data[:1] or data[0] & 16 == 0:
        return _run(data)
    usual = vars(cursor).copy(), vars(reader).copy()
    vars(cursor).update(SMALL["cursor"])
    vars(reader).update(SMALL["reader"])
    try:
        return _run(data)
    finally:
        vars(cursor).update(usual[0])
        vars(reader).update(usual[1])


def _run(data):
    from mkdocs_quantlab.engine.gguf.errors import GgufError
    from mkdocs_quantlab.engine.gguf.model import Model
    from mkdocs_quantlab.engine.gguf.ranges import read_ranges
    from mkdocs_quantlab.engine.gguf.reader import Wanted, lengths

    if not data:
        return None
    choice, file = data[0], memoryview(data)[1:]
    asked = []

    def fetch(start, stop):
        assert 0 <= start < stop <= len(file), (start, stop)
        asked.append(stop - start)
        return file[start:] if choice & 1 else file[start:stop]

    wanted = Wanted(
        keep=(KEY,) if choice & 2 else (),
        digest=(KEY,) if choice & 4 else (),
        # A hint that is wrong more often than right.
        hints={(KEY, "string", 3): choice} if choice & 8 else {},
    )
    try:
        header = read_ranges(fetch, len(file), wanted)
        model = Model.of_files("fuzzed", [("file.gguf", header)])
    except GgufError as error:
        message = str(error)
        assert message.isprintable()
        assert len(message) < 600, message
        return message
    # Twice with hints, and what straddles two blocks again.
    assert sum(asked) <= 4 * len(file) + 64 or choice & 1
    # By their texts, for NaN is not equal to itself.
    assert repr(Model.from_json(json.loads(json.dumps(model.to_json())))) == repr(model)
    again = read_ranges(fetch, len(file), Wanted(hints=lengths(header.metadata)))
    assert again.tensors == header.tensors
    return header

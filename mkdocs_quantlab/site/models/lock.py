"""The lock file: what was read of models, so that a site is built from the same again, and without a network.

It lies beside `mkdocs.yml` and belongs under version control. One model is one paragraph, and what did not change is
written as it was.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_quantlab.engine.core.foreign import shown
from mkdocs_quantlab.engine.gguf.model import Model
from mkdocs_quantlab.site.models.unchanged import while_unchanged
from mkdocs_quantlab.site.secrets import masked
from mkdocs_quantlab.written import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME = "quantlab.lock"
VERSION = 1
REFRESH = "run `quantlab gguf lock` to write it again"


class LockError(ValueError):
    """The lock file cannot be used; the message is a whole sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(shown(masked(message)))


class Locked(NamedTuple):
    """What is kept of a model."""

    model: Model
    """Its name is its place."""
    etags: tuple[str, ...]
    """What its servers called the state of each part; empty texts for local files."""

    @property
    def fields(self) -> dict[str, Any]:
        """The model's entry in the lock file, as JSON data."""
        fields: dict[str, Any] = {**self.model.to_json()}
        del fields["name"]
        return {**fields, "etags": list(self.etags)}

    @property
    def digest(self) -> str:
        """A digest for comparing two models: their fields would differ where a metadata value is NaN, which does not equal itself."""
        return _digest(self.fields)


def read_lock(path: Path) -> Mapping[str, Locked]:
    """What the lock file holds, by place as `secrets.masked` gives it; nothing where there is no file.

    Raises:
        LockError: It is damaged, or of another version.
    """
    if not path.exists():
        return {}
    if not path.is_file():
        raise LockError(f"{path.name} is not a file: remove it, and run `quantlab gguf lock`")
    return _read(path)


@while_unchanged
def _read(path: Path) -> Mapping[str, Locked]:
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        version = fields["version"]
        models = dict(fields["models"]) if version == VERSION else {}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise LockError(f"{path.name} cannot be read ({_reason(error)}); {REFRESH}") from None
    if version != VERSION:
        raise LockError(
            f"{path.name} has version {version}; this version of the plugin reads {VERSION}; {REFRESH}"
        )
    return {place: _unpacked(path, place, entry) for place, entry in models.items()}


def write_lock(path: Path, models: Mapping[str, Locked]) -> None:
    """Writes the lock file; the same models give the same bytes.

    Raises:
        OSError: It cannot be written.
    """
    write_whole(path, lock_text(models))


def lock_text(models: Mapping[str, Locked]) -> str:
    """The lock file's text."""
    paragraphs = [f"{_text(place)}: {_paragraph(models[place])}" for place in sorted(models)]
    inside = ",\n\n".join(paragraphs)
    return f'{{\n"version": {VERSION},\n"models": {{\n\n{inside}\n\n}}}}\n'


def _paragraph(locked: Locked) -> str:
    """A model: a line for each field, and for each metadata entry, which is what a reader looks for."""
    fields = locked.fields
    tensors = fields["tensors"]
    fields["sha256"] = _digest(fields)
    # Thousands of tensors that nobody reads here.
    fields["tensors"] = base64.b64encode(zlib.compress(_text(tensors).encode(), 9)).decode()
    lines = []
    for key, value in fields.items():
        text = _text(value)
        if key == "metadata":
            inside = ",\n".join(f"    {_text(k)}: {_text(v)}" for k, v in value.items())
            text = f"{{\n{inside}\n  }}"
        lines.append(f"  {_text(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}"


def _unpacked(path: Path, place: str, entry: dict[str, Any]) -> Locked:
    try:
        fields = dict(entry)
        expected = fields.pop("sha256")
        fields["tensors"] = json.loads(zlib.decompress(base64.b64decode(fields["tensors"])))
        if _digest(fields) != expected:
            raise ValueError("its digest does not match")  # noqa: TRY301  # one of many ways to be damaged
        etags = tuple(fields.pop("etags"))
        return Locked(Model.from_json({"name": place, **fields}), etags)
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error) as error:
        raise LockError(
            f"{path.name} is damaged in the entry of {place} ({_reason(error)}); {REFRESH}"
        ) from None


def _digest(fields: dict[str, Any]) -> str:
    """SHA-256 of all fields, tensors uncompressed: compressed bytes may differ between versions of zlib."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _reason(error: Exception) -> str:
    return f"no `{error.args[0]}`" if isinstance(error, KeyError) else str(error)

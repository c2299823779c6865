"""A MkDocs hook: the page of each registered ggml type, and its place in the navigation behind the overview of all."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from formats_reference import families, page
from mkdocs.structure.files import File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

    from mkdocs_quantlab.engine.ggml import GgmlType

OVERVIEW = "reference/formats/index.md"


def on_config(config: MkDocsConfig) -> None:
    """Puts the pages behind the overview, wherever `nav` has it."""
    section = next(found for found in _sections(config.nav) if OVERVIEW in found)
    section += [_path(entry) for entry in _types()]


def on_files(files: Files, *, config: MkDocsConfig) -> None:
    """Adds the pages, which are no files."""
    for entry in _types():
        files.append(File.generated(config, _path(entry), content=_markdown(entry)))


def _types() -> list[GgmlType]:
    return [entry for members in families().values() for entry in members]


def _path(entry: GgmlType) -> str:
    return f"reference/formats/{entry.name.lower()}.md"


def _sections(nav: object) -> Iterator[list[object]]:
    """All lists of a navigation, at any depth."""
    if isinstance(nav, list):
        yield nav
    for below in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ():
        yield from _sections(below)


def _markdown(entry: GgmlType) -> str:
    text = dedent(f"""\
        ---
        title: {entry.name}
        description: How ggml stores weights as {entry.name} - every byte and bit of a block, the formula, and what it keeps.
        ---

        {{page}}

        [Names in the formula, and how bits are counted](index.md#how-to-read-the-tables)
        """).format(page=page(entry.name))
    if entry.can_encode and entry.block_size > 1:
        text += f'\n## A block of it\n\n<div data-quantization-block data-format="{entry.name}"></div>\n'
    return text

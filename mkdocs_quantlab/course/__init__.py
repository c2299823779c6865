"""What `quantlab new` writes: the files of a course, and a widget."""

from __future__ import annotations

import json
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined

from mkdocs_quantlab.written import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

TEMPLATES = {
    ".github/workflows/publish.yml": "publish.yml",
    # Under its own name it would rule in this package's folder too.
    ".gitignore": "gitignore",
    "docs/index.md": "index.md.jinja",
    "docs/labs/lab-1.md": "lab-1.md",
    "mkdocs.yml": "mkdocs.yml.jinja",
    "requirements.txt": "requirements.txt.jinja",
}
"""The file that each of a course's is made from."""


class CourseError(ValueError):
    """A course cannot be written here."""


def write_course(folder: Path, title: str, models: Mapping[str, str]) -> list[Path]:
    """Writes a course that builds as it is.

    Args:
        folder: Where; made if it is not there.
        title: The site's name.
        models: GGUF files to name in `mkdocs.yml`: a path relative to `folder`, or an address, by name.

    Returns:
        The files.

    Raises:
        CourseError: One of the files is there already. Nothing is written then.
    """
    texts = {folder / path: text for path, text in _texts(title, models)}
    there = [path for path in texts if path.exists()]
    if there:
        raise CourseError(f"{there[0]} already exists; a new course overwrites nothing")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    return list(texts)


def write_widget(folder: Path, name: str) -> Path:
    """Writes a widget that works.

    Args:
        folder: The folder of widgets; made if it is not there.
        name: The widget's name, as directives have it.

    Returns:
        The file.

    Raises:
        CourseError: There is such a widget.
    """
    stem = name.replace("-", "_")
    path = folder / f"{stem}.py"
    for there in (path, folder / stem):
        if there.exists():
            raise CourseError(f"{there} already exists; a new widget overwrites nothing")
    template = files("mkdocs_quantlab.course").joinpath("widget.py.jinja")
    text = _environment().from_string(template.read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.render(title=name.replace("-", " ").capitalize()))
    return path


def _environment() -> Environment:
    environment = Environment(
        autoescape=False,  # noqa: S701  # no HTML: YAML, Markdown and names of packages
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    # JSON is YAML, and quotes whatever is special there.
    environment.filters["yaml"] = lambda text: json.dumps(text, ensure_ascii=False)
    return environment


def _texts(title: str, models: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    environment = _environment()
    source = files("mkdocs_quantlab.course")
    for path, name in TEMPLATES.items():
        text = source.joinpath(name).read_text(encoding="utf-8")
        if name.endswith(".jinja"):
            text = environment.from_string(text).render(
                title=title,
                models=models,
                versions={name: version(name) for name in ("mkdocs-quantlab", "mkdocs")},
            )
        yield path, text

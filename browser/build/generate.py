"""Writes browser/src/generated/: what the page's scripts know of the Python package and of the pinned Pyodide.

    python browser/build/generate.py [--check]

Each function of `FILES` makes one file. The files are committed; tests fail where one is stale. `--check` changes nothing and
exits with 1 where a file would change.
"""

from __future__ import annotations

import argparse
import inspect
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args, get_origin, get_type_hints, is_typeddict

import typescript

from mkdocs_quantlab.builtin_models.files import MODELS
from mkdocs_quantlab.endpoint import dialects
from mkdocs_quantlab.engine.core import dispatch, protocol
from mkdocs_quantlab.engine.core.form import GGUF_FILES
from mkdocs_quantlab.engine.core.schema import MAX_VIEWS
from mkdocs_quantlab.engine.core.texts import ENGLISH, LANGUAGES, SCRIPTS, catalogue
from mkdocs_quantlab.engine.ggml.types import stored_type
from mkdocs_quantlab.engine.gguf.modelfile import MODELFILE
from mkdocs_quantlab.site import attributes
from mkdocs_quantlab.site.chat import chat
from mkdocs_quantlab.site.evidence.options import (
    MAX_FILE_BYTES,
    MAX_FILE_FIELDS,
    MAX_FILE_PARTS,
    NAME,
)
from mkdocs_quantlab.site.models.page_models import LARGEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_quantlab.engine.core.fields import Integer, Real

BROWSER = Path(__file__).resolve().parent.parent
GENERATED = BROWSER / "src" / "generated"


def ggml_types() -> str:
    """Types of ggml by number, from `engine/ggml`: name, elements of a block, bytes of a block."""
    known = ((number, stored_type(number)) for number in range(256))
    rows = [
        f'  {number}: ["{entry.name}", {entry.block_size}, {entry.block_bytes}],'
        for number, entry in known
        if entry
    ]
    kind = "Readonly<Record<number, readonly [name: string, elements: number, bytes: number]>>"
    return "\n".join([f"export const GGML_TYPES: {kind} = {{", *rows, "};"])


def pyodide() -> str:
    """Pyodide's version and what its lock file says of its Python, from npm's package."""
    folder = BROWSER / "node_modules" / "pyodide"
    version = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
    lock = json.loads((folder / "pyodide-lock.json").read_text(encoding="utf-8"))
    info = ", ".join(f"{key}: {json.dumps(value)}" for key, value in lock["info"].items())
    return (
        f"export const PYODIDE_VERSION = {json.dumps(version)};\n"
        f"/** The `info` of a lock file of this version. */\n"
        f"export const PYODIDE_INFO = {{ {info} }};"
    )


def dialect_facts() -> str:
    """The dialects of model servers, from `endpoint/dialects.py`."""
    known = {
        dialect.name: {
            "label": dialect.label,
            "probe": dialect.routes[dialect.probe].path,
            "paths": {name: route.path for name, route in dialect.routes.items()},
            "chat": dialect.routes[dialect.chat].path,
            "process": dialect.process,
            "after": dialect.after,
        }
        for dialect in dialects.DIALECTS
    }
    return (
        f"export const FACTS = {json.dumps(known, indent=2)} as const;\n"
        "export type DialectName = keyof typeof FACTS;\n"
        "/** What addresses may have behind the server's own path; the group is the folder of a dialect. */\n"
        f"export const ENDING = new RegExp({json.dumps(dialects.ending())});"
    )


def views() -> str:
    """The views that a checked value of an in-page option hides, by number (`Choice` in `engine/core/schema.py`)."""
    rules = (
        f'quantlab-widget:has([data-hides~="{n}"]:checked) [data-number="{n}"]'
        for n in range(1, MAX_VIEWS + 1)
    )
    return ",\n".join(rules) + " {\n  display: none;\n}"


def texts() -> str:
    """The English texts of the page's scripts, and the groups that other languages have (`engine/core/texts`)."""
    groups = [
        f"export const {group} = {json.dumps(catalogue(ENGLISH)[group], ensure_ascii=False, indent=2)} as const;"
        for group in SCRIPTS
    ]
    translated = {
        language: [group for group in SCRIPTS if group in catalogue(language)]
        for language in LANGUAGES
        if language != ENGLISH
    }
    kind = "Readonly<Record<string, readonly string[]>>"
    return "\n".join([*groups, f"export const TRANSLATED: {kind} = {json.dumps(translated)};"])


def calls() -> str:
    """The calls of the page's worker, from `engine/core/protocol.py` and the functions that `dispatch.py` names."""
    classes = [each for each in vars(protocol).values() if is_typeddict(each)]
    lines = [
        "/** Every method: its parameters, the bytes that it takes beside them, its answer, and the bytes that it gives. */",
        "export interface Calls {",
    ]
    for method in dispatch.METHODS:
        function = dispatch.function_of(method)
        hints = get_type_hints(function, localns={"protocol": protocol, **vars(protocol)})
        answer = hints.pop("return")
        gives = "undefined"
        if get_origin(answer) is tuple:
            answer, out = get_args(answer)
            gives = typescript.type_of(out)
        sends = "[data: Uint8Array]" if "data" in hints else "[]"
        params = next(iter(hints.values()))
        says = inspect.cleandoc(function.__doc__ or "").partition("\n")[0]
        lines += [
            f"  /** {says} */",
            f"  {method}: {{ params: {typescript.type_of(params)}; sends: {sends}; answer: {typescript.type_of(answer)}; gives: {gives} }};",
        ]
    return "\n\n".join([*map(typescript.interface, classes), "\n".join([*lines, "}"])])


def built_attributes() -> str:
    """What a build writes into attributes for the page's scripts, from `site/attributes.py`."""
    classes = [each for each in vars(attributes).values() if is_typeddict(each)]
    ours = [each for each in classes if each.__module__ == attributes.__name__]
    others = ", ".join(sorted(each.__name__ for each in classes if each not in ours))
    imports = f'import type {{ {others} }} from "./protocol.ts";'
    return "\n\n".join([imports, *map(typescript.interface, ours)])


def limits() -> str:
    """Limits and names that both languages know, from `site` and `builtin_models`."""
    ranges: dict[str, Integer | Real] = {
        "seed": chat.Options.seed,
        "temperature": chat.Options.temperature,
        "topP": chat.Options.top_p,
        "maxTokens": chat.Options.max_tokens,
    }
    lines = [
        "/** Bytes of a model in the page. */",
        f"export const MAX_MODEL_BYTES = {LARGEST:_};",
        "/** What file pickers offer where a GGUF file is wanted. */",
        f"export const GGUF_FILES = {json.dumps(GGUF_FILES)};",
        "/** The models that come with the package, without their quantizations. */",
        f"export const BUILTIN_MODELS: readonly string[] = {json.dumps(list(MODELS))};",
        "/** What is saved beside a model's file for `ollama create`. */",
        f"export const MODELFILE = {json.dumps(MODELFILE)};",
        "/** The name of a field of evidence. */",
        f"export const EVIDENCE_NAME = /^{NAME}$/;",
        "/** What a file of evidence may hold: bytes, fields, and the parts that they are shown in. */",
        f"export const EVIDENCE_FILE = {{ bytes: {MAX_FILE_BYTES:_}, fields: {MAX_FILE_FIELDS:_}, parts: {MAX_FILE_PARTS:_} }};",
        "/** What the chat's settings take. */",
        "export const CHAT_LIMITS = {",
        *(
            f'  {name}: {{ min: {field.low}, max: {field.high}, step: "{field.step}" }},'
            for name, field in ranges.items()
        ),
        "} as const;",
    ]
    return "\n".join(lines)


FILES: dict[str, Callable[[], str]] = {
    "attributes.ts": built_attributes,
    "dialects.ts": dialect_facts,
    "ggml_types.ts": ggml_types,
    "limits.ts": limits,
    "protocol.ts": calls,
    "pyodide.ts": pyodide,
    "views.css": views,
    "texts.ts": texts,
}
"""The function that makes each file; its docstring becomes the file's first comment."""

FROM_NPM = {"pyodide.ts"}
"""Files whose sources lie in browser/node_modules."""


def text(name: str) -> str:
    """The text of a generated file."""
    make = FILES[name]
    says = (make.__doc__ or "").partition("\n")[0]
    begin, end = ("/* ", " */") if name.endswith(".css") else ("// ", "")
    head = f"Generated by browser/build/generate.py; do not edit. {says}"
    return f"{begin}{head}{end}\n{make()}\n"


def stale() -> list[str]:
    """Names of files that are missing, differ from what would be written now, or are made by no function."""
    found = {path.name for path in GENERATED.iterdir()} if GENERATED.is_dir() else set()
    paths = {name: GENERATED / name for name in FILES}
    changed = [
        name
        for name, path in paths.items()
        if name not in found or path.read_text(encoding="utf-8") != text(name)
    ]
    return changed + sorted(found - paths.keys())


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail on stale files")
    is_check = parser.parse_args().check
    if not (BROWSER / "node_modules" / "pyodide").is_dir():
        sys.exit("browser/node_modules is not there: run `npm ci` in browser/")
    changed = stale()
    if is_check:
        if changed:
            sys.exit(f"stale: {', '.join(changed)}; run `python browser/build/generate.py`")
        return
    GENERATED.mkdir(exist_ok=True)
    for name in changed:
        if name in FILES:
            (GENERATED / name).write_text(text(name), encoding="utf-8", newline="\n")
        else:
            (GENERATED / name).unlink()
        sys.stdout.write(f"{GENERATED.name}/{name}\n")


if __name__ == "__main__":
    main()

"""Python types as TypeScript: what `generate.py` writes calls and their parameters with."""

from __future__ import annotations

import ast
import inspect
import json
import types
from collections.abc import Mapping, Sequence
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    bytes: "Uint8Array<ArrayBuffer>",
    type(None): "null",
    Any: "unknown",
}


def type_of(hint: Any) -> str:
    """A type as TypeScript writes it; classes of keys by their names.

    Raises:
        TypeError: JSON has no such type.
    """
    if hint in PLAIN:
        return PLAIN[hint]
    if is_typeddict(hint):
        return str(hint.__name__)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " | ".join(map(type_of, arguments))
    if origin is Literal:
        return " | ".join(map(json.dumps, arguments))
    if origin in (list, Sequence) or (origin is tuple and arguments[-1] is ...):
        inside = type_of(arguments[0])
        return f"({inside})[]" if " " in inside else f"{inside}[]"
    if origin is tuple:
        return f"[{', '.join(map(type_of, arguments))}]"
    if origin in (dict, Mapping):
        return f"Record<string, {type_of(arguments[1])}>"
    raise TypeError(f"{hint} has no counterpart in JSON")


def interface(made: type) -> str:
    """A `TypedDict` as an interface, with its docstrings."""
    hints = get_type_hints(made, include_extras=True)
    says = dict(_documented(made))
    lines = [*comment(made.__doc__ or ""), f"export interface {made.__name__} {{"]
    for key, hint in hints.items():
        lines += [f"  {line}" for line in comment(says.get(key, ""))]
        inner, mark = (get_args(hint)[0], "?") if get_origin(hint) is NotRequired else (hint, "")
        lines.append(f"  {key}{mark}: {type_of(inner)};")
    return "\n".join([*lines, "}"])


def comment(text: str) -> list[str]:
    """A docstring as a documentation comment; none where it is empty."""
    lines = inspect.cleandoc(text).splitlines()
    if not lines:
        return []
    if len(lines) == 1:
        return [f"/** {lines[0]} */"]
    return ["/**", *(f" * {line}".rstrip() for line in lines), " */"]


def _documented(made: type) -> Iterator[tuple[str, str]]:
    """The docstring behind each of a class's fields."""
    (defined,) = ast.parse(inspect.getsource(made)).body
    assert isinstance(defined, ast.ClassDef)
    field = ""
    for statement in defined.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=field)):
                pass
            case ast.Expr(value=ast.Constant(value=str(text))) if field:
                yield field, text

"""The syntax of rules as texts: a flow mapping of YAML, whose values are plain, in quotes, or lists of such.

YAML itself is not in the page's Python. What is read here means the same in `mkdocs.yml`.
"""

from __future__ import annotations

import json
import re

from mkdocs_quantlab.engine.core.schema import OptionError

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'')
_PLAIN = re.compile(r"[^,\[\]{}]*")
_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"\s*([^\s,:\[\]{}\"']+)\s*(:)?\s*")


def mapping(text: str, at: int) -> tuple[dict[object, object], int]:
    """The mapping whose first name is at `at`, and the place after its last value.

    Raises:
        OptionError: The text is not written as a mapping is.
    """
    found: dict[object, object] = {}
    while True:
        name = _NAME.match(text, at)
        if not name:
            raise refuse(text, at)
        if not name[2]:
            hint = "; put a value with a comma into quotes" if found else ""
            raise OptionError(f"a rule is `name: value`; found `{name[1]}`{hint}")
        if name[1] in found:
            raise OptionError(f"`{name[1]}` is given twice: give it once", name[1])
        found[name[1]], at = _value(text, name.end())
        if text[at : at + 1] != ",":
            return found, at
        at += 1


def _value(text: str, at: int) -> tuple[object, int]:
    if text[at : at + 1] != "[":
        return _scalar(text, at)
    entries: list[object] = []
    at += 1
    while True:
        entry, at = _scalar(text, at)
        if entry != "" or text[at : at + 1] == ",":
            entries.append(entry)
        if text[at : at + 1] != ",":
            break
        at += 1
    if text[at : at + 1] != "]":
        raise refuse(text, at)
    return entries, _after_space(text, at + 1)


def _scalar(text: str, at: int) -> tuple[str, int]:
    """A value that is no list, and the place after the white space behind it."""
    at = _after_space(text, at)
    if not text.startswith(('"', "'"), at):
        plain_text = _PLAIN.match(text, at)
        assert plain_text
        return plain_text[0].strip(), plain_text.end()
    found = _QUOTED.match(text, at)
    if not found:
        raise OptionError(f"a quote is not closed in `{text[at : at + 40]}`")
    end = _after_space(text, found.end())
    if found[0].startswith("'"):
        return found[0][1:-1].replace("''", "'"), end
    try:
        return str(json.loads(found[0])), end
    except ValueError:
        raise OptionError(
            f"`{found[0]}` has a backslash that JSON does not know; in single quotes, a backslash is a backslash"
        ) from None


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    assert found
    return found.end()


def closed(text: str, at: int) -> int:
    """The place after the brace that ends a mapping.

    Raises:
        OptionError: Something else is there.
    """
    if text[at : at + 1] != "}":
        raise refuse(text, at)
    return at + 1


def refuse(text: str, at: int) -> OptionError:
    """The error for a text that goes on at `at` as no rule does."""
    found = f"`{text[at : at + 40]}`" if text[at:].strip() else "the end"
    return OptionError(
        "a rule is written as `{name: value, name: [value, value]}`, with quotes around a value that has any of `,[]{}` in it; "
        f"found {found}"
    )


def quoted(text: str) -> str:
    """A value as `mapping` and YAML read it, in quotes where it needs them."""
    is_plain = re.fullmatch(r"(?:[\w.+]|-\w)[\w %.+\-/()?!;$^&=<>]*(?<! )", text)
    # YAML reads these as truth values, numbers, dates and times, and gives some of them back in another form.
    is_word = text.lower() not in ("yes", "no", "on", "off", "true", "false", "null", "y", "n")
    is_number = re.fullmatch(r"-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?", text, re.ASCII)
    if is_plain and is_word and (is_number or not re.fullmatch(r"[-+.]?\d[\w.+\-]*", text)):
        return text
    if "\\" in text and text.isprintable():
        doubled = text.replace("'", "''")
        return f"'{doubled}'"
    return json.dumps(text, ensure_ascii=False)

"""Prompts of a chat, with the rules that a right answer keeps."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from mkdocs_quantlab.engine.answers.rules import Rules, braced, parse, read
from mkdocs_quantlab.engine.core.fields import json_list
from mkdocs_quantlab.engine.core.schema import Field, OptionError
from mkdocs_quantlab.engine.core.suggest import did_you_mean
from mkdocs_quantlab.site.chat.checks import CHECKS

QUOTED = 40
"""Characters of a prompt in a message."""


class Prompt(NamedTuple):
    """A prompt that a click puts in."""

    text: str
    rule: Rules | None = None
    """What a right answer has; None where that cannot be known from its text."""


class Prompts(Field[tuple[Prompt, ...]]):
    """Prompts separated by `|`, or a JSON list."""

    kind = "prompts"

    @property
    def allowed(self) -> str:
        return (
            "prompts separated by `|`, with ` => {rule}` after a prompt whose right answer is known, or a JSON list of strings and of "
            "`{prompt, right}`"
        )

    def parse(self, text: str) -> tuple[Prompt, ...]:
        entries = json_list(text, self)
        found = self._separated(text) if entries is None else self._entries(entries)
        rules: dict[str, str] = {}
        for prompt in found:
            if rules.setdefault(prompt.text, str(prompt.rule)) != str(prompt.rule):
                raise OptionError(
                    f"`{self.name}` has {_quoted(prompt.text)} twice, with different rules",
                    self.name,
                )
        return found

    def format(self, value: tuple[Prompt, ...]) -> str:
        return json.dumps(
            [
                {"prompt": prompt.text, "right": str(prompt.rule)} if prompt.rule else prompt.text
                for prompt in value
            ],
            ensure_ascii=False,
        )

    def _separated(self, text: str) -> tuple[Prompt, ...]:
        found = []
        at = 0
        while at < len(text):
            end = re.compile(r"\||(?<![^\s|])=>\s*\{").search(text, at)
            stop = end.start() if end else len(text)
            prompt, rule = text[at:stop].strip(), None
            at = stop + 1
            if end and end[0] != "|":
                try:
                    rule, at = braced(text, end.end() - 1)
                except OptionError as error:
                    raise self._of(prompt, error) from None
                if rest := re.compile(r"[^|]*").match(text, at):
                    at = rest.end() + 1
                    if rest[0].strip():
                        raise self._of(
                            prompt, OptionError(f"`{rest[0].strip()[:QUOTED]}` follows the rule")
                        )
            if prompt:
                found.append(Prompt(prompt, rule))
            elif rule:
                raise self.refuse(str(rule), ", a rule without a prompt")
        return tuple(found)

    def _entries(self, entries: list[Any]) -> tuple[Prompt, ...]:
        found: list[Prompt] = []
        for entry in entries:
            given = entry if isinstance(entry, dict) else {"prompt": entry}
            for key in given:
                if key not in ("prompt", "right"):
                    hint = did_you_mean(str(key), ("prompt", "right"))
                    raise OptionError(
                        f"`{self.name}`: a prompt has `prompt` and `right`; found `{key}`{hint}",
                        self.name,
                        key,
                    )
            text = given.get("prompt")
            if not isinstance(text, str) or not text.strip():
                raise self.refuse("" if text is None else str(text))
            rule = None
            if "right" in given:
                before = sum(prompt.rule is not None for prompt in found)
                try:
                    rule = self._rule(given["right"])
                except OptionError as error:
                    raise self._of(text, error, *["right"] * (before + 1)) from None
            found.append(Prompt(text.strip(), rule))
        return tuple(found)

    @staticmethod
    def _rule(given: object) -> Rules:
        if isinstance(given, dict):
            return read(given)
        if isinstance(given, str):
            return parse(given)
        raise OptionError(f"a rule is a mapping, as in `{{number: 391}}`; found `{given}`")

    def _of(self, prompt: str, error: OptionError, *keys: str) -> OptionError:
        """The error with the prompt whose rule it is about."""
        inside = (*keys, error.option) if error.option else keys
        return OptionError(f"`{self.name}`: {_quoted(prompt)}: {error}", self.name, *inside)


class Checks(Field[tuple[str, ...]]):
    """Names of prompts, or of groups of them, that come with the package."""

    kind = "checks"

    @property
    def allowed(self) -> str:
        names = ", ".join(f"`{name}`" for name in ("all", *GROUPS))
        return f"one or more of {names}, or names of prompts, separated by spaces"

    def parse(self, text: str) -> tuple[str, ...]:
        names = ("all", *GROUPS, *(check.name for check in CHECKS))
        found: list[str] = []
        for word in filter(None, re.split(r"[\s,;]+", text.lower())):
            if word not in names:
                raise self.refuse(word, did_you_mean(word, names))
            if word not in found:
                found.append(word)
        return tuple(found)

    def format(self, value: tuple[str, ...]) -> str:
        return " ".join(value)


GROUPS = tuple(dict.fromkeys(check.group for check in CHECKS))
"""What the prompts of `CHECKS` test."""


def checks(names: tuple[str, ...]) -> tuple[Prompt, ...]:
    """The prompts of that name, of the groups of that name, or `all`."""
    return tuple(
        Prompt(check.prompt, parse(check.right))
        for check in CHECKS
        if {check.name, check.group, "all"}.intersection(names)
    )


def _quoted(text: str) -> str:
    return f"“{text if len(text) <= QUOTED else text[: QUOTED - 1] + '…'}”"


PROMPTS = (
    Prompt("Draw a pelican riding a bicycle."),
    Prompt(
        "Write an SVG picture of a pelican on a bicycle. Answer with the SVG code only.",
        parse(r"regex: '(?is)^(```\w*\s*)?(<\?xml[^>]*>\s*)?<svg\b.*</svg>\s*(```)?$'"),
    ),
    Prompt("Multiply 386 by 57, one step a line.", parse("number: 22002, lines: at least 2")),
    Prompt(
        "Some tools are hammers, and every hammer is heavy. Does it follow that some tools are heavy? Say why.",
        parse(
            r"regex: '(?i)\b(yes|it (does )?follows?)\b', without: [does not follow, doesn't follow]"
        ),
    ),
    Prompt("Write a Python function that tells whether two words are anagrams, with three tests."),
    Prompt(
        "Plan five evenings of learning to read sheet music: a numbered list, one sentence each.",
        parse("items: 5"),
    ),
)
"""The prompts of a page whose author set none: a drawing without and with the word SVG, then arithmetic, logic, code
and a format to keep. Whether a drawing is right says its marks, and whether code is right only a run of it."""

DRAWINGS = (
    Prompt("Draw a pelican riding a bicycle."),
    Prompt("Draw a red house with three windows."),
    Prompt("Draw two blue balloons."),
    Prompt("Draw a cat riding a skateboard at night."),
    Prompt("Draw a snowman next to a tree."),
    Prompt(PROMPTS[2].text),
)
"""The prompts of a page whose author set none, where its models are built in: these draw, and answer the last
with a drawn apology."""

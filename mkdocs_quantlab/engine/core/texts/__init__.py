"""The interface's texts, by language: forms, lab pages, chat, evidence, and messages of the page's scripts.

Each language is a JSON file here: groups of texts by key. A text may hold placeholders, `{name}`; one that depends on a number
is a table by plural category (CLDR's names: `one`, `other`, ...), chosen by the value of `{count}`. `en.json` is complete. Another
language translates whole groups; a group that it lacks stays English. `docs/contributing/writing.md` says how texts are
added and translated.

The groups of `SCRIPTS` are read by the page's scripts: `browser/build/generate.py` emits them for TypeScript. A group's first word is
the script that has it: `chat` and `chat_model` are `chat.js`'s. A language translates all groups of a script or none of them.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Text = str | Mapping[str, str]

ENGLISH = "en"
LANGUAGES = (ENGLISH, "de")
"""The languages that have a file here."""

SCRIPTS = (
    "page",
    "shared",
    "lab_page",
    "picture",
    "quantize",
    "evidence",
    "chat",
    "chat_connection",
    "chat_model",
    "chat_server",
    "compare",
    "worker",
)
"""Groups that the page's scripts read; all others are Python's. The workers of the page do not know its language: `worker` is
English everywhere, as is what Python says in them."""

PLURALS: Mapping[str, Callable[[float], str]] = {
    ENGLISH: lambda n: "one" if n == 1 else "other",
    "de": lambda n: "one" if n == 1 else "other",
}
"""The plural category of a number, by language (https://cldr.unicode.org/index/cldr-spec/plural-rules); all languages of
`LANGUAGES` are here."""


@cache
def catalogue(language: str) -> dict[str, dict[str, Text]]:
    """A language's groups of texts by key, as its file has them."""
    path = os.path.join(os.path.dirname(__file__), f"{language}.json")  # noqa: PTH118, PTH120  # in the page, in a zip
    loader: Any = __spec__.loader if __spec__ else None
    return cast("dict[str, dict[str, Text]]", json.loads(loader.get_data(path)))


def primary(tag: str) -> str:
    """The language of a BCP 47 tag without region and script: `de` of `de-AT` and of `de_AT`."""
    return re.split(r"[-_]", tag.strip().lower(), maxsplit=1)[0]


class Words(NamedTuple):
    """The texts for a page.

    Attributes:
        page: The page's language, a BCP 47 tag.
        site: The language that the page's `<html>` has, as far as is known.
    """

    page: str = ENGLISH
    site: str = ENGLISH

    @property
    def told(self) -> str | None:
        """The page's language where the page's script is to be told: not where it is English as all of the site is."""
        return None if {primary(self.page), primary(self.site)} == {ENGLISH} else self.page

    def language(self, group: str) -> str:
        """The language in which a group is available: the page's, or English."""
        own = primary(self.page)
        return own if own in LANGUAGES and group in catalogue(own) else ENGLISH

    def lang(self, group: str | None = None) -> str | None:
        """The `lang` attribute of an element on the page.

        Args:
            group: The group whose texts are in the element; None for what is always English, such as figures.

        Returns:
            The language, or None on an English page, where the attribute would say nothing new.
        """
        if primary(self.page) == ENGLISH:
            return None
        return ENGLISH if group is None else self.language(group)

    def __call__(self, key: str, **values: object) -> str:
        """A text with its placeholders filled in.

        Args:
            key: Group and key, as in `form.reset`.
            values: The placeholders' values.
        """
        group, _, name = key.partition(".")
        language = self.language(group)
        text = catalogue(language)[group][name]
        if not isinstance(text, str):
            text = text[PLURALS[language](cast("float", values["count"]))]
        return re.sub(r"\{(\w+)\}", lambda place: str(values[place[1]]), text)


EN = Words()
"""The texts of an English page."""

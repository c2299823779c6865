"""The words of the connection doctor, which the chat, `quantlab doctor` and the guide share."""

from __future__ import annotations

import re

import pytest

from mkdocs_quantlab.engine.core.texts import ENGLISH, catalogue
from mkdocs_quantlab.site.doctor.connection import case_ids, remedies

TEXTS = catalogue(ENGLISH)["chat_connection"]


def test_every_text_is_of_a_case():
    ids = case_ids()
    assert len(ids) >= 18
    keys = [key for case in ids for key in remedies(case).values()]
    keys += [
        f"chat_connection.{case.replace('-', '_')}_{part}"
        for case in ids
        for part in ("title", "why")
    ]
    assert sorted(keys) == sorted(f"chat_connection.{key}" for key in TEXTS)


@pytest.mark.parametrize("case", case_ids())
def test_a_case_says_what_to_do(case):
    ways = list(remedies(case))
    assert ways in ([""], ["windows", "macos", "linux", "elsewhere", "other"])


@pytest.mark.parametrize("key", TEXTS)
def test_places_and_quotes(key):
    text = TEXTS[key]
    assert isinstance(text, str)
    assert set(re.findall(r"\{(.*?)\}", text)) <= {"origin", "endpoint", "root", "model"}
    assert text.count("`") % 2 == 0


@pytest.mark.parametrize(
    "case",
    "server-down wrong-address redirected origin-refused doubled-header preflight-refused mixed-content proxy-alone "
    "queue-full".split(),
)
def test_the_command_line_can_fill_its_cases(case):
    """`quantlab doctor` knows no model."""
    keys = [
        f"{case.replace('-', '_')}_why",
        *(key.partition(".")[2] for key in remedies(case).values()),
    ]
    assert not any("{model}" in TEXTS[key] for key in keys)

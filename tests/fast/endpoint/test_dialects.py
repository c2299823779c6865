"""A dialect that is added to `DIALECTS` is known to nginx's configuration and to the chat's scripts."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from mkdocs_quantlab.endpoint import dialects
from mkdocs_quantlab.endpoint.dialects import DIALECTS
from mkdocs_quantlab.endpoint.nginx import Settings, configuration
from tests.dialects import THIRD, add_third
from tests.generated import generate
from tests.paths import ROOT

SITE = "https://course.example"


@pytest.fixture
def third(monkeypatch):
    add_third(monkeypatch)


def locations():
    """The paths that nginx lets through, with their methods and limits."""
    text = configuration(Settings("http://127.0.0.1:8080", [SITE]))
    found = re.findall(r"location = (\S+) \{\s+limit_except (\w+) \{\s+deny all;", text)
    limited = re.findall(r"location @arrived(\S+) \{\s+limit_req .*\s+limit_conn ", text)
    return {path: (method, path in limited) for path, method in found}


def test_nginx_lets_a_third_dialect_through(third):
    assert locations() == {
        route.path: (route.method, route.is_limited)
        for dialect in [*DIALECTS, THIRD]
        if dialect.is_upstream
        for route in dialect.routes.values()
    }


def test_nginx_limits_what_takes_the_models_time():
    limited = {path for path, (_, is_limited) in locations().items() if is_limited}
    assert limited == {
        dialect.routes[dialect.chat].path for dialect in DIALECTS if dialect.is_upstream
    }


def test_the_scripts_have_the_facts(third):
    facts = json.loads(
        re.search(r"FACTS = (.*?) as const", generate.text("dialects.ts"), re.DOTALL)[1]
    )
    assert list(facts) == ["ollama", "openwebui", "openai", "third"]
    assert facts["third"] == {
        "label": "Third",
        "probe": "/third/hello",
        "paths": {"hello": "/third/hello", "chat": "/third/chat"},
        "chat": "/third/chat",
        "process": {},
        "after": "",
    }


def test_names_and_paths_are_told_apart():
    routes = Counter(route.path for dialect in DIALECTS for route in dialect.routes.values())
    assert set(routes.values()) == {1}
    assert len({dialect.name for dialect in DIALECTS}) == len(DIALECTS)
    for dialect in DIALECTS:
        assert dialect.routes[dialect.probe].method == "GET"
        assert dialect.routes[dialect.chat].method == "POST"


def test_scripts_take_paths_from_the_facts():
    """So that nginx lets through all that the chat asks."""
    paths = {route.path for dialect in DIALECTS for route in dialect.routes.values()} - {"/"}
    for file in (ROOT / "browser/src/chat").rglob("*.ts"):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not [path for path in paths if f'"{path}"' in code], file


def test_endings_of_addresses():
    def root(end):
        return re.sub(dialects.ending(), "", f"/a{end}")

    for end in ("/api", "/v1", "/v12", "/v1/chat/completions", "/api/chat", "/v1/models"):
        assert root(end) == "/a"
    assert root("/inference/chat/completions") == "/a/inference"
    # These are folders that somebody has chosen.
    for end in ("/v", "/chat", "/models", "/v1beta/openai"):
        assert root(end) == f"/a{end}"


def test_loading_asks_for_the_process_that_questions_ask_for():
    """So that no question starts the process behind the model anew."""
    request = json.loads(dialects.load_request("m"))
    assert request == {"model": "m", "shift": False}
    assert set(dialects.OLLAMA.process) <= set(dialects.OLLAMA_PROCESS_FIELDS)


def test_no_script_names_what_belongs_to_the_process():
    for file in (ROOT / "browser/src/chat").rglob("*.ts"):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        named = [
            name for name in dialects.OLLAMA_PROCESS_FIELDS if re.search(rf"\b{name}\s*:", code)
        ]
        assert not named, file

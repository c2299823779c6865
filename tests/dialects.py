"""A made-up dialect of model servers, beside those that there are."""

from __future__ import annotations

from mkdocs_quantlab.endpoint.dialects import DIALECTS, Dialect, Route

THIRD = Dialect(
    name="third",
    label="Third",
    ending="third",
    routes={
        "hello": Route("GET", "/third/hello"),
        "chat": Route("POST", "/third/chat", is_limited=True),
    },
    probe="hello",
)


def add_third(monkeypatch):
    """Adds it, for the rest of a test."""
    monkeypatch.setattr("mkdocs_quantlab.endpoint.dialects.DIALECTS", [*DIALECTS, THIRD])

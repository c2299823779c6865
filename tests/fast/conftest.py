"""What stands in `tests/fast`: quick tests of Python alone, in one process. No Node, no browser, no server, no network."""

from __future__ import annotations

import socket

import pytest


@pytest.fixture(autouse=True)
def python_alone(monkeypatch):
    """Nothing is found on the path of commands, and nothing connects."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(socket.socket, "connect", _refuse)
    monkeypatch.setattr(socket.socket, "bind", _refuse)


def _refuse(*_):
    pytest.fail("a test in tests/fast opens a connection; tests/servers and tests/builds may")

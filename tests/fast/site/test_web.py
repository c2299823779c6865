"""Requests to servers that nobody vouches for: what needs no server."""

from __future__ import annotations

import socket
from types import SimpleNamespace

import pytest
from urllib3.util.ssltransport import SSLTransport

from mkdocs_quantlab.site.models.web import _Watch


def encrypted(inner):
    """Encryption around a connection, as urllib3 has it where a proxy is encrypted itself."""
    transport = SSLTransport.__new__(SSLTransport)
    transport.socket = inner
    return transport


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_deadline_cuts_connections_within_encryption(depth):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(5)
        made = ours
        for _ in range(depth):
            made = encrypted(made)
        watch = _Watch()
        connection = SimpleNamespaceWithReferences(opening=None, made=made)
        watch.connections.add(connection)
        watch.cut()
        assert theirs.recv(1) == b""


class SimpleNamespaceWithReferences(SimpleNamespace):
    """One that a weak set can have."""

    __hash__ = object.__hash__

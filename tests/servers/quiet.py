"""The server under stand-ins and pages: it says nothing of clients that leave."""

from __future__ import annotations

import sys
from http.server import ThreadingHTTPServer
from typing import Any


class QuietServer(ThreadingHTTPServer):
    def handle_error(self, *request: Any) -> None:
        """Keeps quiet about clients that leave, and no other error: a closed page and a stopped worker drop their connections."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*request)

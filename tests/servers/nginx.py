"""Debian's nginx with one configuration file in its `http` block."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pathlib import Path

MAIN = """
daemon off;
worker_processes 2;
pid nginx.pid;
error_log {log};
{user}
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include quantlab.conf;
}}
"""


SITE = """
include /etc/nginx/mime.types;
default_type application/octet-stream;
gzip on;
server {{
    listen 127.0.0.1:{port};
    root {root};
    {lines}
}}
"""
"""What Debian's own configuration says of static sites, and a server with one."""


def static_site(root: Path, port: int, lines: str = "") -> str:
    """The configuration for a static site as Debian's nginx serves it.

    Args:
        root: The site's files.
        port: Where it listens.
        lines: More lines for the `server` block.
    """
    return SITE.format(root=root, port=port, lines=lines)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Nginx:
    """The server; a context manager that ends it.

    Attributes:
        url: Its address, without a final slash.
        warnings: What it says of the configuration.
    """

    def __init__(
        self, folder: Path, configuration: str, url: str, *, log: str = "stderr warn"
    ) -> None:
        """Checks the configuration, starts and waits until it listens.

        Args:
            folder: Its own, for its files.
            configuration: The file's text.
            url: Where the configuration makes it listen, on 127.0.0.1.
            log: Its own error log, as `error_log` takes it; files are relative to the folder.
        """
        self.url = url
        # Workers of a root's nginx are somebody else, who may not enter the folder.
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(MAIN.format(user=user, log=log), encoding="utf-8")
        (folder / "quantlab.conf").write_text(configuration, encoding="utf-8")
        # Debian keeps it out of the way of users.
        nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        assert nginx, "the tests of endpoints need nginx"
        command = [nginx, "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"]
        check = subprocess.run(
            [*command, "-t"], capture_output=True, text=True, encoding="utf-8", check=False
        )
        assert check.returncode == 0, check.stderr
        self.warnings = [line for line in check.stderr.splitlines() if "[warn]" in line]
        # The shell ends nginx when standard input is closed, as it is when the tests are killed.
        wait = '"$@" </dev/null & read -r _; kill $!; wait'
        with (folder / "stderr.log").open("w", encoding="utf-8") as stderr:
            self._process = subprocess.Popen(
                ["sh", "-c", wait, "sh", *command], stdin=subprocess.PIPE, stderr=stderr
            )
        address = urlsplit(url)
        for _ in range(2000):
            try:
                socket.create_connection((address.hostname, address.port)).close()
            except ConnectionRefusedError:
                time.sleep(0.01)
            else:
                return
        self.stop()
        raise AssertionError("nginx does not listen")

    def stop(self) -> None:
        """Ends it and its workers."""
        self._process.stdin.close()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.stop()

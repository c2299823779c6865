"""WebKit, as Debian has it: WebKitGTK's small browser by WebDriver, https://w3c.github.io/webdriver/, on a screen in memory."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.browser.engines.tab import ScriptError, Tab

# The key of an element in WebDriver's JSON.
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"

START_SECONDS = 60
"""How long a browser may take to start."""
STARTS = 3

SCRIPT = "const [args, done] = arguments; (async () => (FUNCTION)(...args))().then(value => done({value: value ?? null}), error => done({error: String(error)}));"


class WebKit(Tab):
    """WebKitGTK's MiniBrowser.

    Args:
        proxy: Host and port of what gets all requests but those for this machine.
    """

    def __init__(self, proxy: str) -> None:
        driver = shutil.which("WebKitWebDriver")
        browsers = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser"))
        assert driver, "these tests need WebKit: `make webkit`"
        assert browsers, "these tests need WebKit: `make webkit`"
        self._http = requests.Session()
        self._http.trust_env = False  # a proxy of the machine is none for this machine
        wanted = {
            "acceptInsecureCerts": True,
            "proxy": {
                "proxyType": "manual",
                "httpProxy": proxy,
                "sslProxy": proxy,
                "noProxy": ["127.0.0.1", "localhost"],
            },
            "timeouts": {"script": 180_000, "pageLoad": 180_000},
            "webkitgtk:browserOptions": {"binary": str(browsers[-1]), "args": ["--automation"]},
        }
        begun = self._begin(driver, wanted)
        self.engine = f"WebKitGTK {begun['capabilities']['browserVersion']}"
        self._url += f"/{begun['sessionId']}"

    def _begin(self, driver: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """Starts screen, driver and browser, and returns the session.

        Twice the driver waited without end for the browser that it had started, for a reason not found yet. Screen, driver and browser
        are therefore started up to three times, and the failure names the processes that were running.
        """
        running = ""
        for _ in range(STARTS):
            self._screen, number = _started(
                ["Xvfb", "-displayfd", "1", "-screen", "0", "1600x1400x24", "-nolisten", "tcp"],
                r"(\d+)",
            )
            environment = os.environ | {
                "DISPLAY": f":{number}",
                # Root in a container has no user namespaces, which the sandbox is made of.
                **({"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"} if os.geteuid() == 0 else {}),
            }
            port = _free_port()
            self._driver = subprocess.Popen([driver, f"--port={port}"], env=environment)
            self._url = f"http://127.0.0.1:{port}/session"
            _await_port(port)
            try:
                return self._send("POST", "", START_SECONDS, capabilities={"alwaysMatch": wanted})
            except requests.ReadTimeout:
                running = _children(self._driver.pid)
                self._end(self._driver)
                self._end(self._screen)
        pytest.fail(
            f"WebKit did not start {STARTS} times; the driver's processes at last: {running}"
        )

    @staticmethod
    def _end(process: subprocess.Popen[Any]) -> None:
        process.terminate()
        process.wait(30)

    def _send(self, method: str, path: str, timeout: float = 240, /, **body: Any) -> Any:
        answer = self._http.request(
            method, self._url + path, json=body if method == "POST" else None, timeout=timeout
        )
        value = answer.json()["value"]
        if not answer.ok:
            raise ScriptError(f"{path}: {value['error']}: {value['message']}")
        return value

    def open(self, url: str) -> None:
        self._send("POST", "/url", url=url)

    def run(self, function: str, *args: Any) -> Any:
        script = SCRIPT.replace("FUNCTION", function)
        outcome = self._send("POST", "/execute/async", script=script, args=[args])
        if "error" in outcome:
            raise ScriptError(outcome["error"])
        return outcome["value"]

    def act(self, *sources: dict[str, Any]) -> None:
        self._send("POST", "/actions", actions=sources)

    def files(self, selector: str, *paths: Path) -> None:
        element = self._send("POST", "/element", using="css selector", value=selector)[ELEMENT]
        self._send("POST", f"/element/{element}/value", text="\n".join(map(str, paths)))

    def resize(self, width: int, height: int) -> None:
        self._send("POST", "/window/rect", width=width, height=height)

    def close(self) -> None:
        try:
            self._send("DELETE", "")
        finally:
            self._http.close()
            self._end(self._driver)
            self._end(self._screen)


def _started(command: list[str], said: str) -> tuple[subprocess.Popen[str], str]:
    """A process, and what it says in its first line."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
    )
    assert process.stdout
    with process.stdout:
        found = re.fullmatch(said, process.stdout.readline().strip())
    assert found, f"{command[0]} did not start"
    return process, found[1]


def _children(parent: int) -> str:
    """The processes that a process started, with their states."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,stat=,args=", "--ppid", str(parent)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return listed.stdout.strip() or "none"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _await_port(port: int) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < end, "WebKitWebDriver did not start"
            time.sleep(0.05)
        else:
            return

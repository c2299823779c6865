"""Debian's Firefox, by the protocol that it speaks itself: WebDriver BiDi, https://w3c.github.io/webdriver-bidi/."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from itertools import count
from typing import TYPE_CHECKING, Any

import websocket

from tests.browser.engines.tab import ScriptError, Tab

if TYPE_CHECKING:
    from pathlib import Path

# What a browser that a test starts must not do: ask its maker, show first-run pages, keep what it does for later.
PREFERENCES: dict[str, bool | int | str] = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.safebrowsing.blockedURIs.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage": "about:blank",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.disable_open_during_load": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "remote.prefs.recommended": True,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.server": "",
    "trailhead.firstrun.didSeeAboutWelcome": True,
}


class Firefox(Tab):
    """Firefox without a window.

    Args:
        profile: An empty folder.
        proxy: Host and port of what gets all requests but those for this machine.
        preferences: Further settings, as `about:config` has them.
    """

    def __init__(self, profile: Path, proxy: str, **preferences: bool | int | str) -> None:
        path = shutil.which("firefox-esr") or shutil.which("firefox")
        assert path, "these tests need Firefox: `make firefox`"
        lines = [
            f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
            for name, value in (PREFERENCES | preferences).items()
        ]
        (profile / "user.js").write_text("".join(lines), encoding="utf-8")
        self._process = subprocess.Popen(
            [
                path,
                "--headless",
                "--no-remote",
                "--profile",
                str(profile),
                "--remote-debugging-port",
                "0",
            ],
            # Without it a released Firefox asks for its settings, whatever the preference says.
            env=os.environ | {"MOZ_REMOTE_SETTINGS_DEVTOOLS": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        assert self._process.stderr
        found = None
        for line in self._process.stderr:
            found = re.search(r"WebDriver BiDi listening on (ws://\S+)", line)
            if found:
                break
        assert found, "Firefox did not start"
        self._socket = websocket.create_connection(
            f"{found[1]}/session", timeout=180, suppress_origin=True
        )
        self._ids = count(1)
        wanted = {
            "acceptInsecureCerts": True,
            "proxy": {"proxyType": "manual", "httpProxy": proxy, "sslProxy": proxy},
            "unhandledPromptBehavior": {"default": "ignore"},
        }
        begun = self._send("session.new", capabilities={"alwaysMatch": wanted})["capabilities"]
        self.engine = f"Firefox {begun['browserVersion']}"
        # The tab that it begins with never has the focus, without which no field tells that it was changed.
        self._tab = self._send("browsingContext.create", type="tab")["context"]

    def _send(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") != number:
                continue  # an event
            if answer["type"] == "error":
                raise ScriptError(f"{method}: {answer['error']}: {answer['message']}")
            return answer["result"]

    def open(self, url: str) -> None:
        self._send("browsingContext.navigate", context=self._tab, url=url, wait="interactive")
        self.wait("() => document.readyState === 'complete'")

    def run(self, function: str, *args: Any) -> Any:
        result = self._call(
            f"async args => JSON.stringify(await ({function})(...JSON.parse(args))) ?? 'null'",
            {"type": "string", "value": json.dumps(args)},
        )
        return json.loads(result["value"])

    def _call(self, function: str, *args: dict[str, Any]) -> dict[str, Any]:
        answer = self._send(
            "script.callFunction",
            functionDeclaration=function,
            arguments=args,
            target={"context": self._tab},
            awaitPromise=True,
            userActivation=True,
        )
        if answer["type"] == "exception":
            raise ScriptError(answer["exceptionDetails"]["text"])
        return answer["result"]

    def act(self, *sources: dict[str, Any]) -> None:
        self._send("input.performActions", context=self._tab, actions=sources)

    def files(self, selector: str, *paths: Path) -> None:
        element = self._call(f"() => document.querySelector({json.dumps(selector)})")
        self._send(
            "input.setFiles",
            context=self._tab,
            element={"sharedId": element["sharedId"]},
            files=[str(path) for path in paths],
        )

    def resize(self, width: int, height: int) -> None:
        self._send(
            "browsingContext.setViewport",
            context=self._tab,
            viewport={"width": width, "height": height},
        )

    def close(self) -> None:
        self._socket.close()
        self._process.terminate()
        self._process.wait(30)
        assert self._process.stderr
        self._process.stderr.close()

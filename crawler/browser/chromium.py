"""Where is a Chromium on this machine, and with which switches may it run?"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "SUNSWEEP_CHROMIUM"
_ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ON_MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def find_chromium(environ: Mapping[str, str]) -> str | None:
    """The executable by the variable, on PATH, or as an application; None: perhaps Playwright has its own.

    A variable that names no file ends the search: who sets it does not want another browser.
    """
    named = environ.get(VARIABLE)
    if named is not None:
        return named
    for name in _ON_PATH:
        found = shutil.which(name, path=environ.get("PATH"))
        if found:
            return found
    return _ON_MAC if Path(_ON_MAC).exists() else None


def switches(proxy_port: int) -> list[str]:
    """Everything goes through the proxy, loopback too; nothing is asked for that no page asked for."""
    return [
        f"--proxy-server=http://127.0.0.1:{proxy_port}",
        "--proxy-bypass-list=<-loopback>",
        # Names are resolved by the gate alone: Chromium's own resolver knows none.
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--disable-quic",
        "--dns-prefetch-disable",
        "--no-pings",
        "--no-sandbox",  # needed as root; pages are still kept apart by the proxy
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-domain-reliability",
        "--disable-sync",
        "--disable-default-apps",
        "--disable-extensions",
        "--disable-client-side-phishing-detection",
        "--metrics-recording-only",
        "--mute-audio",
    ]

"""Chromium and fonts for the browser tests: found, or installed when we may."""

from __future__ import annotations

import os
import shutil

from . import messages
from .console import console
from .run import Failed, run
from .settings import Settings

# The names under which Odoo's own tour runner looks for a browser.
PROGRAMS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")


def find(which=shutil.which) -> str | None:
    return next((path for path in map(which, PROGRAMS) if path), None)


def ensure(settings: Settings, which=shutil.which, root: bool | None = None) -> str:
    """The browser's path; installs it as root on Debian, else says how."""
    found = find(which)
    if found:
        return found
    command = f"apt-get install {' '.join(PACKAGES)}"
    root = os.geteuid() == 0 if root is None else root
    if not which("apt-get"):
        raise messages.no_browser("your system's installer for Chromium")
    if not root:
        raise messages.no_browser(f"sudo {command}")
    console.note(f"Installing {' and '.join(PACKAGES)}")
    log = settings.log("apt-install")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        run(["apt-get", "-q", "update"], log, env=env)
        words = ["apt-get", "-q", "-y", "install", "--no-install-recommends", *PACKAGES]
        run(words, log, env=env, on_line=console.progress)
    except Failed as error:
        raise messages.apt_failed(" ".join(PACKAGES), log) from error
    found = find(which)
    if not found:
        raise messages.no_browser(command)
    return found

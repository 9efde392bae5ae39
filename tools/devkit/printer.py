"""The host's PDF engine, for the test that counts a report's pages."""

from __future__ import annotations

import os
import shutil

from . import messages
from .console import console
from .run import Failed, run
from .settings import Settings

PROGRAM = PACKAGE = "wkhtmltopdf"


def ensure(settings: Settings, which=shutil.which, root: bool | None = None) -> str:
    """Its path; installed as root on Debian, else what is missing, in a sentence.

    Nothing stops without it: Odoo shows a report as a page then, and the tests that
    need a PDF are skipped.
    """
    root = os.geteuid() == 0 if root is None else root
    if not which(PROGRAM) and root and which("apt-get"):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        log = settings.log("apt-install-pdf")
        words = ["apt-get", "-q", "-y", "install", "--no-install-recommends", PACKAGE]
        console.note(f"Installing {PACKAGE}")
        try:
            run(["apt-get", "-q", "update"], log, env=env)
            run(words, log, env=env, on_line=console.progress)
        except Failed:
            console.note(f"{PACKAGE} could not be installed, see {log}")
    return which(PROGRAM) or messages.NO_PRINTER

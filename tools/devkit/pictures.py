"""The pictures of the README, taken from a demo that is being served."""

from __future__ import annotations

import subprocess

from . import browser, lint, messages, serve
from .console import console
from .python import Venv
from .settings import TOOLS, Settings

FOLDER = "docs/images"


def take(settings: Settings, venv: Venv) -> None:
    """Open the demo as its people and keep what they see.

    :raise messages.Stop: nothing is served there, or a page logged an error
    """
    if serve.is_free(settings.port):
        raise messages.nothing_served(settings.port)
    node = lint.ensure_node(settings, venv)
    chromium = browser.ensure(settings)
    console.step("Pictures")
    done = subprocess.run(
        [
            node.program,
            str(TOOLS / "screenshots.mjs"),
            f"http://{serve.ADDRESS}:{settings.port}",
            chromium,
            FOLDER,
        ],
        cwd=settings.checkout,
        env=lint.environment(settings, node),
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise messages.pictures_failed()

"""Odoo by git: a shallow clone of branch 19.0 of the vendor's public repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from .console import console
from .messages import RoadBlocked
from .run import Failed, run
from .settings import ODOO_SERIES, Settings

VENDOR = "https://github.com/odoo/odoo.git"


def commit_of(folder: Path) -> str:
    """The commit checked out in ``folder``, or nothing."""
    if not (folder / ".git").exists() or not shutil.which("git"):
        return ""
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def fetch(settings: Settings, target: Path) -> str:
    if not shutil.which("git"):
        raise RoadBlocked("git is not installed")
    source = settings.text("ODOO_GIT") or VENDOR
    console.note("Cloning; about 300 MB")
    log = settings.log("git")
    env = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    command = ["git", "clone", "--progress", "--depth", "1", "--single-branch"]
    command += ["--branch", ODOO_SERIES, source, str(target)]
    try:
        run(command, log, env=env, on_line=console.progress)
    except Failed as error:
        raise RoadBlocked(reason(error.tail)) from error
    return f"{ODOO_SERIES} commit {commit_of(target)[:9]}"


def reason(output: str) -> str:
    """The line of git's output that says what is wrong: its first fatal one.

    >>> reason("Cloning into 'x'...\\nfatal: could not resolve host: example.org")
    'could not resolve host: example.org'
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    fatal = [line.split(": ", 1)[1] for line in lines if line.startswith("fatal: ")]
    return (fatal or lines[-1:] or ["no reason given"])[0]

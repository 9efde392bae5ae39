"""The virtual environment: every package pinned, Odoo importable beside them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from . import messages
from .console import console
from .files import READY, check_disk, lock
from .host import Host
from .run import Failed, run
from .settings import CONSTRAINTS, DISK_NEED_WARM_GB, Settings, digest


@dataclass(frozen=True)
class Venv:
    path: Path

    @property
    def python(self) -> Path:
        return self.path / "bin" / "python"

    @property
    def packages(self) -> Path:
        major, minor = sys.version_info[:2]
        return self.path / "lib" / f"python{major}.{minor}" / "site-packages"

    def activate(self) -> None:
        """Let this process import the packages too: same Python, so it may."""
        if str(self.packages) not in sys.path:
            sys.path.append(str(self.packages))

    def has_addon(self, name: str) -> bool:
        return (self.packages / "odoo" / "addons" / name / "__manifest__.py").exists()


def key(
    host: Host, constraints: bytes, version: tuple[int, ...] = sys.version_info[:3]
) -> str:
    """Another Odoo, other pins or another Python: another environment."""
    return digest(host.key, constraints, ".".join(map(str, version)), sys.executable)


def ensure(settings: Settings, host: Host) -> Venv:
    console.step("Python packages at their pinned versions")
    constraints = CONSTRAINTS.read_bytes()
    venv = Venv(settings.cache / "venv" / key(host, constraints))
    if not (venv.path / READY).exists():
        with lock(settings.cache / "locks", f"venv-{venv.path.name}"):
            if not (venv.path / READY).exists():
                check_disk(settings.cache, DISK_NEED_WARM_GB)
                build(settings, host, venv)
    venv.activate()
    return venv


def build(settings: Settings, host: Host, venv: Venv) -> None:
    """Made in place, for its scripts know their path; the mark comes last."""
    shutil.rmtree(venv.path, ignore_errors=True)
    venv.path.parent.mkdir(parents=True, exist_ok=True)
    log = settings.log("pip")
    try:
        run([sys.executable, "-m", "venv", venv.path], log)
    except Failed as error:
        raise messages.no_venv(sys.executable) from error
    pip_install(venv, ["--no-deps", "-r", str(CONSTRAINTS)], log, settings)
    (venv.packages / "odoo_host.pth").write_text(f"{host.pythonpath}\n")
    (venv.path / READY).touch()
    console.done("installed")


def pip_install(venv: Venv, words: list[str], log: Path, settings: Settings) -> None:
    total = sum(1 for line in CONSTRAINTS.read_text().splitlines() if "==" in line)
    seen = 0

    def show(line: str) -> None:
        nonlocal seen
        if line.startswith("Collecting "):
            seen += 1
            console.progress(f"{seen} of {total}: {line.split()[1]}")
        elif line.startswith(("Installing collected", "Building")):
            console.progress(line[:60])

    command = [str(venv.python), "-m", "pip", "install", "--no-input", "--no-compile"]
    env = {
        **os.environ,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_CACHE_DIR": str(settings.cache / "downloads" / "pip"),
        "PIP_PROGRESS_BAR": "off",
    }
    try:
        run([*command, *words], log, env=env, on_line=show)
    except Failed as error:
        raise messages.pip_failed(log, hint(error.tail)) from error


def hint(output: str) -> str:
    """pip's own last error line.

    >>> hint("Collecting x\\nERROR: No matching distribution found for x==1\\n")
    'No matching distribution found for x==1'
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("ERROR:", "error:"))]
    return (errors or lines or ["no reason given"])[-1].removeprefix("ERROR: ")


def renew_lock(settings: Settings, requirements: Path) -> None:
    """Install the named requirements at their newest and write down what came."""
    place = settings.cache / "venv" / "lock"
    shutil.rmtree(place, ignore_errors=True)
    venv, log = Venv(place), settings.log("lock")
    run([sys.executable, "-m", "venv", place], log)
    # OCA wheels require a package named odoo, and lifetimes is here for its data;
    # without dependencies they come alone.
    lines = [
        line.split("#")[0].strip() for line in requirements.read_text().splitlines()
    ]
    names = [line for line in lines if line]
    alone = [name for name in names if name.startswith(("odoo-addon-", "lifetimes"))]
    rest = [name for name in names if name not in alone]
    pip_install(venv, ["--upgrade", *rest], log, settings)
    pip_install(venv, ["--no-deps", *alone], log, settings)
    freeze = [str(venv.python), "-m", "pip", "freeze"]
    done = subprocess.run(freeze, capture_output=True, text=True, check=True)
    head = [
        line for line in CONSTRAINTS.read_text().splitlines() if line.startswith("#")
    ]
    CONSTRAINTS.write_text("\n".join([*head, done.stdout]))
    shutil.rmtree(place, ignore_errors=True)

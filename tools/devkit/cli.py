"""The commands behind the Makefile."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable

from . import addons as addons_
from . import checks, database, host, lint, messages, pictures, postgres, python, serve
from .console import console
from .files import check_disk, disk_errors, lock
from .odoo import Odoo
from .server import Server
from .settings import DISK_NEED_WARM_GB, TOOLS, Settings

COMMANDS: dict[str, Callable[[Settings], int | None]] = {}


def command(name: str):
    """Register a function as the command ``name``."""

    def register(function: Callable[[Settings], int | None]):
        COMMANDS[name] = function
        return function

    return register


def run(words: list[str]) -> int:
    """One command; its exit status. 2: stopped with a sentence. 130: Ctrl-C."""
    if len(words) != 1 or words[0] not in COMMANDS:
        console.plain(f"Commands: {', '.join(COMMANDS)}. See: make help")
        return 2
    os.umask(0o022)  # the embedded server's account has to read the packages
    signal.signal(signal.SIGTERM, interrupt)  # so that what we started ends with us
    settings = Settings()
    try:
        with disk_errors(settings.cache):
            settings.cache.mkdir(parents=True, exist_ok=True)
            return COMMANDS[words[0]](settings) or 0
    except messages.Stop as stop:
        console.stop(str(stop))
        return 2
    except KeyboardInterrupt:
        console.stop("Stopped. The same command goes on where this one was.")
        return 130


def interrupt(_signal: int, _frame) -> None:
    raise KeyboardInterrupt


def prepare(settings: Settings) -> Odoo:
    """Odoo, its packages and a server: three steps."""
    check_disk(settings.cache, DISK_NEED_WARM_GB)
    odoo_host = host.ensure(settings)
    venv = python.ensure(settings, odoo_host)
    server = postgres.ensure(settings)
    return Odoo(settings, odoo_host, venv, server)


def found_addons(settings: Settings) -> list[addons_.Addon]:
    return addons_.find(settings.checkout, settings.text("ADDONS"))


@command("setup")
def setup(settings: Settings) -> None:
    console.plan(4)
    odoo = prepare(settings)
    database.Databases(odoo).template(found_addons(settings))


@command("demo")
def demo(settings: Settings) -> None:
    addons_.require(settings.checkout, found_addons(settings), demo=True)
    serve.check_port(settings.port, "demo")
    console.plan(7)
    serve.demo(prepare(settings))


@command("db")
def db(settings: Settings) -> None:
    name = settings.db("db")
    addons = found_addons(settings)
    addons_.require(settings.checkout, addons, settings.flag("DEMO"))
    console.plan(5)
    databases = database.Databases(prepare(settings))
    with lock(settings.cache / "locks", f"db-{name}"):
        databases.fresh(name, addons, settings.flag("DEMO"), purpose="db")
    console.plain(f"Use it: make serve DB={name}   make shell DB={name}")


@command("update")
def update(settings: Settings) -> None:
    name = settings.db("update")
    console.plan(4)
    databases = database.Databases(prepare(settings))
    facts = databases.require_ours(name)
    console.step(f"Updating {name}")
    serve.refresh(databases, name, found_addons(settings), facts)


@command("drop")
def drop(settings: Settings) -> None:
    name = settings.db("drop")
    console.plan(4)
    databases = database.Databases(prepare(settings))
    databases.require_ours(name)
    console.step(f"Dropping {name}")
    databases.drop(name)


@command("shell")
def shell(settings: Settings) -> None:
    name = settings.db("shell")
    console.plan(4)
    odoo = prepare(settings)
    database.Databases(odoo).require(name)
    console.step(f"Odoo shell on {name}")
    words = ["shell", "-c", str(odoo.config(name)), "-d", name, "--no-http"]
    odoo.become(*words, "--log-level=warn", *shlex.split(settings.text("ARGS")))


@command("serve")
def serve_(settings: Settings) -> None:
    name = settings.db("serve")
    serve.check_port(settings.port, f"serve DB={name}")
    console.plan(4)
    odoo = prepare(settings)
    facts = database.Databases(odoo).require(name)
    serve.serve(odoo, name, "serve", serve.people_of(settings, facts))


@command("psql")
def psql(settings: Settings) -> None:
    name = settings.db("psql")
    console.plan(4)
    odoo = prepare(settings)
    database.Databases(odoo).require(name)
    console.step(f"SQL prompt on {name}")
    program = postgres.psql_program(odoo.server)
    if not program:
        raise messages.no_psql()
    words = [program, "-d", name, *shlex.split(settings.text("ARGS"))]
    os.execve(program, words, odoo.environment())


@command("test")
def test(settings: Settings) -> None:
    checks.everything(settings, prepare)


@command("test-odoo")
def test_odoo(settings: Settings) -> None:
    checks.quick(settings, prepare)


@command("test-tools")
def test_tools(settings: Settings) -> None:
    console.plan(2)
    venv = python.ensure(settings, host.ensure(settings))
    checks.become_pytest_plain(settings, venv)


@command("bench")
def bench(settings: Settings) -> None:
    checks.bench(settings, prepare)


@command("lint")
def lint_(settings: Settings) -> None:
    console.plan(4)
    venv = python.ensure(settings, host.ensure(settings))
    lint.check(settings, venv, advice=True)


@command("screenshots")
def screenshots(settings: Settings) -> None:
    console.plan(4)
    venv = python.ensure(settings, host.ensure(settings))
    pictures.take(settings, venv)


@command("format")
def format_(settings: Settings) -> None:
    console.plan(4)
    venv = python.ensure(settings, host.ensure(settings))
    lint.correct(settings, venv)


@command("lock")
def lock_(settings: Settings) -> None:
    console.plan(1)
    console.step("Renewing tools/constraints.txt")
    python.renew_lock(settings, TOOLS / "requirements.txt")
    console.done("written; look at the difference before committing it")


@command("clean")
def clean(settings: Settings) -> None:
    """This checkout's databases and configuration; with ALL=1 the whole cache."""
    if not settings.cache.joinpath("host").exists():
        console.plain("Nothing to clean.")
        return
    console.plan(4)
    databases = database.Databases(prepare(settings))
    everything = settings.flag("ALL")
    console.step("Dropping all databases" if everything else "Dropping databases")
    for name in databases.names():
        facts = databases.facts(name) or {}
        if everything or facts.get("checkout") == settings.checkout_key:
            databases.drop(name)
            console.note(f"dropped {name}")
    shutil.rmtree(settings.cache / "conf" / settings.checkout_key, ignore_errors=True)
    if everything:
        remove_cache(settings, databases.server)


def remove_cache(settings: Settings, server: Server) -> None:
    """Let the server go, then remove the cache."""
    if server.handle is not None:
        os.close(server.handle)
    base = settings.cache / "postgres"
    for users in base.glob("*/users.lock"):
        # Waits until the keeper has stopped the server and all others are gone.
        waiting = ["flock", "--timeout", "60", str(users), "true"]
        if shutil.which("flock") and subprocess.run(waiting).returncode:
            raise messages.Stop("The server is still in use; stop `make serve` first.")
    console.note(f"removing {settings.cache}")
    shutil.rmtree(settings.cache, ignore_errors=True)

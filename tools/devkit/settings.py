"""What the user asked for (environment) and where things are kept (the cache).

<cache>/crm_customer360/
    downloads/          packages on their way
    host/<key>/         Odoo, unpacked or cloned
    venv/<key>/         virtual environments
    node/<key>/         prettier and eslint
    postgres/<major>/   the embedded server's data
    data/<server>/      Odoo's file stores, per server and database
    conf/ log/ locks/ screenshots/
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from . import messages

CHECKOUT = Path(__file__).resolve().parents[2]
TOOLS = CHECKOUT / "tools"
CONSTRAINTS = TOOLS / "constraints.txt"
ODOO_SERIES = "19.0"
DEFAULT_PORT = 8069
DISK_NEED_GB = 6.0  # a cold start; a filled cache needs far less
DISK_NEED_WARM_GB = 1.0
DB_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")


def digest(*parts: str | bytes, length: int = 12) -> str:
    """A short stable name for what was put in.

    >>> digest("a", "b") == digest(b"a", "b") != digest("ab")
    True
    """
    sha = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        sha.update(len(data).to_bytes(8, "big") + data)
    return sha.hexdigest()[:length]


@dataclass(frozen=True)
class Settings:
    """One command's wishes; ``env`` is the environment they were read from."""

    env: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    checkout: Path = CHECKOUT

    def text(self, name: str) -> str:
        return self.env.get(name, "").strip()

    def flag(self, name: str) -> bool:
        """``DEMO=1`` is yes; empty, 0, no and false are no."""
        return self.text(name).lower() not in ("", "0", "no", "false")

    def number(self, name: str, default: int) -> int:
        value = self.text(name) or str(default)
        if not value.isdigit():
            raise messages.number_invalid(name, value)
        return int(value)

    @property
    def port(self) -> int:
        value = self.text("PORT") or str(DEFAULT_PORT)
        if not value.isdigit() or not 1024 <= int(value) <= 65535:
            raise messages.port_invalid(value)
        return int(value)

    def db(self, target: str, default: str = "") -> str:
        name = self.text("DB") or default
        if not name:
            raise messages.db_missing(target)
        if not DB_NAME.fullmatch(name):
            raise messages.db_name_invalid(name)
        return name

    @property
    def cache(self) -> Path:
        base = self.text("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        return Path(base).absolute() / "crm_customer360"

    @property
    def checkout_key(self) -> str:
        """Tells two checkouts of one user apart."""
        return digest(str(self.checkout), length=6)

    @property
    def demo_db(self) -> str:
        return f"c360_demo_{self.checkout_key}"

    @property
    def test_db(self) -> str:
        return f"c360_test_{self.checkout_key}"

    @property
    def bench_db(self) -> str:
        return f"c360_bench_{self.checkout_key}"

    def log(self, name: str) -> Path:
        path = self.cache / "log" / f"{name}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

"""Every sentence that ends a command early, with the way out.

A failure that a person can do something about is raised as ``Stop``; the command
line prints its text and leaves with status 2. Anything else is a bug and keeps
its traceback.
"""

from __future__ import annotations

NO_PRINTER = (
    "wkhtmltopdf is not installed: reports are not printed as PDF, and the tests that "
    "count their pages are skipped."
)


class Stop(Exception):
    """The command cannot go on; the text says why and what to do."""


class RoadBlocked(Exception):
    """One way to get something does not work here, another may; says why, in a line."""


def port_taken(port: int, target: str, free: int) -> Stop:
    return Stop(
        f"Port {port} is in use by another program. Run: make {target} PORT={free}"
    )


def port_invalid(value: str) -> Stop:
    return Stop(f"PORT={value} is not a port. Use a number from 1024 to 65535.")


def number_invalid(name: str, value: str) -> Stop:
    return Stop(f"{name}={value} is not a number.")


def disk_full(path, free_gb: float, need_gb: float) -> Stop:
    return Stop(
        f"Only {free_gb:.1f} GB are free on the disk of {path}; about {need_gb:.0f} GB"
        " are needed. Free some space, or set XDG_CACHE_HOME to a folder on another"
        " disk."
    )


def disk_full_now(path) -> Stop:
    return Stop(
        f"The disk of {path} is full. Free some space and run the same command again:"
        " it goes on where it stopped."
    )


def no_write(path, error: OSError) -> Stop:
    return Stop(
        f"Cannot write to {path} ({error.strerror}). Set XDG_CACHE_HOME to a folder"
        " that is yours."
    )


def no_venv(python: str) -> Stop:
    return Stop(
        f"{python} cannot make virtual environments. On Debian or Ubuntu run:"
        " apt-get install python3-venv"
    )


def no_road(tried: list[tuple[str, str]]) -> Stop:
    lines = "\n".join(f"  - {road}: {why}" for road, why in tried)
    return Stop(
        f"Odoo 19.0 could not be had. Tried:\n{lines}\n"
        "Check the network and repeat, or point ODOO_HOME at an Odoo 19 you have."
    )


def odoo_home_missing(path) -> Stop:
    return Stop(
        f"ODOO_HOME={path} holds no Odoo (no odoo/release.py). Point it at a checkout"
        " of branch 19.0, or unset it to have Odoo fetched."
    )


def odoo_home_version(path, found: str) -> Stop:
    return Stop(
        f"ODOO_HOME={path} is Odoo {found}; 19.0 is needed. Switch that checkout to"
        " branch 19.0, or unset ODOO_HOME to have Odoo fetched."
    )


def pip_failed(log, hint: str) -> Stop:
    return Stop(
        f"The Python packages could not be installed: {hint}\n"
        f"Check the network and repeat; what was fetched is kept. Full log: {log}"
    )


def server_unreachable(where: str, error: str) -> Stop:
    return Stop(
        f"The PostgreSQL server at {where} does not answer: {error}\n"
        "Start it, correct PGHOST, PGPORT, PGUSER and PGPASSWORD, or unset them to use"
        " the embedded server."
    )


def server_too_old(where: str, version: str, oldest: int) -> Stop:
    return Stop(
        f"The PostgreSQL server at {where} is {version}; {oldest} or newer is needed."
        " Upgrade it, or unset PGHOST to use the embedded server."
    )


def server_superuser(user: str) -> Stop:
    return Stop(
        f"Odoo refuses to work as the PostgreSQL user {user}. Make another that may"
        " create databases and set PGUSER: createuser --createdb odoo"
    )


def server_no_createdb(user: str, where: str) -> Stop:
    return Stop(
        f"The PostgreSQL user {user} at {where} may not create databases. Run there:"
        f" ALTER ROLE {user} CREATEDB"
    )


def no_embedded() -> Stop:
    return Stop(
        "There is no embedded PostgreSQL for this machine. Start a PostgreSQL server"
        " and set PGHOST (and PGUSER, PGPASSWORD)."
    )


def no_psql() -> Stop:
    return Stop("psql was not found. Install it: apt-get install postgresql-client")


def embedded_failed(log, tail: str) -> Stop:
    return Stop(f"The embedded PostgreSQL did not start. Its log, {log}, ends:\n{tail}")


def db_missing(target: str) -> Stop:
    return Stop(f"Which database? Run: make {target} DB=name")


def db_name_invalid(name: str) -> Stop:
    return Stop(
        f"{name!r} is no good as a database name: use letters, digits, - and _,"
        " starting with a letter, at most 60."
    )


def db_unknown(name: str) -> Stop:
    return Stop(f"There is no database {name}. Make it with: make db DB={name}")


def db_foreign(name: str) -> Stop:
    return Stop(
        f"The database {name} exists and was not made by this tool, so it is left"
        " alone. Choose another name, or drop it yourself."
    )


def db_in_use(name: str, count: int) -> Stop:
    return Stop(
        f"The database {name} is in use by {count} connection(s), perhaps of a"
        " running `make serve`. Stop that first."
    )


def odoo_failed(what: str, log) -> Stop:
    return Stop(f"{what} failed. The reason is above; the whole log is {log}")


def no_addon(checkout) -> Stop:
    return Stop(f"There is no addon crm_customer360 in {checkout} yet.")


def addon_unknown(addon: str, wanted_by: str) -> Stop:
    return Stop(
        f"{wanted_by} depends on {addon}, which neither Odoo nor tools/constraints.txt"
        f" has. Add its package (odoo-addon-{addon.replace('_', '-')}) to"
        " tools/requirements.txt and run: make lock"
    )


def no_demo_addon(checkout) -> Stop:
    return Stop(f"There is no addon crm_customer360_demo in {checkout} yet.")


def no_bench(path) -> Stop:
    return Stop(f"There are no benchmarks yet: {path} is missing.")


def no_browser(command: str) -> Stop:
    return Stop(f"The browser tests need Chromium, and none was found. Run: {command}")


def no_node(reason: str) -> Stop:
    return Stop(
        "prettier and eslint need Node.js 18 or newer, which could neither be found"
        f" nor installed: {reason}. Install it (apt-get install nodejs npm) and repeat."
    )


def apt_failed(packages: str, log) -> Stop:
    return Stop(
        f"apt-get could not install {packages}. Run `apt-get update` and repeat. Log:"
        f" {log}"
    )


def lint_failed(names: list[str]) -> Stop:
    return Stop(
        f"Lint found something in: {', '.join(names)}. `make format` corrects the"
        " layout by itself."
    )


def nothing_served(port: int) -> Stop:
    return Stop(
        f"Nothing is served on port {port}. Run `make demo` in another terminal, then"
        " repeat."
    )


def pictures_failed() -> Stop:
    return Stop("A page logged an error or did not open; its name stands above.")

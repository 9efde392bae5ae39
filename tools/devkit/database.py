"""Databases: the template with all dependencies, quick copies of it, their file stores.

What this tool makes carries a comment, a small JSON object with ``made_by``. On
a server that is not ours a database without it is never dropped or changed.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil

from . import addons as addons_
from . import messages
from .console import console
from .files import copy_tree, lock
from .odoo import Odoo
from .settings import CONSTRAINTS, digest

MAKER = "crm_customer360"
TEMPLATE_PREFIX = "c360_tmpl_"
OWN_NAME = re.compile(r"c360_(tmpl|demo|test|bench)_[0-9a-f]{6,}")
TEMPLATE_FORM = "2"  # raise when the way a template is made changes
# the first one becomes the language of the administrator and of whoever has none
LANGUAGES = "en_US,zh_CN,zh_TW"
# The first page would otherwise wait for the web client's files to be put together;
# these are the bundles of the login page, the web client and the tours.
PREPARE_WEB_CLIENT = """
for name, kind in [
    ("web.assets_frontend", "css"),
    ("web.assets_frontend_minimal", "js"),
    ("web.assets_frontend_lazy", "js"),
    ("web.assets_web", "css"),
    ("web.assets_web", "js"),
    ("web.assets_web_print", "css"),
    ("web.assets_backend_lazy", "js"),
    ("web.assets_tests", "js"),
]:
    kinds = {"css": kind == "css", "js": kind == "js"}
    getattr(env["ir.qweb"]._get_asset_bundle(name, **kinds), kind)()
env.cr.commit()
"""


class Databases:
    def __init__(self, odoo: Odoo):
        self.odoo = odoo
        self.server = odoo.server

    # --- asking the server

    @contextlib.contextmanager
    def cursor(self, database: str = "postgres"):
        connection = self.server.connect(database)
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def facts(self, name: str) -> dict | None:
        """None: no such database. Empty: not made by us. Else what we noted."""
        with self.cursor() as cursor:
            cursor.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
                " WHERE datname = %s",
                [name],
            )
            row = cursor.fetchone()
        if row is None:
            return None
        try:
            noted = json.loads(row[0] or "{}")
        except ValueError:
            return {}
        return (
            noted if isinstance(noted, dict) and noted.get("made_by") == MAKER else {}
        )

    def note(self, name: str, **facts: object) -> None:
        text = json.dumps({"made_by": MAKER, **facts})
        with self.cursor() as cursor:
            cursor.execute(f'COMMENT ON DATABASE "{name}" IS %s', [text])

    def names(self) -> list[str]:
        """Databases made by this tool."""
        with self.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database ORDER BY datname")
            found = [row[0] for row in cursor.fetchall()]
        return [name for name in found if self.facts(name)]

    def require(self, name: str) -> dict:
        facts = self.facts(name)
        if facts is None:
            raise messages.db_unknown(name)
        return facts

    def require_ours(self, name: str) -> dict:
        facts = self.require(name)
        if not self.is_ours(name, facts):
            raise messages.db_foreign(name)
        return facts

    def is_ours(self, name: str, facts: dict) -> bool:
        """Also when we were stopped before the comment was written."""
        return bool(facts or self.server.is_embedded or OWN_NAME.match(name))

    # --- making and dropping

    def drop(self, name: str) -> None:
        """Drop a database of ours and its file store; leave anyone else's alone."""
        if self.facts(name) is not None:
            self.check_droppable(name)
            with self.cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name}"')
        shutil.rmtree(self.odoo.filestore(name), ignore_errors=True)

    def check_droppable(self, name: str) -> None:
        """Ours, and nobody is using it."""
        self.require_ours(name)
        with self.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
                " AND backend_type = 'client backend'",
                [name],
            )
            count = cursor.fetchone()[0]
        if count:
            raise messages.db_in_use(name, count)

    def create_empty(self, name: str) -> None:
        """UTF-8, sorted by code point, letters known as letters."""
        import psycopg2

        plain = f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'"
        ways = [plain]
        if not self.server.is_embedded:
            ctypes = ("C.UTF-8", "en_US.UTF-8")
            ways = [f"{plain} LC_COLLATE 'C' LC_CTYPE '{c}'" for c in ctypes] + ways
        for number, way in enumerate(ways, 1):
            try:
                with self.cursor() as cursor:
                    cursor.execute(way)
                break
            except psycopg2.Error:
                if number == len(ways):
                    raise
        self.note(name, state="building")
        with self.cursor(name) as cursor:
            for extension in ("pg_trgm", "unaccent"):
                with contextlib.suppress(
                    psycopg2.Error
                ):  # not there: Odoo does without
                    cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")

    def copy(self, source: str, name: str, **facts: object) -> None:
        with self.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        self.note(name, state="building", **facts)
        copy_tree(self.odoo.filestore(source), self.odoo.filestore(name))

    def rename(self, name: str, new: str) -> None:
        """The file store first: the database's name is what says complete."""
        source, target = self.odoo.filestore(name), self.odoo.filestore(new)
        shutil.rmtree(target, ignore_errors=True)
        if source.exists():
            source.rename(target)
        with self.cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{name}" RENAME TO "{new}"')

    # --- the template

    def template_name(self, depends: list[str]) -> str:
        key = digest(
            TEMPLATE_FORM,
            LANGUAGES,
            self.odoo.host.key,
            CONSTRAINTS.read_bytes(),
            *depends,
            length=10,
        )
        return TEMPLATE_PREFIX + key

    def template(self, addons: list[addons_.Addon]) -> str:
        """The name of a database with all our addons depend on; made if missing."""
        depends = addons_.outside_depends(addons)
        name = self.template_name(depends)
        console.step("The template database with the dependencies")
        if not self.facts(name):
            for addon in depends:
                if not self.odoo.has_addon(addon):
                    raise messages.addon_unknown(addon, "The checkout")
            with lock(self.odoo.settings.cache / "locks", name):
                if not self.facts(name):
                    self._build_template(name, depends)
        return name

    def _build_template(self, name: str, depends: list[str]) -> None:
        console.note(f"Making {name}; once for these dependencies, a few minutes")
        building = f"{name}_new"
        self.drop(building)
        self.create_empty(building)
        words = [f"--load-language={LANGUAGES}"]
        self.odoo.install(building, depends, "Installing the dependencies", *words)
        self.note(building, state="template", depends=depends)
        self.rename(building, name)
        console.done("template ready")

    # --- databases for people

    def fresh(
        self, name: str, addons: list[addons_.Addon], demo: bool, purpose: str
    ) -> None:
        """A new database ``name``: a copy of the template with our addons installed."""
        addons_.require(self.odoo.settings.checkout, addons, demo)
        if self.facts(name) is not None:
            self.check_droppable(name)
        template = self.template(addons)
        console.step(f"The database {name}")
        self.drop(name)
        self.copy(template, name, purpose=purpose)
        modules = addons_.to_install(addons, demo)
        console.note(f"Installing {', '.join(modules)}")
        self.odoo.install(name, modules, "Installing the addon")
        self.ready(name, addons, demo, purpose)
        console.done("installed")

    def ready(
        self, name: str, addons: list[addons_.Addon], demo: bool, purpose: str
    ) -> None:
        self.note(
            name,
            state="ready",
            purpose=purpose,
            demo=demo,
            checkout=self.odoo.settings.checkout_key,
            source=addons_.source_key(addons),
            template=self.template_name(addons_.outside_depends(addons)),
        )

    def prepare_web_client(self, name: str) -> None:
        console.step("Putting the web client's files together")
        self.odoo.script(name, PREPARE_WEB_CLIENT)
        console.done()

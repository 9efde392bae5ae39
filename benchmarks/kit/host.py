"""Odoo, opened from its configuration file, inside this process."""

import os
import sys
import warnings
from contextlib import contextmanager


class Unusable(Exception):
    """The database or the configuration cannot be measured; says why."""


def settings(database=None, configuration=None) -> tuple[str, str]:
    """Return (database, configuration file), from the arguments or the environment."""
    database = database or os.environ.get("C360_DB")
    configuration = configuration or os.environ.get("C360_ODOO_CONF")
    if not database or not configuration:
        raise Unusable(
            "Name a database with the addon installed and a configuration file of "
            "Odoo: C360_DB=name C360_ODOO_CONF=/path/odoo.conf"
        )
    if not os.path.isfile(configuration):
        raise Unusable(f"There is no configuration file {configuration}.")
    return database, configuration


def open_registry(database, configuration):
    """Start Odoo as its own tools do, and return the registry of the database."""
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    from odoo.tools import config

    config.parse_config(
        [
            "-c",
            configuration,
            "-d",
            database,
            "--no-http",
            "--log-level=error",
            "--log-handler=py.warnings:ERROR",
        ],
        setup_logging=True,
    )
    from odoo.modules.registry import Registry
    from odoo.service import server

    server.load_server_wide_modules()
    try:
        registry = Registry(database)
    except Exception as error:
        raise Unusable(f"The database {database} does not open: {error}") from error
    if "c360.customer.event" not in registry:
        raise Unusable(f"crm_customer360 is not installed in {database}.")
    return registry


@contextmanager
def environment(registry, uid=None, keep=False):
    """An environment on a cursor of its own, rolled back unless ``keep``."""
    from odoo import SUPERUSER_ID, api

    with registry.cursor() as cr:
        env = api.Environment(cr, uid or SUPERUSER_ID, {})
        try:
            yield env
        finally:
            if keep and sys.exc_info()[0] is None:
                env.flush_all()
                cr.commit()
            else:
                env.clear()
                cr.rollback()
                registry.reset_changes()

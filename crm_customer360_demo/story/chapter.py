"""What every chapter of the story works with."""

import csv

from odoo.tools import file_open

# Days before the installation on which the house opens.
OPENING = 560
# No message leaves and nobody is notified while the past is being told.
SILENT = {
    "mail_activity_quick_update": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notify_force_send": False,
    "mail_post_autofollow": False,
    "mail_post_autofollow_author_skip": True,
    "no_reset_password": True,
    "skip_backorder": True,
    "skip_sms": True,
}
# Tracked changes are part of the story only where a chapter says so.
QUIET = dict(SILENT, tracking_disable=True)


def table(name):
    """Return the rows of ``data/<name>.csv`` as dictionaries."""
    with file_open(f"crm_customer360_demo/data/{name}.csv") as lines:
        return list(csv.DictReader(lines))


class Chapter:
    """One part of the story."""

    def __init__(self, book):
        self.book = book
        self.env = book.env
        self.clock = book.clock
        self.random = book.random

    def open(self):
        """Prepare the house and plan what happens."""

    def close(self):
        """Finish on the last evening."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import odoo
from odoo import fields
from odoo.tests import tagged
from odoo.tests.common import get_db_name
from odoo.tools import config

from .common_committed import ContactCommitted

# What a worker does until it is killed, in a process of its own.
SENDER = """
import os, signal, sys
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

config.parse_config(sys.argv[3:])
registry = Registry(sys.argv[1])
with registry.cursor() as cr:
    env = api.Environment(cr, SUPERUSER_ID, {})

    def die(*_args, **_kwargs):
        os.kill(os.getpid(), signal.SIGKILL)

    # the bookings are committed, no mail has left
    type(env["ir.mail_server"])._connect__ = die
    mails = env["mail.mail"].browse([int(mail_id) for mail_id in sys.argv[2].split()])
    mails.send(auto_commit=True)
print("survived")
"""


@tagged("post_install", "-at_install", "c360_contact")
class TestContactKill(ContactCommitted):
    """A process killed between booking and sending: sent or free again, never both."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._environment() as env:
            people = cls._create_people(
                env,
                [
                    {"name": f"Kill {i}", "email": f"kill{i}@load.example"}
                    for i in range(2)
                ],
            )
            cls._create_policy(env, people, limit_count=1)

    def _send_and_die(self, mails):
        options = [f"--data-dir={config['data_dir']}"]
        for name in ("addons_path", "db_host", "db_port", "db_user", "db_password"):
            value = config[name]
            if isinstance(value, list):
                value = ",".join(value)
            if value:
                options.append(f"--{name.replace('addons_', 'addons-')}={value}")
        root = os.path.dirname(next(iter(odoo.__path__)))
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        process = subprocess.run(
            [
                sys.executable,
                "-c",
                SENDER,
                get_db_name(),
                " ".join(map(str, mails.ids)),
                *options,
            ],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.assertEqual(process.returncode, -signal.SIGKILL, process.stderr[-2000:])

    def test_a_killed_sender_leaves_no_doubt(self):
        with self._environment() as env:
            people = env["res.partner"].browse(self.partner_ids)
            mails = self._create_mails(env, people)
            env.cr.commit()
            self._send_and_die(mails)
        with self._environment() as env:
            touches = env["c360.contact.touch"].search(
                [("partner_id", "in", self.partner_ids)], order="partner_id"
            )
            self.assertEqual(touches.mapped("state"), ["reserved", "reserved"])
            self.assertEqual(touches.mapped("is_leaving"), [True, True])
            self._check_queue_sends_once(mails.with_env(env)[0], touches[0])
            self._check_gone_is_free(mails.with_env(env)[1], touches[1])

    def _check_queue_sends_once(self, mail, touch):
        """The mail is still in the queue: it leaves by the place it has."""
        self.assertEqual(mail.state, "outgoing")
        mail.env["c360.contact.touch"]._cron_settle()
        self.assertEqual(touch.state, "reserved")
        with self._mail_sink() as sent:
            for _turn in range(2):
                mail.process_email_queue(email_ids=mail.ids)
        self.assertEqual(len(sent), 1)
        self.assertEqual((mail.state, touch.state), ("sent", "sent"))
        rows = touch.search_count([("partner_id", "=", touch.partner_id.id)])
        self.assertEqual(rows, 1)

    def _check_gone_is_free(self, mail, touch):
        """The mail was lost: its place is free again once nobody can be sending."""
        # as a restored backup or an impatient clean-up would
        mail.env.cr.execute("DELETE FROM mail_mail WHERE id = %s", mail.ids)
        mail.env.invalidate_all()
        touches = mail.env["c360.contact.touch"]
        touches._cron_settle()
        self.assertEqual(touch.state, "reserved")
        touch.date = fields.Datetime.now() - timedelta(hours=2)
        touches._cron_settle()
        self.assertEqual(touch.state, "cancelled")
        gate = touches.env["c360.contact.gate"]
        fresh = gate._reserve(touch.partner_id, "email", "care")
        self.assertEqual(fresh.state, "reserved")

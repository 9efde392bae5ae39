from contextlib import contextmanager

from psycopg2.errors import SerializationFailure

from odoo import Command, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerHandoverRace(BaseCase):
    """Two real connections; what they commit is removed afterwards."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            users = env["res.users"].with_context(no_reset_password=True)
            self.leaver, self.anna, self.bert = users.create(
                [
                    {
                        "name": name,
                        "login": f"c360_race_{name}",
                        "group_ids": [
                            Command.link(env.ref("crm_customer360.group_user").id)
                        ],
                    }
                    for name in ("leaver", "anna", "bert")
                ]
            ).ids
            self.partner_ids = (
                env["res.partner"]
                .create([{"name": f"R{i}", "user_id": self.leaver} for i in range(3)])
                .ids
            )
            handovers = env["c360.customer.handover"].create(
                [
                    {
                        "user_ids": [Command.set([self.leaver])],
                        "fallback_id": user_id,
                    }
                    for user_id in (self.anna, self.bert)
                ]
            )
            handovers.action_prepare()
            handovers.write({"state": "running", "started_by_id": env.uid})
            self.first_id, self.second_id = handovers.ids
        self.addCleanup(self._remove)

    @contextmanager
    def _transaction(self):
        with Registry(get_db_name()).cursor() as cr:
            yield api.Environment(cr, api.SUPERUSER_ID, {})

    def _remove(self):
        with self._transaction() as env:
            handovers = env["c360.customer.handover"].browse(
                [self.first_id, self.second_id]
            )
            mails = env["mail.mail"].search(
                [
                    ("model", "=", handovers._name),
                    ("res_id", "in", handovers.ids),
                ]
            )
            # what the successors were told, or the next queue would send it
            mails.unlink()
            handovers.state = "draft"
            handovers.unlink()
            env["res.partner"].browse(self.partner_ids).unlink()
            users = env["res.users"].browse([self.leaver, self.anna, self.bert])
            partners = users.partner_id
            users.unlink()
            partners.unlink()

    def test_two_handovers_of_the_same_records(self):
        """The second one waits, starts again and finds nothing left to give."""
        with self._transaction() as one, self._transaction() as two:
            # both have a snapshot from before
            two.cr.execute("SELECT 1 FROM res_partner LIMIT 1")
            first = one["c360.customer.handover"].browse(self.first_id)
            self.assertEqual(first._work_slice(), 3)
            one.cr.commit()
            second = two["c360.customer.handover"].browse(self.second_id)
            with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
                second._work_slice()
            two.cr.rollback()
            second.invalidate_recordset()
            second._work()
            self.assertEqual((second.done_count, second.problem_count), (0, 3))
            two.cr.commit()
        with self._transaction() as env:
            partners = env["res.partner"].browse(self.partner_ids)
            self.assertEqual(partners.user_id.ids, [self.anna])
            reasons = (
                env["c360.customer.handover"]
                .browse(self.second_id)
                .item_ids.mapped("reason")
            )
            self.assertEqual(set(reasons), {"It was given to anna meanwhile."})

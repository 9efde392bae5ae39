from contextlib import contextmanager

from psycopg2.errors import SerializationFailure

from odoo import api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerConcurrency(BaseCase):
    """Two real connections; what they commit is removed afterwards."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            partner = env["res.partner"].create({"name": "Contended Customer"})
            order = env["sale.order"].create(
                {
                    "partner_id": partner.id,
                    "state": "sale",
                    "date_order": "2026-01-10 12:00:00",
                }
            )
            self.partner_id, self.order_id = partner.id, order.id
        self.addCleanup(self._remove)

    @contextmanager
    def _transaction(self):
        with Registry(get_db_name()).cursor() as cr:
            yield api.Environment(cr, api.SUPERUSER_ID, {})

    def _remove(self):
        with self._transaction() as env:
            order = env["sale.order"].browse(self.order_id)
            order.state = "cancel"
            order.unlink()
            # the ledger refuses to be deleted through the ORM
            env.cr.execute(
                "DELETE FROM c360_customer_lifecycle WHERE partner_id = %s",
                [self.partner_id],
            )
            env["res.partner"].browse(self.partner_id).unlink()

    def _refresh(self, env):
        return env["c360.customer.profile"]._refresh(
            env["res.partner"].browse(self.partner_id)
        )

    def test_two_refreshes_at_once_write_a_transition_once(self):
        with self._transaction() as first, self._transaction() as second:
            for env in (first, second):
                env.cr.execute("SELECT 1 FROM c360_customer_profile LIMIT 1")
            self.assertEqual(self._refresh(first), 1)
            first.cr.commit()
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(SerializationFailure),
            ):
                self._refresh(second)
            second.cr.rollback()
            self.assertEqual(self._refresh(second), 0, "the first one did it")
        with self._transaction() as env:
            new = env["c360.customer.lifecycle"].search(
                [("partner_id", "=", self.partner_id), ("new", "=", "new")]
            )
            self.assertEqual(len(new), 1)

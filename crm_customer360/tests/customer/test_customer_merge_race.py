from contextlib import contextmanager

from psycopg2.errors import LockNotAvailable, SerializationFailure

from odoo import api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install", "c360_customer")
class TestCustomerMergeRace(BaseCase):
    """Real connections; what they commit is removed afterwards."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            partners = env["res.partner"].create(
                [{"name": f"Contended {name}"} for name in "ABC"]
            )
            self.ids = partners.ids
        self.addCleanup(self._remove)

    @contextmanager
    def _transaction(self):
        with Registry(get_db_name()).cursor() as cr:
            yield api.Environment(cr, api.SUPERUSER_ID, {})

    def _remove(self):
        with self._transaction() as env:
            env["c360.customer.merge"].search([("tail_ids", "in", self.ids)]).unlink()
            env["res.partner"].browse(self.ids).exists().unlink()

    def _merge(self, env, source, target):
        wizards = env["base.partner.merge.automatic.wizard"]
        return wizards._merge([source, target], env["res.partner"].browse(target))

    def test_two_merges_of_one_contact(self):
        one, two, three = self.ids
        with self._transaction() as first, self._transaction() as second:
            second.cr.execute("SELECT 1 FROM res_partner LIMIT 1")
            self._merge(first, two, one)
            second.cr.execute("SET LOCAL lock_timeout = '200ms'")
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(LockNotAvailable),
                second.cr.savepoint(),
            ):
                self._merge(second, two, three)
            first.cr.commit()
            # it saw the contact before: the server tries again
            with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
                self._merge(second, two, three)
            second.cr.rollback()
        with self._transaction() as again, self.assertRaisesRegex(UserError, "already"):
            self._merge(again, two, three)

    def test_a_killed_merge_leaves_nothing(self):
        one, two, _three = self.ids
        with self._transaction() as env:
            self._merge(env, two, one)
            env.flush_all()
            env.cr.rollback()
        with self._transaction() as env:
            partner = env["res.partner"].browse(two)
            self.assertTrue(partner.active)
            self.assertFalse(partner.c360_merged_into_id)
            merges = env["c360.customer.merge"]
            self.assertFalse(merges.search([("partner_id", "=", one)]))

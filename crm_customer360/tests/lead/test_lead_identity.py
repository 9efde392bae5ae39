from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.tests import tagged
from odoo.tools import SQL

from .common import LeadCommon


@tagged("post_install", "-at_install", "c360_lead")
class TestLeadIdentity(LeadCommon):
    def _row(self, record):
        self.env.flush_all()
        column, _table = self.identities._get_column(record._name)
        rows = self.env.execute_query(
            SQL(
                "SELECT identity, stale, is_waiting FROM c360_lead_identity"
                " WHERE %s = %s ORDER BY id",
                column,
                record.id,
            )
        )
        return rows

    def test_new_contact_gets_its_row_from_the_job(self):
        partner = self.env["res.partner"].create({"name": "Anna Adler"})
        self.assertFalse(self._row(partner))
        self.env.cr.precommit.run()
        self.assertEqual([row[1] for row in self._row(partner)], [True])
        self._run_job()
        [[identity, stale, waiting]] = self._row(partner)
        self.assertEqual(identity[0], "anna adler")
        self.assertFalse(stale)
        self.assertFalse(waiting)

    def test_one_insert_for_all_changes_of_a_transaction(self):
        partners = self._create_partner() + self._create_partner(name="Bea Brandt")
        lead = self._create_lead()
        self._run_job()
        partners[0].phone = "+32 470 99 99 99"
        partners[1].name = "Bea Bauer"
        lead.city = "Gent"
        self.env.flush_all()
        # one for the contacts, one for the lead
        with self.assertQueryCount(2):
            self.env.cr.precommit.run()

    def test_what_tells_nothing_marks_nothing(self):
        partner, lead = self._create_partner(), self._create_lead()
        self._run_job()
        partner.comment = "Likes tea"
        lead.expected_revenue = 5
        self.env.flush_all()
        with self.assertQueryCount(0):
            self.env.cr.precommit.run()

    def test_computed_values_mark_too(self):
        """A new name of the company reaches its contacts by a computed field."""
        self._run_job()
        self.customer.name = "Forest Timber"
        self._run_job()
        [[identity, _stale, _waiting]] = self._row(self.buyer)
        self.assertEqual(identity[1], "forest timber")

    def test_rolled_back_and_deleted_rows_are_no_harm(self):
        partner = self.env["res.partner"].create({"name": "Gone"})
        partner.unlink()
        self._run_job()

    def test_rows_by_plain_sql_are_found_at_night(self):
        self._run_job()
        progress = self.env["c360.lead.identity.progress"]
        progress._cron_look()
        self._run_job()
        [[partner_id]] = self.env.execute_query(
            SQL(
                "INSERT INTO res_partner (name, active, autopost_bills)"
                " VALUES ('By Sql', TRUE, 'ask') RETURNING id"
            )
        )
        partner = self.env["res.partner"].browse(partner_id)
        self._run_job()
        self.assertFalse(self._row(partner))
        progress._cron_look()
        self._run_job()
        self.assertEqual(len(self._row(partner)), 1)
        # what the next nights look at, is what is new
        for _night in range(2):
            progress._cron_look()
            self._run_job()
        progress._cron_look()
        row = progress.search([("model", "=", "res.partner")])
        self.assertGreaterEqual(row.last_id, partner_id)

    def test_takes_over_what_exists_in_slices(self):
        self._run_job()
        progress = self.env["c360.lead.identity.progress"]
        progress._restart()
        self.assertFalse(self._row(self.customer))
        row = progress.search([("model", "=", "res.partner")])
        self.assertEqual(row._take_slice(1), 1)
        self.assertIn("%", progress._get_progress())
        while row._take_slice(1000):
            pass
        self.assertEqual(len(self._row(self.customer)), 1)

    def test_a_look_that_collides_looks_again(self):
        progress = self.env["c360.lead.identity.progress"]
        cron = self.env.ref("crm_customer360.ir_cron_lead_identity_look")
        triggers = self.env["ir.cron.trigger"]
        waiting = triggers.search_count([("cron_id", "=", cron.id)])
        with (
            patch.object(type(progress), "_look", side_effect=SerializationFailure),
            patch.object(self.env.cr, "rollback") as rollback,
        ):
            progress._cron_look()
        rollback.assert_called_once()
        self.assertEqual(
            triggers.search_count([("cron_id", "=", cron.id)]), waiting + 1
        )

    def test_odd_record_does_not_stop_the_others(self):
        good, bad = self._create_partner(), self._create_partner(name="Odd")
        from ...models.lead import c360_lead_identity as module

        honest = module.get_identity

        def fails(**texts):
            if texts["person"] == "Odd":
                raise ValueError("odd")
            return honest(**texts)

        self.patch(module, "get_identity", fails)
        with self.assertLogs(module.__name__, "ERROR"):
            self.identities._refresh("res.partner", [bad.id, good.id])
        self.assertEqual(self._row(good)[0][0][0], "paula petersen")

    def test_off_notes_nothing(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_customer360.group_use_lead"
        )
        partner = self.env["res.partner"].create({"name": "Anna Adler"})
        lead = self._create_lead()
        self._run_job()
        self.assertFalse(self._row(partner))
        self.assertFalse(self._row(lead))

    def test_merged_contacts_keep_one_row_and_their_pairs(self):
        source = self._create_partner()
        target = self._create_partner(name="Paula Petersen-Janssen")
        lead = self._create_lead()
        pairs = self._pairs(lead)
        self.assertEqual(pairs.partner_id, source | target)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((source | target).ids, target)
        self._run_job()
        self.assertEqual(len(self._row(target)), 1)
        self.assertEqual(self._pairs(lead).partner_id, target)
        self.assertEqual(len(self._pairs(lead)), 1)

    def test_many_new_leads_cost_two_queries(self):
        """The mark of all of them, and a wake-up of the job."""

        def create():
            self.env["crm.lead"].create(
                [{"name": f"Lead {number}", "user_id": False} for number in range(60)]
            )
            self.env.flush_all()
            self.env.cr.precommit.run()
            self.env.invalidate_all()

        create()
        start = self.env.cr.sql_log_count
        create()
        ours = self.env.cr.sql_log_count - start
        self.patch(type(self.identities), "_is_used", lambda self: False)
        start = self.env.cr.sql_log_count
        create()
        self.assertLessEqual(ours - (self.env.cr.sql_log_count - start), 2)
